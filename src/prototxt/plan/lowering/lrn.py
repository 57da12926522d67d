"""The kernel of LRN across channels."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Shape, count
from prototxt.kernels.lrn import LRNParams, lrn_across_channels
from prototxt.kernels.phases import Phase
from prototxt.layers.lrn import LRN
from prototxt.plan.estimate import pass_seconds
from prototxt.plan.kernel import Binding, Kernel, fits_tiles, numpy_kernels

__all__ = ["LRNAcrossChannels", "lrn_kernels"]


@numpy_kernels.register
def lrn_kernels(layer: LRN, bottom: Sequence[Shape]) -> list[Kernel]:
    """None for WITHIN_CHANNEL."""
    return [LRNAcrossChannels(layer, bottom)] if layer.across and fits_tiles(bottom[0]) else []


class LRNAcrossChannels(Kernel):
    """Sums of squares along the channels, all positions at once."""

    name = "lrn_across_channels"

    def __init__(self, layer: LRN, bottom: Sequence[Shape]) -> None:
        self.params = LRNParams(layer.local_size, layer.alpha, layer.beta, layer.k)
        self.numbers = count(bottom[0])

    def seconds(self) -> float:
        return pass_seconds((self.params.size + 12) * self.numbers)

    def bind(self, binding: Binding) -> list[Phase]:
        x, y = binding.bottoms[0], binding.tops[0]
        return lrn_across_channels(x, self.params, y, binding.epilogue, binding.threads)
