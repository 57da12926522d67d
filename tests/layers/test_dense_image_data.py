"""DenseImageData: pairs in order, cut and mirrored alike, sizes, and what it refuses."""

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


def net_of(fields: str, more: str = "", seed: int = 0) -> Net:
    text = (
        'layer { name: "d" type: "DenseImageData" top: "data" top: "label" '
        f"{more} dense_image_data_param {{ {fields} }} }}"
    )
    return prototxt.parse_net(text, file="net.prototxt", seed=seed)


def listed(
    folder: Path, count: int = 3, size: tuple[int, int] = SIZE
) -> tuple[str, list[Bytes], list[Bytes]]:
    """Fields that name pairs of files in a folder, their images and their label maps."""
    images = write_images(folder, [size] * count, "image{}.png")
    maps = [pixels(*size, 1, seed=100 + i) for i in range(count)]
    for i, values in enumerate(maps):
        Image.fromarray(values[..., 0]).save(folder / f"map{i}.png")
    lines = [f"{folder}/image{i}.png {folder}/map{i}.png\n" for i in range(count)]
    (folder / "list.txt").write_text("".join(lines))
    return f'source: "{folder}/list.txt"', images, maps


def test_pairs_in_order_round_and_round(tmp_path: Path) -> None:
    source, images, maps = listed(tmp_path)
    net = net_of(f"{source} batch_size: 2", "transform_param { mean_value: 3 scale: 0.5 }")
    for places in ([0, 1], [2, 0]):
        tops = net.forward()
        assert (tops["data"].shape, tops["label"].shape) == ((2, 3, *SIZE), (2, 1, *SIZE))
        for i, place in enumerate(places):
            np.testing.assert_array_equal(tops["data"][i], (images[place].transpose(2, 0, 1) - 3.0) / 2)
            np.testing.assert_array_equal(tops["label"][i, 0], maps[place][..., 0])


def test_cut_and_mirrored_alike(tmp_path: Path) -> None:
    rows = np.arange(60, dtype=np.uint8).reshape(6, 10)
    Image.fromarray(rows).save(tmp_path / "same.png")
    (tmp_path / "list.txt").write_text("same.png same.png")
    fields = f'source: "{tmp_path}/list.txt" root_folder: "{tmp_path}/" is_color: false batch_size: 40'
    tops = net_of(f"{fields} crop_height: 3 crop_width: 4 mirror: true").forward()
    np.testing.assert_array_equal(tops["data"], tops["label"])
    assert tops["data"].shape == (40, 1, 3, 4)
    steps = np.unique(np.diff(tops["data"], axis=3))
    assert steps.tolist() == [-1, 1]
    assert len(np.unique(tops["data"][:, 0, 0, 0])) > 10


def test_resized_bilinear_and_nearest_and_divided(tmp_path: Path) -> None:
    source, _, maps = listed(tmp_path, 1)
    tops = net_of(f"{source} batch_size: 1 new_height: 12 new_width: 18 label_divide_factor: 4").forward()
    assert (tops["data"].shape, tops["label"].shape) == ((1, 3, 12, 18), (1, 1, 3, 4))
    np.testing.assert_array_equal(tops["label"][0, 0], maps[0][::2][:, [0, 2, 4, 6], 0])


def test_shuffles(tmp_path: Path) -> None:
    source, _, maps = listed(tmp_path, 6)
    net = net_of(f"{source} batch_size: 6 shuffle: true")
    first = [values[0, 0] for values in maps]
    orders = [[first.index(int(v)) for v in net.forward()["label"][:, 0, 0, 0]] for _ in range(4)]
    assert all(sorted(order) == list(range(6)) for order in orders)
    assert len({tuple(order) for order in orders}) > 2


def test_shapes_without_the_list() -> None:
    net = net_of('source: "no" batch_size: 2 new_height: 8 new_width: 9 label_divide_factor: 2')
    assert [net.blobs[top].shape for top in ("data", "label")] == [(2, 3, 8, 9), (2, 1, 4, 4)]
    net = net_of('source: "no" batch_size: 2 crop_height: 5 crop_width: 6')
    assert [net.blobs[top].shape for top in ("data", "label")] == [(2, 3, 5, 6), (2, 1, 5, 6)]
    assert any('"no" is not here' in note for note in net.graph.notes)
    assert net.layers[0].layer.brief([]) == "no crop 5x6"
    with pytest.raises(LayerError, match="does not say its image size"):
        net_of('source: "no" batch_size: 2')


@pytest.mark.parametrize(
    ("fields", "more", "field"),
    [
        ("batch_size: 1 crop_height: 3", "", "crop_height"),
        ("batch_size: 1 crop_width: 3", "", "crop_width"),
        ("batch_size: 1 new_width: 3", "", "new_width"),
        ("", "", "batch_size"),
        ("batch_size: 1", "transform_param { crop_size: 3 }", "crop_size"),
        ("batch_size: 1", "transform_param { mirror: true }", "mirror"),
        ("batch_size: 1 label_divide_factor: 0", "", "label_divide_factor"),
        ("batch_size: 1 label_divide_factor: 1.5", "", "label_divide_factor"),
        ("batch_size: 1 label_divide_factor: inf", "", "label_divide_factor"),
        ("batch_size: 1 label_divide_factor: 2 crop_height: 3 crop_width: 3", "", "crop_height"),
        ("batch_size: 1 label_divide_factor: 9 new_height: 8 new_width: 20", "", "label_divide_factor"),
        ("batch_size: 1 crop_height: 9 crop_width: 3 new_height: 8 new_width: 20", "", "crop_height"),
    ],
)
def test_refused_fields(fields: str, more: str, field: str) -> None:
    with pytest.raises(LayerError) as caught:
        net_of(f'source: "no" {fields}', more)
    assert caught.value.field == field


def test_refused_files(tmp_path: Path) -> None:
    source, _, _ = listed(tmp_path, 2)
    Image.fromarray(np.zeros((6, 8), np.uint8)).save(tmp_path / "map1.png")
    with pytest.raises(DataError, match=r"map1\.png: the label map is 6 x 8, the image .* needs 6 x 9"):
        net_of(f"{source} batch_size: 2").forward()
    (tmp_path / "list.txt").write_text("a.png b.png c.png")
    with pytest.raises(DataError, match=r'image "c\.png", the last of 3 names, has no label map'):
        net_of(f"{source} batch_size: 2")
    write_images(tmp_path, [(6, 9), (6, 8)], "image{}.png")
    lines = "".join(f"{tmp_path}/image{i}.png {tmp_path}/image{i}.png\n" for i in range(2))
    (tmp_path / "list.txt").write_text(lines)
    with pytest.raises(DataError, match="it makes 3 x 6 x 8, the net takes 3 x 6 x 9"):
        net_of(f"{source} batch_size: 2").forward()
    with pytest.raises(DataError, match="smaller than the crop 5 x 9"):
        net_of(f"{source} batch_size: 2 crop_height: 5 crop_width: 9").forward()
