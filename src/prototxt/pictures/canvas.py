"""Sheets: dark text on white, pictures below and beside each other, numbers along a grid, a scale bar."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from os import PathLike
from typing import Literal

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from prototxt.blobs import Array, Shape
from prototxt.errors import printable
from prototxt.pictures.colours import Scale, colour_table, finite_range
from prototxt.util.files import whole_file

__all__ = [
    "FAINT",
    "INK",
    "LINE",
    "MIN_WIDTH",
    "PAPER",
    "Colour",
    "clean",
    "font",
    "framed",
    "joined",
    "left_out_note",
    "line_height",
    "number",
    "numbered",
    "range_note",
    "save_png",
    "scale_bar",
    "sheet",
    "side_by_side",
    "stack",
    "text",
    "text_width",
    "wrap",
]

Colour = tuple[int, int, int]

PAPER: Colour = (255, 255, 255)
INK: Colour = (33, 37, 43)
FAINT: Colour = (98, 104, 114)
LINE: Colour = (203, 207, 214)

TITLE, NOTE, SMALL = 22, 16, 14
"""Sizes of text, in pixels."""

MARGIN, GAP = 28, 18
"""Pixels around a sheet, and between its parts."""

MIN_WIDTH = 640
"""Pixels of a sheet between its margins at least, for its text."""

BAR_WIDTH, BAR_HEIGHT, TICK = 300, 16, 5

MAX_TEXT_LENGTH = 500
"""Characters of a text; of a longer one the middle is left out."""


def save_png(image: Image.Image, path: str | PathLike[str]) -> None:
    """The picture as PNG, whole or not at all; raises PrototxtError where `path` cannot be written."""
    with whole_file(path) as file:
        image.save(file, "PNG")


def sheet(title: str, notes: Sequence[str], parts: Sequence[Image.Image]) -> Image.Image:
    """A sheet: its title, notes in smaller type, each wrapped to the width of the parts, and the parts."""
    width = max(MIN_WIDTH, *(part.width for part in parts))
    head = [text(wrap(title, TITLE, width), TITLE)]
    head += [text(wrap(note, NOTE, width), NOTE, FAINT) for note in notes if note]
    body = stack([stack(head, 4), *parts], GAP)
    whole = Image.new("RGB", (max(width, body.width) + 2 * MARGIN, body.height + 2 * MARGIN), PAPER)
    whole.paste(body, (MARGIN, MARGIN))
    return whole


def stack(parts: Sequence[Image.Image], gap: int) -> Image.Image:
    """Pictures below each other, aligned at the left."""
    size = (max(part.width for part in parts), sum(part.height for part in parts) + gap * (len(parts) - 1))
    whole, y = Image.new("RGB", size, PAPER), 0
    for part in parts:
        whole.paste(part, (0, y))
        y += part.height + gap
    return whole


def side_by_side(parts: Sequence[Image.Image], gap: int) -> Image.Image:
    """Pictures next to each other, aligned at the top."""
    size = (sum(part.width for part in parts) + gap * (len(parts) - 1), max(part.height for part in parts))
    whole, x = Image.new("RGB", size, PAPER), 0
    for part in parts:
        whole.paste(part, (x, 0))
        x += part.width + gap
    return whole


def framed(picture: Image.Image) -> Image.Image:
    """The picture in a thin frame, which separates white pixels from white paper."""
    whole = Image.new("RGB", (picture.width + 2, picture.height + 2), LINE)
    whole.paste(picture, (1, 1))
    return whole


def text(lines: Sequence[str], size: int, colour: Colour = INK) -> Image.Image:
    """Lines of text as a picture, as wide as the longest."""
    height = line_height(size)
    whole = Image.new(
        "RGB", (max(1, *(text_width(line, size) for line in lines)), height * len(lines)), PAPER
    )
    draw = ImageDraw.Draw(whole)
    for i, line in enumerate(lines):
        draw.text((0, height * i + height // 2), line, colour, font(size), anchor="lm")
    return whole


def wrap(words: str, size: int, width: int) -> list[str]:
    """The text in lines of at most `width` pixels, broken between words or, where one is too long, within it."""
    lines = [""]
    for word in clean(words).split(" "):
        for piece in _pieces(word, size, width):
            longer = f"{lines[-1]} {piece}" if lines[-1] else piece
            if text_width(longer, size) <= width:
                lines[-1] = longer
            else:
                lines.append(piece)
    return lines


def _pieces(word: str, size: int, width: int) -> list[str]:
    """The word in pieces that are not wider than `width`."""
    pieces = [""]
    for letter in word:
        if pieces[-1] and text_width(pieces[-1] + letter, size) > width:
            pieces.append("")
        pieces[-1] += letter
    return pieces


def clean(words: str) -> str:
    """Text that can be drawn: on one line, of bounded length, with unprintable characters spelled out."""
    if len(words) > MAX_TEXT_LENGTH:
        words = f"{words[: MAX_TEXT_LENGTH // 2]} ... {words[-MAX_TEXT_LENGTH // 2 :]}"
    return printable(words).encode("utf-8", "backslashreplace").decode()


def text_width(line: str, size: int) -> int:
    """Pixels, rounded up."""
    return int(np.ceil(font(size).getlength(line)))


def line_height(size: int) -> int:
    return round(1.35 * size)


@cache
def font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Pillow's own font."""
    return ImageFont.load_default(size)


