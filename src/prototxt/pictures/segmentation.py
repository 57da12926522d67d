"""Classes of pixels as colours on an image, with a legend."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from math import ceil

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from prototxt.blobs import AnyArray
from prototxt.detection.detection import Segmentation
from prototxt.images.load import Pixels
from prototxt.pictures.boxes import MIN_SIDE, canvas_of, fitted, text_size, to_uint8
from prototxt.pictures.canvas import FAINT, INK, LINE, PAPER, Colour, font, line_height, stack, text_width
from prototxt.pictures.colours import LABELS, label_colours

__all__ = ["COLOUR", "MAX_CLASSES", "STRIP", "paint_classes"]

COLOUR = 0.6
"""The share of its class's colour in a painted pixel; the rest is the image's lightness."""

GRAY = 128
"""The lightness under the legend's colours."""

STRIP = 256
"""Rows that are painted at a time, so that large images take little memory."""

MAX_CLASSES = 24
"""Classes that a legend names."""

MAX_ENTRY_WIDTH = 24
"""Width of an entry of the legend at most, in heights of its letters."""

Entry = tuple[Colour | None, str, str]
"""A class's colour, its name, and its share."""


def paint_classes(
    pixels: Pixels,
    segmentation: Segmentation,
    legend: Sequence[tuple[int, str, str]],
    plain: Collection[int] = (),
) -> Image.Image:
    """The image (H x W x 3), each class of its pixels in a colour of its own, above a legend.

    `legend` holds labels, their names and their shares. Classes in `plain` (the background) and parts that the net
    did not see stay as they are in the image.
    """
    painted = to_uint8(pixels).copy()
    height, width = segmentation.classes.shape
    rows, columns = segmentation.view.cells(0, height), segmentation.view.cells(1, width)
    for start in range(0, len(rows), STRIP):
        strip = slice(start, start + STRIP)
        labels = np.where(
            (rows[strip, None] < 0) | (columns < 0), -1, segmentation.classes[rows[strip, None], columns]
        )
        shown = (labels >= 0) & ~np.isin(labels, list(plain))
        gray = painted[strip][shown] @ np.array([0.299, 0.587, 0.114], np.float32)
        painted[strip][shown] = np.rint(_mixed(label_colours()[labels[shown] % LABELS], gray[:, None]))
    picture, _ = canvas_of(painted)
    entries = [(None if label in plain else _swatch(label), name, share) for label, name, share in legend]
    below = _legend(entries, max(picture.width, MIN_SIDE), text_size(picture))
    return stack([picture, below], 0)


def _mixed(colours: NDArray[np.uint8], gray: AnyArray | float) -> NDArray[np.float32]:
    mixed: NDArray[np.float32] = np.float32(COLOUR) * colours + np.float32(1 - COLOUR) * gray
    return mixed


def _swatch(label: int) -> Colour:
    """A class's colour as it looks on a gray image."""
    red, green, blue = np.rint(_mixed(label_colours()[label % LABELS], GRAY)).astype(int).tolist()
    return red, green, blue


def _legend(entries: Sequence[Entry], width: int, size: int) -> Image.Image:
    """A swatch, a share and a name for each class, in columns, as wide as the picture above.

    Classes without a colour have an empty swatch; those after the first MAX_CLASSES are counted.
    """
    shown, height, gap = entries[:MAX_CLASSES], line_height(size) + 6, size // 2
    shares = max((text_width(share, size) for *_, share in shown), default=0)
    before = size + gap + shares + gap
    space = min(width - 2 * size, MAX_ENTRY_WIDTH * size) - before
    names = [fitted(name, size, max(0, space)) for _, name, _ in shown]
    entry = before + max((text_width(name, size) for name in names), default=0)
    columns = max(1, (width - size) // (entry + size))
    lines = ceil(len(shown) / columns)
    rest = len(entries) - len(shown)
    whole = Image.new("RGB", (width, height * (lines + bool(rest)) + size), PAPER)
    draw = ImageDraw.Draw(whole)
    for i, ((colour, _, share), name) in enumerate(zip(shown, names, strict=True)):
        column, line = divmod(i, lines)
        x, middle = size + column * (entry + size), size // 2 + line * height + height // 2
        top = middle - size // 2
        draw.rectangle((x, top, x + size - 1, top + size - 1), colour or PAPER, outline=LINE)
        draw.text((x + size + gap + shares, middle), share, FAINT, font(size), anchor="rm")
        draw.text((x + before, middle), name, INK, font(size), anchor="lm")
    if rest:
        middle = size // 2 + lines * height + height // 2
        draw.text((size, middle), f"and {rest} more", FAINT, font(size), anchor="lm")
    return whole
