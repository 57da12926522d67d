"""Classes of pixels on images."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from prototxt.detection.detection import Segmentation
from prototxt.images.crops import Window
from prototxt.images.view import View
from prototxt.pictures.colours import LABELS, label_colour
from prototxt.pictures.segmentation import COLOUR, MAX_CLASSES, STRIP, paint_classes

GRAY = np.full((300, 400, 3), 100, np.uint8)
CLASSES = np.array([[0, 1], [2, 70]])
LEGEND = [(0, "sky", "25.0%"), (1, "road", "25.0%"), (2, "car", "25.0%"), (70, "tree", "25.0%")]


def mixed(label: int, gray: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return np.rint(COLOUR * np.array(label_colour(label)) + (1 - COLOUR) * gray)


def test_each_class_has_its_colour() -> None:
    result = Segmentation(("s",), 80, View.whole(300, 400), CLASSES)
    got = np.asarray(paint_classes(GRAY, result, LEGEND))
    assert got.shape[1] == 400
    for label, y, x in [(0, 0, 0), (0, 149, 199), (1, 0, 200), (2, 150, 0), (70, 299, 399)]:
        np.testing.assert_allclose(got[y, x], mixed(label % LABELS, 100), atol=1)
    # the legend's swatches are the same colours on gray
    below = got[300:].reshape(-1, 3)
    for label in (0, 1, 2, 70):
        assert (np.abs(below - mixed(label % LABELS, 128)).max(axis=1) <= 1).sum() > 50


def test_the_background_stays_as_it_is() -> None:
    result = Segmentation(("s",), 80, View.whole(300, 400), CLASSES)
    got = np.asarray(paint_classes(GRAY, result, LEGEND, {0, 2}))
    np.testing.assert_array_equal(got[:300, :200], GRAY[:, :200])
    assert (got[:300, 200:] != 100).any(axis=-1).all()


def test_only_what_was_seen_is_painted() -> None:
    """400 x 300 made 200 x 150, of which the net saw 100 x 100."""
    view = View((300, 400), (150, 200), Window(25, 50, 100, 100))
    got = np.asarray(paint_classes(GRAY, Segmentation(("s",), 80, view, CLASSES), LEGEND))[:300]
    painted = (got != 100).any(axis=-1)
    assert painted[50:250, 100:300].all()
    painted[50:250, 100:300] = False
    assert not painted.any()


def test_strips_make_no_seams() -> None:
    image = np.full((2 * STRIP + 7, 3, 3), 100, np.uint8)
    result = Segmentation(("s",), 2, View.whole(*image.shape[:2]), np.ones((1, 1), np.intp))
    got = np.asarray(paint_classes(image, result, []))[: len(image), :3]
    assert len(np.unique(got.reshape(-1, 3), axis=0)) == 1


@pytest.mark.parametrize("shape", [(24, 32), (1, 1), (3, 900), (900, 3)])
def test_images_of_any_size(shape: tuple[int, int]) -> None:
    result = Segmentation(("s",), 80, View.whole(*shape), CLASSES)
    long = [(k, "a rather long name " * k, "1.0%") for k in range(60)]
    picture = paint_classes(np.zeros((*shape, 3), np.uint8), result, long)
    assert picture.width >= 320


def test_a_long_legend_counts_the_rest() -> None:
    result = Segmentation(("s",), 80, View.whole(300, 400), CLASSES)
    few, many = (
        paint_classes(GRAY, result, [(k, f"class {k}", "1.0%") for k in range(count)])
        for count in (MAX_CLASSES, 10 * MAX_CLASSES)
    )
    assert few.height < many.height < few.height + 30
    assert isinstance(many, Image.Image)
