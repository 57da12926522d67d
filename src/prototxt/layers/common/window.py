"""The one description of a sliding window: kernel, stride, pad, dilation, and the axes it slides over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from types import EllipsisType
from typing import NamedTuple

from prototxt.blobs import MAX_ELEMENTS, Shape, count, format_shape
from prototxt.errors import LayerError

MAX_TAPS = 10_000_000
"""Windows with more taps than this along an axis are not searched for uncovered positions."""


class Axis(NamedTuple):
    """A window along one axis: `kernel` taps, `dilation` apart, in steps of `stride` over `size` values.

    `pad` values stand before and after the input; `out` is the length of the output. `counts_pad` says whether the
    mean of a window counts the padding in it.
    """

    size: int
    kernel: int
    stride: int
    pad: int
    dilation: int
    out: int
    counts_pad: bool = True

    @property
    def extent(self) -> int:
        """Length of the kernel on the input: d(k - 1) + 1."""
        return self.dilation * (self.kernel - 1) + 1

    @property
    def slack(self) -> int:
        """The distance that the first window can move within the padded input."""
        return self.size + 2 * self.pad - self.extent

    @property
    def last_end(self) -> int:
        """The end of the last window: the first position after it."""
        return (self.out - 1) * self.stride - self.pad + self.extent

    @property
    def margins(self) -> tuple[int, int]:
        """The lengths by which the first window starts before the input and the last one ends after it."""
        return self.pad, max(self.last_end - self.size, 0)

    def spans(self) -> list[tuple[int, int]]:
        """Start and end of every window on the input; an empty window has end <= start."""
        starts = (i * self.stride - self.pad for i in range(self.out))
        return [(max(start, 0), min(start + self.extent, self.size)) for start in starts]

    def divisors(self) -> list[int]:
        """Divisors of AVE pooling: each window's length, cut off at size + pad or, without the padding, at the input.

        An empty window sums to 0; it gets divisor 1, so that its average is 0.
        """
        if not self.counts_pad:
            return [max(end - start, 1) for start, end in self.spans()]
        starts = (i * self.stride - self.pad for i in range(self.out))
        return [max(min(start + self.extent, self.size + self.pad) - start, 1) for start in starts]

    def unseen(self) -> list[int] | None:
        """The input positions that no tap of any window meets; None where there are too many to search."""
        if self.size > MAX_TAPS or self.kernel * self.out > MAX_TAPS:
            return None
        covered = bytearray(self.size)
        for tap in range(self.kernel):
            first = tap * self.dilation - self.pad
            skipped = max(-(first // self.stride), 0)
            start, stop = first + skipped * self.stride, first + (self.out - 1) * self.stride + 1
            positions = range(self.size)[start : max(stop, 0) : self.stride]
            covered[start : max(stop, 0) : self.stride] = b"\1" * len(positions)
        return [position for position, is_covered in enumerate(covered) if not is_covered]


@dataclass(frozen=True, slots=True)
class Window:
    """A window over N spatial axes, one number per axis.

    `size` holds the input's spatial axes and `out` the output's: the windows that a convolution or pooling
    reads, or the values that a deconvolution writes. `counts_pad` says whether means count the padding.
    """

    kernel: Shape
    stride: Shape
    pad: Shape
    dilation: Shape
    size: Shape
    out: Shape
    counts_pad: bool = True

    @property
    def axes(self) -> tuple[Axis, ...]:
        """The window along each of its axes."""
        counts_pad = (self.counts_pad,) * len(self.size)
        each = (self.size, self.kernel, self.stride, self.pad, self.dilation, self.out, counts_pad)
        return tuple(Axis(*numbers) for numbers in zip(*each, strict=True))

    @property
    def extent(self) -> Shape:
        """Size of the kernel on the input: d(k - 1) + 1 per axis."""
        return tuple(d * (k - 1) + 1 for k, d in zip(self.kernel, self.dilation, strict=True))

    @property
    def num_taps(self) -> int:
        """Number of kernel positions, kernel_h * kernel_w over two axes."""
        return prod(self.kernel)

    @property
    def margins(self) -> list[tuple[int, int]]:
        """The lengths by which the first window starts before the input and the last one ends after it, per axis."""
        return [axis.margins for axis in self.axes]

    def taps(self) -> Iterator[tuple[int, ...]]:
        """Every kernel position in row-major order."""
        return product(*map(range, self.kernel))

    def span(self, tap: Sequence[int], steps: Sequence[int]) -> tuple[slice, ...]:
        """The padded positions that `tap` meets when the window stands at its first `steps` places, per axis."""
        axes = zip(tap, steps, self.stride, self.dilation, strict=True)
        return tuple(slice(t * d, t * d + s * (n - 1) + 1, s) for t, n, s, d in axes)

    def brief(self) -> str:
        """`5x5+2/1`: kernel, pad (when any) and stride; `d2` when dilated."""
        text = "x".join(map(str, self.kernel))
        if any(self.pad):
            text += "+" + same_or_each(self.pad)
        text += "/" + same_or_each(self.stride)
        return text + (f" d{same_or_each(self.dilation)}" if set(self.dilation) - {1} else "")


def same_or_each(values: Sequence[int]) -> str:
    """`3` where all values are 3, else `3x5`."""
    return str(values[0]) if len(set(values)) == 1 else "x".join(map(str, values))


def check_padded(shape: Shape, axis: int, margins: Sequence[tuple[int, int]]) -> None:
    """Check the size of an array that is padded by `margins` on the axes from `axis` on.

    Raises LayerError where it would be larger than any blob may be.
    """
    sizes = [size + before + after for size, (before, after) in zip(shape[axis:], margins, strict=True)]
    padded = (*shape[:axis], *sizes)
    if count(padded) > MAX_ELEMENTS:
        raise LayerError(
            f"with its padding it takes an array of {format_shape(padded)} = {count(padded):,} elements, "
            f"more than the {MAX_ELEMENTS:,} a blob may have",
            field="pad",
        )


def last_axes(index: Iterable[int | slice]) -> tuple[int | slice | EllipsisType, ...]:
    """An index into the last axes of an array, all of the others."""
    return (..., *index)
