"""Reorg: blocks of pixels and channels."""

from __future__ import annotations

import numpy as np
import pytest

from prototxt.errors import LayerError
from support.helpers import floats, layer_from_text, noise, refused, run


def reorg(fields: str) -> str:
    return f'type: "Reorg" bottom: "x" top: "y" reorg_param {{ {fields} }}'


def test_darknets_order() -> None:
    """Four channels of 2 x 2 are read as one of 4 x 4: y's channels are its four corners' pixels."""
    x = floats(np.arange(16)).reshape(1, 4, 2, 2)
    (y,) = run(layer_from_text(reorg("stride: 2")), x)
    assert y.shape == (1, 16, 1, 1)
    big = x.reshape(4, 4)  # as 1 x 1 x 4 x 4 in memory
    got = y.reshape(2, 2, 2, 2)  # down in a block, across in a block, then what was which block
    np.testing.assert_array_equal(got, big.reshape(2, 2, 2, 2).transpose(1, 3, 0, 2))


def test_reverse() -> None:
    x = floats([1, 2, 3, 4]).reshape(1, 4, 1, 1)
    (y,) = run(layer_from_text(reorg("stride: 2 reverse: true")), x)
    assert y.tolist() == [[[[1, 2], [3, 4]]]]


def test_stride_of_one_changes_nothing() -> None:
    np.testing.assert_array_equal(
        run(layer_from_text(reorg("stride: 1")), noise(2, 3, 4, 5))[0], noise(2, 3, 4, 5)
    )
    assert layer_from_text(reorg("stride: 1")).brief([]) == "/1"
    assert layer_from_text(reorg("stride: 2 reverse: true")).brief([]) == "/2 reverse"


@pytest.mark.parametrize(
    ("fields", "shape", "what"),
    [
        ("stride: 0", (1, 4, 2, 2), "at least 1, not 0"),
        ("stride: 2", (1, 6, 2, 2), "6 channels do not divide by 4"),
        ("stride: 2 reverse: true", (1, 6, 2, 2), "6 channels do not divide by 4"),
        ("stride: 2", (1, 4, 3, 2), "3 x 2 does not divide by the stride 2"),
        ("stride: 2", (4, 2, 2), "4 axes"),
    ],
)
def test_refused(fields: str, shape: tuple[int, ...], what: str) -> None:
    assert what in refused(reorg(fields), shape).what


def test_the_stride_is_2_where_the_file_does_not_say_but_for_mobilenet_yolo() -> None:
    layer = layer_from_text(reorg(""))
    assert layer.shapes([(1, 8, 6, 2)]) == [(1, 32, 3, 1)]
    assert layer_from_text('type: "Reorg" bottom: "x" top: "y"').shapes([(1, 8, 6, 2)]) == [(1, 32, 3, 1)]
    with pytest.raises(LayerError, match="no stride"):
        layer_from_text(reorg(""), dialect="yolo")


def test_not_in_place() -> None:
    text = 'type: "Reorg" bottom: "x" top: "x" reorg_param { stride: 2 }'
    assert refused(text, (1, 4, 2, 2)).field == "top"
