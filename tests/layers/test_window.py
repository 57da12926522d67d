"""The window of convolutions and pooling: axes, margins, taps, and its short form."""

from __future__ import annotations

from prototxt.layers.common.window import Axis, Window

WINDOW = Window(kernel=(3, 5), stride=(2, 1), pad=(1, 0), dilation=(1, 2), size=(8, 12), out=(4, 4))


def test_extent_and_taps() -> None:
    assert WINDOW.extent == (3, 9)
    assert WINDOW.num_taps == 15
    assert list(WINDOW.taps())[-1] == (2, 4)


def test_axes_hold_one_number_of_each() -> None:
    assert WINDOW.axes == (Axis(8, 3, 2, 1, 1, 4), Axis(12, 5, 1, 0, 2, 4))


def test_margins_reach_to_the_last_window_only() -> None:
    assert WINDOW.margins == [(1, 0), (0, 0)]
    assert Axis(size=7, kernel=3, stride=2, pad=1, dilation=1, out=4).margins == (1, 1)


def test_spans_pick_one_value_per_window() -> None:
    assert WINDOW.span((2, 3), (4, 4)) == (slice(2, 9, 2), slice(6, 10, 1))


def test_brief() -> None:
    assert WINDOW.brief() == "3x5+1x0/2x1 d1x2"
    assert Window((3, 3), (2, 2), (0, 0), (1, 1), (7, 9), (3, 4)).brief() == "3x3/2"


def test_spans_of_windows() -> None:
    assert Axis(5, 3, 2, 1, 1, 3).spans() == [(0, 2), (1, 4), (3, 5)]
    assert Axis(5, 1, 3, 0, 1, 3).spans()[2] == (6, 5)


def test_divisors_count_padding_and_no_overhang() -> None:
    assert Axis(5, 3, 2, 1, 1, 3).divisors() == [3, 3, 3]
    assert Axis(6, 3, 2, 0, 1, 3).divisors() == [3, 3, 2]
    assert Axis(5, 1, 3, 0, 1, 3).divisors()[2] == 1
