"""EvalDetection: boxes of YOLO v2 held against the true ones, one by one."""

from __future__ import annotations

from itertools import product
from math import exp

import numpy as np
import pytest

from prototxt.blobs import Array, Shape
from prototxt.layers.base import Cost
from support.helpers import floats, layer_from_text, noise, refused, run

BIASES = (1.5, 1.0, 2.5, 3.5)


def text(fields: str = "nms: 0.3 threshold: 0.25") -> str:
    biases = " ".join(f"biases: {bias}" for bias in BIASES)
    return (
        'type: "EvalDetection" bottom: "x" bottom: "label" top: "y" '
        f"eval_detection_param {{ side: 3 num_class: 4 num_object: 2 {biases} {fields} }}"
    )


Box = tuple[float, float, float, float]


def share(a: Box, b: Box) -> float:
    """Intersection over union of boxes given by centres and sizes."""
    sides = []
    for axis in (0, 1):
        low = max(a[axis] - a[axis + 2] / 2, b[axis] - b[axis + 2] / 2)
        high = min(a[axis] + a[axis + 2] / 2, b[axis] + b[axis + 2] / 2)
        sides.append(max(high - low, 0))
    both = sides[0] * sides[1]
    return both / (a[2] * a[3] + b[2] * b[3] - both)


def decoded(x: Array) -> list[tuple[float, float, int, Box]]:
    """Objectness, probability, label and box of every cell and anchor of one image, 2 * (5 + 4) x 3 x 3."""
    found = []
    for j, i, n in product(range(3), range(3), range(2)):
        t = [float(value) for value in x[9 * n : 9 * n + 9, j, i]]
        sigmoid = [1 / (1 + exp(-value)) for value in t]
        powers = [exp(value) for value in t[5:]]
        box = (
            (i + sigmoid[0]) / 3,
            (j + sigmoid[1]) / 3,
            exp(t[2]) * BIASES[2 * n] / 3,
            exp(t[3]) * BIASES[2 * n + 1] / 3,
        )
        best = max(range(4), key=powers.__getitem__)
        found.append((sigmoid[4], powers[best] / sum(powers), best, box))
    return found


def evaluated(x: Array, truth: list[tuple[int, Box]], nms: float, threshold: float, kind: str) -> list[float]:
    powers = {"OBJ": (1, 0), "PROB": (0, 1), "MULTIPLY": (1, 1)}[kind]
    scored = [(o ** powers[0] * p ** powers[1], label, box) for o, p, label, box in decoded(x)]
    boxes = sorted(scored, key=lambda row: -row[0])
    kept: list[tuple[float, int, Box]] = []
    for row in boxes:
        if nms < 0 or all(share(row[2], other[2]) < nms for other in kept):
            kept.append(row)
    result = [float(sum(label == k for label, _ in truth)) for k in range(4)]
    taken = set()
    for k in range(4):
        for value, _, box in (row for row in kept if row[1] == k):
            shares = {i: share(box, true) for i, (label, true) in enumerate(truth) if label == k}
            near = max(shares, key=shares.__getitem__) if shares else -1
            right = near >= 0 and shares[near] >= threshold and near not in taken
            if right:
                taken.add(near)
            result += [k, value, float(right), float(not right)]
    return result + [0.0] * (4 + 3 * 3 * 2 * 4 - len(result))


