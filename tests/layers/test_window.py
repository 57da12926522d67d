"""The window of convolutions: sizes, margins, and its short form."""

from __future__ import annotations

from prototxt.layers.common.window import Window

WINDOW = Window(kernel=(3, 5), stride=(2, 1), pad=(1, 0), dilation=(1, 2))


def test_sizes() -> None:
    assert WINDOW.extent == (3, 9)
    assert WINDOW.size == 15
    assert WINDOW.conv_out((8, 12)) == (4, 4)
    assert WINDOW.deconv_out((4, 4)) == (7, 12)


def test_margins_reach_to_the_last_window_only() -> None:
    assert WINDOW.margins((8, 12), (4, 4)) == [(1, 0), (0, 0)]
    assert WINDOW.margins((7, 12), (4, 4)) == [(1, 1), (0, 0)]


def test_spans_pick_one_value_per_window() -> None:
    assert WINDOW.span((2, 3), (4, 4)) == (slice(2, 9, 2), slice(6, 10, 1))


def test_brief() -> None:
    assert WINDOW.brief() == "3x5+1x0/2x1 d1x2"
    assert Window((3, 3), (2, 2), (0, 0), (1, 1)).brief() == "3x3/2"
