"""YoloDetectionOutput: the boxes of YOLO v2."""

from __future__ import annotations

import numpy as np
import pytest

from prototxt.blobs import Array
from support.helpers import floats, layer_from_text, refused

FIELDS = "num_classes: 2 num_box: 1 biases: 1 biases: 2 "


def output(fields: str = FIELDS, bottoms: int = 1) -> str:
    names = " ".join(f'bottom: "x{i}"' for i in range(bottoms))
    return f'type: "YoloDetectionOutput" {names} top: "y" yolo_detection_output_param {{ {fields} }}'


def one_box(side: int, row: int, column: int, *predicted: float) -> Array:
    """A map on which only one cell's box is likely."""
    x = np.zeros((1, 7, side, side), np.float32)
    x[:, 4] = -100
    x[0, :, row, column] = predicted
    return x


def test_a_box_by_hand() -> None:
    """Middle of cell (1, 0) of 2 x 2, as large as its anchor of 1 x 2 cells; sure, and classes 1 : e."""
    (y,) = layer_from_text(output()).forward([one_box(2, 1, 0, 0, 0, 0, 0, 100, 0, 1)], [])
    share = np.e / (np.e + 1)
    np.testing.assert_allclose(y[0, 0], [[0, 2, share, 0, 0.25, 0.5, 1.25]], rtol=1e-5)


def test_two_maps_and_overlapping_boxes() -> None:
    a, b = (one_box(side, 0, 0, 0, 0, 0, 0, 100, 5, 0) for side in (2, 4))
    (y,) = layer_from_text(output(bottoms=2)).forward([a, b], [])
    assert y.shape == (1, 1, 2, 7)
    (y,) = layer_from_text(output()).forward([np.concatenate([a, a])], [])
    assert y.shape == (1, 1, 1, 7)  # of two images, and still one is dropped


def test_no_detection_is_a_row_of_minus_one() -> None:
    x = one_box(3, 0, 0, *[-100.0] * 7)
    (y,) = layer_from_text(output()).forward([np.concatenate([x, x])], [])
    np.testing.assert_array_equal(y[0, 0], [[0] + [-1] * 6, [1] + [-1] * 6])


def test_huge_sizes_are_no_trouble() -> None:
    (y,) = layer_from_text(output()).forward([one_box(2, 0, 0, 0, 0, 1000, 0, 100, 5, 0)], [])
    assert np.isinf(y[0, 0, 0, 5])


def test_the_most_there_can_be() -> None:
    layer = layer_from_text(output())
    assert layer.shapes([(2, 7, 5, 3)]) == [(1, 1, 18, 7)]
    assert layer.brief([]) == "1 boxes nms 0.45"
    assert layer.cost([(1, 7, 3, 3)], []).divisions == 36


@pytest.mark.parametrize(
    ("fields", "shape", "what"),
    [
        ("num_box: 1 biases: 1 biases: 2", (1, 7, 3, 3), "no num_classes"),
        ("num_classes: 0", (1, 7, 3, 3), "not 0"),
        ("num_classes: 2 num_box: 0", (1, 7, 3, 3), "not 0"),
        ("num_classes: 2 num_box: 2 biases: 1", (1, 7, 3, 3), "1 values of biases for 2 boxes; give 4"),
        (FIELDS, (1, 8, 3, 3), "8 channels, 1 boxes of 5 + 2 values are 7"),
        (FIELDS, (1, 7, 3, 4), "4 wide and 3 high"),
        (FIELDS, (1, 7, 3), "4 axes"),
    ],
)
def test_refused(fields: str, shape: tuple[int, ...], what: str) -> None:
    assert what in refused(output(fields), shape).what


def test_a_threshold_of_nothing_keeps_one() -> None:
    x = floats(np.zeros((1, 7, 3, 3)))
    (y,) = layer_from_text(output(FIELDS + "nms_threshold: 0")).forward([x], [])
    assert y.shape == (1, 1, 1, 7)
    (y,) = layer_from_text(output(FIELDS + "nms_threshold: 1.5")).forward([x], [])
    assert y.shape == (1, 1, 9, 7)
