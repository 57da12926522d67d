"""Names of spatial axes and of positions along them, for text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

__all__ = ["Names", "alike", "axis_names"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Names:
    """The name of an axis and of a position along it: height, row."""

    axis: str
    place: str

    def places(self, number: int) -> str:
        """`1 row`, `3 rows`."""
        return f"{number:,} {self.place}" if number == 1 else f"{number:,} {self.plural}"

    @property
    def plural(self) -> str:
        return " and ".join(f"{word}s" for word in self.place.split(" and "))


_NAMED = {1: ["length"], 2: ["height", "width"], 3: ["depth", "height", "width"]}
_PLACES = {"length": "place", "depth": "slice", "height": "row", "width": "column"}


def axis_names(number: int) -> list[Names]:
    """Names for this number of spatial axes."""
    names = _NAMED.get(number, [f"axis {i}" for i in range(number)])
    return [Names(name, _PLACES.get(name, "place")) for name in names]


def alike(axes: Sequence[T]) -> list[tuple[Names, T]]:
    """Every axis with its names; axes with the same numbers are joined."""
    together: dict[T, list[Names]] = {}
    for name, axis in zip(axis_names(len(axes)), axes, strict=True):
        together.setdefault(axis, []).append(name)
    return [
        (Names(", ".join(n.axis for n in names), " and ".join(dict.fromkeys(n.place for n in names))), axis)
        for axis, names in together.items()
    ]
