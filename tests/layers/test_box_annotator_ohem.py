"""BoxAnnotatorOHEM: the hardest regions of each image by hand, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

from prototxt.blobs import Array, Shape
from prototxt.errors import LayerError
from prototxt.layers.base import Cost
from support.helpers import layer_from_text, noise, refused, run

TEXT = (
    'type: "BoxAnnotatorOHEM" bottom: "r" bottom: "loss" bottom: "l" bottom: "w" top: "yl" top: "yw" '
    "box_annotator_ohem_param { roi_per_img: %d ignore_label: -1 }"
)
LABELS = np.array([1, 2, 3, 4, 5], np.float32)


def rois(*images: float) -> Array:
    rows = np.zeros((len(images), 5), np.float32)
    rows[:, 0] = images
    return rows


def test_the_hardest_of_each_image() -> None:
    weights = noise(5, 8)
    losses = np.array([0.1, 0.9, 0.5, 0.2, 0.4], np.float32)
    labels, kept = run(layer_from_text(TEXT % 2), rois(0, 1, 0, 0, 1), losses, LABELS, weights)
    assert labels.ravel().tolist() == [-1, 2, 3, 4, 5]
    np.testing.assert_array_equal(kept[1:, :, 0, 0], weights[1:])
    assert not kept[0].any()
    labels, _ = run(layer_from_text(TEXT % 1), rois(0, 1, 0, 0, 1), losses, LABELS, weights)
    assert labels.ravel().tolist() == [-1, 2, 3, -1, -1]


def test_of_equal_losses_the_first() -> None:
    equal = np.ones((5, 1, 1, 1), np.float32)
    labels, _ = run(
        layer_from_text(TEXT % 2), rois(0, 0, 0, 0, 0), equal, LABELS[:, None, None, None], noise(5, 4, 1, 1)
    )
    assert labels.ravel().tolist() == [1, 2, -1, -1, -1]


@pytest.mark.parametrize(
    ("number", "bottom", "what", "field"),
    [
        (0, ((5, 5), (5,), (5,), (5, 8)), "roi_per_img must be at least 1, not 0", "roi_per_img"),
        (
            2,
            ((5, 4), (5,), (5,), (5, 8)),
            "bottom 0 must be R x 5 (a row is image, x1, y1, x2, y2), got 5 x 4",
            "bottom",
        ),
        (2, ((5, 5), (4,), (5,), (5, 8)), "5 regions need losses of 5 x ..., got 4", "bottom"),
        (2, ((5, 5), (5,), (5, 2), (5, 8)), "labels must be R (further axes of 1), got 5 x 2", "bottom"),
        (
            2,
            ((5, 5), (5,), (5,), (5, 8, 3)),
            "weights must be R x C (further axes of 1), got 5 x 8 x 3",
            "bottom",
        ),
    ],
)
def test_refusals(number: int, bottom: tuple[Shape, ...], what: str, field: str) -> None:
    error = refused(TEXT % number, *bottom)
    assert (error.what, error.field) == (what, field)


def test_an_image_that_is_none() -> None:
    with pytest.raises(LayerError, match="a region's image -1 is out of range"):
        layer_from_text(TEXT % 1).forward([rois(-1), noise(1), noise(1), noise(1, 4)], ())


def test_cost_and_brief() -> None:
    layer = layer_from_text(TEXT % 3)
    shapes: list[Shape] = [(8, 5), (8,), (8,), (8, 4)]
    assert layer.cost(shapes, layer.shapes(shapes)) == Cost(comparisons=24)
    assert layer.brief(shapes) == "3 an image"
