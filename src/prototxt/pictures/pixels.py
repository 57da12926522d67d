"""Classes of pixels as colours on an image, with a legend."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from math import ceil

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from prototxt.detections.detection import Pixels as Classes
from prototxt.images.load import Pixels
from prototxt.pictures.boxes import canvas_of, fitted, text_size
from prototxt.pictures.canvas import FAINT, INK, LINE, PAPER, Colour, font, line_height, stack, text_width
from prototxt.pictures.colours import LABELS, label_colours

COLOUR = 0.6
"""How much of a painted pixel is its class's colour; the rest is the image's lightness."""

GRAY = 128
"""The lightness under the legend's colours."""

MOST_CLASSES = 24
"""Classes that a legend names."""

LONGEST_ENTRY = 24
"""Letters' heights: an entry of the legend is at most so many wide."""


def paint_classes(
    pixels: Pixels, found: Classes, legend: Sequence[tuple[int, str]], plain: Collection[int] = ()
) -> Image.Image:
    """The image (H x W x 3), each class of its pixels in a colour of its own, above a legend.

    `legend` holds labels and what is said of each. Classes in `plain`, such as the background, and what the net did
    not see stay as they are in the image.
    """
    labels = _labels_at(found)
    colours = label_colours()[labels % LABELS]
    gray = pixels.astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32)
    painted = _mixed(colours, gray[..., None])
    bare = (labels < 0) | np.isin(labels, list(plain))
    picture, _ = canvas_of(np.where(bare[..., None], pixels, painted).astype(np.float32))
    entries = [(None if label in plain else _swatch(label), words) for label, words in legend]
    return stack([picture, _legend(entries, picture.width, text_size(picture))], 0)


def _labels_at(found: Classes) -> NDArray[np.intp]:
    """The class of each of the image's pixels; -1 where the net did not look."""
    height, width = found.classes.shape
    rows, columns = found.view.cells(0, height), found.view.cells(1, width)
    labels = found.classes[rows[:, None], columns]
    labels[rows < 0], labels[:, columns < 0] = -1, -1
    return labels


def _mixed(colours: NDArray[np.uint8], gray: NDArray[np.float32] | float) -> NDArray[np.float32]:
    mixed: NDArray[np.float32] = np.float32(COLOUR) * colours + np.float32(1 - COLOUR) * gray
    return mixed


def _swatch(label: int) -> Colour:
    """A class's colour as it looks on a gray image."""
    red, green, blue = np.rint(_mixed(label_colours()[label % LABELS], GRAY)).astype(int).tolist()
    return red, green, blue


def _legend(entries: Sequence[tuple[Colour | None, str]], width: int, size: int) -> Image.Image:
    """Swatches with words in columns, as wide as the picture above; what has no colour has an empty swatch."""
    shown, height = entries[:MOST_CLASSES], line_height(size) + 6
    margin, box = size, size
    room = min(width - 2 * margin, LONGEST_ENTRY * size)
    words = [fitted(text, size, max(0, room - box - size // 2)) for _, text in shown]
    entry = max((text_width(w, size) for w in words), default=0) + box + size // 2
    columns = max(1, (width - 2 * margin + size) // (entry + size))
    lines = ceil(len(shown) / columns)
    rest = len(entries) - len(shown)
    whole = Image.new("RGB", (width, height * (lines + bool(rest)) + margin), PAPER)
    draw = ImageDraw.Draw(whole)
    for i, ((colour, _), text) in enumerate(zip(shown, words, strict=True)):
        column, line = divmod(i, lines)
        x, middle = margin + column * (entry + size), margin // 2 + line * height + height // 2
        square = (x, middle - box // 2, x + box - 1, middle - box // 2 + box - 1)
        draw.rectangle(square, colour or PAPER, outline=LINE)
        draw.text((x + box + size // 2, middle), text, INK, font(size), anchor="lm")
    if rest:
        middle = margin // 2 + lines * height + height // 2
        draw.text((margin, middle), f"and {rest} more", FAINT, font(size), anchor="lm")
    return whole
