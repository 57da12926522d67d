"""The kernels of Convolution and Deconvolution over two spatial axes."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, prod
from typing import Any

from prototxt.blobs import Array, Shape
from prototxt.kernels import convolve, deconvolve, depthwise, winograd
from prototxt.kernels.deconvolve import Spread
from prototxt.kernels.window import Geometry
from prototxt.kernels.work import Phase
from prototxt.layers.convolution import Convolution
from prototxt.layers.deconvolution import Deconvolution
from prototxt.plan.kernel import (
    Binding,
    Fold,
    Kernel,
    PackedWeights,
    fits_tiles,
    nchw,
    passes,
    products,
    stored,
)


def _pair(values: Sequence[int]) -> tuple[int, int]:
    down, across = values
    return down, across


def _geometry(layer: Convolution, shape: Shape) -> Geometry:
    w = layer.window(shape)
    return Geometry(_pair(w.kernel), _pair(w.stride), _pair(w.pad), _pair(w.dilation), _pair(w.out))


def _spread(layer: Deconvolution, shape: Shape) -> Spread:
    window = layer.window(shape)
    return Spread(_pair(window.kernel), _pair(window.stride), _pair(window.pad), _pair(window.out))


def _over_images(layer: Convolution | Deconvolution, bottom: Sequence[Shape]) -> bool:
    """One batch axis, channels, two spatial axes."""
    shape = bottom[0]
    return len(shape) == 4 and fits_tiles(shape) and layer.channel_axis(shape) == 1


class _Convolution(Kernel):
    """What the kernels of Convolution share: several bottoms, each with a top of its own; weights and a bias."""

    folds = True

    def applies(self, layer: Convolution, bottom: Sequence[Shape]) -> bool:
        return _over_images(layer, bottom)

    def pack(self, layer: Any, bottom: Sequence[Shape], params: Sequence[Array], fold: Fold) -> PackedWeights:
        weight, *bias = params
        kernels = self.kernels(layer, bottom[0], fold.weight(weight))
        return kernels, fold.bias(bias[0] if bias else None)

    def kernels(self, layer: Any, shape: Shape, weight: Array) -> Array:
        """The weights in this kernel's form."""
        raise NotImplementedError

    def bind(self, layer: Any, binding: Binding) -> list[Phase]:
        phases = []
        for x, y in zip(binding.bottoms, binding.tops, strict=True):
            phases += self.work(x, _geometry(layer, nchw(x)), y, binding)
        return phases

    def work(self, x: Array, geometry: Geometry, y: Array, binding: Binding) -> list[Phase]:
        """The work for one bottom."""
        raise NotImplementedError


