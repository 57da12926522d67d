"""ImageData: lists, resizing, order and shuffling, shapes without the list, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import prototxt
from prototxt.errors import DataError, LayerError
from prototxt.images.opencv import resize_bytes
from prototxt.net import Net
from support.datasets import pixels, prefetch_threads, write_images

# Remarks are PrototxtWarnings; these tests read them in Graph.notes.
pytestmark = pytest.mark.filterwarnings("ignore::prototxt.errors.PrototxtWarning")


def net_of(fields: str, more: str = "", phase: str = "TEST", seed: int = 0) -> Net:
    text = f'layer {{ name: "d" type: "ImageData" top: "data" top: "label" {more} image_data_param {{ {fields} }} }}'
    return prototxt.parse_net(text, file="net.prototxt", phase=phase, seed=seed)


def listed(folder: Path, count: int, size: tuple[int, int] = (5, 8)) -> str:
    """A list of images in a folder, image i labelled 10 + i; the fields that name both."""
    write_images(folder, [size] * count)
    (folder / "list.txt").write_text("".join(f"image {i}.png {10 + i}\n" for i in range(count)))
    return f'source: "{folder}/list.txt" root_folder: "{folder}/"'


def labels(net: Net, batches: int) -> list[int]:
    return [int(v) for _ in range(batches) for v in net.forward()["label"]]


def test_images_in_order_round_and_round(tmp_path: Path) -> None:
    net = net_of(f"{listed(tmp_path, 3)} batch_size: 2")
    assert net.blobs["data"].shape == (2, 3, 5, 8)
    first = net.forward()
    np.testing.assert_array_equal(first["data"][1], pixels(5, 8, seed=1).transpose(2, 0, 1))
    assert first["label"].tolist() == [10, 11]
    assert labels(net, 2) == [12, 10, 11, 12]


def test_shuffles_again_at_every_pass(tmp_path: Path) -> None:
    fields = f"{listed(tmp_path, 6)} batch_size: 6 shuffle: true"
    net = net_of(fields)
    passes = [tuple(labels(net, 1)) for _ in range(5)]
    assert all(sorted(p) == list(range(10, 16)) for p in passes)
    assert len(set(passes)) > 2
    assert labels(net_of(fields), 1) == list(passes[0])
    assert any(labels(net_of(fields, seed=s), 1) != list(passes[0]) for s in (1, 2))


def test_rand_skip(tmp_path: Path) -> None:
    fields = f"{listed(tmp_path, 5)} batch_size: 1 rand_skip: 5"
    starts = [labels(net_of(fields, seed=s), 2) for s in range(5)]
    assert all(b == 10 + (a - 9) % 5 for a, b in starts)
    assert len({a for a, _ in starts}) > 1
    with pytest.raises(DataError, match=r"rand_skip leaves out \d+ of 5 images"):
        net_of(f"{listed(tmp_path, 5)} batch_size: 1 rand_skip: 4000000").forward()


def test_resized_gray(tmp_path: Path) -> None:
    fields = listed(tmp_path, 1, (20, 30))
    net = net_of(f"{fields} batch_size: 1 new_height: 7 new_width: 9 is_color: false")
    gray = (pixels(20, 30).astype(np.uint32) @ np.array([3737, 19234, 9797], np.uint32) >> 15).astype(
        np.uint8
    )
    np.testing.assert_array_equal(net.forward()["data"][0, 0], resize_bytes(gray[..., None], 7, 9)[..., 0])


def test_shapes_without_the_list() -> None:
    net = net_of('source: "no" batch_size: 2 new_height: 8 new_width: 9 is_color: false')
    assert net.blobs["data"].shape == (2, 1, 8, 9)
    assert '"no" is not here' in net.graph.notes[0]
    net = net_of('source: "no" batch_size: 2 new_height: 8 new_width: 9', "transform_param { crop_size: 6 }")
    assert net.blobs["data"].shape == (2, 3, 6, 6)
    with pytest.raises(DataError, match="no: no such image list"):
        net.forward()
    with pytest.raises(LayerError, match="does not say its image size"):
        net_of('source: "no" batch_size: 2')
    with pytest.raises(LayerError, match="crop_size 9 is larger than the images, 3 x 8 x 9"):
        net_of('source: "no" batch_size: 2 new_height: 8 new_width: 9', "transform_param { crop_size: 9 }")


def test_sizes_that_differ(tmp_path: Path) -> None:
    write_images(tmp_path, [(5, 8), (5, 9)])
    (tmp_path / "list").write_text("image 0.png 0\nimage 1.png 0")
    fields = f'source: "{tmp_path}/list" root_folder: "{tmp_path}/" batch_size: 2'
    with pytest.raises(
        DataError, match=r"image 1\.png: the image is 3 x 5 x 9, the net takes 3 x 5 x 8"
    ) as e:
        net_of(fields).forward()
    assert e.value.hint is not None
    assert "resize" in e.value.hint
    assert net_of(fields, "transform_param { crop_size: 4 }").forward()["data"].shape == (2, 3, 4, 4)
    assert prefetch_threads() == []


def test_wrong_settings_are_refused(tmp_path: Path) -> None:
    with pytest.raises(LayerError, match="new_height 3 and new_width 0: give both or neither"):
        net_of('source: "x" new_height: 3')
    (tmp_path / "list").write_text("missing.png 3\n")
    with pytest.raises(DataError, match=r"missing.png: no such file \(named in .*list\)"):
        net_of(f'source: "{tmp_path}/list"')
    (tmp_path / "empty").write_text("\n\n")
    with pytest.raises(DataError, match="the image list is empty"):
        net_of(f'source: "{tmp_path}/empty"')
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nnothing")
    (tmp_path / "list").write_text("broken.png 3\n")
    with pytest.raises(DataError, match=r"broken\.png: "):
        net_of(f'source: "{tmp_path}/list" root_folder: "{tmp_path}/"')
    Image.fromarray(np.zeros((3, 4), np.float32)).save(tmp_path / "float.tif")
    (tmp_path / "list").write_text("float.tif 3\n")
    with pytest.raises(DataError, match="no image of bytes"):
        net_of(f'source: "{tmp_path}/list" root_folder: "{tmp_path}/"')


@pytest.mark.parametrize(
    ("fields", "size"),
    [
        ("short_side: 10", (10, 16)),
        ("short_side: 3 new_height: 7 new_width: 9", (3, 4)),
        ("min_height: 10 min_width: 4", (10, 16)),
        ("min_height: 6 min_width: 20", (13, 20)),
        ("min_height: 5 min_width: 8", (5, 8)),
        ("min_height: 20 min_width: 20 new_height: 7 new_width: 9", (7, 9)),
    ],
)
def test_sizes_by_the_images_own(tmp_path: Path, fields: str, size: tuple[int, int]) -> None:
    """Images of 5 x 8; sides are cut or rounded to whole pixels as the forks do."""
    net = net_of(f"{listed(tmp_path, 2)} batch_size: 2 {fields}")
    assert net.blobs["data"].shape == (2, 3, *size)
    image = resize_bytes(pixels(5, 8, seed=1), *size).transpose(2, 0, 1)
    np.testing.assert_array_equal(net.forward()["data"][1], image)


def test_short_side_of_a_high_image(tmp_path: Path) -> None:
    net = net_of(f"{listed(tmp_path, 1, size=(8, 5))} batch_size: 1 short_side: 3")
    assert net.blobs["data"].shape == (1, 3, 4, 3)


def test_sizes_refused(tmp_path: Path) -> None:
    with pytest.raises(LayerError, match="min_height 3 and min_width 0: give both or neither"):
        net_of(f"{listed(tmp_path, 1)} batch_size: 1 min_height: 3")
    with pytest.raises(DataError, match="larger than any blob may be"):
        net_of(f"{listed(tmp_path, 1)} batch_size: 1 short_side: 100000")
