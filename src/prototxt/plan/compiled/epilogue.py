"""NumPy kernels whose epilogue is one compiled pass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from prototxt.blobs import Shape
from prototxt.kernels.compiled.epilogue import fuse_epilogue
from prototxt.kernels.phases import Phase
from prototxt.layers.common.per_channel import PerChannel
from prototxt.plan.kernel import Binding, Kernel, compiled_kernels, numpy_kernels
from prototxt.plan.lowering.convolution import Im2colGemm
from prototxt.plan.lowering.elementwise import Elementwise

__all__ = ["FusedElementwise", "FusedIm2colGemm", "per_channel_kernels"]


class FusedElementwise(Elementwise):
    """Layers that start a chain, for example BatchNorm, Scale and ReLU before a convolution."""

    name = "elementwise_fused"

    def bind(self, binding: Binding) -> list[Phase]:
        return super().bind(replace(binding, fuse_epilogue=fuse_epilogue))


class FusedIm2colGemm(Im2colGemm):
    """Windows as rows of a matrix. Winograd has no such form: its tiles are small beside its transforms."""

    name = "im2col_gemm_fused"

    def bind(self, binding: Binding) -> list[Phase]:
        return super().bind(replace(binding, fuse_epilogue=fuse_epilogue))


@compiled_kernels.register
def per_channel_kernels(layer: PerChannel, bottom: Sequence[Shape]) -> list[Kernel]:
    """Where the NumPy kernel applies."""
    return [FusedElementwise(bottom)] if numpy_kernels(layer, bottom) else []
