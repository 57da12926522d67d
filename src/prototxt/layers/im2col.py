"""Im2col: every window of an image as a column."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape, count, format_shape
from prototxt.errors import LayerError
from prototxt.layers.base import Layer
from prototxt.layers.common.axes import canonical_axis
from prototxt.layers.common.memo import once_per_shape
from prototxt.layers.common.output_size import convolution_spec
from prototxt.layers.common.window import Window, check_padded, last_axes
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
        self.window_spec = convolution_spec(param.convolution_param)
        self.axis: int = param.convolution_param.axis

    @once_per_shape
    def window(self, shape: Shape) -> Window:
        """The window over the spatial axes of a bottom of this shape."""
        axis = canonical_axis(self.axis, shape)
        if axis == len(shape) - 1:
            raise LayerError(
                f"no spatial axis after axis {axis} of a bottom of {format_shape(shape)}", field="axis"
            )
        window = self.window_spec.convolved(shape[axis + 1 :])
        check_padded(shape, axis + 1, window.margins)
        return window

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        shape, window = bottom[0], self.window(bottom[0])
        axis = canonical_axis(self.axis, shape)
        return [(*shape[:axis], shape[axis] * window.num_taps, *window.out)]

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        x, window = bottom[0], self.window(bottom[0].shape)
        axis = canonical_axis(self.axis, x.shape)
        batch, channels = count(x.shape[:axis]), x.shape[axis]
        padded = np.pad(x.reshape(batch, channels, *window.size), [(0, 0), (0, 0), *window.margins])
        y = np.empty((batch, channels, window.num_taps, *window.out), np.float32)
        for i, tap in enumerate(window.taps()):
            y[:, :, i] = padded[last_axes(window.span(tap, window.out))]
        return [y.reshape(self.shapes([x.shape])[0])]

    def brief(self, bottom: Sequence[Shape]) -> str:
        return self.window(bottom[0]).brief()
