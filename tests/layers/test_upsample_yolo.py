"""Upsample by scale."""

from __future__ import annotations

from prototxt.layers.upsample_yolo import UpsampleByScale
from support.helpers import floats, layer_from_text, layer_message, refused, run

UPSAMPLE = 'type: "Upsample" bottom: "x" top: "y" '


def test_every_pixel_is_a_block() -> None:
    (y,) = run(
        layer_from_text(UPSAMPLE + "upsample_param { scale: 2 }"), floats([[1, 2]]).reshape(1, 1, 1, 2)
    )
    assert y.tolist() == [[[[1, 1, 2, 2], [1, 1, 2, 2]]]]


def test_one_where_nothing_is_said() -> None:
    layer = layer_from_text(UPSAMPLE)
    assert layer.shapes([(1, 2, 3, 4)]) == [(1, 2, 3, 4)]
    assert layer.brief([]) == "x1"


def test_signs() -> None:
    assert UpsampleByScale.matches(layer_message(UPSAMPLE), None) is True
    assert UpsampleByScale.matches(layer_message(UPSAMPLE + 'bottom: "mask"'), None) is False


def test_refused() -> None:
    assert "at least 1, not 0" in refused(UPSAMPLE + "upsample_param { scale: 0 }", (1, 2, 3, 4)).what
    assert "4 axes" in refused(UPSAMPLE, (2, 3)).what


def test_a_factor_for_each_axis() -> None:
    layer = layer_from_text(UPSAMPLE + 'upsample_param { height_scale: 2 width_scale: 3.0 mode: "nearest" }')
    (y,) = run(layer, floats([[1, 2], [3, 4], [5, 6]]).reshape(1, 1, 3, 2))
    assert y.shape == tuple(layer.shapes([(1, 1, 3, 2)])[0]) == (1, 1, 6, 6)
    assert y[0, 0, :3].tolist() == [[1, 1, 1, 2, 2, 2], [1, 1, 1, 2, 2, 2], [3, 3, 3, 4, 4, 4]]
    assert layer.brief([]) == "x2x3"


def test_factors_refused() -> None:
    def what(fields: str) -> str:
        return refused(UPSAMPLE + f"upsample_param {{ {fields} }}", (1, 2, 3, 4)).what

    assert "give either scale or width_scale" in what("scale: 2 width_scale: 2")
    assert "height_scale must be a whole number above 0, not 1.5" in what("height_scale: 1.5 width_scale: 2")
    assert 'mode must be "nearest", not "linear"' in what('height_scale: 2 width_scale: 2 mode: "linear"')
