"""Im2col: every window of an image as a column."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape, count, format_shape
from prototxt.errors import LayerError
from prototxt.layers.base import Layer
from prototxt.layers.common.axes import canonical_axis
from prototxt.layers.common.window import Window, check_padded, conv_window, last_axes
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter
from prototxt.util.lazy import np


@layer("Im2col")
class Im2col(Layer):
    """Lays out the windows of a convolution: each tap of the kernel becomes a channel of its own.

    Formula:
        y[n, (c*kernel_h + u)*kernel_w + v, i, j] = x[n, c, s*i - p + d*u, s*j - p + d*v]
        where s, p, d are stride, pad, dilation, and x is 0 outside the image

    Shapes:
        x: N x C x H x W
        y: N x C*kernel_h*kernel_w x OH x OW with OH as for Convolution
        Any number of spatial axes follow `axis`, the channel axis; everything before it is batch.

    Pitfalls:
        Its parameters are a convolution_param; num_output, group and bias_term are not read.

    Example:
        layer {
          name: "cols" type: "Im2col" bottom: "x" top: "cols"
          convolution_param { kernel_size: 3 pad: 1 stride: 2 }
        }

    Source: caffe/src/caffe/layers/im2col_layer.cpp, caffe/src/caffe/util/im2col.cpp.
    """

    def setup(self, param: LayerParameter) -> None:
        self._fields = param.convolution_param
        self.axis: int = self._fields.axis

    def window(self, shape: Shape) -> Window:
        """Kernel geometry for a bottom of this shape."""
        axis = canonical_axis(self.axis, shape)
        if axis == len(shape) - 1:
            raise LayerError(
                f"no spatial axis behind axis {axis} of a bottom of {format_shape(shape)}", field="axis"
            )
        return conv_window(self._fields, len(shape) - axis - 1)

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        shape, window = bottom[0], self.window(bottom[0])
        axis = canonical_axis(self.axis, shape)
        out = window.conv_out(shape[axis + 1 :])
        check_padded(shape, axis + 1, window.margins(shape[axis + 1 :], out))
        return [(*shape[:axis], shape[axis] * window.size, *out)]

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        x, shape, window = bottom[0], self.shapes([bottom[0].shape])[0], self.window(bottom[0].shape)
        axis = canonical_axis(self.axis, x.shape)
        batch, channels, out = count(x.shape[:axis]), x.shape[axis], shape[axis + 1 :]
        margins = window.margins(x.shape[axis + 1 :], out)
        padded = np.pad(x.reshape(batch, channels, *x.shape[axis + 1 :]), [(0, 0), (0, 0), *margins])
        y = np.empty((batch, channels, window.size, *out), np.float32)
        for i, tap in enumerate(window.taps()):
            y[:, :, i] = padded[last_axes(window.span(tap, out))]
        return [y.reshape(shape)]

    def brief(self, bottom: Sequence[Shape]) -> str:
        return self.window(bottom[0]).brief()
