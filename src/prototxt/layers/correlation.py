"""Correlation: how alike places of two feature maps are, for every displacement up to a largest one."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape, count
from prototxt.errors import LayerError
from prototxt.layers.base import Cost, Layer
from prototxt.layers.common.axes import check_num_axes, check_one_shape
from prototxt.layers.common.fields import check_given, check_least
from prototxt.layers.common.window import check_padded
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import CorrelationParameter, LayerParameter
from prototxt.util.lazy import np


@layer("Correlation", bottoms=2, fork="flownet")
class Correlation(Layer):
    """Compares a patch of the first bottom with patches of the second that lie up to `max_displacement` away.

    Formula:
        y[n, q, i, j] = mean over c, u, v of x1[n, c, k + u, l + v] * x2[n, c, k + u + dy, l + v + dx]
        k = s*i + m, l = s*j + m, s is stride_1, m is max_displacement; u, v run over kernel_size x kernel_size, and
        x1, x2 are 0 for `pad` values around the images. Channel q stands for the displacement dy, dx: multiples of
        stride_2 from -m to m, dx first. correlation_type SUBTRACT takes |x1 - x2| for the product.

    Shapes:
        x1, x2: N x C x H x W
        y: N x (2*floor(m / stride_2) + 1)^2 x OH x OW with OH = ceil((H + 2*pad - 2*m - (kernel_size - 1)) / stride_1)

    Pitfalls:
        kernel_size is odd, and it and max_displacement must be given. `do_abs` and `single_direction` are
        ignored: the latter is for another layer, Correlation1D.

    Example:
        layer {
          name: "corr" type: "Correlation" bottom: "conv3a" bottom: "conv3b" top: "corr"
          correlation_param { pad: 20 kernel_size: 1 max_displacement: 20 stride_1: 1 stride_2: 2 }
        }

    Source: FlowNet 2's Caffe, correlation_layer.cpp and .cu; https://arxiv.org/abs/1504.06852
    """

    golden = "the fork runs it on GPUs only; the tests compute its formula by hand"

    def setup(self, param: LayerParameter) -> None:
        p = param.correlation_param
        check_given(p, "kernel_size")
        check_given(p, "max_displacement")
        self.kernel_size: int = p.kernel_size
        self.max_displacement: int = p.max_displacement
        self.pad: int = p.pad
        self.stride_1: int = p.stride_1
        self.stride_2: int = p.stride_2
        self.subtract = p.correlation_type == CorrelationParameter.SUBTRACT
        check_least(self.stride_1, 1, "stride_1")
        check_least(self.stride_2, 1, "stride_2")
        if self.kernel_size % 2 == 0:
            raise LayerError(f"kernel_size must be odd, not {self.kernel_size}", field="kernel_size")

    @property
    def radius(self) -> int:
        """Number of displacements to either side."""
        return self.max_displacement // self.stride_2

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        check_num_axes(bottom[0], 4, 4)
        check_one_shape(bottom)
        check_padded(bottom[0], 2, [(self.pad, self.pad)] * 2)
        border = 2 * self.max_displacement + self.kernel_size - 1
        slacks = [length + 2 * self.pad - border for length in bottom[0][2:]]
        if min(slacks) < 1:
            padded = "x".join(str(length + 2 * self.pad) for length in bottom[0][2:])
            what = f"displacements and kernel reach over {border + 1}, more than the padded input of {padded}"
            raise LayerError(what, field="max_displacement")
        return [(bottom[0][0], (2 * self.radius + 1) ** 2, *(-(-slack // self.stride_1) for slack in slacks))]

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        (shape,) = self.shapes([x.shape for x in bottom])
        y = np.empty(shape, np.float32)
        margins = ((0, 0), (0, 0), (self.pad, self.pad), (self.pad, self.pad))
        here, there = (np.pad(x, margins) for x in bottom)
        for q in range(shape[1]):
            y[:, q] = self._alike(here, there, *self.displacement(q), shape[2:])
        return [y]

    def displacement(self, channel: int) -> tuple[int, int]:
        """The displacement that a channel of the top stands for, along H and W."""
        down, across = divmod(channel, 2 * self.radius + 1)
        return (down - self.radius) * self.stride_2, (across - self.radius) * self.stride_2

    def _alike(self, here: Array, there: Array, dy: int, dx: int, out: Shape) -> Array:
        """The mean over channels and patch for one displacement."""
        total: Array = np.zeros((here.shape[0], *out), np.float32)
        for u in range(self.kernel_size):
            for v in range(self.kernel_size):
                one = here[..., self._seen(u, out[0]), self._seen(v, out[1])]
                other = there[..., self._seen(u + dy, out[0]), self._seen(v + dx, out[1])]
                if self.subtract:
                    total += np.abs(one - other).sum(1)
                else:
                    total += np.einsum("nchw,nchw->nhw", one, other)
        total /= self.kernel_size**2 * here.shape[1]
        return total

    def _seen(self, offset: int, length: int) -> slice:
        start = self.max_displacement + offset
        return slice(start, start + self.stride_1 * (length - 1) + 1, self.stride_1)

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        values = count(top[0])
        pairs = values * bottom[0][1] * self.kernel_size**2
        if self.subtract:
            return Cost(additions=2 * pairs, comparisons=pairs, divisions=values)
        return Cost(macs=pairs, divisions=values)

    def brief(self, bottom: Sequence[Shape]) -> str:
        return f"{self.kernel_size}x{self.kernel_size} within {self.max_displacement}/{self.stride_2}"
