"""What every view of a ledger shows of it: which groups in full, which terms, numbers that stand in line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import floor, isfinite, log10

import numpy as np
from numpy.typing import NDArray

from prototxt.explain.breakdown.model import Breakdown, Group, Numbers, Place

DIGITS = 3
"""Of the largest number in a table; the others have as many decimals as that."""

IN_FULL = 2
"""Of many groups the first is shown in full, and so are as many of the largest."""

SUBTOTALS = 24
"""Of the others as many subtotals are told."""

LISTED = 10
"""Of many terms in a line the largest."""

OUTSIDE = "·"
"""Stands for a place over the edge of the input, where the value is 0."""


def form_of(numbers: Iterable[float]) -> str:
    """The format that shows these numbers with the same decimals; whole ones have none."""
    sizes = [abs(x) for x in numbers if x and isfinite(x)]
    if all(size.is_integer() and size < 1e6 for size in map(float, sizes)):
        return ".0f"
    power = floor(log10(max(sizes))) if sizes else 0
    if not -4 <= power <= 6:
        return f".{DIGITS - 1}e"
    return f".{max(0, DIGITS - 1 - power)}f"


def number(value: float, form: str) -> str:
    """A number in a table's format; 0 alone where it is just that."""
    return f"{value:{form}}" if value else "0"


def precise(value: float) -> str:
    """A number with all digits that float32 has."""
    return f"{value:.7g}"


def place_text(at: Place) -> str:
    """`[0, 3, 5, 5]`; nothing for a single number."""
    return f"[{', '.join(map(str, at))}]" if at else ""


LARGEST = float(np.finfo(np.float32).max)
"""Sums beyond it overflow in an engine, in whatever order it adds."""


@dataclass(frozen=True, slots=True)
class Block:
    """A window laid out as rows of cells, such as the inputs that it sees."""

    title: str
    rows: tuple[tuple[str, ...], ...]
    marked: frozenset[tuple[int, int]] = frozenset()

    @property
    def cell(self) -> int:
        """Columns of text that a cell takes; a marked one stands in brackets."""
        longest = max((len(cell) for row in self.rows for cell in row), default=1)
        return longest + 2 * bool(self.marked)

    @property
    def width(self) -> int:
        return max(len(self.title), (self.cell + 1) * len(self.rows[0]) - 1)


def blocks(group: Group) -> tuple[Block, ...]:
    """What a window reads, what that is multiplied by, and what comes of it."""
    columns = group.shape[-1]
    read = _block("input", group.values, columns, group.inside)
    if group.picks:
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
    """Where the one value stands that a maximum takes."""
    return frozenset(() if group.winner is None else {divmod(group.winner, columns)})


def has_subtotal(group: Group) -> bool:
    """Whether the sum of its terms says something."""
    return group.sums and not group.picks


def _block(title: str, numbers: Numbers, columns: int, inside: NDArray[np.bool_] | None = None) -> Block:
    form = form_of(numbers)
    there = np.ones(len(numbers), bool) if inside is None else inside
    cells = [number(x, form) if is_in else OUTSIDE for x, is_in in zip(numbers, there, strict=True)]
    rows = tuple(tuple(cells[i : i + columns]) for i in range(0, len(cells), columns))
    return Block(title, rows)


def is_window(group: Group) -> bool:
    """Whether a group is laid out in rows and columns."""
    return len(group.shape) > 0 and len(group) > 1


def window_places(group: Group) -> str:
    """Where a window lies on its bottom: `[0, 3, 10..14, 9..13]`; what is over the edge counts."""
    low, high = group.places.min(axis=0), group.places.max(axis=0)
    spans = (str(a) if a == b else f"{a}..{b}" for a, b in zip(low, high, strict=True))
    return f"{group.bottom}[{', '.join(spans)}]"


def outside_text(group: Group) -> str:
    """`5 of 25 over the edge, shown as ·`; nothing where none is."""
    out = len(group) - int(group.inside.sum())
    return f"{out} of {len(group)} over the edge, shown as {OUTSIDE}" if out else ""


def chosen(groups: Sequence[Group], everything: bool) -> list[int]:
    """Which groups are shown in full: all, or the first and the largest."""
    if everything or len(groups) <= 1 + IN_FULL:
        return list(range(len(groups)))
    by_size = sorted(range(1, len(groups)), key=lambda i: -abs(groups[i].subtotal))
    return [0, *sorted(by_size[:IN_FULL])]


def rest_of(
    groups: Sequence[Group], shown: Sequence[int], everything: bool
) -> tuple[list[Group], list[Group]]:
    """Of the groups that are not shown in full those whose subtotals are told, in order, and the others."""
    left = [i for i in range(len(groups)) if i not in set(shown)]
    if everything or len(left) <= SUBTOTALS:
        return [groups[i] for i in left], []
    told = set(sorted(left, key=lambda i: -abs(groups[i].subtotal))[:SUBTOTALS])
    return [groups[i] for i in left if i in told], [groups[i] for i in left if i not in told]


def listed(group: Group, everything: bool) -> tuple[list[int], list[int]]:
    """The terms of a line that are told one by one, in order, and the others; where few add anything, the first too."""
    every = list(range(len(group)))
    if everything or len(group) <= LISTED:
        return every, []
    largest = set([*_foremost(group), *every][:LISTED])
    return [i for i in every if i in largest], [i for i in every if i not in largest]


def _foremost(group: Group) -> list[int]:
    """Which terms to tell first: those that add most, of values to choose from the chosen one and the largest."""
    if not group.picks:
        return group.largest(LISTED)
    order = [int(i) for i in np.argsort(-group.values, kind="stable")[:LISTED]]
    return order if group.winner is None else [group.winner, *order]


def verdict(ledger: Breakdown) -> str:
    """Whether the engine has the same value."""
    if ledger.agrees:
        apart = abs(ledger.value - ledger.stored)
        return "the same up to float32 rounding" + (f" ({apart:.1e} apart)" if apart > 0 else "")
    why = ""
    if ledger.size > LARGEST and not isfinite(ledger.stored):
        why = "; on the way there are sums beyond what float32 holds"
    return f"NOT the same: {precise(ledger.value)} here, {precise(ledger.stored)} there{why}"
