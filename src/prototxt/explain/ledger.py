"""The ledger of one value: every term it is made of, subtotals, the steps from their sum to the value."""

from __future__ import annotations

from dataclasses import dataclass
from math import isclose, isnan

RTOL = 1e-5
"""How near a ledger's value must be to the engine's, which sums in another order, in float32."""


@dataclass(frozen=True, slots=True)
class Term:
    """One value of a bottom and what it adds.

    `at` is its place in the bottom, N x C x H x W or as many axes as that has; None where the window reaches into
    the padding, where the value is 0. `factor` is what it is multiplied by (a weight, say), None where by nothing;
    `part` what it adds.
    """

    at: tuple[int, ...] | None
    value: float
    factor: float | None
    part: float


@dataclass(frozen=True, slots=True)
class Group:
    """Terms with a subtotal, such as those of one input channel; `bottom` is the blob that they come from.

    `shape` lays the terms out as their window is, kh x kw say; () is a line.
    """

    title: str
    bottom: str
    terms: tuple[Term, ...]
    subtotal: float
    shape: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One step behind the groups, such as `+ bias[17]`, and the value after it."""

    text: str
    value: float


@dataclass(frozen=True, slots=True)
class Ledger:
    """How a layer makes the value at `at` of its top `blob`: groups of terms, then steps to the `value`.

    `formula` is the layer's, in words of its parameters. `stored` is what the engine has there. Values are float64
    sums of float32 terms. `size` is the sum of what the terms add, without signs: where they cancel out, rounding
    goes by that and not by what is left.
    """

    layer: str
    type: str
    blob: str
    at: tuple[int, ...]
    formula: str
    groups: tuple[Group, ...]
    steps: tuple[Step, ...]
    value: float
    stored: float
    size: float

    @property
    def agrees(self) -> bool:
        """Whether the ledger gives what the engine gave."""
        if isnan(self.value) or isnan(self.stored):
            return isnan(self.value) and isnan(self.stored)
        return isclose(self.value, self.stored, rel_tol=RTOL, abs_tol=RTOL * self.size)
