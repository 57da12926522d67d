"""Many small maps in one grid: how many columns, how large, and the pixels."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, log, prod, sqrt

import numpy as np
from PIL import Image

from prototxt.blobs import Array
from prototxt.pictures.canvas import LINE, PAPER
from prototxt.pictures.colours import Pixels

__all__ = [
    "MAX_ENLARGE",
    "MAX_SIDE",
    "MAX_TILES",
    "MIN_CELL",
    "Grid",
    "area_mean",
    "line_between",
    "near_square",
    "reduction_note",
]

MAX_SIDE = 2100
"""Pixels of a grid's longer side; a sheet around it stays within about 2400."""

TARGET_SIDE = 1300
"""Pixels of a grid's side up to which maps are enlarged."""

MAX_ENLARGE = 32
"""Pixels that one value is enlarged to at most."""

MIN_TILE = 6
"""Pixels of a tile's height and width at least, if there is room."""

MIN_CELL = 4
"""Pixels of a tile and its line, at least."""

MAX_TILES = 250_000
"""Tiles that a grid holds: 500 x 500."""

ASPECT, EMPTY_WEIGHT = 1.15, 0.9
"""The ideal ratio of a grid's width to its height; the cost of an empty last row, relative to a ratio off by e."""


@dataclass(frozen=True, slots=True)
class Grid:
    """The layout of `count` tiles of height x width values, and their size in pixels.

    Each value becomes `enlarge` pixels (down, across) or, with `reduce` above 1, each pixel is the mean of reduce x
    reduce values. Tiles stand in rows from the left, with a line of `line` pixels around each.
    """

    count: int
    height: int
    width: int
    columns: int
    reduce: int
    enlarge: tuple[int, int]
    line: int

    @classmethod
    def fit(cls, count: int, height: int, width: int, columns: int | None = None) -> Grid:
        """A grid of this many columns, or of as many as make it nearly square."""
        columns = columns or near_square(count, height, width)
        rows = ceil(count / columns)
        # 3 pixels: a line and a share of the outermost one; wider lines come with few tiles, far from MAX_SIDE
        space = max(1, MAX_SIDE // rows - 3), max(1, MAX_SIDE // columns - 3)
        reduce = max(1, ceil(height / space[0]), ceil(width / space[1]))
        height_now, width_now = ceil(height / reduce), ceil(width / reduce)
        good = min(TARGET_SIDE / rows / height_now, TARGET_SIDE / columns / width_now, MAX_ENLARGE)
        sides = (height_now, space[0]), (width_now, space[1])
        down, across = (max(1, int(good), min(MIN_TILE // side, most // side)) for side, most in sides)
        thin = min(height_now * down, width_now * across)
        line = line_between(thin, min(down, across) if height * width > 1 else 1)
        return cls(count, height, width, columns, reduce, (down, across), line)

    @property
    def rows(self) -> int:
        return ceil(self.count / self.columns)

    @property
    def tile(self) -> tuple[int, int]:
        """Height and width of a tile in pixels."""
        down, across = self.enlarge
        return ceil(self.height / self.reduce) * down, ceil(self.width / self.reduce) * across

    def place(self, index: int) -> tuple[int, int]:
        """The pixel (down, across) of a tile's upper left corner."""
        row, column = divmod(index, self.columns)
        height, width = self.tile
        return self.line + row * (height + self.line), self.line + column * (width + self.line)

    def row_middles(self) -> list[int]:
        """The pixel at half the height of each row."""
        return [self.place(row * self.columns)[0] + self.tile[0] // 2 for row in range(self.rows)]

    def column_middles(self) -> list[int]:
        """The pixel at half the width of each column."""
        return [self.place(column)[1] + self.tile[1] // 2 for column in range(self.columns)]

    def row_starts(self) -> list[tuple[int, int]]:
        """The number of each row's first tile, and the pixel at half the row's height; [] for a single tile."""
        starts = range(0, self.count, self.columns)
        return list(zip(starts, self.row_middles(), strict=True)) if self.count > 1 else []

    def draw(self, colours: Pixels) -> Image.Image:
        """The picture of tiles: count x h x w x 3 (values already reduced) in RGB."""
        down, across = self.enlarge
        height, width = self.tile
        cells = np.empty((self.rows * self.columns, height + self.line, width + self.line, 3), np.uint8)
        cells[: self.count], cells[self.count :] = LINE, PAPER
        cells[: self.count, :height, :width] = colours.repeat(down, axis=1).repeat(across, axis=2)
        rows = cells.reshape(self.rows, self.columns, *cells.shape[1:]).swapaxes(1, 2)
        # Lines are right of and below each tile; those above and left of all are added.
        tiles = rows.reshape(self.rows * cells.shape[1], -1, 3)
        whole = np.empty((len(tiles) + self.line, tiles.shape[1] + self.line, 3), np.uint8)
        whole[...] = LINE
        whole[self.line :, self.line :] = tiles
        return Image.fromarray(whole)


def line_between(side: int, value: int) -> int:
    """Pixels between tiles whose shorter side is `side`, and a value's square `value` pixels.

    0 where lines would outweigh the tiles, more where values are so large that their edges look like lines.
    """
    return 0 if side <= MIN_CELL else 1 if side < 40 else max(2, value // 4)


def near_square(count: int, height: int, width: int) -> int:
    """Columns for a grid a little wider than high, with a last row as full as possible."""
    most = MAX_SIDE // MIN_CELL
    ideal = ASPECT * sqrt(count * height / width)
    low = min(count, most, max(1, ceil(count / most), int(ideal / 2)))
    high = min(count, most, max(low, ceil(2 * ideal)))

    def cost(columns: int) -> float:
        return EMPTY_WEIGHT * (-count % columns) / columns + abs(log(columns / ideal))

    return min(range(low, high + 1), key=cost)


def area_mean(values: Array, by: int) -> Array:
    """Values (... x height x width) with each block of by x by (fewer at the edges) replaced by its mean."""
    if by == 1:
        return values
    *outer, height, width = values.shape
    down, across = np.arange(0, height, by), np.arange(0, width, by)
    sizes = np.outer(np.minimum(height - down, by), np.minimum(width - across, by))
    means = np.empty((prod(outer), *sizes.shape), np.float32)
    with np.errstate(invalid="ignore"):  # infinity minus infinity: not finite either
        for mean, one in zip(means, values.reshape(-1, height, width), strict=True):
            sums = np.add.reduceat(one, down, axis=0, dtype=np.float64)
            mean[...] = np.add.reduceat(sums, across, axis=1) / sizes
    return means.reshape(*outer, *sizes.shape)


def reduction_note(by: int) -> str:
    """A note that a pixel stands for several values, if it does."""
    return f"each pixel is the mean of {by} x {by} values" if by > 1 else ""
