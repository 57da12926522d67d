"""Numbers as the sections write them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import prod

_UNITS = ("bytes", "KB", "MB", "GB", "TB")

FLOAT_BYTES = 4

FEW = 3
"""As many ranges as one line spells out."""


def times(sizes: Iterable[int]) -> str:
    """`5x5`."""
    return "x".join(map(str, sizes))


def a_slice(kernel: Sequence[int]) -> str:
    """`a 5x5 slice`, `an 11x11 slice`; a kernel of one tap is `a weight`."""
    if prod(kernel) == 1:
        return "a weight"
    article = "an" if kernel[0] in (8, 11, 18) or 80 <= kernel[0] < 90 else "a"
    return f"{article} {times(kernel)} slice"


def product(factors: Iterable[int | str]) -> str:
    """`48 x 5 x 5`."""
    return " x ".join(f"{f:,}" if isinstance(f, int) else f for f in factors)


def size_in_bytes(size: int) -> str:
    """`7.0 MB`, in powers of 1000."""
    value, unit = float(size), 0
    while value >= 1000 and unit < len(_UNITS) - 1:
        value, unit = value / 1000, unit + 1
    return f"{value:.1f} {_UNITS[unit]}" if unit else f"{size} {_UNITS[0]}"


def size_of_floats(number: int) -> str:
    """What so many float32 values take."""
    return size_in_bytes(FLOAT_BYTES * number)


def share(part: int, whole: int) -> str:
    """`4.2%`; `0.04%` keeps a digit that says something."""
    percent = 100 * part / whole if whole else 0.0
    return f"{percent:.1f}%" if percent >= 1 or not percent else f"{percent:.1g}%"


def span(first: int, last: int) -> str:
    """`0-47`, or `5` where it is one."""
    return f"{first}-{last}" if last > first else f"{first}"


def ranges(places: Sequence[int]) -> str:
    """Rising numbers as ranges: `0, 54-56`; of many the first few."""
    cuts = [0, *(i + 1 for i, (a, b) in enumerate(pairwise(places)) if b > a + 1), len(places)]
    spans = [span(places[a], places[b - 1]) for a, b in pairwise(cuts)]
    return ", ".join(spans[:FEW]) + (" ..." if len(spans) > FEW else "")


def number(value: float) -> str:
    """A float as a file writes it: `0.0001`, `1`, `1.5`."""
    return f"{value:g}"


def counted(number: int, one: str, many: str = "") -> str:
    """`1 map`, `1,000 maps`; `1 step of 2`, `3 steps of 2`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
