"""WindowData: windows held against cuts by hand, the share of objects, randomness, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import prototxt
from prototxt.data.lists import Window
from prototxt.data.windows import Cut, place_window
from prototxt.errors import DataError, LayerError
from prototxt.images.opencv import resize_bytes
from prototxt.net import Net
from support.datasets import pixels, prefetch_threads, write_images
from support.helpers import layer_from_text

IMAGE = pixels(20, 30)


def window_file(folder: Path, windows: str, count: int) -> str:
    """An image of 20 x 30 with these windows; the fields that name both."""
    write_images(folder, [(20, 30)], "w{}.png")
    (folder / "windows").write_text(f"# 0\nw0.png\n3\n20\n30\n{count}\n{windows}")
    return f'source: "{folder}/windows" root_folder: "{folder}/"'


def net_of(fields: str, transform: str = "crop_size: 6", seed: int = 0) -> Net:
    text = (
        f'layer {{ name: "d" type: "WindowData" top: "data" top: "label" transform_param {{ {transform} }} '
        f"window_data_param {{ {fields} }} }}"
    )
    return prototxt.parse_net(text, file="net.prototxt", seed=seed)


def test_a_batch_is_background_then_objects(tmp_path: Path) -> None:
    fields = window_file(tmp_path, "5 0.9 2 3 13 12\n4 0.1 0 0 9 9\n3 0.4 1 1 5 5", 3)
    net = net_of(f"{fields} batch_size: 7 fg_fraction: 0.3 bg_threshold: 0.2")
    assert net.blobs["data"].shape == (7, 3, 6, 6)
    out = net.forward()
    assert out["label"].tolist() == [0] * 5 + [5] * 2
    background = resize_bytes(IMAGE[0:10, 0:10], 6, 6).transpose(2, 0, 1)
    objects = resize_bytes(IMAGE[3:13, 2:14], 6, 6).transpose(2, 0, 1)
    np.testing.assert_array_equal(out["data"][0], background)
    np.testing.assert_array_equal(out["data"][6], objects)


def test_mean_scale_and_mirror(tmp_path: Path) -> None:
    fields = window_file(tmp_path, "1 1 2 3 13 12", 1) + " batch_size: 30 fg_fraction: 1"
    cut = resize_bytes(IMAGE[3:13, 2:14], 6, 6).transpose(2, 0, 1).astype(np.float32)
    mean = np.arange(3 * 8 * 8, dtype=np.float32).reshape(3, 8, 8)
    np.save(tmp_path / "mean.npy", mean)
    transform = f'crop_size: 6 mirror: true mean_file: "{tmp_path}/mean.npy"'
    both = {x.tobytes() for x in net_of(f"{fields} scale: 0.5", transform).forward()["data"]}
    inner = mean[:, 1:7, 1:7]
    assert both == {((x - inner) * np.float32(0.5)).tobytes() for x in (cut, cut[..., ::-1])}
    (got, *_) = net_of(f"{fields} scale: 3", "crop_size: 6 scale: 2 mean_value: 7").forward()["data"]
    np.testing.assert_array_equal(got, (cut - 7) * 2)


def test_context_by_hand(tmp_path: Path) -> None:
    """A window at the image's corner: its margins fall outside and stay 0."""
    fields = window_file(tmp_path, "1 1 0 0 9 9", 1) + " batch_size: 1 fg_fraction: 1 context_pad: 1"
    (got,) = net_of(fields, "crop_size: 10").forward()["data"]
    # 10 / 8 times as large around (5, 5): -1.25 .. 11.25, rounded -1 .. 11, 13 pixels to 10.
    cut = resize_bytes(IMAGE[0:12, 0:12], 9, 9).transpose(2, 0, 1)
    np.testing.assert_array_equal(got[:, 1:, 1:], cut)
    assert not got[:, 0].any()
    assert not got[:, :, 0].any()


def test_squares_and_mirrored_margins() -> None:
    window = Window("x", 1, 1.0, 20, 5, 29, 8)
    box = place_window(window, Cut(12, 0, True), 20, 30, mirrored=False)
    # Half of 10 around (25, 7): 20 .. 30 and 2 .. 12; one column is right of the image.
    assert (box.x1, box.x2, box.y1, box.y2) == (20, 29, 2, 12)
    assert (box.left, box.top, box.width, box.height) == (0, 0, 11, 12)
    assert place_window(window, Cut(12, 0, True), 20, 30, mirrored=True).left == 1


def test_drawing_is_seeded(tmp_path: Path) -> None:
    windows = "\n".join(f"{i + 1} 1 {i} {i} {i + 4} {i + 5}" for i in range(9))
    fields = window_file(tmp_path, windows, 9) + " batch_size: 8 fg_fraction: 1"
    first, again, other = (net_of(fields, seed=s).forward()["label"] for s in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_shapes_without_the_file() -> None:
    net = net_of('source: "no" batch_size: 4')
    assert net.blobs["data"].shape == (4, 3, 6, 6)
    assert net.graph.notes == ()
    with pytest.raises(DataError, match="no: no such window file"):
        net.forward()


@pytest.mark.parametrize(
    ("fields", "transform", "what"),
    [
        ('source: "x" batch_size: 1', "", "no crop_size"),
        ('source: "x" batch_size: 1 crop_mode: "round"', "crop_size: 6", '"warp" or "square", not "round"'),
        ('source: "x" batch_size: 1 context_pad: 3', "crop_size: 6", "leaves nothing of crop_size 6"),
        ('source: "x" batch_size: 1 fg_fraction: 1.5', "crop_size: 6", "from 0 to 1, not 1.5"),
    ],
)
def test_parameters_that_are_refused(fields: str, transform: str, what: str) -> None:
    with pytest.raises(LayerError, match=what):
        layer_from_text(
            f'name: "d" type: "WindowData" top: "x" top: "l" transform_param {{ {transform} }} '
            f"window_data_param {{ {fields} }}"
        )


@pytest.mark.parametrize(
    ("windows", "what"),
    [
        ("1 1 20 5 40 9", r"\(20, 5\) to \(40, 9\) is not within the image, 30 x 20 pixels"),
        ("1 1 9 5 3 9", "is not within the image"),
        ("0 1 2 3 8 9", "a class below 1"),
        ("1 0.1 2 3 8 9", "no windows of objects at thresholds 0.5 and 0.5; a batch takes 4"),
    ],
)
def test_windows_that_are_refused(tmp_path: Path, windows: str, what: str) -> None:
    fields = window_file(tmp_path, windows, 1) + " batch_size: 4 fg_fraction: 1"
    with pytest.raises(DataError, match=what):
        net_of(fields).forward()
    assert prefetch_threads() == []


def test_means_that_do_not_fit(tmp_path: Path) -> None:
    fields = window_file(tmp_path, "1 1 2 3 8 9", 1) + " batch_size: 4 fg_fraction: 1"
    with pytest.raises(DataError, match="2 mean values for 3 channels"):
        net_of(fields, "crop_size: 6 mean_value: 1 mean_value: 2").forward()
    np.save(tmp_path / "mean.npy", np.zeros((3, 5, 5), np.float32))
    with pytest.raises(DataError, match="too small for 3 x 6 x 6"):
        net_of(fields, f'crop_size: 6 mean_file: "{tmp_path}/mean.npy"').forward()