def numbered(
    grid: Image.Image, rows: Sequence[tuple[int, int]], columns: Sequence[tuple[int, int]] = ()
) -> Image.Image:
    """A grid with numbers at its left and above it, each given as (number, its pixel along that side).

    Numbers that would touch the one before them are left out.
    """
    height = line_height(SMALL)
    widest = max((text_width(str(number), SMALL) for number, _ in rows), default=0)
    left = widest + 8 if rows else 0
    # A number is higher than a low row: the first needs room above, the last below.
    top = height + 2 if columns else max([0, *(height // 2 - y for _, y in rows)])
    bottom = max([grid.height, *(y + height // 2 for _, y in rows)])
    whole = Image.new("RGB", (left + grid.width, top + bottom), PAPER)
    whole.paste(grid, (left, top))
    draw = ImageDraw.Draw(whole)
    for number, y in _apart(rows, height):
        draw.text((left - 8, top + y), str(number), FAINT, font(SMALL), anchor="rm")
    space = max((text_width(str(number), SMALL) for number, _ in columns), default=0) + 8
    for number, x in _apart(columns, space):
        draw.text((left + x, height // 2), str(number), FAINT, font(SMALL), anchor="mm")
    return whole


def _apart(places: Sequence[tuple[int, int]], least: int) -> Sequence[tuple[int, int]]:
    """Every n-th place, n the smallest that leaves `least` pixels between them."""
    if len(places) < 2:
        return places
    return places[:: -(-least // (places[1][1] - places[0][1]))]


def scale_bar(scale: Scale) -> Image.Image:
    """The scale's colours from low to high, with the values written at both ends and at 0 where it lies between."""
    labels: list[tuple[float, int, Literal["lm", "mm", "rm"]]] = [
        (scale.low, 0, "lm"),
        (scale.high, BAR_WIDTH - 1, "rm"),
    ]
    if scale.low < 0 < scale.high:
        labels.append((0.0, round((BAR_WIDTH - 1) * -scale.low / (scale.high - scale.low)), "mm"))
    height = line_height(SMALL)
    whole = Image.new("RGB", (BAR_WIDTH, BAR_HEIGHT + TICK + height), PAPER)
    colours = colour_table(scale.map)
    steps = np.rint(np.linspace(0, len(colours) - 1, BAR_WIDTH)).astype(int)
    strip = Image.fromarray(colours[steps][None].repeat(BAR_HEIGHT, axis=0))
    whole.paste(strip)
    draw = ImageDraw.Draw(whole)
    draw.rectangle((0, 0, BAR_WIDTH - 1, BAR_HEIGHT - 1), outline=LINE)
    for value, x, anchor in labels:
        draw.line((x, BAR_HEIGHT, x, BAR_HEIGHT + TICK - 1), FAINT)
        draw.text((x, BAR_HEIGHT + TICK + height // 2), number(value), FAINT, font(SMALL), anchor=anchor)
    return whole


def number(value: float) -> str:
    """Four digits: `-0.01234`, `1.234e+05`."""
    return f"{value:.4g}"


def range_note(values: Array) -> str:
    """`min -1.2 · mean 0.3 · max 4`, of the finite values; how many are not finite, if any."""
    finite = np.isfinite(values)
    low, high = finite_range(values)
    mean = float(values.mean(dtype=np.float64, where=finite)) if finite.any() else 0.0
    parts = [f"min {number(low)} · mean {number(mean)} · max {number(high)}"] if finite.any() else []
    nan = int(np.isnan(values).sum())
    infinite = int(values.size - finite.sum()) - nan
    odd = [f"{count:,} {kind}" for count, kind in ((nan, "NaN"), (infinite, "infinite")) if count]
    return joined(*parts, f"{' and '.join(odd)} in magenta" if odd else "")


def left_out_note(shape: Shape, shown: Shape, what: Sequence[str]) -> str:
    """`the first 64 of 256 outputs and 64 of 96 inputs`, of the leading axes, where not all are shown."""
    axes = zip(what, shape, shown, strict=False)
    less = [f"{few:,} of {many:,} {name}" for name, many, few in axes if few < many]
    return f"the first {' and '.join(less)}" if less else ""


def joined(*parts: str) -> str:
    """`conv1 · 96 x 55 x 55 · cat.jpg`: the parts that there are."""
    return " · ".join(filter(None, parts))
