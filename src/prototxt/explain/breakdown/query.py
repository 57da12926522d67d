"""The argument of a rule, a place in a top with bottoms and parameters, and its result, terms and steps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod

import numpy as np
from numpy.typing import NDArray

from prototxt.blobs import Array, Shape
from prototxt.errors import LayerError
from prototxt.explain.breakdown.model import Group, Numbers, Place, Places
from prototxt.explain.breakdown.running import Running

__all__ = [
    "MAX_TERMS",
    "Query",
    "Result",
    "check_terms",
    "grid",
    "index",
    "offset",
    "places_at",
    "product_of",
    "select_one",
    "sum_of",
    "tap_names",
]

MAX_TERMS = 1_000_000
"""The largest number of terms in a breakdown."""


@dataclass(frozen=True, slots=True, eq=False)
class Query:
    """The value at `at` of top number `top`, with everything that the layer computes it from.

    `blob` is the name of that top and `top_shape` its shape; `bottoms` are the layer's inputs, `names` their names,
    `params` its learned arrays.
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
        """The shapes of the bottoms."""
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
        auxiliary: bool = False,
        extra: Mapping[str, NDArray[np.generic]] | None = None,
    ) -> Group:
        """The terms at these places of a bottom; places outside of it hold 0.

        A term adds its value, times its factor where `factors` are given, or what `parts` computes from the values.
        """
        x = self.bottoms[bottom]
        inside = np.asarray(((places >= 0) & (places < x.shape)).all(axis=1))
        values = np.zeros(len(places))
        values[inside] = x[tuple(places[inside].T)]
        weights = None if factors is None else np.asarray(factors, np.float64).reshape(len(places))
        products = values if weights is None else values * weights
        products = np.where(inside, products, 0.0) if parts is None else parts(values)
        return Group(
            title,
            self.names[bottom],
            places,
            inside,
            values,
            weights,
            products,
            float(products.sum()),
            shape,
            auxiliary,
            extra={name: np.asarray(numbers, np.float64) for name, numbers in (extra or {}).items()},
        )

    def context(self, title: str, places: Places, bottom: int) -> Group:
        """Values that are read but not summed, such as labels: an auxiliary group without a subtotal."""
        return replace(self.group(title, places, bottom=bottom, auxiliary=True), adds_up=False)

    def one(
        self,
        at: Sequence[int] | None = None,
        *,
        bottom: int = 0,
        factor: float | None = None,
        auxiliary: bool = False,
    ) -> Group:
        """The single term at a place of a bottom; by default at the place of the query itself."""
        factors = None if factor is None else np.array([factor], np.float64)
        places = np.array([self.at if at is None else at], np.int64).reshape(1, -1)
        return self.group("", places, bottom=bottom, factors=factors, auxiliary=auxiliary)


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """A formula with the numbers of this value, groups of terms, and the steps from their sum to the value."""

    formula: str
    groups: tuple[Group, ...]
    running: Running


def index(at: Iterable[object]) -> str:
    """A place as formulas write it: `[0, 3, 5, 5]`; empty for a single number."""
    text = ", ".join(map(str, at))
    return f"[{text}]" if text else ""


def grid(*axes: int | Sequence[int]) -> Places:
    """All places that have one of these indices on each axis, the last axis fastest.

    Raises LayerError for more than MAX_TERMS places.
    """
    check_terms(prod(1 if isinstance(axis, int) else len(axis) for axis in axes))
    lines = [np.atleast_1d(np.asarray(axis, np.int64)) for axis in axes]
    if not lines:
        return np.zeros((1, 0), np.int64)
    return np.stack(np.meshgrid(*lines, indexing="ij"), axis=-1).reshape(-1, len(lines))


def places_at(flat: NDArray[np.integer], shape: Shape) -> Places:
    """The places of these row-major indices in an array of this shape."""
    return np.stack(np.unravel_index(flat, shape), axis=-1).astype(np.int64)


def check_terms(number: int) -> None:
    """Raises LayerError for more terms than MAX_TERMS: a net file can ask for any number of them."""
    if number > MAX_TERMS:
        raise LayerError(
            f"the value has {number:,} terms, more than the {MAX_TERMS:,} that a breakdown may have"
        )


def select_one(group: Group, winner: int) -> Group:
    """The group as one that selects a single value and drops the others."""
    parts = np.zeros(len(group))
    parts[winner] = group.values[winner]
    return replace(group, parts=parts, subtotal=float(group.values[winner]), selects=True, winner=winner)


def sum_of(groups: Sequence[Group]) -> Running:
    """The sum of all groups that are not auxiliary."""
    summed = [group for group in groups if not group.auxiliary]
    with np.errstate(all="ignore"):
        value = sum(group.subtotal for group in summed)
        size = sum(float(np.abs(group.parts).sum()) for group in summed)
    running = Running(value, size)
    return running.to(f"sum of {len(summed)} subtotals", value, size) if len(summed) > 1 else running


def product_of(numbers: Sequence[int]) -> str:
    """`3 x 3`: the sides of a window."""
    return " x ".join(map(str, numbers))


def offset(start: int, name: str, step: int = 1) -> str:
    """`3 + u`, `-2 + 2*u`, `u`: an index that moves with the kernel."""
    moving = name if step == 1 else f"{step}*{name}"
    return moving if start == 0 else f"{start} + {moving}"


def tap_names(axes: int) -> tuple[str, ...]:
    """The names of kernel positions in formulas: `u` and `v` over two axes."""
    return ("t", "u", "v")[-axes:] if 0 < axes <= 3 else tuple(f"u{i}" for i in range(axes))
