"""Flatten: axes joined into one."""

from __future__ import annotations

import numpy as np
import pytest

from prototxt.errors import LayerError
from support.helpers import layer_from_text, noise, run


@pytest.mark.parametrize(
    ("fields", "shape"),
    [
        ("", (2, 60)),
        ("axis: 0", (120,)),
        ("axis: 1 end_axis: 2", (2, 12, 5)),
        ("axis: -2", (2, 3, 20)),
        ("axis: 2 end_axis: 1", (2, 3, 1, 4, 5)),
    ],
)
def test_shapes(fields: str, shape: tuple[int, ...]) -> None:
    x = noise(2, 3, 4, 5)
    (y,) = run(layer_from_text(f'type: "Flatten" bottom: "x" top: "y" flatten_param {{ {fields} }}'), x)
    np.testing.assert_array_equal(y, x.reshape(shape))


def test_refusals() -> None:
    with pytest.raises(LayerError, match="end_axis 0 lies before axis 2 on 3 axes"):
        layer_from_text('type: "Flatten" bottom: "x" top: "y" flatten_param { axis: 2 end_axis: 0 }').shapes(
            [(2, 3, 4)]
        )
    with pytest.raises(LayerError, match="axis 3 is out of range") as caught:
        layer_from_text('type: "Flatten" bottom: "x" top: "y" flatten_param { end_axis: 3 }').shapes(
            [(2, 3, 4)]
        )
    assert caught.value.field == "end_axis"