@pytest.mark.parametrize("kind", ["MULTIPLY", "OBJ", "PROB"])
@pytest.mark.parametrize("nms", [0.3, -1])
def test_box_by_box(kind: str, nms: float) -> None:
    x = noise(2, 18, 3, 3)
    truth: list[list[tuple[int, Box]]] = []
    for image in x:  # two boxes of the image itself, somewhat moved, one of another label and one far away
        boxes = decoded(image)
        (_, _, a, (x0, y0, w0, h0)), (_, _, b, (x1, y1, w1, h1)) = boxes[4], boxes[11]
        truth.append([
            (a, (x0 + 0.02, y0, w0 * 1.1, h0)), (b, (x1, y1 - 0.03, w1, h1 * 0.8)), ((a + 1) % 4, (x0, y0, w0, h0)),
            (2, (0.9, 0.1, 0.01, 0.02)),
        ])  # fmt: skip
    labels = floats([[[k, *box] for k, box in rows] + [[0] * 5, [1, 0, 0.5, 0.5, 0.5]] for rows in truth])
    (y,) = run(layer_from_text(text(f"nms: {nms} threshold: 0.25 score_type: {kind}")), x, labels[:, None])
    for n in range(2):
        want = evaluated(x[n], truth[n], nms, 0.25, kind)
        np.testing.assert_allclose(y[n], want, rtol=1e-4, atol=1e-6)
    assert y[:, 4:].reshape(2, 18, 4)[..., 2].sum() >= 2  # some are right
    assert y[:, 4:].reshape(2, 18, 4)[..., 3].sum() >= 2  # and some are not


def test_rows_as_annotated_data_makes_them() -> None:
    """Labels from 1; a box that is hard to see is not counted, and whoever finds it is neither right nor wrong."""
    x = np.full((1, 18, 3, 3), -9, np.float32)
    x[0, 4, 1, 2] = 9  # objectness of one box
    x[0, 7, 1, 2] = 9  # its class: 2
    x[0, :4, 1, 2] = 0  # centre of the cell (2, 1), size of the anchor
    box = [(2.5 - 0.75) / 3, (1.5 - 0.5) / 3, (2.5 + 0.75) / 3, (1.5 + 0.5) / 3]
    for hard, want, number in ((0, [1, 0], 1), (1, [0, 0], 0)):
        truth = floats([[[[0, 3, 0, *box, hard], [-1, 2, 0, 0, 0, 1, 1, 0]]]])
        (y,) = run(layer_from_text(text()), x, truth)
        assert y[0, :4].tolist() == [0, 0, number, 0]
        rows = y[0, 4:].reshape(18, 4)
        row = rows[(rows[:, 0] == 2) & (rows[:, 1] > 0.9)]
        assert row[:, 2:].tolist() == [want]


def test_cost_and_brief() -> None:
    layer = layer_from_text(text())
    shapes: list[Shape] = [(2, 18, 3, 3), (2, 10)]
    assert layer.cost(shapes, layer.shapes(shapes)) == Cost(
        exponentials=324,
        additions=324 + 4 * 36,
        multiplications=324 + 2 * 36,
        divisions=4 * 36,
        comparisons=36 * 4,
    )
    assert layer.brief(shapes) == "2 boxes MULTIPLY nms 0.3"


@pytest.mark.parametrize(
    ("old", "new", "x", "label", "what"),
    [
        ("side: 3", "side: 0", (2, 18, 3, 3), (2, 5), "side must be at least 1"),
        ("biases: 3.5", "", (2, 18, 3, 3), (2, 5), "3 values of biases for 2 boxes; give 4"),
        ("", "", (2, 18, 3, 4), (2, 5), "a side of 3 takes maps of 3 x 3, got 2 x 18 x 3 x 4"),
        ("", "", (2, 17, 3, 3), (2, 5), "17 channels, 2 boxes of 5 + 4 values are 18"),
        ("", "", (2, 18, 3, 3), (2, 7), "rows of 5"),
        ("", "", (2, 18, 3, 3), (1, 5), "rows of 5"),
    ],
)
def test_refusals(old: str, new: str, x: Shape, label: Shape, what: str) -> None:
    assert what in refused(text().replace(old, new), x, label).what


def test_a_label_that_is_no_class() -> None:
    layer = layer_from_text(text())
    with pytest.raises(Exception, match="label 4 is no class"):
        layer.forward([noise(1, 18, 3, 3), floats([[4, 0.5, 0.5, 1, 1]])], [])