class Direct(_Convolution):
    """Windows as rows of a matrix; for kernels of one tap the input is that matrix."""

    name = "windows x kernels"

    def seconds(self, layer: Convolution, bottom: Sequence[Shape]) -> float:
        geometry, (n, c, _, _) = _geometry(layer, bottom[0]), bottom[0]
        group, channels = layer.groups(bottom[0]), layer.outputs(bottom[0])
        positions, taps = n * prod(geometry.out), prod(geometry.kernel)
        depth = taps * c // group
        macs = positions * depth * channels
        copied = 0 if geometry.is_pointwise else positions * taps * c
        copies = passes(copied, geometry.kernel[1] * c // group)
        return products(macs, channels // group, depth, depth * channels) + copies

    def workspace(self, layer: Convolution, bottom: Sequence[Shape]) -> int:
        geometry, (n, c, _, _) = _geometry(layer, bottom[0]), bottom[0]
        group = layer.groups(bottom[0])
        depth, outputs = prod(geometry.kernel) * c // group, layer.outputs(bottom[0]) // group
        return convolve.workspace(n, (group, depth, outputs), geometry)

    def kernels(self, layer: Convolution, shape: Shape, weight: Array) -> Array:
        return convolve.kernel_matrix(weight, layer.groups(shape))

    def work(self, x: Array, geometry: Geometry, y: Array, binding: Binding) -> list[Phase]:
        matrix, bias = binding.packed
        assert matrix is not None
        actions = binding.with_bias(bias)
        return convolve.convolve(x, matrix, geometry, y, actions, binding.memory, binding.threads)


class Winograd(_Convolution):
    """3 x 3 and 5 x 5, stride 1: between a quarter and a third of the products."""

    name = "Winograd"

    def applies(self, layer: Convolution, bottom: Sequence[Shape]) -> bool:
        if not super().applies(layer, bottom):
            return False
        geometry = _geometry(layer, bottom[0])
        return geometry.kernel in ((3, 3), (5, 5)) and geometry.stride == geometry.dilation == (1, 1)

    def seconds(self, layer: Convolution, bottom: Sequence[Shape]) -> float:
        geometry, (n, c, _, _) = _geometry(layer, bottom[0]), bottom[0]
        side = winograd.out_side(geometry)
        count = n * prod(ceil(length / side) for length in geometry.out)
        group, channels = layer.groups(bottom[0]), layer.outputs(bottom[0])
        inputs = c // group
        weights = 36 * inputs * channels
        multiply = products(count * weights, channels // group, inputs, weights)
        # Each transform is a product with a side of 6 and a few passes.
        return multiply + passes(36 * count * 2 * (c + channels), 256)

    def workspace(self, layer: Convolution, bottom: Sequence[Shape]) -> int:
        group = layer.groups(bottom[0])
        kernels = (36, group, bottom[0][1] // group, layer.outputs(bottom[0]) // group)
        return winograd.workspace(stored(bottom[0]), kernels, _geometry(layer, bottom[0]))

    def kernels(self, layer: Convolution, shape: Shape, weight: Array) -> Array:
        return winograd.transform_kernels(weight, layer.groups(shape))

    def work(self, x: Array, geometry: Geometry, y: Array, binding: Binding) -> list[Phase]:
        kernels, bias = binding.packed
        assert kernels is not None
        actions = binding.with_bias(bias)
        return winograd.convolve_winograd(x, kernels, geometry, y, actions, binding.memory, binding.threads)


class Depthwise(_Convolution):
    """group == C == num_output."""

    name = "taps by channel"

    def applies(self, layer: Convolution, bottom: Sequence[Shape]) -> bool:
        if not super().applies(layer, bottom):
            return False
        return layer.groups(bottom[0]) == bottom[0][1] == layer.outputs(bottom[0])

    def seconds(self, layer: Convolution, bottom: Sequence[Shape]) -> float:
        geometry, (n, c, _, _) = _geometry(layer, bottom[0]), bottom[0]
        run = c * geometry.out[1] if geometry.stride[1] == 1 else c
        return passes(1.5 * n * c * prod(geometry.out) * prod(geometry.kernel), run)

    def kernels(self, layer: Convolution, shape: Shape, weight: Array) -> Array:
        return depthwise.spread_kernels(weight, layer.window(shape).out[1])

    def work(self, x: Array, geometry: Geometry, y: Array, binding: Binding) -> list[Phase]:
        kernels, bias = binding.packed
        assert kernels is not None
        return depthwise.convolve_depthwise(x, kernels, geometry, y, binding.with_bias(bias), binding.threads)


class _Deconvolution(Kernel):
    """What the kernels of Deconvolution share."""

    folds = True
    joins = False

    def applies(self, layer: Deconvolution, bottom: Sequence[Shape]) -> bool:
        if not _over_images(layer, bottom):
            return False
        window = layer.window(bottom[0])
        reached = all(k >= s for k, s in zip(window.kernel, window.stride, strict=True))
        return reached and set(window.dilation) == {1}

    def seconds(self, layer: Deconvolution, bottom: Sequence[Shape]) -> float:
        window, (n, c, h, w) = layer.window(bottom[0]), bottom[0]
        return n * h * w * c * window.num_taps * layer.num_output // layer.group / 20e9

    def pack(self, layer: Any, bottom: Sequence[Shape], params: Sequence[Array], fold: Fold) -> PackedWeights:
        weight, *bias = params
        if fold.factor is not None:  # outputs are the second axis here, group by group
            factor = fold.factor.reshape(layer.group, 1, -1, 1, 1)
            grouped = weight.reshape(layer.group, -1, *weight.shape[1:]) * factor
            weight = grouped.reshape(weight.shape)
        return fold.bias(bias[0] if bias else None), *self.kernels(layer, bottom[0], weight)

    def kernels(self, layer: Any, shape: Shape, weight: Array) -> list[Array]:
        """The weights of every class of outputs."""
        raise NotImplementedError


class Deconvolve(_Deconvolution):
    """A convolution for each class of outputs a stride apart."""

    name = "windows x kernels"

    def kernels(self, layer: Deconvolution, shape: Shape, weight: Array) -> list[Array]:
        return deconvolve.class_matrices(weight, layer.group, _spread(layer, shape))

    def bind(self, layer: Deconvolution, binding: Binding) -> list[Phase]:
        bias, *matrices = binding.packed
        phases = []
        for x, y in zip(binding.bottoms, binding.tops, strict=True):
            spread = _spread(layer, nchw(x))
            actions = binding.with_bias(bias)
            phases += deconvolve.deconvolve(x, _all(matrices), spread, y, actions, binding.threads)
        return phases


class DeconvolveDepthwise(_Deconvolution):
    """The same for group == C == num_output, such as upsampling with bilinear weights."""

    name = "taps by channel"

    def applies(self, layer: Deconvolution, bottom: Sequence[Shape]) -> bool:
        return super().applies(layer, bottom) and layer.group == bottom[0][1] == layer.num_output

    def seconds(self, layer: Deconvolution, bottom: Sequence[Shape]) -> float:
        return super().seconds(layer, bottom) / 2

    def kernels(self, layer: Deconvolution, shape: Shape, weight: Array) -> list[Array]:
        return deconvolve.class_kernels(weight, _spread(layer, shape))

    def bind(self, layer: Deconvolution, binding: Binding) -> list[Phase]:
        bias, *kernels = binding.packed
        phases = []
        for x, y in zip(binding.bottoms, binding.tops, strict=True):
            spread = _spread(layer, nchw(x))
            actions = binding.with_bias(bias)
            phases += deconvolve.deconvolve_depthwise(x, _all(kernels), spread, y, actions, binding.threads)
        return phases


def _all(arrays: Sequence[Array | None]) -> list[Array]:
    return [array for array in arrays if array is not None]
