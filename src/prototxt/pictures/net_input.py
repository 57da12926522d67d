"""The input of a net as a picture: in colour, and channel by channel."""

from __future__ import annotations

from math import ceil

from PIL import Image

from prototxt.blobs import Array, format_shape
from prototxt.errors import InputError, printable
from prototxt.images.recipe import Order
from prototxt.pictures.canvas import (
    FAINT,
    GAP,
    SMALL,
    framed,
    joined,
    left_out_note,
    line_height,
    number,
    range_note,
    sheet,
    side_by_side,
    stack,
    text,
    wrap,
)
from prototxt.pictures.colours import Pixels, Scale, colour_pixels
from prototxt.pictures.grid import MAX_SIDE

__all__ = ["TARGET_TILE", "channel_names", "net_input", "tile_size"]

ACROSS = 4
"""Pictures in a row: the colours and three channels."""

MAX_LINES = 10

TARGET_TILE = 260
"""Pixels up to which a small input is enlarged, by a whole factor."""

CAPTION_LINES, CAPTION_WIDTH = 3, 240
"""Lines that a caption takes at most, as a rule, and pixels that it may be wide beneath a narrower picture."""

COLOURS = {"bgr": ("blue", "green", "red"), "rgb": ("red", "green", "blue")}


def net_input(name: str, values: Array, order: Order = "bgr", image: str = "", note: str = "") -> Image.Image:
    """A picture of an input blob, N x C x H x W: a row for each of its images or crops, the first ten.

    For C = 3 the first picture is in colour (`order` is that of the channels); then comes every channel in gray with
    its minimum, mean and maximum. The blob's minimum is black and its maximum white in all, so they can be compared.
    Values that are not finite are magenta, and counted. `image` is the name of the file, `note` says how it became
    the blob. The longer side is at most about 2400 pixels.

    Raises InputError for other shapes.
    """
    if values.ndim != 4 or not values.size:
        what = f'"{printable(name)}" is {format_shape(values.shape)}; an input of images is N x C x H x W'
        raise InputError(f"no picture of what the net saw: {what}")
    lines = min(MAX_LINES, ceil((values.shape[1] + _coloured(values)) / ACROSS))
    shown = values[: MAX_LINES // lines, : lines * ACROSS]
    size, scale = tile_size(shown.shape[2], shown.shape[3], lines * len(shown)), Scale.gray(values)
    rows = []
    for i, crop in enumerate(shown):
        tiles = _tiles(crop, size, scale, order, f"crop {i}" if len(values) > 1 else "")
        rows += [side_by_side(tiles[at : at + ACROSS], GAP) for at in range(0, len(tiles), ACROSS)]
    black = f"black {number(scale.low)}, white {number(scale.high)}"
    left_out = left_out_note(values.shape, shown.shape, ("crops", "channels"))
    smaller = f"shown at {size[1]} x {size[0]} pixels" if size[0] < values.shape[2] else ""
    return sheet(
        joined(name, format_shape(values.shape), image), [note, joined(black, left_out, smaller)], rows
    )


def _coloured(values: Array) -> bool:
    """Whether the channels of an N x C x H x W or C x H x W array are colours."""
    return int(values.shape[-3]) == 3


def _tiles(crop: Array, size: tuple[int, int], scale: Scale, order: Order, called: str) -> list[Image.Image]:
    """The pictures of one crop, C x H x W; what it is called stands beneath the first."""
    pictures = [scale.colours(channel) for channel in crop]
    captions = [(name, range_note(c)) for name, c in zip(channel_names(len(crop), order), crop, strict=True)]
    if _coloured(crop):
        pictures.insert(0, colour_pixels(crop, scale, order))
        captions.insert(0, ("in colour", ""))
    captions[0] = joined(called, captions[0][0]), captions[0][1]
    return [_tile(pixels, size, *caption) for pixels, caption in zip(pictures, captions, strict=True)]


def channel_names(count: int, order: Order) -> list[str]:
    """`channel 0 (blue)`; without a colour where there are not three."""
    names = [f"channel {c}" for c in range(count)]
    return [f"{name} ({c})" for name, c in zip(names, COLOURS[order], strict=True)] if count == 3 else names


def tile_size(height: int, width: int, lines: int) -> tuple[int, int]:
    """Height and width in pixels of pictures of height x width values in this many rows.

    They are enlarged by a whole factor up to GOOD_TILE, or reduced until all lines fit.
    """
    space = MAX_SIDE // lines - GAP - CAPTION_LINES * line_height(SMALL), MAX_SIDE // ACROSS - GAP
    fits = min(1.0, space[0] / height, space[1] / width)
    if fits < 1:
        return max(1, int(height * fits)), max(1, int(width * fits))
    factor = max(1, min(TARGET_TILE // max(height, width), space[0] // height, space[1] // width))
    return height * factor, width * factor


def _tile(pixels: Pixels, size: tuple[int, int], *caption: str) -> Image.Image:
    """The pixels in a frame, with lines of text beneath; as wide as all the others of that size."""
    enlarges = size[0] >= pixels.shape[0]
    filter = Image.Resampling.NEAREST if enlarges else Image.Resampling.BOX  # of an area the mean
    picture = framed(Image.fromarray(pixels).resize((size[1], size[0]), filter))
    width = max(picture.width, CAPTION_WIDTH)
    lines = [line for words in caption for line in wrap(words, SMALL, width)]
    return stack([Image.new("RGB", (width, 0)), picture, text(lines, SMALL, FAINT)], 2)
