"""The compiled kernel of LRN across channels."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Shape
from prototxt.kernels.compiled.lrn import BETA, lrn_across_channels
from prototxt.kernels.phases import Phase
from prototxt.layers.lrn import LRN
from prototxt.plan.kernel import Binding, Kernel, compiled_kernels, fits_tiles
from prototxt.plan.lowering.lrn import LRNAcrossChannels

__all__ = ["CompiledLRNAcrossChannels", "lrn_kernels"]


@compiled_kernels.register
def lrn_kernels(layer: LRN, bottom: Sequence[Shape]) -> list[Kernel]:
    """Only for the usual exponent, whose power is two square roots."""
    applies = layer.across and layer.beta == BETA and fits_tiles(bottom[0])
    return [CompiledLRNAcrossChannels(layer, bottom)] if applies else []


class CompiledLRNAcrossChannels(LRNAcrossChannels):
    """Position by position, in the first-level cache."""

    name = "lrn_across_channels_compiled"

    def seconds(self) -> float:
        return super().seconds() / 2  # a third for 64 channels and more, four fifths for 4

    def bind(self, binding: Binding) -> list[Phase]:
        x, y = binding.bottoms[0], binding.tops[0]
        return lrn_across_channels(x, self.params, y, binding.epilogue, binding.threads)
