"""Axis arithmetic shared by rooms: negative axes, and splitting a shape around an axis."""

from __future__ import annotations

from prototxt.errors import LayerError
from prototxt.layers.base import Shape, show


def canonical_axis(axis: int, shape: Shape, field: str = "axis") -> int:
    """An axis counted from the front; -1 is the last (blob.hpp, CanonicalAxisIndex).

    Raises LayerError when the shape has no such axis.
    """
    if not -len(shape) <= axis < len(shape):
        raise LayerError(f"axis {axis} is out of range for a bottom of {show(shape)}", field=field)
    return axis % len(shape)
