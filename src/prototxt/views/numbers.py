"""Numbers, sizes and shapes as text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import prod

from prototxt.blobs import Shape, format_shape
from prototxt.errors import printable

__all__ = [
    "FLOAT_BYTES",
    "arrow",
    "bytes_cell",
    "compact_shape",
    "counted",
    "first_few",
    "float_bytes",
    "human_bytes",
    "known_shape",
    "number",
    "product",
    "ranges",
    "share",
    "slice_of",
    "span",
    "thousands",
    "times",
]

FLOAT_BYTES = 4

MAX_NAMES = 2
"""The most blob names or shapes that one cell lists."""

MAX_RANGES = 3
"""The most ranges that one line lists."""

_UNITS = ("B", "KB", "MB", "GB", "TB")


def thousands(value: int) -> str:
    """`60,965,224`; empty for 0, so that a column shows only what counts."""
    return f"{value:,}" if value else ""


def number(value: float) -> str:
    """A float as a file writes it: `0.0001`, `1`, `1.5`."""
    return f"{value:g}"


def counted(number: int, one: str, many: str = "") -> str:
    """`1 map`, `1,000 maps`; `1 step of 2`, `3 steps of 2` with both forms given."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def share(part: int, whole: int) -> str:
    """`4.2%`; below 1 % one significant digit, `0.04%`."""
    percent = 100 * part / whole if whole else 0.0
    return f"{percent:.1f}%" if percent >= 1 or not percent else f"{percent:.1g}%"


def human_bytes(value: int) -> str:
    """`11.6 MB`, in powers of 1000."""
    size, unit = float(value), 0
    while size >= 1000 and unit < len(_UNITS) - 1:
        size, unit = size / 1000, unit + 1
    return f"{size:.1f} {_UNITS[unit]}" if unit else f"{value} B"


def bytes_cell(value: int) -> str:
    """The same for a table; empty for 0."""
    return human_bytes(value) if value else ""


def float_bytes(number: int) -> str:
    """The size of `number` float32 values."""
    return human_bytes(FLOAT_BYTES * number)


def times(sizes: Iterable[int]) -> str:
    """`5x5`."""
    return "x".join(map(str, sizes))


def product(factors: Iterable[int | str]) -> str:
    """`48 x 5 x 5`."""
    return " x ".join(f"{f:,}" if isinstance(f, int) else f for f in factors)


def slice_of(kernel: Sequence[int]) -> str:
    """`a 5x5 slice`, `an 11x11 slice`; `a weight` for a kernel of one tap."""
    if prod(kernel) == 1:
        return "a weight"
    article = "an" if kernel[0] in (8, 11, 18) or 80 <= kernel[0] < 90 else "a"
    return f"{article} {times(kernel)} slice"


def span(first: int, last: int) -> str:
    """`0-47`, or `5` where first and last are one."""
    return f"{first}-{last}" if last > first else f"{first}"


def ranges(numbers: Sequence[int]) -> str:
    """Rising numbers as ranges: `0, 54-56`; the first few where there are many."""
    cuts = [0, *(i + 1 for i, (a, b) in enumerate(pairwise(numbers)) if b > a + 1), len(numbers)]
    spans = [span(numbers[a], numbers[b - 1]) for a, b in pairwise(cuts)]
    return ", ".join(spans[:MAX_RANGES]) + (" ..." if len(spans) > MAX_RANGES else "")


def known_shape(shape: Shape | None) -> str:
    """`1 x 3 x 227 x 227`, or `?` for a shape that depends on a layer that is not implemented."""
    return "?" if shape is None else format_shape(shape)


def compact_shape(shape: Shape | None) -> str:
    """`96x3x11x11`, or `?`."""
    if shape is None:
        return "?"
    return times(shape) if shape else "scalar"


def arrow(bottoms: Sequence[str], tops: Sequence[str]) -> str:
    """`data → conv1`; an in-place layer shows its blob once, `conv1 ↺`; of many blobs the first, `a, +3 → b`."""
    if list(bottoms) == list(tops) and tops:
        return f"{printable(first_few(tops))} ↺"
    return f"{printable(first_few(bottoms))} → {printable(first_few(tops))}".strip()


def first_few(names: Sequence[str]) -> str:
    """`a, b`; `a, +3` where there are more than two."""
    return ", ".join(names) if len(names) <= MAX_NAMES else f"{names[0]}, +{len(names) - 1}"
