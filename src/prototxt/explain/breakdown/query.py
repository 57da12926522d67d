"""What a ledger is asked for and what it answers: a place in a top, the bottoms, the learned arrays."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from prototxt.blobs import Array, Shape
from prototxt.errors import LayerError
from prototxt.explain.breakdown.model import Group, Numbers, Place, Places
from prototxt.explain.breakdown.running import Running

MAX_TERMS = 1_000_000
"""The most that a ledger holds."""


@dataclass(frozen=True, slots=True, eq=False)
class Query:
    """The value at `at` of top number `top`, and what the layer makes it of: bottoms with their names, parameters.

    `blob` is the name of that top.
    """

    blob: str
    at: Place
    top: int
    top_shape: Shape
    bottoms: tuple[Array, ...]
    names: tuple[str, ...]
    params: tuple[Array, ...]

    @property
    def shapes(self) -> list[Shape]:
        """Those of the bottoms."""
        return [x.shape for x in self.bottoms]

    @property
    def y(self) -> str:
        """The value as formulas write it: `conv2[0, 3, 5, 5]`."""
        return f"{self.blob}{index(self.at)}"

    def x(self, at: Iterable[object], bottom: int = 0) -> str:
        """A value of a bottom as formulas write it: `conv1[0, 3, c, 5]`."""
        return f"{self.names[bottom]}{index(at)}"

    def value(self, at: Sequence[int], bottom: int = 0) -> float:
        """A value of a bottom."""
        return float(self.bottoms[bottom][tuple(at)])

    def group(
        self,
        title: str,
        places: Places,
        *,
        bottom: int = 0,
        factors: Array | Numbers | None = None,
        parts: Callable[[Numbers], Numbers] | None = None,
        shape: Shape = (),
        side: bool = False,
        beside: Mapping[str, NDArray[Any]] | None = None,
    ) -> Group:
        """The terms at these places of a bottom; those outside of it are 0.

        A term adds its value, times its factor where there are factors, or what `parts` makes of the values.
        """
        x = self.bottoms[bottom]
        inside = np.asarray(((places >= 0) & (places < x.shape)).all(axis=1))
        values = np.zeros(len(places))
        values[inside] = x[tuple(places[inside].T)]
        given = None if factors is None else np.asarray(factors, np.float64).reshape(len(places))
        made = values if given is None else values * given
        made = np.where(inside, made, 0.0) if parts is None else parts(values)
        return Group(
            title,
            self.names[bottom],
            places,
            inside,
            values,
            given,
            made,
            float(made.sum()),
            shape,
            side,
            beside={name: np.asarray(numbers, np.float64) for name, numbers in (beside or {}).items()},
        )

    def aside(self, title: str, places: Places, bottom: int) -> Group:
        """What the value is made with besides its terms, such as labels: on the side, and not to be added up."""
        return replace(self.group(title, places, bottom=bottom, side=True), sums=False)

    def one(
        self,
        at: Sequence[int] | None = None,
        *,
        bottom: int = 0,
        factor: float | None = None,
        side: bool = False,
    ) -> Group:
        """The one term at a place of a bottom, the asked one where none is said."""
        factors = None if factor is None else np.array([factor], np.float64)
        places = np.array([self.at if at is None else at], np.int64).reshape(1, -1)
        return self.group("", places, bottom=bottom, factors=factors, side=side)


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """The answer: a formula with this value's numbers, groups of terms, and the steps to the value."""

    formula: str
    groups: tuple[Group, ...]
    running: Running


BreakdownRule = Callable[[Any, Query], Result]
"""How a kind of layer accounts for a value; the first argument is the layer."""


def index(at: Iterable[object]) -> str:
    """A place as formulas write it: `[0, 3, 5, 5]`; nothing for a single number."""
    text = ", ".join(map(str, at))
    return f"[{text}]" if text else ""


def grid(*axes: int | Sequence[int]) -> Places:
    """The places that have one of these indices on each axis, the last axis fastest."""
    check_terms(prod(1 if isinstance(axis, int) else len(axis) for axis in axes))
    lines = [np.atleast_1d(np.asarray(axis, np.int64)) for axis in axes]
    if not lines:
        return np.zeros((1, 0), np.int64)
    return np.stack(np.meshgrid(*lines, indexing="ij"), axis=-1).reshape(-1, len(lines))


def check_terms(number: int) -> None:
    """Raises LayerError for more terms than anybody looks at: a file alone may ask for any number."""
    if number > MAX_TERMS:
        raise LayerError(f"the value is made of {number:,} terms, more than the {MAX_TERMS:,} of a ledger")


def added(groups: Sequence[Group]) -> Running:
    """The sum of what is not on the side."""
    summed = [group for group in groups if not group.side]
    with np.errstate(all="ignore"):
        value = sum(group.subtotal for group in summed)
        size = sum(float(np.abs(group.parts).sum()) for group in summed)
    running = Running(value, size)
    return running.to(f"sum of {len(summed)} subtotals", value, size) if len(summed) > 1 else running


def product_of(numbers: Sequence[int]) -> str:
    """`3 x 3` of a window's numbers."""
    return " x ".join(map(str, numbers))


def offset(start: int, name: str, step: int = 1) -> str:
    """`3 + u`, `-2 + 2*u`, `u`: an index that moves with the kernel."""
    moved = name if step == 1 else f"{step}*{name}"
    return moved if start == 0 else f"{start} + {moved}"


def tap_names(axes: int) -> tuple[str, ...]:
    """What formulas call the positions in a kernel: `u` and `v` over two axes."""
    return ("t", "u", "v")[-axes:] if 0 < axes <= 3 else tuple(f"u{i}" for i in range(axes))
