"""Flip: which rows and columns change places."""

from __future__ import annotations

import pytest

from support.helpers import floats, layer_from_text, refused, run

ROWS = [[1, 2, 3], [4, 5, 6]]


@pytest.mark.parametrize(
    ("fields", "want", "brief"),
    [
        ("", [[3, 2, 1], [6, 5, 4]], "W"),
        ("flip_height: true", [[6, 5, 4], [3, 2, 1]], "HW"),
        ("flip_width: false flip_height: true", [[4, 5, 6], [1, 2, 3]], "H"),
        ("flip_width: false", ROWS, ""),
    ],
)
def test_by_hand(fields: str, want: list[list[int]], brief: str) -> None:
    layer = layer_from_text(f'type: "Flip" bottom: "x" top: "y" flip_param {{ {fields} }}')
    (y,) = run(layer, floats([[ROWS, [[0, 0, 7], [0, 0, 0]]]]))
    assert y[0, 0].tolist() == want
    assert y[0, 1].sum() == 7
    assert layer.brief([]) == brief


def test_needs_images() -> None:
    assert "4 axes" in refused('type: "Flip" bottom: "x" top: "y"', (2, 3, 4)).what
