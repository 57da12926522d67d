"""TextProposal: slices by hand, the authors' loops, and what it refuses."""

from __future__ import annotations

from math import exp

import numpy as np
import pytest

import prototxt
from prototxt.blobs import Array, Shape
from prototxt.errors import InputError
from prototxt.explain.breakdown.values import run_for
from prototxt.layers.base import Cost
from prototxt.layers.text_proposal import TextProposal
from support.helpers import floats, layer_from_text, noise, refused, run

TEXT = (
    'type: "Python" bottom: "p" bottom: "d" bottom: "i" top: "rois" top: "scores" '
    'python_param { module: "layers.text_proposal_layer" layer: "ProposalLayer" param_str: "%s" }'
)
STRIDE = "'feat_stride': 16"
HEIGHTS = [11, 16, 22, 32, 46, 66, 94, 134, 191, 273]
INFO = floats([[70, 61, 1]])


def by_loops(moves: Array, stride: int, height: int, width: int) -> Array:
    """Slice by slice; the first rows of anchors are whole numbers, cut towards 0, as an array of integers has them."""
    rows = []
    for y, x, (k, h) in (
        (y, x, a) for y in range(moves.shape[2]) for x in range(moves.shape[3]) for a in enumerate(HEIGHTS)
    ):
        top, bottom = int(7.5 - h // 2) + y * stride, int(7.5 + h // 2) + y * stride
        tall = bottom - top + 1
        new = exp(moves[0, 2 * k + 1, y, x]) * tall
        start = moves[0, 2 * k, y, x] * tall + (top + bottom) / 2 - new / 2
        corners = (x * stride, start, x * stride + 15, start + new)
        rows.append(
            [min(max(c, 0), last) for c, last in zip(corners, (width - 1, height - 1) * 2, strict=True)]
        )
    return np.array(rows)


def test_anchors_by_hand() -> None:
    """Nothing moves: half a row before and after the first and the last one is inside."""
    layer = layer_from_text(TEXT % STRIDE)
    assert isinstance(layer, TextProposal)
    scores = noise(1, 20, 2, 3)
    slices, confidence = run(layer, scores, np.zeros((1, 20, 2, 3), np.float32), floats([[500, 600, 1]]))
    assert slices.shape == (60, 4)
    assert slices[:3].tolist() == [[0, 1.5, 15, 12.5], [0, 0, 15, 15.5], [0, 0, 15, 18.5]]
    assert slices[49].tolist() == [16, 0, 31, 159.5]
    assert slices[31].tolist() == [0, 15.5, 15, 31.5]
    for row, (k, y, x) in {0: (0, 0, 0), 13: (3, 0, 1), 59: (9, 1, 2)}.items():
        assert confidence[row, 0] == scores[0, 10 + k, y, x]


@pytest.mark.parametrize("stride", [16, 8])
def test_the_loops_of_the_authors(stride: int) -> None:
    layer, moves = layer_from_text(TEXT % f"'feat_stride': {stride}"), noise(1, 20, 3, 5)
    slices, _ = run(layer, noise(1, 20, 3, 5, seed=1), moves, INFO)
    np.testing.assert_allclose(slices, by_loops(moves, stride, 70, 61), rtol=1e-5, atol=1e-4)
    assert slices[:, 2].max() == min(4 * stride + 15, 60)
    (again, _) = run(layer, noise(1, 20, 3, 5), moves, INFO[:, :2])
    np.testing.assert_array_equal(again, slices)


def test_a_move_too_large_ends_at_the_edge() -> None:
    moves = np.full((1, 20, 1, 1), 1000, np.float32)
    slices, _ = run(layer_from_text(TEXT % STRIDE), noise(1, 20, 1, 1), moves, INFO)
    assert set(np.unique(slices[:, [1, 3]][np.isfinite(slices[:, [1, 3]])])) <= {0, 69}


def test_every_value_has_a_breakdown() -> None:
    sizes = {"p": (1, 20, 2, 3), "d": (1, 20, 2, 3), "i": (1, 3)}
    inputs = "".join(
        f'layer {{ name: "{name}" type: "Input" top: "{name}" input_param {{ shape {{ '
        f"{' '.join(f'dim: {n}' for n in shape)} }} }} }}"
        for name, shape in sizes.items()
    )
    net = prototxt.parse_net(f'{inputs} layer {{ name: "y" {TEXT % STRIDE} }}')
    for name, shape in sizes.items():
        net.blobs[name].data[...] = INFO if name == "i" else noise(*shape)
    values = run_for(net, "y")
    for top, shape in enumerate([(60, 4), (60, 1)]):
        for at in np.ndindex(shape):
            breakdown = values.breakdown(at, top)
            assert breakdown.agrees, (breakdown.formula, breakdown.value, breakdown.stored)
    with pytest.raises(InputError):
        values.breakdown((60, 0), 0)


def test_cost() -> None:
    layer = layer_from_text(TEXT % STRIDE)
    assert layer.cost([(1, 20, 2, 3)], []) == Cost(
        exponentials=60, multiplications=180, additions=180, comparisons=480
    )
    assert layer.brief([(1, 20, 2, 3)]) == "10 anchors /16"


@pytest.mark.parametrize(
    ("text", "shapes", "what"),
    [
        (STRIDE, ((1, 18, 2, 3), (1, 18, 2, 3), (1, 3)), "10 anchors take 20 channels of scores, got 18"),
        (
            STRIDE,
            ((1, 20, 2, 3), (1, 40, 2, 3), (1, 3)),
            "moves must be 1 x 20 x 2 x 3, as the scores, got 1 x 40",
        ),
        (STRIDE, ((2, 20, 2, 3), (2, 20, 2, 3), (1, 3)), "takes one image at a time, got 2"),
        (STRIDE, ((1, 20, 2, 3), (1, 20, 2, 3), (1, 1)), "bottom 2 must be 1 x 2 (height, width), got 1 x 1"),
        ("", (), "param_str: no 'feat_stride'"),
    ],
)
def test_refused(text: str, shapes: tuple[Shape, ...], what: str) -> None:
    assert what in refused(TEXT % text, *shapes).what
