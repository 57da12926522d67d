"""The kernels of the layers without kernels that slide and learn: pooling, normalisation, products, single values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from prototxt.blobs import Array, Shape, count
from prototxt.kernels import inner_product, layout, lrn, pointwise, pool, work
from prototxt.kernels.work import Op, Phase, alone, merge
from prototxt.layers.common.window import Axis
from prototxt.layers.concat import Concat
from prototxt.layers.inner_product import InnerProduct
from prototxt.layers.lrn import LRN
from prototxt.layers.pooling import Pooling
from prototxt.layers.shuffle_channel import ShuffleChannel
from prototxt.plan.kernel import Binding, Fold, Kernel, PackedWeights, fits_tiles, nchw, passes, products


class _Pool(Kernel):
    """What max and average pooling share."""

    method: str

    def applies(self, layer: Pooling, bottom: Sequence[Shape]) -> bool:
        return layer.method == self.method and layer.num_tops == 1 and fits_tiles(bottom[0])

    def seconds(self, layer: Pooling, bottom: Sequence[Shape]) -> float:
        n, c, _, w = bottom[0]
        (kh, kw), (oh, ow) = layer.window(bottom[0]).kernel, layer.window(bottom[0]).out
        return passes(n * c * oh * (kh * w + kw * ow), c)

    def geometry(self, layer: Pooling, shape: Shape) -> pool.PoolGeometry:
        window = layer.window(shape)
        (kh, kw), (sh, sw), (ph, pw), (oh, ow) = window.kernel, window.stride, window.pad, window.out
        return pool.PoolGeometry((kh, kw), (sh, sw), (ph, pw), (shape[2], shape[3]), (oh, ow))


class MaxPool(_Pool):
    """The largest value of every window."""

    name, method = "max by axis", "MAX"

    def bind(self, layer: Pooling, binding: Binding) -> list[Phase]:
        x, y = binding.bottoms[0], binding.tops[0]
        geometry = self.geometry(layer, nchw(x))
        return pool.pool(x, geometry, np.fmax, pool.LOWEST, y, binding.actions, binding.threads)


class MaxPoolPlaces(_Pool):
    """The largest value of every window, and where it is."""

    name, method = "max and place by tap", "MAX"
    finishes = False

    def applies(self, layer: Pooling, bottom: Sequence[Shape]) -> bool:
        return layer.method == self.method and layer.num_tops > 1 and fits_tiles(bottom[0])

    def seconds(self, layer: Pooling, bottom: Sequence[Shape]) -> float:
        n, c, *_ = bottom[0]
        window = layer.window(bottom[0])
        return passes(4 * n * c * count(window.out) * count(window.kernel), c)

    def bind(self, layer: Pooling, binding: Binding) -> list[Phase]:
        x, (y, places) = binding.bottoms[0], binding.tops
        return pool.pool_places(x, self.geometry(layer, nchw(x)), y, places, binding.threads)


class AveragePool(_Pool):
    """The mean of every window, with Caffe's divisors."""

    name, method = "sum by axis", "AVE"

    def bind(self, layer: Pooling, binding: Binding) -> list[Phase]:
        x, y = binding.bottoms[0], binding.tops[0]
        geometry = self.geometry(layer, nchw(x))
        actions = [pool.divide(divisors(geometry)), *binding.actions]
        return pool.pool(x, geometry, np.add, 0.0, y, actions, binding.threads)


def divisors(geometry: pool.PoolGeometry) -> Array:
    """What AVE divides each position's sum by, OH x OW."""
    axes = zip(geometry.size, geometry.kernel, geometry.stride, geometry.pad, geometry.out, strict=True)
    down, across = (
        np.array(Axis(size, kernel, stride, pad, 1, out).divisors(), np.float32)
        for size, kernel, stride, pad, out in axes
    )
    divisors: Array = down[:, None] * across
    return divisors


class AverageAll(_Pool):
    """Windows as large as the image: one mean per channel."""

    name, method = "ones x image", "AVE"

    def applies(self, layer: Pooling, bottom: Sequence[Shape]) -> bool:
        if not super().applies(layer, bottom):
            return False
        geometry = self.geometry(layer, bottom[0])
        return geometry.kernel == geometry.size and geometry.pad == (0, 0) and geometry.out == (1, 1)

    def seconds(self, layer: Pooling, bottom: Sequence[Shape]) -> float:
        return passes(count(bottom[0]))

    def bind(self, layer: Pooling, binding: Binding) -> list[Phase]:
        return pool.average_all(binding.bottoms[0], binding.tops[0], binding.actions, binding.threads)


class Across(Kernel):
    """LRN across channels."""

    name = "sums along channels"

    def applies(self, layer: LRN, bottom: Sequence[Shape]) -> bool:
        return layer.across and fits_tiles(bottom[0])

    def seconds(self, layer: LRN, bottom: Sequence[Shape]) -> float:
        return passes((layer.local_size + 12) * count(bottom[0]))

    def bind(self, layer: LRN, binding: Binding) -> list[Phase]:
        numbers = (layer.local_size, layer.alpha, layer.beta, layer.k)
        return lrn.lrn_across(binding.bottoms[0], *numbers, binding.tops[0], binding.actions, binding.threads)


