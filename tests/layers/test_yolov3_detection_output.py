"""Yolov3DetectionOutput: the boxes of YOLO v3."""

from __future__ import annotations

import numpy as np
import pytest

from helpers import refused, room

BIASES = "biases: 8 biases: 16 biases: 4 biases: 2 "
FIELDS = f"num_classes: 2 num_box: 1 {BIASES} mask: 1 mask: 0 anchors_scale: 16 anchors_scale: 8 "


def output(fields: str = FIELDS, bottoms: int = 2) -> str:
    names = " ".join(f'bottom: "x{i}"' for i in range(bottoms))
    return f'type: "Yolov3DetectionOutput" {names} top: "y" yolov3_detection_output_param {{ {fields} }}'


def test_boxes_by_hand() -> None:
    """The second map's cell (1, 2) of 2 x 4: anchor 0, 8 x 16 of 32 x 16 pixels. Both classes are likely."""
    a = np.full((1, 7, 1, 2), -100, np.float32)
    b = np.full((1, 7, 2, 4), -100, np.float32)
    b[0, :, 1, 2] = [0, 0, 0, 0, 100, 100, 0]
    fields = FIELDS + "nms_threshold: 1.5"
    (y,) = room(output(fields)).forward([a, b], [])
    box = [2.5 / 4 - 0.125, 0.75 - 0.5, 2.5 / 4 + 0.125, 0.75 + 0.5]
    np.testing.assert_allclose(y[0, 0], [[0, 1, 1, *box], [0, 2, 0.5, *box]], rtol=1e-5)
    (y,) = room(output()).forward([a, b], [])
    assert y.shape[2] == 1  # the better class of the box drops the other
    a[0, :, 0, 1] = [0, 0, 0, 0, 100, 0, -100]
    (y,) = room(output()).forward([a, b], [])
    box = [0.75 - 0.0625, 0.5 - 0.0625, 0.75 + 0.0625, 0.5 + 0.0625]  # 4 x 2 of 32 x 16
    np.testing.assert_allclose(y[0, 0, 1], [0, 1, 0.5, *box], rtol=1e-5)


def test_shapes_cost_and_brief() -> None:
    layer = room(output())
    shapes = [(2, 7, 1, 2), (2, 7, 2, 4)]
    assert layer.shapes(shapes) == [(1, 1, 2 * 10 * 2, 7)]
    assert layer.cost(shapes, []).comparisons == 40
    assert layer.brief(shapes) == "1 boxes nms 0.45"


@pytest.mark.parametrize(
    ("fields", "bottoms", "field"),
    [
        (BIASES, 2, "num_classes"),
        (FIELDS, 1, "mask_group_num"),
        (FIELDS + "mask_group_num: 0", 2, "mask_group_num"),
        (FIELDS + "gaussian_box: true", 2, "gaussian_box"),
        (FIELDS.replace("anchors_scale: 8", ""), 2, "anchors_scale"),
        (FIELDS.replace("anchors_scale: 8", "anchors_scale: 0"), 2, "anchors_scale"),
        (FIELDS.replace("mask: 0", ""), 2, "mask"),
        (FIELDS.replace("mask: 0", "mask: 2"), 2, "mask"),
        (FIELDS.replace("num_classes: 2", "num_classes: 3"), 2, "num_classes"),
    ],
)
def test_refused(fields: str, bottoms: int, field: str) -> None:
    error = refused(output(fields, bottoms), *[(1, 7, 2, 4)] * bottoms)
    assert error.field == field
