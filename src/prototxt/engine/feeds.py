"""Checks the arrays that a user gives to a forward against the blobs that it starts from."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from prototxt.blobs import Array, Shape, format_shape
from prototxt.errors import InputError, did_you_mean
from prototxt.graph.graph import Graph

__all__ = ["new_shapes", "read_feeds"]


def read_feeds(arrays: Mapping[str, ArrayLike], graph: Graph, part: Graph) -> dict[str, Array]:
    """The arrays as float32; `part` is the part of the net's graph that runs.

    Raises InputError for a name that is no entry of that part, and for what is no array of numbers.
    """
    entries = {blob.name: blob for blob in part.entries}
    for name in arrays:
        if name not in entries:
            known = ", ".join(f'"{n}"' for n in entries) or "none"
            hint = did_you_mean(name, entries) or f"its inputs are: {known}"
            whose = "the net has" if part is graph else "these layers have"
            raise InputError(f'{graph.file}: {whose} no input "{name}"', hint=hint)
    return {name: _as_float32(name, array) for name, array in arrays.items()}


def new_shapes(given: Mapping[str, Array], graph: Graph, part: Graph) -> dict[str, Shape]:
    """The shapes of arrays that differ from those of the net's inputs: the net has to be reshaped to them.

    Raises InputError for an image without a batch axis, and for a blob of another shape that is no input of the net.
    """
    entries = {blob.name: blob for blob in part.entries}
    has = {name: graph.shapes[entries[name]] for name in given}
    shapes = {name: array.shape for name, array in given.items() if array.shape != has[name]}
    for name, shape in shapes.items():
        if len(shape) + 1 == len(has[name]) and shape == has[name][1:]:
            what = (
                f'{graph.file}: input "{name}" is {format_shape(has[name])}, the array {format_shape(shape)}'
            )
            raise InputError(what, hint="add the first axis, one image in a batch: array[None]")
    for name, shape in shapes.items():
        _refuse_channels_last(graph, name, shape, has[name])
        if name not in graph.inputs:
            raise InputError(
                f'{graph.file}: "{name}" is computed inside the net as {format_shape(has[name])}, '
                f"not {format_shape(shape)}",
                hint="reshape the net's own inputs first, such as net.reshape(data=(N, C, H, W))",
            )
    return shapes


def channels_last(shape: Shape, needed: Shape) -> tuple[str, str] | None:
    """`H x W x C` or `N x H x W x C` where an array looks like that and N x C x H x W is needed, and what mends it.

    Another height and width alone would be a reshape; here the last axis has the channels, and the first of an image
    has not.
    """
    if len(needed) != 4 or len(shape) not in (3, 4) or shape[-1] != needed[1] or shape[-3] == needed[1]:
        return None
    if len(shape) == 4:
        return "N x H x W x C", "transpose(0, 3, 1, 2)"
    return "H x W x C", "transpose(2, 0, 1)[None]"


def _refuse_channels_last(graph: Graph, name: str, shape: Shape, needed: Shape) -> None:
    """Raises InputError for H x W x C or N x H x W x C where the input takes N x C x H x W."""
    found = channels_last(shape, needed)
    if found is None:
        return
    form, how = found
    raise InputError(
        f'{graph.file}: input "{name}" takes N x C x H x W, {format_shape(needed)}; the array {format_shape(shape)} '
        f"looks like {form}: its last axis has the {needed[1]} channels",
        hint=f"move the channels before the rows: array.{how}",
    )


def _as_float32(name: str, array: ArrayLike) -> Array:
    try:
        return np.asarray(array, np.float32)
    except (TypeError, ValueError) as error:
        raise InputError(f'input "{name}" is not an array of numbers: {error}') from None
