"""A value on its way through the steps of a breakdown; every step is recorded."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Self

import numpy as np

from prototxt.explain.breakdown.model import Step

__all__ = ["Running"]


@dataclass(slots=True)
class Running:
    """The value so far, its size and the steps taken.

    The size bounds the rounding error: the sum of the magnitudes of everything added, carried through each step to
    first order.
    """

    value: float
    size: float
    steps: list[Step] = field(default_factory=list)

    def to(self, text: str, value: float, size: float, operand: float | None = None) -> Self:
        """Take any step: `text` describes it, `value` and `size` are those after it."""
        self.value, self.size = float(value), abs(float(size))
        self.steps.append(Step(text, self.value, None if operand is None else float(operand)))
        return self

    def plus(self, what: str, number: float, size: float | None = None) -> Self:
        """Add a number; `size` is given where the number is itself a sum."""
        operand_size = abs(number) if size is None else size
        return self.to(f"+ {what}", self.value + number, self.size + operand_size, number)

    def minus(self, what: str, number: float, size: float | None = None) -> Self:
        """Subtract a number; `size` is given where the number is itself a sum."""
        operand_size = abs(number) if size is None else size
        return self.to(f"- {what}", self.value - number, self.size + operand_size, number)

    def times(self, what: str, factor: float) -> Self:
        """Multiply by a number."""
        return self.to(f"* {what}", self.value * np.float64(factor), self.size * abs(factor), factor)

    def over(self, what: str, divisor: float, size: float | None = None) -> Self:
        """Divide by a number; `size` is given where the divisor is itself a sum."""
        d = np.float64(divisor)
        divisor_size = abs(d) if size is None else size
        return self.to(
            f"/ {what}",
            self.value / d,
            self.size / abs(d) + abs(self.value) / d**2 * divisor_size,
            divisor,
        )

    def power(self, what: str, exponent: float) -> Self:
        """Raise to a power."""
        base = np.float64(self.value)
        value = base**exponent
        return self.to(f"^ {what}", value, abs(exponent * base ** (exponent - 1)) * self.size + abs(value))

    def through(self, function: str, value: float, slope: float) -> Self:
        """Apply any function: `value` is its result, `slope` its derivative at the value so far."""
        return self.to(function, value, abs(slope) * self.size + abs(value))
