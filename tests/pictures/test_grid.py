"""The grid: how many columns, how large, where a value's pixels are, means of areas."""

from __future__ import annotations

import numpy as np
import pytest

from prototxt.pictures.canvas import LINE, PAPER
from prototxt.pictures.colours import Scale
from prototxt.pictures.grid import (
    MAX_ENLARGE,
    MAX_SIDE,
    MAX_TILES,
    MIN_CELL,
    Grid,
    area_mean,
    near_square,
)
from support.helpers import noise


@pytest.mark.parametrize(
    ("maps", "columns"),
    [
        ((96, 55, 54), 12), ((64, 7, 6), 8), ((1000, 1, 1), 40), ((1, 300, 500), 1), ((3, 1, 1), 3),
        ((20, 1, 1000), 1), ((20, 900, 1), 20),
    ],
)  # fmt: skip
def test_columns(maps: tuple[int, int, int], columns: int) -> None:
    assert near_square(*maps) == columns


@pytest.mark.parametrize("count", range(1, 400, 7))
def test_nearly_square(count: int) -> None:
    grid = Grid.fit(count, 11, 13)
    height, width = grid.tile[0] * grid.rows, grid.tile[1] * grid.columns
    assert 1 / 4 < height / width < 2.1
    assert (grid.rows - 1) * grid.columns < count <= grid.rows * grid.columns


@pytest.mark.parametrize(
    ("count", "height", "width"),
    [
        (1, 300, 500), (3, 1, 1), (2048, 7, 6), (96, 55, 54), (64, 601, 702), (MAX_TILES, 1, 1), (MAX_TILES, 3, 2),
        (1, 1, 1_000_000), (1, 1_000_000, 1), (1000, 1, 1000), (1000, 1000, 1), (7, 5000, 3), (512, 112, 113),
    ],
)  # fmt: skip
def test_sizes_are_bounded(count: int, height: int, width: int) -> None:
    grid = Grid.fit(count, height, width)
    down, across = grid.place(grid.rows * grid.columns - 1)
    sides = down + grid.tile[0] + grid.line, across + grid.tile[1] + grid.line
    assert max(sides) <= MAX_SIDE
    assert min(grid.tile) >= 1
    assert max(grid.enlarge) <= MAX_ENLARGE
    assert grid.reduce == 1 or grid.enlarge[0] <= 6 or grid.enlarge[1] <= 6


def test_small_maps_are_comfortable() -> None:
    assert Grid.fit(2048, 7, 6).tile >= (21, 18)
    assert Grid.fit(3, 1, 1).tile == (MAX_ENLARGE, MAX_ENLARGE)
    assert min(Grid.fit(20, 1, 1000).tile) >= 6


def test_every_value_is_where_the_grid_says() -> None:
    values = noise(5, 4, 3)
    grid, scale = Grid.fit(5, 4, 3, columns=3), Scale.of(values)
    picture = np.asarray(grid.draw(scale.colours(values)))
    down, across = grid.enlarge
    assert picture.shape[:2] == tuple(
        grid.line + n * (side + grid.line)
        for n, side in zip((grid.rows, grid.columns), grid.tile, strict=True)
    )
    for i, map_ in enumerate(values):
        y, x = grid.place(i)
        tile = picture[y : y + grid.tile[0], x : x + grid.tile[1]]
        np.testing.assert_array_equal(tile, scale.colours(map_).repeat(down, 0).repeat(across, 1))
        assert (picture[y - grid.line : y, x : x + grid.tile[1]] == LINE).all()
        assert (picture[y : y + grid.tile[0], x - grid.line : x] == LINE).all()
        assert (picture[y + grid.tile[0], x : x + grid.tile[1]] == LINE).all()
    y, x = grid.place(5)
    assert (picture[y : y + grid.tile[0], x : x + grid.tile[1]] == PAPER).all()


def test_lines_never_outweigh_tiles() -> None:
    assert Grid.fit(MAX_TILES, 1, 1).line == 0
    assert min(Grid.fit(MAX_TILES, 1, 1).tile) <= MIN_CELL
    assert Grid.fit(20, 5, 4).line > 2


def test_middles_and_starts() -> None:
    grid = Grid.fit(5, 4, 3, columns=2)
    assert [number for number, _ in grid.row_starts()] == [0, 2, 4]
    assert grid.row_middles()[1] == grid.place(2)[0] + grid.tile[0] // 2
    assert grid.column_middles()[1] == grid.place(1)[1] + grid.tile[1] // 2
    assert Grid.fit(1, 4, 3).row_starts() == []


def test_area_mean() -> None:
    values = noise(2, 5, 7, 8)
    means = area_mean(values, 3)
    assert means.shape == (2, 5, 3, 3)
    np.testing.assert_allclose(means[1, 4, 0, 1], values[1, 4, :3, 3:6].mean(), rtol=1e-6)
    np.testing.assert_allclose(means[0, 2, 2, 2], values[0, 2, 6:, 6:].mean(), rtol=1e-6)
    assert area_mean(values, 1) is values


def test_area_mean_keeps_what_is_not_finite() -> None:
    values = noise(1, 4, 6)
    values[0, 0, 0], values[0, 0, 2:4], values[0, 3, 5] = np.nan, [np.inf, -np.inf], np.inf
    assert np.isfinite(area_mean(values, 2)).tolist() == [[[False, False, True], [True, True, False]]]
