"""A window along one axis: where it starts, what it sees, what it leaves out. Integers alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from prototxt.layers.common.window import Window

T = TypeVar("T")

MAX_LOOKED_AT = 10_000_000
"""More taps than this are not gone through one by one: what no window sees is then not told."""


@dataclass(frozen=True, slots=True)
class Axis:
    """A kernel of `kernel` taps, `dilation` apart, in steps of `stride` over `size` values padded by `pad`."""

    size: int
    kernel: int
    stride: int
    pad: int
    dilation: int
    out: int

    @property
    def extent(self) -> int:
        """What the kernel spans."""
        return self.dilation * (self.kernel - 1) + 1

    @property
    def slack(self) -> int:
        """How far the first window can move within the padded input."""
        return self.size + 2 * self.pad - self.extent

    @property
    def last_end(self) -> int:
        """Where the last window ends: the first place behind it."""
        return (self.out - 1) * self.stride - self.pad + self.extent

    def unseen(self) -> list[int] | None:
        """The places that no tap of any window meets; None where there is too much to look at."""
        if self.size > MAX_LOOKED_AT or self.kernel * self.out > MAX_LOOKED_AT:
            return None
        seen = bytearray(self.size)
        for tap in range(self.kernel):
            first = tap * self.dilation - self.pad
            skipped = max(-(first // self.stride), 0)
            start, stop = first + skipped * self.stride, first + (self.out - 1) * self.stride + 1
            places = range(self.size)[start : max(stop, 0) : self.stride]
            seen[start : max(stop, 0) : self.stride] = b"\1" * len(places)
        return [place for place, met in enumerate(seen) if not met]


def window_axes(window: Window, spatial: Sequence[int], out: Sequence[int]) -> list[Axis]:
    """A window over several axes, one by one."""
    each = (spatial, window.kernel, window.stride, window.pad, window.dilation, out)
    return [Axis(*numbers) for numbers in zip(*each, strict=True)]


@dataclass(frozen=True, slots=True)
class Names:
    """What an axis is called, and a place along it."""

    axis: str
    place: str

    def places(self, number: int) -> str:
        """`1 row`, `3 rows`."""
        return f"{number:,} {self.place}" if number == 1 else f"{number:,} {self.places_alone}"

    @property
    def places_alone(self) -> str:
        return " and ".join(f"{word}s" for word in self.place.split(" and "))


_NAMED = {1: ["length"], 2: ["height", "width"], 3: ["depth", "height", "width"]}
_PLACES = {"length": "place", "depth": "slice", "height": "row", "width": "column"}


def axis_names(number: int) -> list[Names]:
    """Names for so many spatial axes."""
    names = _NAMED.get(number, [f"axis {i}" for i in range(number)])
    return [Names(name, _PLACES.get(name, "place")) for name in names]


def alike(axes: Sequence[T]) -> list[tuple[Names, T]]:
    """Every axis with its names; those with the same numbers as one."""
    together: dict[T, list[Names]] = {}
    for name, axis in zip(axis_names(len(axes)), axes, strict=True):
        together.setdefault(axis, []).append(name)
    return [
        (Names(", ".join(n.axis for n in names), " and ".join(dict.fromkeys(n.place for n in names))), axis)
        for axis, names in together.items()
    ]
