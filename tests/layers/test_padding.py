"""Padding: zeros around maps, rows cut off, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

import prototxt
from prototxt.explain.breakdown.values import explain_value
from prototxt.explain.sections.layer import explain_layer
from prototxt.layers.base import Layer
from support.helpers import layer_from_text, noise, refused, run

TEXT = 'type: "Padding" bottom: "x" top: "y" padding_param { pad_beg: %d pad_end: %d }'


def padding(begin: int, end: int) -> Layer:
    return layer_from_text(TEXT % (begin, end))


@pytest.mark.parametrize(("begin", "end"), [(2, 1), (-1, -2), (3, -4), (-2, 5), (0, 0)])
def test_every_value_is_moved_or_zero(begin: int, end: int) -> None:
    x = noise(2, 3, 5, 7)
    (y,) = run(padding(begin, end), x)
    assert y.shape == (2, 3, 5 + begin + end, 7 + begin + end)
    for h in range(y.shape[2]):
        for w in range(y.shape[3]):
            row, column = h - begin, w - begin
            inside = 0 <= row < 5 and 0 <= column < 7
            want = x[:, :, row, column] if inside else np.zeros((2, 3))
            np.testing.assert_array_equal(y[:, :, h, w], want)


def test_brief() -> None:
    assert padding(-7, 8).brief([(1, 2, 20, 30)]) == "-7/+8"


@pytest.mark.parametrize(
    ("begin", "end", "field"), [(-3, -2, "pad_beg"), (0, -5, "pad_end"), (-6, 9, "pad_beg")]
)
def test_nothing_left_is_refused(begin: int, end: int, field: str) -> None:
    error = refused(TEXT % (begin, end), (2, 3, 5, 7))
    assert error.what == f"pad_beg {begin} and pad_end {end} leave nothing of 2 x 3 x 5 x 7"
    assert error.field == field


def test_only_images() -> None:
    assert refused(TEXT % (1, 1), (3, 5, 7)).field == "bottom"


def net(begin: int, end: int) -> prototxt.Net:
    return prototxt.parse_net(
        'input: "x" input_shape { dim: 2 dim: 3 dim: 5 dim: 7 }'
        f'layers {{ name: "y" type: PADDING bottom: "x" top: "y" padding_param {{ pad_beg: {begin} pad_end: {end} }} }}'
    )


@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_a_net_in_the_old_form(engine: str) -> None:
    padded, x = net(2, -1), noise(2, 3, 5, 7)
    padded.engine = engine
    np.testing.assert_array_equal(
        padded.forward(x=x)["y"], np.pad(x, [(0, 0), (0, 0), (2, 0), (2, 0)])[..., :-1, :-1]
    )


def test_a_value_comes_from_one_place_or_from_nowhere() -> None:
    padded, x = net(2, 1), noise(2, 3, 5, 7)
    padded.forward(x=x)
    inside, outside = (explain_value(padded, "y", (1, 2, row, 3)) for row in (4, 0))
    assert inside.value == pytest.approx(float(x[1, 2, 2, 1]))
    assert outside.value == 0
    assert "no input arrives here" in outside.formula


def test_the_field_moves_by_what_is_cut_off() -> None:
    graph = prototxt.parse_net(
        'input: "x" input_shape { dim: 1 dim: 2 dim: 20 dim: 30 } '
        'layer { name: "c" type: "Convolution" bottom: "x" top: "c" '
        "convolution_param { num_output: 3 kernel_size: 3 stride: 2 pad: 1 } } "
        'layer { name: "y" type: "Padding" bottom: "c" top: "y" padding_param { pad_beg: -2 pad_end: 1 } }'
    ).graph
    (field,) = (s for s in explain_layer(graph, graph.nodes[2]) if s.key == "field")
    text = "\n".join(f"{line.text} {line.note}" for line in field.lines)
    assert "value 0 is centred at pixel 4 and sees 3 to 5" in text
