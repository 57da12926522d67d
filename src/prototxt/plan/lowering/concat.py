"""Concat: its bottoms are computed in their places in the top; whatever is not gets copied there."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from prototxt.blobs import Shape, count
from prototxt.kernels.elementwise import elementwise
from prototxt.kernels.layout import is_same_memory
from prototxt.kernels.phases import Phase, merge
from prototxt.layers.concat import Concat
from prototxt.plan.estimate import pass_seconds
from prototxt.plan.kernel import Binding, Kernel, blob_shape, fits_tiles, is_clip, numpy_kernels
from prototxt.plan.regions import Region, alias_bottoms, keeps_rows

__all__ = ["ConcatCopy", "concat_kernels", "concat_regions"]

STORED_AXES = (0, 3, 1, 2)
"""Where each axis of N x C x H x W is stored."""


@numpy_kernels.register
def concat_kernels(layer: Concat, bottom: Sequence[Shape]) -> list[Kernel]:
    """A blob of 2 axes is stored as N x 1 x 1 x C: its axes are the first two of four, counted from the start only.

    Of clips only channels are joined.
    """
    can_count = layer.axis >= 0 or len(bottom[0]) == 4
    if is_clip(bottom[0]):
        can_count = layer.axis in (1, 1 - len(bottom[0]))
    return [ConcatCopy(layer, bottom)] if can_count and all(map(fits_tiles, bottom)) else []


class ConcatCopy(Kernel):
    """A copy of every bottom that does not lie in its place yet."""

    name = "concat_copy"
    takes_epilogue = False

    def __init__(self, layer: Concat, bottom: Sequence[Shape]) -> None:
        self.axis, self.numbers = layer.axis % max(len(bottom[0]), 4), sum(map(count, bottom))

    def seconds(self) -> float:
        return pass_seconds(self.numbers)

    def bind(self, binding: Binding) -> list[Phase]:
        y, start = binding.tops[0], 0
        phases = []
        for x in binding.bottoms:
            end = start + blob_shape(x)[self.axis]
            part = y[(slice(None),) * STORED_AXES[self.axis] + (slice(start, end),)]
            if not is_same_memory(part, x):
                phases += elementwise(x, part, (), binding.threads)
            start = end
        return [merge(phases)] if phases else []


@alias_bottoms.register
def concat_regions(layer: Concat, bottom: Sequence[Shape]) -> list[Region] | None:
    """Each bottom in its place along the axis."""
    axis = layer.axis % len(bottom[0])
    if not keeps_rows(bottom[0], axis):
        return None
    ends = accumulate(shape[axis] for shape in bottom)
    return [Region(axis, end - shape[axis]) for end, shape in zip(ends, bottom, strict=True)]
