"""Indices of a sliding window as formulas write them: `x[n, c, 4*i - 2 + u, 4*j - 2 + v]`, `u, v = 0..4`."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.layers.common.window import Axis

__all__ = ["MAX_AXES", "input_index", "output_index", "tap_index", "tap_ranges"]

OUTPUT = {1: "i", 2: "ij", 3: "hij"}
TAPS = {1: "u", 2: "uv", 3: "tuv"}
"""The letters of output positions and kernel taps, by the number of spatial axes."""

MAX_AXES = max(OUTPUT)
"""The most spatial axes for which there are letters."""


def output_index(axes: Sequence[Axis]) -> str:
    """`i, j`: a position of the output."""
    return ", ".join(OUTPUT[len(axes)])


def input_index(axes: Sequence[Axis]) -> str:
    """`4*i - 2 + u, 4*j - 2 + v`: the position of a tap of window i, j."""
    letters = zip(axes, OUTPUT[len(axes)], TAPS[len(axes)], strict=True)
    return ", ".join(_position(axis, place, tap) for axis, place, tap in letters)


def _position(axis: Axis, place: str, tap: str) -> str:
    start = place if axis.stride == 1 else f"{axis.stride}*{place}"
    pad = f" - {axis.pad}" if axis.pad else ""
    if axis.kernel == 1:
        return f"{start}{pad}"
    return f"{start}{pad} + {tap if axis.dilation == 1 else f'{axis.dilation}*{tap}'}"


def tap_index(axes: Sequence[Axis]) -> str:
    """`u, v`: a weight of a kernel; 0 along axes of a single tap."""
    letters = zip(axes, TAPS[len(axes)], strict=True)
    return ", ".join(letter if axis.kernel > 1 else "0" for axis, letter in letters)


def tap_ranges(axes: Sequence[Axis]) -> list[str]:
    """`u, v = 0..4`, or one range per axis; nothing for axes of a single tap."""
    letters = zip(TAPS[len(axes)], axes, strict=True)
    ends = {letter: axis.kernel - 1 for letter, axis in letters if axis.kernel > 1}
    if len(set(ends.values())) == 1:
        return [f"{', '.join(ends)} = 0..{max(ends.values())}"]
    return [f"{letter} = 0..{end}" for letter, end in ends.items()]
