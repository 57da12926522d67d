"""ImageLabelmapData: pairs in order, maps of 0 and 1, images and maps cut alike, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import prototxt
from prototxt.errors import DataError, LayerError
from prototxt.images.opencv import resize_bytes
from prototxt.net import Net
from support.datasets import Bytes, pixels, prefetch_threads, write_images

# Remarks are PrototxtWarnings; these tests read them in Graph.notes.
pytestmark = pytest.mark.filterwarnings("ignore::prototxt.errors.PrototxtWarning")


def net_of(fields: str, more: str = "", phase: str = "TEST", seed: int = 0) -> Net:
    text = (
        'layer { name: "d" type: "ImageLabelmapData" top: "data" top: "label" '
        f"{more} image_data_param {{ {fields} }} }}"
    )
    return prototxt.parse_net(text, file="net.prototxt", phase=phase, seed=seed)


def edges(i: int, height: int, width: int) -> Bytes:
    return pixels(height, width, 1, seed=100 + i)[..., 0]


def listed(folder: Path, count: int, size: tuple[int, int] = (5, 8)) -> str:
    """A list of images and their maps in a folder; the fields that name both."""
    write_images(folder, [size] * count, "{}.png")
    for i in range(count):
        Image.fromarray(edges(i, *size)).save(folder / f"map{i}.png")
    (folder / "pairs.lst").write_text("".join(f"{i}.png map{i}.png\n" for i in range(count)))
    return f'source: "{folder}/pairs.lst" root_folder: "{folder}/"'


def test_pairs_in_order_round_and_round(tmp_path: Path) -> None:
    net = net_of(f"{listed(tmp_path, 3)} batch_size: 2", "transform_param { mean_value: 9 scale: 0.5 }")
    assert net.blobs["data"].shape == (2, 3, 5, 8)
    assert net.blobs["label"].shape == (2, 1, 5, 8)
    for first in (0, 2, 1):
        got = net.forward()
        for n, i in enumerate((first, (first + 1) % 3)):
            image = pixels(5, 8, seed=i).transpose(2, 0, 1)
            np.testing.assert_array_equal(got["data"][n], (image.astype(np.float32) - 9) / 2)
            np.testing.assert_array_equal(got["label"][n, 0], edges(i, 5, 8) > 127)


def test_maps_are_resized_bilinearly(tmp_path: Path) -> None:
    net = net_of(f"{listed(tmp_path, 1, (20, 30))} batch_size: 1 new_height: 7 new_width: 9")
    got = net.forward()
    np.testing.assert_array_equal(got["data"][0], resize_bytes(pixels(20, 30), 7, 9).transpose(2, 0, 1))
    np.testing.assert_array_equal(
        got["label"][0, 0], resize_bytes(edges(0, 20, 30)[..., None], 7, 9)[..., 0] > 127
    )


@pytest.mark.parametrize("phase", ["TEST", "TRAIN"])
def test_cut_and_mirrored_alike_and_anywhere(tmp_path: Path, phase: str) -> None:
    fields = f"{listed(tmp_path, 1, (6, 9))} batch_size: 20"
    net = net_of(fields, "transform_param { crop_size: 4 mirror: true }", phase)
    assert net.blobs["data"].shape == (20, 3, 4, 4)
    got = net.forward()
    image, label = pixels(6, 9).transpose(2, 0, 1), edges(0, 6, 9) > 127
    collected = set()
    for data, result in zip(got["data"], got["label"], strict=True):
        for top, left, step in np.ndindex(3, 6, 2):
            turn = (..., slice(None, None, 1 - 2 * step))
            part = (..., slice(top, top + 4), slice(left, left + 4))
            if np.array_equal(image[part][turn], data):
                np.testing.assert_array_equal(result[0], label[part][turn])
                collected.add((top, left, step))
    assert len(collected) > 8


def test_mean_file_has_the_size_of_the_images(tmp_path: Path) -> None:
    fields = f"{listed(tmp_path, 1)} batch_size: 1"
    np.save(tmp_path / "mean.npy", pixels(5, 8, seed=7).transpose(2, 0, 1).astype(np.float32))
    net = net_of(fields, f'transform_param {{ crop_size: 5 mean_file: "{tmp_path}/mean.npy" }}')
    whole = pixels(5, 8).astype(np.float32) - pixels(5, 8, seed=7)
    parts = [whole[:, left : left + 5].transpose(2, 0, 1) for left in range(4)]
    data = net.forward()["data"][0]
    assert any(np.array_equal(data, part) for part in parts)


def test_the_same_seed_the_same_pairs(tmp_path: Path) -> None:
    fields = f"{listed(tmp_path, 6)} batch_size: 6 shuffle: true"
    first = net_of(fields, seed=1).forward()
    again = net_of(fields, seed=1).forward()
    for name in ("data", "label"):
        np.testing.assert_array_equal(first[name], again[name])
    assert (first["data"] != net_of(fields, seed=2).forward()["data"]).any()
    assert not prefetch_threads()


def test_shapes_without_the_list() -> None:
    net = net_of('source: "no" batch_size: 2', "transform_param { crop_size: 6 }")
    assert net.blobs["label"].shape == (2, 1, 6, 6)
    assert '"no" is not here' in net.graph.notes[0]
    with pytest.raises(DataError, match="no: no such image list"):
        net.forward()


def test_sizes_that_do_not_fit(tmp_path: Path) -> None:
    fields = listed(tmp_path, 2)
    Image.fromarray(edges(1, 5, 7)).save(tmp_path / "map1.png")
    with pytest.raises(DataError, match=r"map1.png: the map is 5 x 7, the image 1.png 5 x 8"):
        net_of(f"{fields} batch_size: 2").forward()
    (tmp_path / "pairs.lst").write_text("0.png map0.png\nsmall.png small.png\n")
    write_images(tmp_path, [(3, 8)], "small.png")
    with pytest.raises(DataError, match="crop_size 4 is larger than the image, 3 x 8"):
        net_of(f"{fields} batch_size: 2", "transform_param { crop_size: 4 }").forward()


@pytest.mark.parametrize(
    ("fields", "what", "field"),
    [
        ("batch_size: 1", "no source: which image list?", "source"),
        ('source: "no" batch_size: 0', "batch_size must be at least 1, not 0", "batch_size"),
        ('source: "no" batch_size: 1 new_width: 3', "new_height 0 and new_width 3", "new_width"),
    ],
)
def test_refusals(fields: str, what: str, field: str) -> None:
    with pytest.raises(LayerError) as caught:
        net_of(fields)
    assert what in caught.value.what
    assert caught.value.field == field
