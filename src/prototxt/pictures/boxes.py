"""Boxes with their labels on an image."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from prototxt.detection.detection import Box
from prototxt.images.load import Pixels
from prototxt.pictures.canvas import Colour, clean, font, line_height, text_width
from prototxt.pictures.colours import label_colour, lightness

__all__ = ["MIN_SIDE", "Tagged", "canvas_of", "fitted", "paint_boxes", "text_size", "to_uint8"]

MIN_SIDE = 320
"""Pixels of the longer side; smaller images are enlarged by a whole factor, so that tags can be read."""

LINE, TEXT = 320, 42
"""A line is the image's longer side over LINE wide, a tag's letters are the same side over TEXT high."""

MIN_TEXT, MAX_TEXT = 12, 64

LINES = 12
"""Lines of text that a picture has room for at least, unless letters would be too small."""

DARK: Colour = (20, 20, 20)
LIGHT: Colour = (255, 255, 255)

MIDDLE_LUMINANCE = 0.18
"""The luminance above which dark letters can be read better than light ones."""

Area = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Tagged:
    """A box in pixels of the image, the label that gives its colour, and the text of its tag."""

    box: Box
    label: int
    tag: str


def to_uint8(pixels: Pixels) -> NDArray[np.uint8]:
    """Pixels as bytes; floating-point ones are rounded, and cut at 0 and 255."""
    whole = pixels if pixels.dtype == np.uint8 else np.clip(np.rint(pixels), 0, 255)
    return whole.astype(np.uint8, copy=False)


def canvas_of(pixels: Pixels) -> tuple[Image.Image, int]:
    """An image as a picture to paint on, and the factor by which it was enlarged."""
    image = Image.fromarray(to_uint8(pixels))
    factor = max(1, ceil(MIN_SIDE / max(image.size)))
    if factor == 1:
        return image, 1
    return image.resize((image.width * factor, image.height * factor), Image.Resampling.NEAREST), factor


def paint_boxes(pixels: Pixels, boxes: Sequence[Tagged]) -> Image.Image:
    """The image (H x W x 3) with boxes on it, the first of them on top.

    A tag stands above its box or, if there is no room, below or inside it, always within the image. A tag that would
    cover another one is left out, and so are boxes outside the image.
    """
    picture, factor = canvas_of(pixels)
    draw, size = ImageDraw.Draw(picture), text_size(picture)
    boxes = [box for box in boxes if _is_inside(box.box, pixels.shape)]
    width = max(2, round(max(picture.size) / LINE))
    areas = [_area(b.box, factor, picture.size) for b in boxes]
    tags = _Tags(picture.size, size)
    placed = [tags.place(area, b.tag) for area, b in zip(areas, boxes, strict=True)]
    for area, box in reversed(list(zip(areas, boxes, strict=True))):
        _frame(draw, area, width, label_colour(box.label))
    for (place, text), box in zip(placed, boxes, strict=True):
        if place is None:
            continue
        colour = label_colour(box.label)
        draw.rectangle(place, colour)
        ink = DARK if lightness(colour) > MIDDLE_LUMINANCE else LIGHT
        middle = (place[1] + place[3] + 1) // 2
        draw.text((place[0] + tags.pad, middle), text, ink, font(size), anchor="lm")
    return picture


def text_size(picture: Image.Image) -> int:
    """Height of letters for a picture of this size; a long narrow one has small letters."""
    wanted = min(max(picture.size) / TEXT, min(picture.size) / LINES, MAX_TEXT)
    return max(MIN_TEXT, round(wanted))


def _is_inside(box: Box, image: Sequence[int]) -> bool:
    """Whether a box overlaps an image of these rows and columns."""
    return box[2] >= 0 and box[3] >= 0 and box[0] <= image[1] and box[1] <= image[0]


def _area(box: Box, factor: int, size: tuple[int, int]) -> Area:
    """The box's first and last pixels, clipped to the picture."""
    left, top, right, bottom = (
        round(min(max(v * factor, 0), most - 1)) for v, most in zip(box, size * 2, strict=True)
    )
    return min(left, right), min(top, bottom), max(left, right), max(top, bottom)


def _frame(draw: ImageDraw.ImageDraw, area: Area, width: int, colour: Colour) -> None:
    """A frame in the box's colour inside a thin dark line, which separates it from an image of that colour."""
    left, top, right, bottom = area
    draw.rectangle((left - 1, top - 1, right + 1, bottom + 1), outline=DARK)
    draw.rectangle(area, outline=colour, width=width)


class _Tags:
    """Finds free places for tags in a picture."""

    def __init__(self, size: tuple[int, int], text: int) -> None:
        self._size, self._text = size, text
        self.pad = max(3, text // 4)
        self._taken = np.empty((0, 4), np.int64)

    def place(self, area: Area, tag: str) -> tuple[Area | None, str]:
        """The place of a box's tag, None without room, and its text, cut to the width of the picture."""
        text = fitted(tag, self._text, self._size[0] - 2 * self.pad)
        width, height = text_width(text, self._text) + 2 * self.pad, line_height(self._text) + 2
        if not text or height > self._size[1]:
            return None, text
        left, top, right, bottom = area
        corners = [
            (left, top - height), (left, top), (right - width + 1, top - height), (left, bottom + 1),
            (left, bottom - height + 1), (right - width + 1, top), (right - width + 1, bottom + 1),
            *((left, y) for y in range(top + height, bottom - 2 * height, height)),
        ]  # fmt: skip
        spots = [self._inside(x, y, width, height) for x, y in corners]
        free = next((spot for spot in spots if not self._covered(spot)), None)
        if free is not None:
            self._taken = np.concatenate([self._taken, [free]])
        return free, text

    def _inside(self, x: int, y: int, width: int, height: int) -> Area:
        left = max(0, min(x, self._size[0] - width))
        top = max(0, min(y, self._size[1] - height))
        return left, top, left + width - 1, top + height - 1

    def _covered(self, spot: Area) -> bool:
        """Whether a place overlaps an earlier tag."""
        low, high = np.maximum(self._taken[:, :2], spot[:2]), np.minimum(self._taken[:, 2:], spot[2:])
        return bool((high >= low).all(axis=1).any())


def fitted(words: str, size: int, width: int) -> str:
    """The text on one line, cut to this width; "" where not even a letter fits."""
    line = clean(words)
    if text_width(line, size) <= width:
        return line
    too_long = bisect(range(len(line)), width, key=lambda n: text_width(f"{line[:n]}…", size))
    return f"{line[: too_long - 1]}…" if too_long > 1 else ""
