"""Yolov3DetectionOutput: the boxes of YOLO v3."""

from __future__ import annotations

import numpy as np
import pytest

from support.helpers import layer_from_text, refused

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
    (y,) = layer_from_text(output(fields)).forward([a, b], [])
    box = [2.5 / 4 - 0.125, 0.75 - 0.5, 2.5 / 4 + 0.125, 0.75 + 0.5]
    np.testing.assert_allclose(y[0, 0], [[0, 1, 1, *box], [0, 2, 0.5, *box]], rtol=1e-5)
    (y,) = layer_from_text(output()).forward([a, b], [])
    assert y.shape[2] == 1  # the better class of the box drops the other
    a[0, :, 0, 1] = [0, 0, 0, 0, 100, 0, -100]
    (y,) = layer_from_text(output()).forward([a, b], [])
    box = [0.75 - 0.0625, 0.5 - 0.0625, 0.75 + 0.0625, 0.5 + 0.0625]  # 4 x 2 of 32 x 16
    np.testing.assert_allclose(y[0, 0, 1], [0, 1, 0.5, *box], rtol=1e-5)


def test_shapes_cost_and_brief() -> None:
    layer = layer_from_text(output())
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


def sigmoid(x: float) -> float:
    return float(1 / (1 + np.exp(-x)))


@pytest.mark.parametrize("seed", range(20))
def test_against_plain_loops(seed: int) -> None:
    """Maps of any size, more masks than boxes, more biases than masks, several images, all kept together."""
    r = np.random.default_rng(seed)
    images, classes, boxes, groups = (int(r.integers(1, n)) for n in (4, 4, 4, 4))
    each = boxes + int(r.integers(2))
    mask = [int(n) for n in r.integers(0, 6, each * groups)]
    biases = r.uniform(5, 90, 12).round(1).tolist()
    scales = [int(n) for n in r.choice([8, 16, 32], groups)]
    shapes = [(images, boxes * (5 + classes), *r.integers(1, 4, 2)) for _ in range(groups)]
    maps = [r.standard_normal(shape).astype(np.float32) for shape in shapes]
    least, limit = float(r.choice([0.1, 0.25])), float(r.choice([0.0, 0.3, 0.45, 2.0]))
    collected = []
    for t, x in enumerate(maps):
        height, width = x.shape[2:]
        for n, b, j, i in np.ndindex(images, boxes, height, width):
            predicted = x[n, b * (5 + classes) : (b + 1) * (5 + classes), j, i].tolist()
            m = mask[t * each + b]
            cx, cy = (i + sigmoid(predicted[0])) / width, (j + sigmoid(predicted[1])) / height
            w = np.exp(predicted[2]) * biases[2 * m] / (width * scales[t])
            h = np.exp(predicted[3]) * biases[2 * m + 1] / (height * scales[t])
            for k in range(classes):
                score = sigmoid(predicted[4]) * sigmoid(predicted[5 + k])
                if score > least:
                    collected.append([0, k + 1, score, cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2])
    kept: list[list[float]] = []
    for row in sorted(collected, key=lambda row: -row[2]):
        if all(plain_overlap(row[3:], other[3:]) < limit for other in kept):
            kept.append(row)
    text = f"""num_classes: {classes} num_box: {boxes} mask_group_num: {groups} biases: {biases} mask: {mask}
        anchors_scale: {scales} confidence_threshold: {least} nms_threshold: {limit}"""
    (y,) = layer_from_text(output(text, groups)).forward(maps, [])
    none = [[n, *[-1] * 6] for n in range(images)]
    np.testing.assert_allclose(y[0, 0], kept or none, 1e-4, 1e-5)


def plain_overlap(a: list[float], b: list[float]) -> float:
    w, h = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    if w < 0 or h < 0:
        return 0.0
    return w * h / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - w * h)
