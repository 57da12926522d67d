"""caffe.Detector: windows cut by hand, with and without what lies around them."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from PIL import Image

import prototxt.caffe as caffe
from prototxt.caffe.io import resize_image
from prototxt.errors import ImageError
from support.pycaffe_nets import image_net, write_net

MEAN = np.array([51.0, 102.0, 153.0])


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    """Two images of 20 x 15 and 12 x 30."""
    rng = np.random.default_rng(2)
    names = []
    for number, size in enumerate([(20, 15), (12, 30)]):
        names.append(str(tmp_path / f"{number}.png"))
        Image.fromarray(rng.integers(0, 256, (*size, 3), np.uint8)).save(names[-1])
    return names


def detector(folder: Path, **how: Any) -> caffe.Detector:
    return caffe.Detector(*image_net(folder), **how)


def test_every_window_is_classified(tmp_path: Path, files: list[str]) -> None:
    how: dict[str, Any] = {"mean": MEAN, "raw_scale": 255, "channel_swap": (2, 1, 0)}
    windows: list[list[Any]] = [[(0, 0, 20, 15), np.array([3, 2, 9, 14])], [], [[1.0, 5.0, 8.0, 30.0]]]
    names = [files[0], files[0], files[1]]
    result = detector(tmp_path, **how).detect_windows(zip(names, windows, strict=True))
    assert [one["filename"] for one in result] == [files[0], files[0], files[1]]
    assert result[1]["window"] is windows[0][1]
    first, second = map(caffe.io.load_image, files)
    by_hand = [first, first[3:9, 2:14], second[1:8, 5:30]]
    whole = caffe.Classifier(*image_net(tmp_path), **how)
    wanted = whole.predict(by_hand, oversample=False)
    got = np.array([one["prediction"] for one in result])
    assert got.shape == (3, 6)
    assert_allclose(got, wanted, rtol=1e-5)


def test_no_window_no_answer(tmp_path: Path, files: list[str]) -> None:
    assert detector(tmp_path).detect_windows([]) == []
    assert detector(tmp_path).detect_windows([(files[0], [])]) == []


WIDE = """
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 2 dim: 3 dim: 12 dim: 10 } } }
layer { name: "y" type: "Pooling" bottom: "data" top: "y" pooling_param { pool: AVE global_pooling: true } }
"""


@pytest.fixture
def around(tmp_path: Path) -> caffe.Detector:
    """Crops of 12 x 10 with a pixel of context on each side; the mean is 0.6, 0.4, 0.2 of RGB."""
    model = write_net(tmp_path, WIDE)
    caffe.Net(model, caffe.TEST).save(str(tmp_path / "net.caffemodel"))
    return caffe.Detector(
        model, tmp_path / "net.caffemodel", mean=MEAN, raw_scale=255, channel_swap=(2, 1, 0), context_pad=1
    )  # fmt: skip


def test_the_mean_is_that_of_an_image(around: caffe.Detector) -> None:
    assert tuple(around.crop_dims) == (12, 10, 3)
    assert_allclose(np.broadcast_to(around.crop_mean, (12, 10, 3))[4, 7], [0.6, 0.4, 0.2])


# Rows 5 to 9: half 2.5, centre 7.5, reach 2.5 * 12 / 10 = 3: 4.5 to 10.5, to even 4 to 10, 7 pixels by 12 / 7; none is
# outside, so all 12 pixels of the crop are made of rows 4 to 9. Columns as below.
INSIDE = (slice(4, 10), slice(0, 12))


@pytest.mark.parametrize(
    ("columns", "taken", "becomes"),
    [
        # half 3, centre 3, reach 3.75: -0.75 to 6.75, so -1 to 7, 9 pixels by 10 / 9: 1 of them outside becomes 1;
        # 0 to 7, 8 pixels, become 9
        ((0, 5), slice(0, 7), slice(1, 10)),
        # centre 9: 5.25 to 12.75, 5 to 13: all inside
        ((6, 11), slice(5, 13), slice(0, 10)),
        # centre 14: 10.25 to 17.75, 10 to 18, of which 15 is the last: 6 by 10 / 9 is 7
        ((11, 16), slice(10, 15), slice(0, 7)),
    ],
)
def test_context_shows_the_surroundings_of_a_window(
    around: caffe.Detector, columns: tuple[int, int], taken: slice, becomes: slice
) -> None:
    image = np.random.default_rng(4).random((20, 15, 3), np.float32)
    got = around.crop(image, (5, columns[0], 9, columns[1]))
    wanted = np.empty((12, 10, 3), np.float32)
    wanted[...] = [0.6, 0.4, 0.2]
    part = resize_image(image[INSIDE[0], taken], (12, becomes.stop - becomes.start))
    wanted[INSIDE[1], becomes] = part
    assert_allclose(got, wanted, atol=1e-6)


def test_context_below_and_above(around: caffe.Detector) -> None:
    image = np.random.default_rng(4).random((8, 40, 3), np.float32)
    # Rows 0 to 7: half 4, centre 4, reach 4.8: -0.8 to 8.8, -1 to 9, 11 pixels by 12 / 11:
    # 1 outside becomes 1, 0 to 8 become 10.
    got = around.crop(image, (0, 6, 7, 11))
    assert_allclose(got[[0, 11]], np.broadcast_to([0.6, 0.4, 0.2], (2, 10, 3)), atol=1e-6)
    assert_allclose(got[1:11], resize_image(image[:, 5:13], (10, 10)), atol=1e-6)


def test_without_a_mean_there_is_black(tmp_path: Path) -> None:
    net = detector(tmp_path, context_pad=2)
    got = net.crop(np.ones((30, 30, 3), np.float32), (0, 0, 10, 10))
    assert got.shape == (9, 11, 3)
    assert (got[0] == 0).all()
    assert (got[:, 0] == 0).all()
    assert (got[5:, 5:] == 1).all()


def test_context_can_be_changed(around: caffe.Detector) -> None:
    image = np.ones((20, 15, 3), np.float32)
    around.configure_crop(None)
    assert_array_equal(around.crop(image, (2, 3, 9, 8)), image[2:9, 3:8])
    with pytest.raises(ValueError, match="context_pad 5 leaves nothing of the net's input, 12 x 10"):
        around.configure_crop(5)


@pytest.mark.parametrize(
    ("context", "window"),
    [
        (None, (4, 4, 4, 9)),
        *(
            (context, window)
            for context in (None, 1)
            for window in [(40, 2, 50, 9), (-9, 2, -5, 9), (9, 9, 2, 2)]
        ),
    ],
)
def test_windows_that_hold_nothing(
    around: caffe.Detector, context: int | None, window: tuple[int, ...]
) -> None:
    around.configure_crop(context)
    numbers = ", ".join(map(str, window))
    with pytest.raises(ValueError, match=f"window {numbers} holds no pixel of an image of 20 x 15"):
        around.crop(np.ones((20, 15, 3), np.float32), window)


def test_files_that_are_no_images(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        detector(tmp_path).detect_windows([(str(tmp_path / "x.png"), [(0, 0, 1, 1)])])
    with pytest.raises(ImageError):
        detector(tmp_path).detect_windows([(str(tmp_path / "net.prototxt"), [(0, 0, 1, 1)])])


def test_selective_search_is_a_package_of_others(
    tmp_path: Path, files: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(
        ImportError, match=r"needs the package selective_search_ijcv_with_python.*detect_windows"
    ):
        detector(tmp_path).detect_selective_search(files)

    def get_windows(names: list[str], cmd: str) -> list[np.ndarray]:
        assert names == files
        assert cmd == "selective_search_rcnn"
        return [np.array([[0, 0, 7, 8.0]]), np.array([[0, 0, 7, 9.0], [1, 1, 9, 9]])]

    monkeypatch.setitem(
        sys.modules, "selective_search_ijcv_with_python", SimpleNamespace(get_windows=get_windows)
    )
    result = detector(tmp_path).detect_selective_search(files)
    assert [one["filename"] for one in result] == [files[0], files[1], files[1]]
