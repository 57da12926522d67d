"""The breakdown of one value: all its terms, their subtotals, and the steps from the sum to the value.

Terms are kept in arrays: a value of a fully connected layer has tens of thousands of them, a mean over an image more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import isclose, isfinite, isnan

import numpy as np
from numpy.typing import NDArray

__all__ = ["RTOL", "Breakdown", "Group", "Numbers", "Place", "Places", "Step", "Term", "agree"]

Place = tuple[int, ...]
Places = NDArray[np.int64]
Numbers = NDArray[np.float64]

RTOL = 1e-5
"""Relative tolerance between a breakdown and the engine, which sums in float32 and in another order."""

TINY = float(np.finfo(np.float32).tiny)
"""The smallest normal float32; below it float32 has fewer digits."""


@dataclass(frozen=True, slots=True)
class Term:
    """One value of a bottom and its contribution.

    `at` is the place in the bottom, one index per axis; None where the window reaches over the edge and reads 0.
    `factor` is what the value is multiplied by (a weight, for example), None where nothing multiplies it. `part` is
    the contribution to the sum. `extra` holds further numbers that enter it, such as a target, by their names in the
    formula.
    """

    at: Place | None
    value: float
    factor: float | None
    part: float
    extra: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """T terms with a subtotal, for example those of one input channel.

    `bottom` names the blob they come from; where later layers overwrite it in place, it is a version: `conv1@0`.
    `places` is T x axes of the bottom, `inside` marks the places that lie in it; `values`, `factors`, `parts` and
    `extra` hold the numbers of each Term. `shape` is the layout of the window, kh x kw; () is a plain list.

    An `auxiliary` group is not added to the value; it holds what the value depends on otherwise, for example the
    neighbours that LRN divides by. A group that `selects` takes one of its values, the `winner`, as a maximum does.
    The subtotal has a meaning only where the group `adds_up`.
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
    auxiliary: bool = False
    selects: bool = False
    winner: int | None = None
    adds_up: bool = True
    extra: Mapping[str, Numbers] = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        """The number of terms."""
        return len(self.parts)

    def term(self, i: int) -> Term:
        """Term number `i`."""
        return Term(
            tuple(map(int, self.places[i])) if self.inside[i] else None,
            float(self.values[i]),
            None if self.factors is None else float(self.factors[i]),
            float(self.parts[i]),
            {name: float(numbers[i]) for name, numbers in self.extra.items()},
        )

    @property
    def terms(self) -> Iterator[Term]:
        """All terms, in order."""
        return map(self.term, range(len(self)))

    def largest(self, limit: int) -> list[int]:
        """The numbers of up to `limit` terms with the largest magnitudes; none that add nothing."""
        sizes = np.abs(self.parts)
        order = np.argsort(-sizes, kind="stable")[:limit]
        return [int(i) for i in order if sizes[i]]


@dataclass(frozen=True, slots=True)
class Step:
    """One step after the groups, such as `+ bias[17]`: its operand, and the value after it."""

    text: str
    value: float
    operand: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Breakdown:
    """The computation of the value at `at` of a layer's top `blob`: groups of terms, then steps to the `value`.

    `formula` is the layer's, with the numbers of this value. `stored` is the engine's value. All numbers are float64,
    computed from float32 terms. `size` is the scale of the rounding error where terms cancel out: the sum of the
    magnitudes of everything added, taken through the same steps.
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
        """Whether the breakdown gives the engine's value, up to rounding."""
        return agree(self.value, self.stored, self.size)

    @property
    def terms(self) -> int:
        """The number of terms in all groups."""
        return sum(map(len, self.groups))


def agree(value: float, stored: float, size: float) -> bool:
    """Whether `stored`, a float32, equals the value up to rounding; `size` is the scale of the rounding error."""
    with np.errstate(over="ignore"):
        rounded = float(np.float32(value))
    if isnan(rounded) or isnan(stored):
        return isnan(rounded) and isnan(stored)
    slack = max(RTOL * size, TINY) if isfinite(size) else TINY
    return isclose(rounded, stored, rel_tol=RTOL, abs_tol=slack)
