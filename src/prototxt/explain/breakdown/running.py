"""A value on its way through the steps of a ledger, written down as they are taken."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Self

import numpy as np

from prototxt.explain.breakdown.model import Step


@dataclass(slots=True)
class Running:
    """The value so far and its size: what rounding goes by, which each step carries on to first order."""

    value: float
    size: float
    steps: list[Step] = field(default_factory=list)

    def to(self, text: str, value: float, size: float, operand: float | None = None) -> Self:
        """Any step: the value after it, and the size."""
        self.value, self.size = float(value), abs(float(size))
        self.steps.append(Step(text, self.value, None if operand is None else float(operand)))
        return self

    def plus(self, what: str, number: float, size: float | None = None) -> Self:
        """Adds a number, whose own size is given where it is a sum itself."""
        added = abs(number) if size is None else size
        return self.to(f"+ {what}", self.value + number, self.size + added, number)

    def minus(self, what: str, number: float, size: float | None = None) -> Self:
        added = abs(number) if size is None else size
        return self.to(f"- {what}", self.value - number, self.size + added, number)

    def times(self, what: str, factor: float) -> Self:
        return self.to(f"* {what}", self.value * np.float64(factor), self.size * abs(factor), factor)

    def over(self, what: str, divisor: float, size: float | None = None) -> Self:
        """Divides by a number, whose own size is given where it is a sum itself."""
        d = np.float64(divisor)
        of_divisor = abs(d) if size is None else size
        return self.to(
            f"/ {what}",
            self.value / d,
            self.size / abs(d) + abs(self.value) / d**2 * of_divisor,
            divisor,
        )

    def power(self, what: str, exponent: float) -> Self:
        base = np.float64(self.value)
        value = base**exponent
        return self.to(f"^ {what}", value, abs(exponent * base ** (exponent - 1)) * self.size + abs(value))

    def through(self, function: str, value: float, slope: float) -> Self:
        """Any function of the value: what it gives, and how steep it is there."""
        return self.to(function, value, abs(slope) * self.size + abs(value))