class Product(Kernel):
    """InnerProduct, each core its share of the outputs; the weights stay where they are."""

    name = "weights x input"

    def applies(self, layer: InnerProduct, bottom: Sequence[Shape]) -> bool:
        return fits_tiles(bottom[0]) and layer.axis in (1, 1 - len(bottom[0]))

    def seconds(self, layer: InnerProduct, bottom: Sequence[Shape]) -> float:
        n, k = layer.matrix(bottom[0])
        return products(n * k * layer.num_output, layer.num_output, k, k * layer.num_output)

    def workspace(self, layer: InnerProduct, bottom: Sequence[Shape]) -> int:
        return count(bottom[0])

    def pack(
        self, layer: InnerProduct, bottom: Sequence[Shape], params: Sequence[Array], fold: Fold
    ) -> PackedWeights:
        weight, *bias = params
        return weight.T if layer.transpose else weight, bias[0] if bias else None

    def bind(self, layer: InnerProduct, binding: Binding) -> list[Phase]:
        x, y, (weight, bias) = binding.bottoms[0], binding.tops[0], binding.packed
        assert weight is not None
        n, h, w, c = x.shape
        phases = []
        if h * w == 1 and x.flags.c_contiguous:
            flat = x.reshape(n, c)
        else:
            flat = binding.memory[: x.size].reshape(n, -1)
            ordered = flat.reshape(n, c, h, w)
            phases.append(alone(lambda: layout.copy(ordered, layout.channels_first(x))))
        actions = binding.with_bias(bias)
        return [*phases, *inner_product.inner_product(flat, weight, y, actions, binding.threads)]


class Elementwise(Kernel):
    """Element-wise layers: a copy of the bottom, tile by tile, and what the layer does to it."""

    name = "tiles"
    elementwise = True

    def applies(self, layer: Any, bottom: Sequence[Shape]) -> bool:
        return fits_tiles(bottom[0])

    def seconds(self, layer: Any, bottom: Sequence[Shape]) -> float:
        return passes(3 * count(bottom[0]))

    def bind(self, layer: Any, binding: Binding) -> list[Phase]:
        return pointwise.pointwise(
            binding.bottoms[0], binding.tops[0], binding.with_bias(None), binding.threads
        )


class Shuffle(Kernel):
    """ShuffleChannel: the channels of every group a stride apart."""

    name = "copies by group"

    def applies(self, layer: ShuffleChannel, bottom: Sequence[Shape]) -> bool:
        return fits_tiles(bottom[0])

    def seconds(self, layer: ShuffleChannel, bottom: Sequence[Shape]) -> float:
        return passes(2 * count(bottom[0]), bottom[0][1] // layer.group)

    def bind(self, layer: ShuffleChannel, binding: Binding) -> list[Phase]:
        x, y, group = binding.bottoms[0], binding.tops[0], layer.group
        length = x.shape[-1] // group

        def put(made: Array, source: Array) -> list[Op]:
            if group < length:
                runs = [(slice(i, None, group), slice(i * length, (i + 1) * length)) for i in range(group)]
            else:
                runs = [(slice(j * group, (j + 1) * group), slice(j, None, length)) for j in range(length)]
            return [work.put(made[..., to], source[..., of]) for to, of in runs]

        return pointwise.pointwise(x, y, binding.with_bias(None), binding.threads, put)


class Join(Kernel):
    """Concat of what does not lie in its place yet."""

    name = "copies"
    finishes = False

    def applies(self, layer: Concat, bottom: Sequence[Shape]) -> bool:
        # A 2-axis blob is stored as N x 1 x 1 x C: its axes are the first two of four.
        return all(map(fits_tiles, bottom)) and (layer.axis >= 0 or len(bottom[0]) == 4)

    def seconds(self, layer: Concat, bottom: Sequence[Shape]) -> float:
        return passes(sum(map(count, bottom)))

    def bind(self, layer: Concat, binding: Binding) -> list[Phase]:
        y, start = binding.tops[0], 0
        shapes = [nchw(x) for x in binding.bottoms]
        axis = layer.axis % 4
        tasks = []
        for x, shape in zip(binding.bottoms, shapes, strict=True):
            span = slice(start, start + shape[axis])
            part = y[(slice(None),) * (0, 3, 1, 2)[axis] + (span,)]
            if not _same_place(part, x):
                tasks += pointwise.pointwise(x, part, (), binding.threads)
            start += shape[axis]
        return [merge(tasks)] if tasks else []


def _same_place(one: Array, other: Array) -> bool:
    """Whether two arrays of one shape are the same memory."""
    return (
        one.__array_interface__["data"] == other.__array_interface__["data"] and one.strides == other.strides
    )
