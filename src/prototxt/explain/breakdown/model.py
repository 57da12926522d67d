"""The ledger of one value: every term it is made of, subtotals, the steps from their sum to the value.

Terms lie in arrays: a fully connected layer has tens of thousands for each value, a mean over an image more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import isclose, isfinite, isnan

import numpy as np
from numpy.typing import NDArray

Place = tuple[int, ...]
Places = NDArray[np.int64]
Numbers = NDArray[np.float64]

RTOL = 1e-5
"""How near a ledger's value must be to the engine's, which sums in another order, in float32."""

TINY = float(np.finfo(np.float32).tiny)
"""Below it float32 has fewer digits."""


@dataclass(frozen=True, slots=True)
class Term:
    """One value of a bottom and what it adds.

    `at` is its place in the bottom, N x C x H x W or as many axes as that has; None where the window reaches over
    the edge, where the value is 0. `factor` is what it is multiplied by (a weight, say), None where by nothing;
    `part` what it adds. `beside` are other numbers that this is made with, by what formulas call them: a target, say.
    """

    at: Place | None
    value: float
    factor: float | None
    part: float
    beside: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """T terms with a subtotal, such as those of one input channel; `bottom` is the blob that they come from, by its
    name or, where layers write it in place later, as its version: `conv1@0`.

    `places` is T x axes of the bottom, `inside` tells which of them lie in it; `values`, `factors` and `parts` are as
    Term has them, and so are the numbers `beside` them. `shape` lays the terms out as their window is, kh x kw say; ()
    is a line. Terms on the `side` are what others are measured by, such as the neighbours of LRN: no part of the value
    itself. A group that `picks` takes one of its values and drops the others, as a maximum does: the `winner`, if there
    is one. Unless it `sums` the subtotal says nothing.
    """

    title: str
    bottom: str
    places: Places = field(repr=False)
    inside: NDArray[np.bool_] = field(repr=False)
    values: Numbers = field(repr=False)
    factors: Numbers | None = field(repr=False)
    parts: Numbers = field(repr=False)
    subtotal: float
    shape: tuple[int, ...] = ()
    side: bool = False
    picks: bool = False
    winner: int | None = None
    sums: bool = True
    beside: Mapping[str, Numbers] = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        return len(self.parts)

    def term(self, i: int) -> Term:
        """Term number `i`."""
        return Term(
            tuple(map(int, self.places[i])) if self.inside[i] else None,
            float(self.values[i]),
            None if self.factors is None else float(self.factors[i]),
            float(self.parts[i]),
            {name: float(numbers[i]) for name, numbers in self.beside.items()},
        )

    @property
    def terms(self) -> Iterator[Term]:
        return map(self.term, range(len(self)))

    def largest(self, most: int) -> list[int]:
        """Which terms add most, whatever their sign; none that add nothing."""
        sizes = np.abs(self.parts)
        order = np.argsort(-sizes, kind="stable")[:most]
        return [int(i) for i in order if sizes[i]]


@dataclass(frozen=True, slots=True)
class Step:
    """One step behind the groups, such as `+ bias[17]`, with the number that it takes, and the value after it."""

    text: str
    value: float
    operand: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Breakdown:
    """How a layer makes the value at `at` of its top `blob`: groups of terms, then steps to the `value`.

    `formula` is the layer's, with this value's numbers. `stored` is what the engine has there. Values are float64,
    made of float32 terms. `size` is what rounding goes by where things cancel out: the sum of what is added, without
    signs, taken through the same steps.
    """

    layer: str
    type: str
    blob: str
    at: Place
    formula: str
    groups: tuple[Group, ...]
    steps: tuple[Step, ...]
    value: float
    stored: float
    size: float

    @property
    def agrees(self) -> bool:
        """Whether the ledger gives what the engine gave."""
        return agree(self.value, self.stored, self.size)

    @property
    def terms(self) -> int:
        """How many there are, in all groups."""
        return sum(map(len, self.groups))


def agree(value: float, stored: float, size: float) -> bool:
    """Whether `stored`, a float32, is the value up to rounding."""
    with np.errstate(over="ignore"):
        rounded = float(np.float32(value))
    if isnan(rounded) or isnan(stored):
        return isnan(rounded) and isnan(stored)
    slack = max(RTOL * size, TINY) if isfinite(size) else TINY
    return isclose(rounded, stored, rel_tol=RTOL, abs_tol=slack)
