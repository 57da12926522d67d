"""Pages: wrapped text, any name, numbers along a grid, the scale bar, files whole or not at all."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from prototxt.blobs import Array
from prototxt.errors import PrototxtError
from prototxt.pictures import canvas
from prototxt.pictures.canvas import (
    BAR_HEIGHT,
    BAR_WIDTH,
    MARGIN,
    MIN_WIDTH,
    NOTE,
    PAPER,
    joined,
    left_out_note,
    numbered,
    range_note,
    save_png,
    scale_bar,
    sheet,
    text_width,
    wrap,
)
from prototxt.pictures.colours import Scale, colour_table
from support.helpers import noise


def dark(picture: Image.Image) -> NDArray[np.bool_]:
    """Where there is ink."""
    ink: NDArray[np.bool_] = np.less(np.asarray(picture.convert("L")), 160)
    return ink


@pytest.mark.parametrize("words", ["a " * 240, "x" * 400, "one " + "y" * 200 + " end", ""])
def test_wrapped_lines_fit_and_lose_nothing(words: str) -> None:
    lines = wrap(words, NOTE, 200)
    assert max(text_width(line, NOTE) for line in lines) <= 200
    assert "".join(lines).replace(" ", "") == words.replace(" ", "")


def test_words_stay_whole_where_they_can() -> None:
    lines = wrap("cat.jpg 640x480 RGB -> 227x227 BGR, minus mean 104,117,123", NOTE, 220)
    assert len(lines) > 1
    assert " ".join(lines) == "cat.jpg 640x480 RGB -> 227x227 BGR, minus mean 104,117,123"


@pytest.mark.parametrize(
    ("name", "shown"),
    [("a\x1b[2J\nb", "a\\x1b[2J\\x0ab"), ("bad\udcff", "bad\\xff"), ("猫 \u202e ü", "猫 \\u202e ü")],
)
def test_any_name_can_be_drawn(name: str, shown: str) -> None:
    assert wrap(name, NOTE, 1000) == [shown]
    sheet(name, [name], [Image.new("RGB", (30, 20))])


def test_a_huge_name_is_cut_in_its_middle() -> None:
    picture = sheet("x" * 1_000_000 + "end", ["y" * 1_000_000], [Image.new("RGB", (30, 20))])
    assert max(picture.size) < 1200
    assert wrap("x" * 1_000_000 + "end", NOTE, 10**6)[-1].endswith("xend")


def test_page() -> None:
    body = Image.new("RGB", (900, 50), (1, 2, 3))
    picture = sheet("title", ["", "note"], [body])
    assert picture.width == 900 + 2 * MARGIN
    pixels = np.asarray(picture)
    assert (pixels[-MARGIN - 50 : -MARGIN, MARGIN:-MARGIN] == (1, 2, 3)).all()
    assert (pixels[:MARGIN] == PAPER).all()
    assert (pixels[:, :MARGIN] == PAPER).all()
    assert dark(picture)[MARGIN : -MARGIN - 50].any()
    assert sheet("t", [], [Image.new("RGB", (5, 5))]).width == MIN_WIDTH + 2 * MARGIN


def test_scale_bar_has_the_colours_and_three_values() -> None:
    bar = scale_bar(Scale("diverging", -2, 2))
    pixels, table = np.asarray(bar), colour_table("diverging")
    middle = pixels[BAR_HEIGHT // 2]
    np.testing.assert_array_equal(middle[1], table[round(1 * (len(table) - 1) / (BAR_WIDTH - 1))])
    assert np.ptp(middle[BAR_WIDTH // 2].astype(int)) < 6
    ink = np.any(dark(bar)[BAR_HEIGHT + canvas.TICK :], axis=0)
    assert ink[:40].any()
    assert ink[130:170].any()
    assert ink[-40:].any()
    assert not ink[60:120].any()


def test_scale_bar_without_zero_inside() -> None:
    ink = np.any(dark(scale_bar(Scale("sequential", 2, 3)))[BAR_HEIGHT + canvas.TICK :], axis=0)
    assert ink[:40].any()
    assert ink[-40:].any()
    assert not ink[60:240].any()


def test_numbers_stand_before_their_rows() -> None:
    grid = Image.new("RGB", (90, 200), (200, 0, 0))
    picture = numbered(grid, [(0, 40), (7, 140)])
    left = picture.width - 90
    assert (np.asarray(picture)[:, left:] == (200, 0, 0)).all()
    ink = np.any(dark(picture)[:, :left], axis=1)
    assert ink[30:50].any()
    assert ink[130:150].any()
    assert not ink[60:120].any()


def test_numbers_that_would_touch_are_left_out_and_none_is_cut() -> None:
    grid = Image.new("RGB", (90, 60), (200, 200, 200))
    picture = numbered(grid, [(i, 3 * i + 1) for i in range(20)])
    rows = np.any(dark(picture)[:, : picture.width - 90], axis=1)
    gaps = np.diff(np.flatnonzero(rows))
    assert (gaps > 1).sum() == 2  # 0, 7 and 14: a line of text is 19 pixels, 7 rows are 21
    assert not rows[0]
    assert not rows[-1]


def test_numbers_above_columns() -> None:
    picture = numbered(Image.new("RGB", (200, 50), (200, 200, 200)), [], [(0, 20), (1, 120)])
    ink = np.any(dark(picture)[: picture.height - 50], axis=0)
    assert ink[10:30].any()
    assert ink[110:130].any()
    assert not ink[40:100].any()


@pytest.mark.parametrize(
    ("values", "note"),
    [
        ([1, -2, 4], "min -2 · mean 1 · max 4"),
        ([1, np.nan, 3], "min 1 · mean 2 · max 3 · 1 NaN in magenta"),
        ([1, np.nan, 3, np.inf, -np.inf], "min 1 · mean 2 · max 3 · 1 NaN and 2 infinite in magenta"),
        ([np.nan] * 1234, "1,234 NaN in magenta"),
        ([3e38, 3e38, 3e38], "min 3e+38 · mean 3e+38 · max 3e+38"),
    ],
)
def test_range_note(values: list[float], note: str) -> None:
    array: Array = np.array(values, np.float32)
    assert range_note(array) == note


def test_first_of_and_joined() -> None:
    assert (
        left_out_note((256, 96, 3), (64, 64, 3), ("outputs", "inputs"))
        == "the first 64 of 256 outputs and 64 of 96 inputs"
    )
    assert left_out_note((5, 96), (5, 96), ("outputs", "inputs")) == ""
    assert joined("conv1", "", "cat.jpg") == "conv1 · cat.jpg"


def test_save_png(tmp_path: Path) -> None:
    picture = Image.fromarray(np.uint8(noise(9, 7, 3) * 50 + 120))
    save_png(picture, tmp_path / "out.png")
    with Image.open(tmp_path / "out.png") as saved:
        assert saved.format == "PNG"
        np.testing.assert_array_equal(np.asarray(saved), np.asarray(picture))
    assert [p.name for p in tmp_path.iterdir()] == ["out.png"]
    with pytest.raises(PrototxtError, match="cannot be written"):
        save_png(picture, tmp_path / "no" / "out.png")
