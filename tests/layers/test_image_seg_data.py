"""ImageSegData: label maps and labels, what is missing of a crop, sizes drawn, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import prototxt
from prototxt.errors import DataError, LayerError
from prototxt.net import Net
from support.datasets import Bytes, pixels, write_images

pytestmark = pytest.mark.filterwarnings("ignore::prototxt.errors.PrototxtWarning")

SIZE = (6, 9)


def net_of(fields: str, transform: str = "", phase: str = "TEST", seed: int = 0) -> Net:
    text = (
        'layer { name: "d" type: "ImageSegData" top: "data" top: "label" top: "dim" '
        f"transform_param {{ {transform} }} image_data_param {{ {fields} }} }}"
    )
    return prototxt.parse_net(text, file="net.prototxt", phase=phase, seed=seed)


def listed(folder: Path, labels: list[str] | None = None) -> tuple[str, list[Bytes], list[Bytes]]:
    """Fields that name two images in a folder with maps, or with these labels; the images and the maps."""
    images = write_images(folder, [SIZE] * 2, "image{}.png")
    maps = [pixels(*SIZE, 1, seed=100 + i) for i in range(2)]
    for i, values in enumerate(maps):
        Image.fromarray(values[..., 0]).save(folder / f"map{i}.png")
    own = labels or ["/map0.png", "/map1.png"]
    (folder / "list.txt").write_text("".join(f"/image{i}.png {own[i]}\n" for i in range(2)))
    return f'source: "{folder}/list.txt" root_folder: "{folder}" batch_size: 2', images, maps


def test_label_maps_and_sizes(tmp_path: Path) -> None:
    source, images, maps = listed(tmp_path)
    tops = net_of(
        f"{source} label_type: PIXEL", "mean_value: 1 mean_value: 2 mean_value: 3 scale: 2"
    ).forward()
    for i in range(2):
        want = 2 * (images[i].astype(np.float32) - [1, 2, 3])
        np.testing.assert_array_equal(tops["data"][i], want.transpose(2, 0, 1))
        np.testing.assert_array_equal(tops["label"][i, 0], maps[i][..., 0])
    assert tops["dim"].tolist() == [[[[6, 9]]]] * 2


def test_one_label_for_an_image(tmp_path: Path) -> None:
    source, _, _ = listed(tmp_path, ["7", "255"])
    label = net_of(source).forward()["label"]
    assert (label[0] == 7).all()
    assert (label[1] == 255).all()
    source, _, _ = listed(tmp_path, ["cat", "-1"])
    assert (net_of(f"{source} label_type: NONE ignore_label: 9").forward()["label"] == 9).all()
    with pytest.raises(
        DataError, match=r'the label of /image0\.png, "cat", is not a whole number of 0 to 255'
    ):
        net_of(source).forward()


def test_the_centre_at_test_and_anywhere_at_train(tmp_path: Path) -> None:
    source, images, maps = listed(tmp_path)
    fields = f"{source} label_type: PIXEL"
    tops = net_of(fields, "crop_height: 4 crop_width: 6").forward()
    np.testing.assert_array_equal(tops["data"][0], images[0].transpose(2, 0, 1)[:, 1:5, 1:7])
    np.testing.assert_array_equal(tops["label"][0, 0], maps[0][1:5, 1:7, 0])
    assert tops["dim"][0].ravel().tolist() == [4, 6]
    net = net_of(fields, "crop_size: 4", "TRAIN")
    corners = {net.forward()["data"][0, 0, 0, 0] for _ in range(10)}
    assert len(corners) > 2


def test_missing_pixels_are_the_mean_and_the_ignore_label(tmp_path: Path) -> None:
    source, _, maps = listed(tmp_path)
    tops = net_of(f"{source} label_type: PIXEL ignore_label: 77", "crop_size: 8 mean_value: 50").forward()
    assert (tops["data"][:, :, 6:] == 0).all()
    assert (tops["label"][:, :, 6:] == 77).all()
    np.testing.assert_array_equal(tops["label"][0, 0, :6], maps[0][:, :8, 0])  # (9 - 8) // 2 is 0
    assert tops["dim"][0].ravel().tolist() == [6, 8]


def test_mirrored_alike(tmp_path: Path) -> None:
    source, images, maps = listed(tmp_path)
    net = net_of(f"{source} label_type: PIXEL", "mirror: true")
    distinct = set()
    for _ in range(8):
        tops = net.forward()
        turned = bool((tops["label"][0, 0] == maps[0][:, ::-1, 0]).all())
        step = -1 if turned else 1
        np.testing.assert_array_equal(tops["data"][0], images[0].transpose(2, 0, 1)[:, :, ::step])
        np.testing.assert_array_equal(tops["label"][0, 0], maps[0][:, ::step, 0])
        distinct.add(turned)
    assert distinct == {True, False}


def test_sizes_are_drawn(tmp_path: Path) -> None:
    source, _, maps = listed(tmp_path)
    net = net_of(f"{source} label_type: PIXEL", "crop_size: 4 scale_factors: 1 scale_factors: 0.5")
    assert not any("scale_factors" in note for note in net.graph.notes)
    small = [bool((net.forward()["label"][0, 0, 3] == 255).all()) for _ in range(12)]
    assert set(small) == {True, False}
    half = maps[0][::2][:, [0, 2, 4, 6], 0]
    while True:
        label = net.forward()["label"][0, 0]
        if (label[3] == 255).all():
            np.testing.assert_array_equal(label[:3], half)
            break


def test_shapes_without_the_list() -> None:
    net = net_of('source: "no" batch_size: 2', "crop_size: 473")
    assert [net.blobs[top].shape for top in ("data", "label", "dim")] == [
        (2, 3, 473, 473),
        (2, 1, 473, 473),
        (2, 1, 1, 2),
    ]
    net = net_of('source: "no" batch_size: 2 new_height: 5 new_width: 7 is_color: false')
    assert net.blobs["data"].shape == (2, 1, 5, 7)


@pytest.mark.parametrize(
    ("transform", "field"),
    [
        ('mean_file: "mean"', "mean_file"),
        ("crop_height: 3", "crop_height"),
        ("crop_width: 3", "crop_width"),
        ("crop_size: 3 crop_height: 3 crop_width: 3", "crop_height"),
        ("scale_factors: 0", "scale_factors"),
        ("scale_factors: inf", "scale_factors"),
        ("scale_factors: 1e38", "scale_factors"),
    ],
)
def test_refused_fields(transform: str, field: str) -> None:
    with pytest.raises(LayerError) as caught:
        net_of('source: "no"', transform)
    assert caught.value.field == field


def test_refused_files(tmp_path: Path) -> None:
    source, _, _ = listed(tmp_path)
    Image.fromarray(np.zeros((6, 8), np.uint8)).save(tmp_path / "map0.png")
    with pytest.raises(DataError, match=r"map0\.png: the label map is 6 x 8, the image /image0\.png 6 x 9"):
        net_of(f"{source} label_type: PIXEL").forward()
    with pytest.raises(DataError, match="6 x 9 pixels cannot become 600000 x 900000"):
        net_of(f"{source} label_type: NONE", "crop_size: 4 scale_factors: 100000").forward()
    with pytest.raises(DataError, match="6 x 9 pixels cannot become 0 x 0"):
        net_of(f"{source} label_type: NONE", "crop_size: 4 scale_factors: 0.01").forward()
    (tmp_path / "list.txt").write_text("\n")
    with pytest.raises(DataError, match="the image list is empty"):
        net_of(source)
