"""A layer as a call of another framework: the code, the source of its weights, the differences.

The code is complete: tests/export/test_calls.py runs it where the framework is installed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = [
    "Call",
    "Expression",
    "bottom_names",
    "call_code",
    "literal",
    "per_axis",
    "unless_all",
    "weighted_sum",
]


@dataclass(frozen=True, slots=True)
class Call:
    """A module, a function, or an expression of the bottom `x` (`x0`, `x1` where there are several), as `code`.

    `weights` are pairs of a parameter there and an expression of ours, by the names of `Param.name`. An empty `code`
    means that there is no equivalent; `differs` says why, or what to mind.
    """

    code: str
    weights: tuple[tuple[str, str], ...] = ()
    differs: tuple[str, ...] = ()


class Expression(str):
    """Code that `literal` leaves as it is, where it would quote a string."""


def call_code(name: str, *values: object, **options: object) -> str:
    """`nn.Conv2d(96, 256, kernel_size=5)`; an option that is None is left out."""
    arguments = [literal(value) for value in values]
    arguments += [f"{key}={literal(value)}" for key, value in options.items() if value is not None]
    return f"{name}({', '.join(arguments)})"


def literal(value: object) -> str:
    """A value as Python code; a float with 7 digits, as precise as float32."""
    if isinstance(value, str):
        return str(value) if isinstance(value, Expression) else f'"{value}"'
    return f"{value:.7g}" if isinstance(value, float) else repr(value)


def per_axis(values: Sequence[int]) -> int | tuple[int, ...]:
    """`5` for 5 x 5, `(5, 3)` for 5 x 3."""
    return values[0] if len(set(values)) == 1 else tuple(values)


def unless_all(default: int, values: Sequence[int]) -> int | tuple[int, ...] | None:
    """The same; None where all values are the default."""
    return per_axis(values) if set(values) - {default} else None


def weighted_sum(coeff: Sequence[float], names: Sequence[str]) -> str:
    """`x0 + -1 * x1`; plain sums without coefficients."""
    factors = coeff or [1.0] * len(names)
    return " + ".join(x if c == 1 else f"{literal(c)} * {x}" for c, x in zip(factors, names, strict=True))


def bottom_names(number: int) -> list[str]:
    """`x`, or `x0`, `x1`, ... of several bottoms."""
    return ["x"] if number == 1 else [f"x{i}" for i in range(number)]
