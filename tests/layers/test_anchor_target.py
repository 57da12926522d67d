"""AnchorTarget: labels, targets and weights by hand, how many are drawn, and what it refuses."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from prototxt.blobs import Array, Shape
from prototxt.boxes.anchors import forms, lay
from prototxt.boxes.coders import decode_deltas
from prototxt.layers.base import Layer
from support.helpers import layer_from_text, refused, run

TEXT = (
    'type: "Python" bottom: "s" bottom: "gt" bottom: "i" bottom: "data" top: "l" top: "t" top: "w" top: "v" '
    'python_param { module: "rpn.anchor_target_layer" layer: "AnchorTargetLayer" param_str: "%s" }'
)
ONE = "{'feat_stride': 16, 'scales': [2]}"


def target(layer: Layer, truths: Sequence[Sequence[float]], rows: int, columns: int) -> list[Array]:
    scores = np.zeros((1, 6, rows, columns), np.float32)
    info = np.array([[16 * rows, 16 * columns, 1]], np.float32)
    boxes = np.array(truths, np.float32).reshape(-1, 5)
    return run(layer, scores, boxes, info, np.zeros((1, 3, 1, 1), np.float32))


def test_by_hand() -> None:
    # The square anchor of row 2, column 3 goes from 40, 24 to 71, 55; the true box is 2 pixels further right.
    labels, targets, inside, outside = target(layer_from_text(TEXT % ONE), [[42, 24, 73, 55, 7]], 6, 7)
    assert labels.shape == (1, 1, 18, 7)
    by_anchor = labels.reshape(3, 6, 7)
    assert np.argwhere(by_anchor == 1).tolist() == [[1, 2, 3]]
    assert (by_anchor[:, 0, 0] == -1).all()  # it sticks out of the image
    assert by_anchor[1, 4, 1] == 0
    assert by_anchor[1, 2, 2] == 0  # 14 of 50 columns
    np.testing.assert_allclose(targets[0, 4:8, 2, 3], [2 / 32, 0, 0, 0], atol=1e-6)
    assert inside.sum() == 4
    assert inside[0, 4:8, 2, 3].tolist() == [1] * 4
    counted = (labels >= 0).sum()
    np.testing.assert_allclose(outside[0].reshape(3, 4, 6, 7)[:, 0], (by_anchor >= 0) / counted, rtol=1e-6)
    assert outside.sum() == pytest.approx(4)


def test_targets_lead_to_the_true_box() -> None:
    truths = [[3, 8, 60, 70, 1], [50, 20, 90, 44, 2]]
    _, targets, inside, _ = target(layer_from_text(TEXT % ONE), truths, 6, 7)
    anchors = lay(forms(16, (0.5, 1, 2), (2,), np.rint), 6, 7, 16).astype(np.float32)
    objects = inside[0].transpose(1, 2, 0).reshape(-1, 4)[:, 0] == 1
    result = decode_deltas(anchors, targets[0].transpose(1, 2, 0).reshape(-1, 4))[objects]
    corners = np.array(truths)[:, :4] + [0, 0, 1, 1]
    assert objects.sum() >= 2
    assert all(np.abs(corners - box).max(axis=1).min() < 1e-3 for box in result)


def test_no_true_boxes() -> None:
    labels, targets, inside, outside = target(layer_from_text(TEXT % ONE), [], 6, 7)
    assert set(labels.ravel()) == {-1, 0}
    assert not targets.any()
    assert not inside.any()
    assert outside.any()


def test_an_image_smaller_than_every_anchor() -> None:
    labels, *others = target(
        layer_from_text(TEXT % "'feat_stride': 16, 'scales': [8]"), [[0, 0, 9, 9, 1]], 2, 3
    )
    assert (labels == -1).all()
    assert not any(x.any() for x in others)


def test_some_are_drawn() -> None:
    # True boxes where every third anchor of the left half lies: more objects than 128.
    anchors = lay(forms(16, (0.5, 1, 2), (2,), np.rint), 20, 25, 16)
    inside = (anchors[:, :2] >= 0).all(1) & (anchors[:, 2:] < (180, 320)).all(1)
    truths = [[*box, 1] for box in anchors[inside][::3].tolist()]
    labels = [target(layer_from_text(TEXT % ONE, seed=seed), truths, 20, 25)[0] for seed in (1, 1, 2)]
    assert [(int((x == 1).sum()), int((x == 0).sum())) for x in labels] == [(128, 128)] * 3
    np.testing.assert_array_equal(labels[0], labels[1])
    assert (labels[0] != labels[2]).any()


def test_it_draws_again_at_every_forward() -> None:
    assert layer_from_text(TEXT % ONE).stateful


@pytest.mark.parametrize(
    ("shapes", "what"),
    [
        ([(1, 8, 5, 6), (3, 5), (1, 3)], "3 anchors take 6 channels of scores, got 8: 1 x 8 x 5 x 6"),
        ([(1, 6, 5, 6), (3, 3), (1, 3)], "bottom 1 must be T x 5 (x1, y1, x2, y2, class), got 3 x 3"),
        ([(1, 6, 5, 6), (3, 5), (3,)], "bottom 2 must be 1 x 3 (height, width, scale), got 3"),
    ],
)
def test_refusals(shapes: list[Shape], what: str) -> None:
    error = refused(TEXT % ONE, *shapes, (1, 3, 80, 96))
    assert (error.what, error.field) == (what, "bottom")


def test_cost_and_brief() -> None:
    layer = layer_from_text(TEXT % ONE)
    shapes: list[Shape] = [(1, 6, 5, 6), (3, 5), (1, 3), (1, 3, 80, 96)]
    assert layer.cost(shapes, layer.shapes(shapes)).divisions == 90 * 3
    assert layer.brief(shapes) == "3 anchors /16"
