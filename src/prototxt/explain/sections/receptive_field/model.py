"""A receptive field in pixels of the input: size, jump and centre along each axis, as exact fractions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil, floor, prod

from prototxt.blobs import Shape
from prototxt.graph.graph import BlobId
from prototxt.layers.common.window import Axis

__all__ = [
    "FieldAxis",
    "ReceptiveField",
    "field_of_root",
    "merge",
    "through_transposed_window",
    "through_window",
]


@dataclass(frozen=True, slots=True)
class FieldAxis:
    """A receptive field along one axis: value i depends on `size` pixels around `centre` + i * `jump`.

    `length` is the number of values along the axis. `size` is the largest of their sizes: after a deconvolution they
    differ by one step.
    """

    size: int
    jump: Fraction
    centre: Fraction
    length: int

    @property
    def first(self) -> Fraction:
        """The first pixel that value 0 depends on; below 0 it lies outside the image."""
        return self.centre - Fraction(self.size - 1, 2)

    @property
    def last(self) -> Fraction:
        """The last pixel that value 0 depends on."""
        return self.centre + Fraction(self.size - 1, 2)

    def covers(self, pixels: int) -> bool:
        """Whether value 0 depends on the whole axis."""
        return self.first <= 0 and self.last >= pixels - 1

    def share_inside(self, pixels: int) -> Fraction:
        """The share of value 0's field that lies inside the image."""
        inside = min(self.last, Fraction(pixels - 1)) - max(self.first, Fraction(0)) + 1
        return max(inside, Fraction(0)) / self.size

    def count_inside(self, pixels: int) -> int:
        """The number of values whose fields lie wholly inside the image."""
        start = max(ceil(-self.first / self.jump), 0)
        end = min(floor((pixels - 1 - self.last) / self.jump), self.length - 1)
        return max(end - start + 1, 0)


@dataclass(frozen=True, slots=True)
class ReceptiveField:
    """The region of the blob `root` that each value of a blob depends on, along the spatial axes.

    Where `aligned` is false, the size still holds, but neighbouring values need not be one `jump` apart: axes were
    merged, or blobs of different strides. `other_roots` are further inputs with a field of the same size. `note` says
    why the field is only a bound.
    """

    root: BlobId
    axes: tuple[FieldAxis, ...]
    aligned: bool = True
    other_roots: tuple[BlobId, ...] = ()
    note: str = ""

    @property
    def is_spatial(self) -> bool:
        """Whether it is more than a single value of its root."""
        return any(axis.size > 1 or axis.length > 1 for axis in self.axes)

    def covers(self, pixels: Sequence[int]) -> bool:
        """Whether every value depends on all of a root of this height and width."""
        one_place = all(axis.length == 1 for axis in self.axes) or not self.aligned
        return one_place and all(axis.covers(n) for axis, n in zip(self.axes, pixels, strict=True))

    def through(self, windows: Sequence[Axis]) -> ReceptiveField | None:
        """The field after a sliding window; None where the numbers of axes differ."""
        if len(windows) != len(self.axes):
            return None
        return replace(self, axes=tuple(map(through_window, self.axes, windows)))

    def through_transposed(self, windows: Sequence[Axis]) -> ReceptiveField | None:
        """The field after the transpose of a sliding window; None where the numbers of axes differ."""
        if len(windows) != len(self.axes):
            return None
        return replace(self, axes=tuple(map(through_transposed_window, self.axes, windows)))


def field_of_root(blob: BlobId, shape: Shape) -> ReceptiveField:
    """The field of an input in itself: one value each."""
    return ReceptiveField(blob, tuple(FieldAxis(1, Fraction(1), Fraction(0), length) for length in shape[2:]))


def through_window(field: FieldAxis, window: Axis) -> FieldAxis:
    """The field after a window: it grows by (extent - 1) jumps, and the jump by the stride."""
    middle = Fraction(window.extent - 1, 2) - window.pad
    size = field.size + ceil((window.extent - 1) * field.jump)
    return FieldAxis(size, field.jump * window.stride, field.centre + middle * field.jump, window.out)


def through_transposed_window(field: FieldAxis, window: Axis) -> FieldAxis:
    """The field after a transposed window: a value is the sum of all kernels that overlap there."""
    overlapping = -(-window.extent // window.stride)
    middle = (window.pad - Fraction(window.extent - 1, 2)) / window.stride
    size = field.size + ceil((overlapping - 1) * field.jump)
    return FieldAxis(size, field.jump / window.stride, field.centre + middle * field.jump, window.out)


def merge(a: ReceptiveField, b: ReceptiveField) -> ReceptiveField:
    """The field of values computed from two blobs at the same place: the union of both."""
    larger = max(a, b, key=lambda field: prod(axis.size for axis in field.axes))
    roots = [root for field in (a, b) if field.is_spatial for root in (field.root, *field.other_roots)]
    others = tuple(root for root in dict.fromkeys(roots) if root != larger.root)
    note = a.note or b.note
    same_grid = len(a.axes) == len(b.axes) and [
        (x.jump, x.length) == (y.jump, y.length) for x, y in zip(a.axes, b.axes, strict=True)
    ]
    if not same_grid or (a.root != b.root and not all(same_grid)):
        return replace(larger, aligned=False, other_roots=others, note=note)
    axes = tuple(map(_union, a.axes, b.axes))
    return ReceptiveField(larger.root, axes, a.aligned and b.aligned and all(same_grid), others, note)


def _union(a: FieldAxis, b: FieldAxis) -> FieldAxis:
    """The union of two intervals; on different grids the larger field on the grid of more values."""
    if (a.jump, a.length) != (b.jump, b.length):
        larger, finer = max(a, b, key=lambda axis: axis.size), max(a, b, key=lambda axis: axis.length)
        return replace(finer, size=larger.size, centre=larger.centre)
    first, last = min(a.first, b.first), max(a.last, b.last)
    return replace(a, size=ceil(last - first) + 1, centre=(first + last) / 2)
