"""Boxes on images: frames and tags in the label's colour, tags inside the image and clear of each other."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from prototxt.images.load import Pixels
from prototxt.pictures.boxes import MIN_SIDE, Tagged, fitted, paint_boxes, text_size
from prototxt.pictures.canvas import text_width
from prototxt.pictures.colours import label_colour

GRAY = np.full((300, 400, 3), 128, np.uint8)


def pixels(picture: Image.Image) -> NDArray[np.uint8]:
    return np.asarray(picture)


def changed(picture: Image.Image, image: Pixels) -> NDArray[np.bool_]:
    differs: NDArray[np.bool_] = (pixels(picture) != image).any(axis=-1)
    return differs


def test_frames_have_the_labels_colour() -> None:
    boxes = [Tagged((50, 60, 150, 200), 3, "cat 0.90"), Tagged((200.4, 100, 380, 280), 5, "dog 0.80")]
    picture = paint_boxes(GRAY, boxes)
    assert picture.size == (400, 300)
    got = pixels(picture)
    for box, (left, top, right, bottom) in zip(
        boxes, [(50, 60, 150, 200), (200, 100, 380, 280)], strict=True
    ):
        colour = label_colour(box.label)
        for x, y in [(left, bottom), (right, bottom), (right, top), (left, (top + bottom) // 2)]:
            assert tuple(got[y, x]) == colour
        assert (got[top + 10 : bottom - 10, left + 10 : right - 10] == 128).all()
        # the tag stands above, filled with the colour, and holds letters
        assert tuple(got[top - 2, left + 1]) == colour
        assert len(np.unique(got[top - 15 : top - 2, left + 2 : left + 60].reshape(-1, 3), axis=0)) > 1


def test_the_image_is_left_alone_elsewhere() -> None:
    before = GRAY.copy()
    assert not changed(paint_boxes(GRAY, []), GRAY).any()
    paint_boxes(GRAY, [Tagged((50, 60, 150, 200), 3, "cat")])
    np.testing.assert_array_equal(GRAY, before)


def test_the_best_is_on_top() -> None:
    picture = paint_boxes(GRAY, [Tagged((50, 60, 150, 200), 1, "a"), Tagged((50, 60, 150, 200), 2, "b")])
    assert tuple(pixels(picture)[200, 100]) == label_colour(1)


@pytest.mark.parametrize(
    "box",
    [(0, 0, 399, 299), (-50, -40, 30, 20), (380, 280, 600, 500), (395, 0, 399, 4), (100, 0, 100, 0),
     (-1e9, -1e9, 1e9, 1e9)],
    ids=str,
)  # fmt: skip
def test_tags_stay_inside(box: tuple[float, float, float, float]) -> None:
    """As many pixels have the tag's colour as where there is room for it."""
    tag = "a long name 0.99"
    alone = (pixels(paint_boxes(GRAY, [Tagged((100, 150, 350, 250), 1, tag)])) == label_colour(1)).all(-1)
    got = (pixels(paint_boxes(GRAY, [Tagged(box, 1, tag)])) == label_colour(1)).all(-1)
    height = np.flatnonzero(alone[:150].any(1))
    assert got.sum() >= 0.9 * alone[height.min() : 149].sum()


def test_boxes_outside_are_left_out() -> None:
    outside = [(500, 10, 600, 20), (-30, 10, -2, 20), (10, 400, 20, 500), (10, -90, 20, -5)]
    for box in outside:
        assert not changed(paint_boxes(GRAY, [Tagged(box, 1, "far")]), GRAY).any()


def test_a_hundred_boxes_on_one_place() -> None:
    """What tags there is room for stand apart: each label's tag has its full width somewhere."""
    boxes = [Tagged((100, 100, 140, 140), k % 8, f"label {k} 0.50") for k in range(100)]
    got = pixels(paint_boxes(GRAY, boxes))
    first = (got == label_colour(0)).all(-1)
    assert first.sum() > 300
    assert (got == label_colour(1)).all(-1).sum() > 300


@pytest.mark.parametrize(
    ("height", "width", "factor"), [(24, 32, 10), (1, 1, 320), (319, 200, 2), (320, 9, 1)]
)
def test_small_images_are_enlarged(height: int, width: int, factor: int) -> None:
    image = np.arange(height * width * 3).reshape(height, width, 3).astype(np.uint8)
    picture = paint_boxes(image, [])
    assert picture.size == (width * factor, height * factor)
    assert max(picture.size) >= MIN_SIDE
    np.testing.assert_array_equal(pixels(picture)[::factor, ::factor], image)


def test_boxes_of_small_images_grow_too() -> None:
    picture = paint_boxes(np.zeros((24, 32, 3), np.uint8), [Tagged((3, 10, 20, 20), 2, "x")])
    assert tuple(pixels(picture)[200, 100]) == label_colour(2)


def test_large_images_have_large_letters() -> None:
    sizes = [
        text_size(Image.new("RGB", size)) for size in ((320, 240), (1000, 700), (4000, 3000), (9000, 20))
    ]
    assert sizes == [12, 24, 64, 12]


def test_images_of_floats() -> None:
    image = np.array([[[-3, 12.6, 300]] * 400] * 2, np.float32)
    assert pixels(paint_boxes(image, []))[0, 0].tolist() == [0, 13, 255]


def test_long_and_odd_tags() -> None:
    words = "a name that is much too long for any picture " * 40
    assert text_width(fitted(words, 14, 200), 14) <= 200
    assert fitted(words, 14, 200).endswith("…")
    assert fitted("short", 14, 200) == "short"
    assert fitted("short", 14, 1) == ""
    assert fitted("two\nlines\x07", 14, 300) == "two\\x0alines\\x07"
    thin = np.zeros((4, 400, 3), np.uint8)
    paint_boxes(thin, [Tagged((1, 1, 50, 3), 1, "no room")])
    paint_boxes(np.ascontiguousarray(thin.transpose(1, 0, 2)), [Tagged((1, 1, 3, 50), 1, "no room")])
