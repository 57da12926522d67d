"""Axis arithmetic: negative axes, runs of axes, a small array along some of them."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape, count, format_shape
from prototxt.errors import LayerError


def canonical_axis(axis: int, shape: Shape, field: str = "axis") -> int:
    """An axis counted from the front; -1 is the last (blob.hpp, CanonicalAxisIndex).

    Raises LayerError when the shape has no such axis.
    """
    if not -len(shape) <= axis < len(shape):
        raise LayerError(f"axis {axis} is out of range for a bottom of {format_shape(shape)}", field=field)
    return axis % len(shape)


def as_matrix(axis: int, shape: Shape) -> tuple[int, int]:
    """A bottom as a matrix, cut before an axis: M vectors of K values.

    Raises LayerError when the shape has no such axis.
    """
    start = canonical_axis(axis, shape)
    return count(shape[:start]), count(shape[start:])


def run_of_axes(shape: Shape, axis: int, num_axes: int) -> Shape:
    """The lengths of `num_axes` axes from `axis` on; -1 means all that follow.

    Raises LayerError when the shape has fewer.
    """
    start = canonical_axis(axis, shape)
    if num_axes < -1:
        raise LayerError(f"num_axes must be -1 (to the end) or at least 0, not {num_axes}", field="num_axes")
    if num_axes == -1:
        return shape[start:]
    if start + num_axes > len(shape):
        what = f"{num_axes} axes from axis {start} on run past the end of a bottom of {format_shape(shape)}"
        raise LayerError(what, field="num_axes")
    return shape[start : start + num_axes]


def check_operand(shape: Shape, axis: int, operand: Shape) -> None:
    """Raises LayerError when `operand`, a second bottom, differs from the axes of `shape` from `axis` on."""
    if operand and run_of_axes(shape, axis, -1)[: len(operand)] != operand:
        start = canonical_axis(axis, shape)
        what = f"a second bottom of {format_shape(operand)} does not fit {format_shape(shape)} from axis {start} on"
        raise LayerError(what, field="axis")


def along(operand: Array, axis: int, num_axes: int) -> Array:
    """`operand` shaped to broadcast against `num_axes` axes, its first on `axis`; a scalar goes anywhere."""
    if not operand.ndim:
        return operand
    missing = num_axes - axis % num_axes - operand.ndim
    return operand.reshape(*operand.shape, *(1,) * missing)


def check_one_shape(bottom: Sequence[Shape]) -> None:
    """Raises LayerError when the bottoms differ in shape."""
    for shape in bottom[1:]:
        if shape != bottom[0]:
            what = f"all bottoms must have one shape, got {format_shape(bottom[0])} and {format_shape(shape)}"
            raise LayerError(what, field="bottom")


def check_num_axes(shape: Shape, least: int, most: int | None = None, *, hint: str | None = None) -> None:
    """Raises LayerError, with `hint`, when the bottom has fewer axes than `least` or more than `most`."""
    if len(shape) < least or (most is not None and len(shape) > most):
        need = f"at least {least}" if most is None else f"{least} to {most}" if least < most else f"{most}"
        raise LayerError(
            f"needs a bottom of {need} axes, got {len(shape)}: {format_shape(shape)}",
            field="bottom",
            hint=hint,
        )


def four_axes(shape: Shape) -> Shape:
    """A shape as N x C x H x W: missing last axes are 1, as old layers have it."""
    return (*shape, *(1,) * (4 - len(shape)))
