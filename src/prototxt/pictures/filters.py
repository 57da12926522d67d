"""The kernels of a convolution, in colour if its input is an image."""

from __future__ import annotations

from PIL import Image

from prototxt.blobs import Array, format_shape
from prototxt.errors import InputError, printable
from prototxt.images.recipe import Order
from prototxt.pictures.canvas import GAP, joined, left_out_note, numbered, range_note, scale_bar, sheet, stack
from prototxt.pictures.colours import Scale, colour_pixels
from prototxt.pictures.grid import MAX_TILES, Grid, area_mean, reduction_note

__all__ = ["filters"]

Numbers = list[tuple[int, int]]

MAX_SHOWN = 64
"""Outputs and inputs that a picture of all their pairs shows."""


def filters(name: str, weights: Array, order: Order | None = "bgr", note: str = "") -> Image.Image:
    """A picture of kernels, K x C x kh x kw, all in one range -m..m, m the largest magnitude.

    C = 3: a tile per output in colour, 0 being mid-gray; `order` is that of the net's input channels, None if they are
    not colours. C = 1: a tile per output, blue below 0, neutral at 0, red above. Otherwise a row per output and in it a
    column per input, in the same colours; the first 64 of each.

    Values that are not finite are magenta, and counted. The longer side is at most about 2400 pixels.

    Raises InputError for other shapes.
    """
    if weights.ndim != 4 or not weights.size:
        what = f'"{printable(name)}" is {format_shape(weights.shape)}; filters are outputs x inputs x height x width'
        raise InputError(f"no picture of filters: {what}")
    shown, grid, rows, columns = _arranged(weights, weights.shape[1] == 1 or _coloured(weights, order))
    small = area_mean(shown, grid.reduce)
    if order is not None and _coloured(weights, order):
        scale, remark = Scale.symmetric(weights, "gray"), "0 is mid-gray"
        pixels = colour_pixels(small, scale, order)
    else:
        scale, remark = Scale.symmetric(weights), "rows: outputs, columns: inputs" if columns else ""
        pixels = scale.colours(small.reshape(-1, *small.shape[2:]))
    picture = numbered(stack([grid.draw(pixels), scale_bar(scale)], GAP), rows, columns)
    left_out = left_out_note(weights.shape, shown.shape, ("outputs", "inputs"))
    remark = joined(range_note(weights), remark, left_out, reduction_note(grid.reduce))
    return sheet(joined(name, format_shape(weights.shape)), [note, remark], [picture])


def _coloured(weights: Array, order: Order | None) -> bool:
    return order is not None and weights.shape[1] == 3


def _arranged(weights: Array, one_each: bool) -> tuple[Array, Grid, Numbers, Numbers]:
    """The kernels shown, their grid (a tile for each output, or for each pair), numbers of rows and columns."""
    shown = weights[:MAX_TILES] if one_each else weights[:MAX_SHOWN, :MAX_SHOWN]
    outputs, inputs, height, width = shown.shape
    if one_each:
        grid = Grid.fit(outputs, height, width)
        return shown, grid, grid.row_starts(), []
    grid = Grid.fit(outputs * inputs, height, width, inputs)
    return shown, grid, list(enumerate(grid.row_middles())), list(enumerate(grid.column_middles()))
