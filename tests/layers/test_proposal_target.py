"""ProposalTarget: labels, targets and weights by hand, how many are drawn, and what it refuses."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from prototxt.blobs import Array, Shape
from prototxt.boxes.coders import decode_deltas
from prototxt.errors import LayerError
from prototxt.layers.base import Layer
from support.helpers import layer_from_text, refused

TEXT = (
    'type: "Python" bottom: "r" bottom: "gt" top: "rois" top: "l" top: "t" top: "w" top: "v" '
    'python_param { module: "rpn.proposal_target_layer" layer: "ProposalTargetLayer" param_str: "%s" }'
)
FOUR = "'num_classes': 4"
TRUTHS = [[10, 10, 49, 49, 3], [100, 20, 139, 59, 1]]
NEAR, HALF, FAR = [0, 12, 10, 51, 49], [0, 30, 10, 69, 49], [0, 300, 300, 340, 340]


def target(layer: Layer, rois: Sequence[Sequence[float]], truths: Sequence[Sequence[float]]) -> list[Array]:
    bottom = [np.array(rois, np.float32).reshape(-1, 5), np.array(truths, np.float32).reshape(-1, 5)]
    tops = layer.forward(bottom, ())
    most = layer.shapes([x.shape for x in bottom])
    assert all(
        y.dtype == np.float32 and y.shape[1:] == shape[1:] for y, shape in zip(tops, most, strict=True)
    )
    assert all(len(y) <= shape[0] for y, shape in zip(tops, most, strict=True))
    return tops


def test_by_hand() -> None:
    rois, labels, targets, inside, outside = target(layer_from_text(TEXT % FOUR), [NEAR, HALF, FAR], TRUTHS)
    # Of those proposed the first is an object, the second background (1/3), the third too far; then the true boxes.
    assert rois[:, :, 0, 0].tolist() == [NEAR, *([0, *box[:4]] for box in TRUTHS), HALF]
    assert labels.ravel().tolist() == [3, 3, 1, 0]
    np.testing.assert_allclose(targets[0, 12:, 0, 0], [-2 / 40, 0, 0, 0], atol=1e-6)
    assert np.argwhere(inside[:, :, 0, 0]).tolist() == [
        *([r, c] for r, first in ((0, 12), (1, 12), (2, 4)) for c in range(first, first + 4))
    ]
    np.testing.assert_array_equal(inside, outside)


def test_targets_lead_to_the_true_box() -> None:
    _, _, targets, *_ = target(layer_from_text(TEXT % FOUR), [NEAR], TRUTHS)
    result = decode_deltas(np.array([NEAR[1:]], np.float32), targets[:1, 12:, 0, 0])
    np.testing.assert_allclose(result, [[10, 10, 50, 50]], rtol=1e-5)


def test_two_classes_only_tell_objects_from_background() -> None:
    _, labels, _, inside, _ = target(layer_from_text(TEXT % "'num_classes': 2"), [NEAR], TRUTHS)
    assert labels.ravel().tolist() == [3, 3, 1]
    assert inside[:, 4:].all()
    assert not inside[:, :4].any()


def test_some_are_drawn() -> None:
    rng = np.random.default_rng(0)
    shift = np.concatenate([rng.uniform(0, 4, (100, 1)), rng.uniform(15, 25, (200, 1))])
    rois = np.array([0, 10, 10, 49, 49]) + shift * [0, 1, 0, 1, 0]
    tops = [target(layer_from_text(TEXT % FOUR, seed=seed), rois.tolist(), TRUTHS)[:2] for seed in (1, 1, 2)]
    for _, labels in tops:
        assert ((labels > 0).sum(), (labels == 0).sum()) == (32, 96)
    np.testing.assert_array_equal(tops[0][0], tops[1][0])
    assert (tops[0][0] != tops[2][0]).any()


def test_nothing_to_train_on() -> None:
    assert [len(y) for y in target(layer_from_text(TEXT % FOUR), [FAR], [])] == [0] * 5


def test_the_most_there_can_be() -> None:
    layer = layer_from_text(TEXT % FOUR)
    assert layer.shapes([(2000, 5), (7, 5)])[1:3] == [(128, 1, 1, 1), (128, 16, 1, 1)]
    assert layer.shapes([(20, 5), (7, 5)])[0] == (27, 5, 1, 1)
    assert layer.stateful


@pytest.mark.parametrize(
    ("text", "shapes", "what"),
    [
        ("", [(9, 5), (3, 5)], "param_str: no 'num_classes'"),
        ("'num_classes': 1", [(9, 5), (3, 5)], "param_str: 'num_classes' must be a whole number from 2"),
        (FOUR, [(9, 4), (3, 5)], "bottom 0 must be R x 5 (a row is image, x1, y1, x2, y2), got 9 x 4"),
        (FOUR, [(9, 5), (3, 4)], "bottom 1 must be T x 5 (x1, y1, x2, y2, class), got 3 x 4"),
    ],
)
def test_refusals(text: str, shapes: list[Shape], what: str) -> None:
    assert refused(TEXT % text, *shapes).what.startswith(what)


def test_values_that_are_refused() -> None:
    with pytest.raises(LayerError, match="a true box's class 4 is out of range: it must be 0 to 3"):
        target(layer_from_text(TEXT % FOUR), [NEAR], [[10, 10, 49, 49, 4]])
    with pytest.raises(LayerError, match="a region's image 1 is out of range: it must be 0 to 0"):
        target(layer_from_text(TEXT % FOUR), [[1, 10, 10, 49, 49]], TRUTHS)


def test_cost_and_brief() -> None:
    layer = layer_from_text(TEXT % FOUR)
    shapes: list[Shape] = [(9, 5), (3, 5)]
    assert layer.cost(shapes, layer.shapes(shapes)).divisions == 12 * 3
    assert layer.brief(shapes) == "4 classes"
