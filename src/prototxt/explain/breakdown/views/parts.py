"""The selection and layout that all views of a breakdown share: groups shown in full, listed terms, aligned numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import floor, isfinite, log10

import numpy as np
from numpy.typing import NDArray

from prototxt.explain.breakdown.model import Breakdown, Group, Numbers, Place

__all__ = [
    "OUTSIDE",
    "Block",
    "blocks",
    "collapsed_groups",
    "full_groups",
    "has_subtotal",
    "is_window",
    "listed_terms",
    "number",
    "number_format",
    "outside_text",
    "place_text",
    "precise",
    "verdict",
    "window_places",
]

DIGITS = 3
"""Significant digits of the largest number in a table; the others have as many decimals."""

MAX_FULL_GROUPS = 2
"""The number of largest groups that are shown in full, besides the first."""

MAX_SUBTOTALS = 24
"""The number of other groups whose subtotals are listed."""

MAX_LISTED = 10
"""The number of terms that a long list shows, the largest first."""

OUTSIDE = "·"
"""Marks a place over the edge of the input, where the value is 0."""


def number_format(numbers: Iterable[float]) -> str:
    """The format that gives all these numbers the same decimals; none for whole numbers."""
    sizes = [abs(x) for x in numbers if x and isfinite(x)]
    if all(size.is_integer() and size < 1e6 for size in map(float, sizes)):
        return ".0f"
    power = floor(log10(max(sizes))) if sizes else 0
    if not -4 <= power <= 6:
        return f".{DIGITS - 1}e"
    return f".{max(0, DIGITS - 1 - power)}f"


def number(value: float, number_format: str) -> str:
    """A number in the format of its table; an exact zero is `0`."""
    return f"{value:{number_format}}" if value else "0"


def precise(value: float) -> str:
    """A number with all digits of a float32."""
    return f"{value:.7g}"


def place_text(at: Place) -> str:
    """`[0, 3, 5, 5]`; empty for a single number."""
    return f"[{', '.join(map(str, at))}]" if at else ""


MAX_FLOAT32 = float(np.finfo(np.float32).max)
"""Sums beyond it overflow in an engine, whatever the order of the terms."""


@dataclass(frozen=True, slots=True)
class Block:
    """A window as rows of cells, for example its inputs; `marked` holds the row and column of selected cells."""

    title: str
    rows: tuple[tuple[str, ...], ...]
    marked: frozenset[tuple[int, int]] = frozenset()

    @property
    def cell(self) -> int:
        """The width of a cell in characters; a marked cell has brackets."""
        longest = max((len(cell) for row in self.rows for cell in row), default=1)
        return longest + 2 * bool(self.marked)

    @property
    def width(self) -> int:
        """The width of the block in characters."""
        return max(len(self.title), (self.cell + 1) * len(self.rows[0]) - 1)


def blocks(group: Group) -> tuple[Block, ...]:
    """The inputs of a window, its weights, and their products."""
    columns = group.shape[-1]
    read = _block("input", group.values, columns, group.inside)
    if group.selects:
        return (replace(read, marked=_winner(group, columns)),)
    if group.factors is not None:
        return (
            read,
            _block("x weight", group.factors, columns),
            _block("= product", group.parts, columns, group.inside),
        )
    if np.array_equal(group.parts, group.values, equal_nan=True):
        return (read,)
    return read, _block("adds", group.parts, columns, group.inside)


def _winner(group: Group, columns: int) -> frozenset[tuple[int, int]]:
    """The row and column of the value that a maximum selects."""
    return frozenset(() if group.winner is None else {divmod(group.winner, columns)})


def has_subtotal(group: Group) -> bool:
    """Whether the sum of the terms has a meaning."""
    return group.adds_up and not group.selects


def _block(title: str, numbers: Numbers, columns: int, inside: NDArray[np.bool_] | None = None) -> Block:
    form = number_format(numbers)
    visible = np.ones(len(numbers), bool) if inside is None else inside
    cells = [number(x, form) if is_in else OUTSIDE for x, is_in in zip(numbers, visible, strict=True)]
    rows = tuple(tuple(cells[i : i + columns]) for i in range(0, len(cells), columns))
    return Block(title, rows)


def is_window(group: Group) -> bool:
    """Whether the terms of a group form rows and columns."""
    return len(group.shape) > 0 and len(group) > 1


def window_places(group: Group) -> str:
    """The span of a window on its bottom: `conv1[0, 3, 10..14, 9..13]`, including places over the edge."""
    low, high = group.places.min(axis=0), group.places.max(axis=0)
    spans = (str(a) if a == b else f"{a}..{b}" for a, b in zip(low, high, strict=True))
    return f"{group.bottom}[{', '.join(spans)}]"


def outside_text(group: Group) -> str:
    """`5 of 25 over the edge, shown as ·`; empty where none is."""
    out = len(group) - int(group.inside.sum())
    return f"{out} of {len(group)} over the edge, shown as {OUTSIDE}" if out else ""


def full_groups(groups: Sequence[Group], everything: bool) -> list[int]:
    """The numbers of the groups that are shown in full: all, or the first and the largest."""
    if everything or len(groups) <= 1 + MAX_FULL_GROUPS:
        return list(range(len(groups)))
    by_size = sorted(range(1, len(groups)), key=lambda i: -abs(groups[i].subtotal))
    return [0, *sorted(by_size[:MAX_FULL_GROUPS])]


def collapsed_groups(
    groups: Sequence[Group], shown: Sequence[int], everything: bool
) -> tuple[list[Group], list[Group]]:
    """Split the collapsed groups into those listed by subtotal, in order, and the rest."""
    left = [i for i in range(len(groups)) if i not in set(shown)]
    if everything or len(left) <= MAX_SUBTOTALS:
        return [groups[i] for i in left], []
    largest = set(sorted(left, key=lambda i: -abs(groups[i].subtotal))[:MAX_SUBTOTALS])
    return [groups[i] for i in left if i in largest], [groups[i] for i in left if i not in largest]


def listed_terms(group: Group, everything: bool) -> tuple[list[int], list[int]]:
    """Split the terms into those listed one by one, in order, and the rest; zeros fill up a short list."""
    every = list(range(len(group)))
    if everything or len(group) <= MAX_LISTED:
        return every, []
    largest = set([*_most_important(group), *every][:MAX_LISTED])
    return [i for i in every if i in largest], [i for i in every if i not in largest]


def _most_important(group: Group) -> list[int]:
    """The terms with the largest contributions; of values to select from, the winner and the largest."""
    if not group.selects:
        return group.largest(MAX_LISTED)
    order = [int(i) for i in np.argsort(-group.values, kind="stable")[:MAX_LISTED]]
    return order if group.winner is None else [group.winner, *order]


def verdict(breakdown: Breakdown) -> str:
    """A sentence that says whether the engine has the same value."""
    if breakdown.agrees:
        apart = abs(breakdown.value - breakdown.stored)
        return "the same up to float32 rounding" + (f" ({apart:.1e} apart)" if apart > 0 else "")
    reason = ""
    if breakdown.size > MAX_FLOAT32 and not isfinite(breakdown.stored):
        reason = "; intermediate sums exceed the range of float32"
    return f"NOT the same: {precise(breakdown.value)} here, {precise(breakdown.stored)} in the engine{reason}"
