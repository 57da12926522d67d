"""The same layer as a call in another program: the code, where the learned arrays go, what differs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Call:
    """`code` is a module or a function, or an expression of the bottom `x` (`x0`, `x1` of several bottoms).

    `weights` says for each learned array of the other program's what it is of ours, by the names that the section on
    parameters gives them. Without `code` there is nothing like it there; `differs` tells why, or what to mind.
    """

    code: str
    weights: tuple[tuple[str, str], ...] = ()
    differs: tuple[str, ...] = ()


class Expression(str):
    """Code as it is, where a string would be quoted."""


def code(name: str, *values: object, **options: object) -> str:
    """`nn.Conv2d(96, 256, kernel_size=5)`; an option that is None is left out."""
    given = [written(value) for value in values]
    given += [f"{key}={written(value)}" for key, value in options.items() if value is not None]
    return f"{name}({', '.join(given)})"


def written(value: object) -> str:
    """A value as Python has it; a float with as many digits as a net's file would say it with."""
    if isinstance(value, str):
        return str(value) if isinstance(value, Expression) else f'"{value}"'
    return f"{value:.7g}" if isinstance(value, float) else repr(value)


def same_or_each(values: Sequence[int]) -> int | tuple[int, ...]:
    """`5` for 5 x 5, `(5, 3)` for others."""
    return values[0] if len(set(values)) == 1 else tuple(values)


def unless(usual: int, values: Sequence[int]) -> int | tuple[int, ...] | None:
    """The same, None where all are as usual."""
    return same_or_each(values) if set(values) - {usual} else None


def terms(coeff: Sequence[float], names: Sequence[str]) -> str:
    """`x0 + -1 * x1`."""
    factors = coeff or [1.0] * len(names)
    return " + ".join(x if c == 1 else f"{written(c)} * {x}" for c, x in zip(factors, names, strict=True))


def bottoms(number: int) -> list[str]:
    """What the bottoms are called."""
    return ["x"] if number == 1 else [f"x{i}" for i in range(number)]
