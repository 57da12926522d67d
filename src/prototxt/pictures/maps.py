"""A blob's maps, side by side."""

from __future__ import annotations

from math import prod

from PIL import Image

from prototxt.blobs import Array, Shape, format_shape
from prototxt.errors import InputError, printable
from prototxt.pictures.canvas import GAP, joined, left_out_note, numbered, range_note, scale_bar, sheet, stack
from prototxt.pictures.colours import Scale
from prototxt.pictures.grid import MAX_TILES, Grid, area_mean, reduction_note

__all__ = ["feature_maps"]


def feature_maps(name: str, values: Array, image: str = "", note: str = "") -> Image.Image:
    """A picture of one image's blob: its C maps (C x H x W) in a nearly square grid.

    All maps share one range, so that they can be compared: dark to light where nothing is negative, else blue,
    neutral at 0, red. The number of a row's first channel is to its left. C values are C cells; a matrix (C x W) is one
    map; of more than three axes the leading ones are counted through. Small maps are enlarged by whole factors,
    large ones reduced by their area's mean. Values that are not finite are magenta, and counted.

    `image` is the name of the image, `note` a line below the title. The longer side is at most about 2400
    pixels.

    Raises InputError for a blob without values.
    """
    if not values.size:
        raise InputError(f'blob "{printable(name)}" is {format_shape(values.shape)}: no values to show')
    every = values.reshape(_map_shape(values.shape))
    maps = every[:MAX_TILES]
    grid, scale = Grid.fit(*maps.shape), Scale.of(values)
    tiles = grid.draw(scale.colours(area_mean(maps, grid.reduce)))
    picture = numbered(stack([tiles, scale_bar(scale)], GAP), grid.row_starts())
    left_out = left_out_note(every.shape, maps.shape, ("maps",))
    remark = joined(range_note(values), left_out, reduction_note(grid.reduce))
    return sheet(joined(name, format_shape(values.shape), image), [note, remark], [picture])


def _map_shape(shape: Shape) -> Shape:
    """The maps of one image's blob: count, height, width."""
    return (prod(shape), 1, 1) if len(shape) < 2 else (prod(shape[:-2]), *shape[-2:])
