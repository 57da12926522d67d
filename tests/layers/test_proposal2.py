"""Proposal2: both layers in one, the shapes of a public net, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

from prototxt.blobs import TRAIN, Shape
from prototxt.layers.base import Layer
from prototxt.layers.proposal2 import Proposal2
from support.helpers import floats, layer_from_text, noise, refused

TEXT = (
    'name: "p" type: "Python" bottom: "s" bottom: "m" bottom: "i" bottom: "gt" top: "rois" top: "labels" top: "t" '
    'top: "w" top: "v" python_param { module: "rpn.proposal_layer" layer: "ProposalLayer2" param_str: "%s" }'
)
PARTS = (
    'name: "p" type: "Python" bottom: "s" bottom: "m" bottom: "i" top: "rois" '
    'python_param { module: "rpn.proposal_layer" layer: "ProposalLayer" param_str: "%s" }',
    'name: "p" type: "Python" bottom: "r" bottom: "gt" top: "rois" top: "l" top: "t" top: "w" top: "v" '
    'python_param { module: "rpn.proposal_target_layer" layer: "ProposalTargetLayer" param_str: "%s" }',
)
PARAMS = "{'feat_stride': 16, 'num_classes': 3, 'ratios': [0.5, 1], 'scales': [2, 4, 8]}"
SHAPES: list[Shape] = [(1, 12, 4, 5), (1, 24, 4, 5), (1, 3), (2, 5)]


def both(text: str, **settings: int) -> Layer:
    return layer_from_text(TEXT % text, **settings)


def test_the_work_of_two_layers() -> None:
    layer, (proposal, target) = (
        both(PARAMS, seed=3),
        (layer_from_text(text % PARAMS, seed=3) for text in PARTS),
    )
    assert isinstance(layer, Proposal2)
    scores, moves, info = abs(noise(1, 12, 4, 5)), noise(1, 24, 4, 5) * np.float32(0.1), floats([[64, 80, 1]])
    truths = floats([[3, 4, 60, 50, 1], [20, 10, 40, 45, 2]])
    tops = layer.forward([scores, moves, info, truths], ())
    wanted = target.forward([proposal.forward([scores, moves, info], ())[0], truths], ())
    assert set(tops[1].ravel()) == {0, 1, 2}
    for top, want in zip(tops, wanted, strict=True):
        np.testing.assert_array_equal(top, want)


def test_the_most_there_can_be() -> None:
    assert both(PARAMS).shapes(SHAPES) == [(122, 5, 1, 1), (122, 1, 1, 1), *[(122, 12, 1, 1)] * 3]
    assert both(PARAMS, phase=TRAIN).brief(SHAPES) == "6 anchors /16 3 classes"
    assert both(PARAMS).stateful


def test_cost() -> None:
    layer, (proposal, target) = both(PARAMS), (layer_from_text(text % PARAMS) for text in PARTS)
    regions = proposal.shapes(SHAPES[:3])
    wanted = proposal.cost(SHAPES[:3], regions) + target.cost([*regions, SHAPES[3]], [])
    assert layer.cost(SHAPES, layer.shapes(SHAPES)) == wanted
    assert wanted.exponentials == 2 * 6 * 4 * 5


@pytest.mark.parametrize(
    ("text", "shapes", "what"),
    [
        ("'feat_stride': 16", (), "param_str: no 'num_classes'"),
        ("'num_classes': 3", (), "param_str: no 'feat_stride'"),
        (PARAMS, ((1, 18, 4, 5), (1, 36, 4, 5), (1, 3), (2, 5)), "6 anchors take 12 channels of scores"),
        (PARAMS, (*SHAPES[:3], (2, 4)), "must be T x 5"),
    ],
)
def test_refused(text: str, shapes: tuple[Shape, ...], what: str) -> None:
    assert what in refused(TEXT % text, *shapes).what
