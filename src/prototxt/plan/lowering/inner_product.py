"""The kernel of InnerProduct."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape, count
from prototxt.kernels import layout
from prototxt.kernels.inner_product import inner_product
from prototxt.kernels.phases import Phase, single_task
from prototxt.layers.inner_product import InnerProduct
from prototxt.plan.estimate import matmul_seconds
from prototxt.plan.kernel import Binding, Fold, Kernel, PackedWeights, by_item, fits_tiles, numpy_kernels

__all__ = ["InnerProductKernel", "inner_product_kernels"]


@numpy_kernels.register
def inner_product_kernels(layer: InnerProduct, bottom: Sequence[Shape]) -> list[Kernel]:
    """Only for products over everything but the batch axis."""
    over_images = layer.axis in (1, 1 - len(bottom[0]))
    return [InnerProductKernel(layer, bottom)] if over_images and fits_tiles(bottom[0]) else []


class InnerProductKernel(Kernel):
    """Each core its share of the outputs; the weights stay where they are."""

    name = "inner_product"

    def __init__(self, layer: InnerProduct, bottom: Sequence[Shape]) -> None:
        self.shape, self.matrix = bottom[0], layer.matrix(bottom[0])
        self.outputs, self.transpose = layer.num_output, layer.transpose

    def seconds(self) -> float:
        n, k = self.matrix
        return matmul_seconds(n * k * self.outputs, self.outputs, k, k * self.outputs)

    def workspace(self) -> int:
        return count(self.shape)

    def pack(self, params: Sequence[Array], fold: Fold) -> PackedWeights:
        weight, *bias = params
        return PackedWeights((weight.T if self.transpose else weight,), bias[0] if bias else None)

    def bind(self, binding: Binding) -> list[Phase]:
        x, y, (weight,), bias = (
            by_item(binding.bottoms[0], self.shape),
            binding.tops[0],
            binding.packed.kernels,
            binding.packed.bias,
        )
        n, h, w, c = x.shape
        phases = []
        if h * w == 1 and x.flags.c_contiguous:
            flat = x.reshape(n, c)
        else:  # weights are in the order of N x C x H x W
            flat = binding.memory[: x.size].reshape(n, -1)
            ordered = flat.reshape(n, c, h, w)
            phases.append(single_task(lambda: layout.copy(ordered, layout.channels_first(x))))
        epilogue = binding.epilogue_with_bias(bias)
        return [*phases, *inner_product(flat, weight, y, epilogue, binding.threads)]
