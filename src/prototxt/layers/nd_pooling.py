"""NdPooling: pooling whose window has a number for each spatial axis (forks for video)."""

from __future__ import annotations

from prototxt.blobs import Shape
from prototxt.errors import LayerError
from prototxt.layers.common.axes import check_num_axes
from prototxt.layers.common.nd_window import nd_spec
from prototxt.layers.common.output_size import pooled_spec
from prototxt.layers.pooling import Pooling
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter, PoolingParameter


@layer("NdPooling", fork="others")
class NdPooling(Pooling):
    """The maximum or the average of windows over as many spatial axes as `kernel_shape` has numbers.

    Formula:
        that of Pooling, MAX or AVE

    Shapes:
        x: N x C x L x H x W
        y: N x C x OL x OH x OW with OL = ceil((L + 2*pad_l - kernel_l) / stride_l) + 1, the others alike
        If any axis is padded, a last window that would start after L + pad_l is left out.

    Pitfalls:
        `kernel_shape`, `stride_shape` and `pad_shape` each have one number per spatial axis, in the order of the axes.
        Where stride or pad is not given it is 1 or 0 on every axis. No source of the type was at hand: its sizes and
        its averages are taken to be those of Caffe's Pooling.

    Example:
        layer {
          name: "pool2" type: "NdPooling" bottom: "conv2a" top: "pool2"
          pooling_param { pool: MAX kernel_shape { dim: 1 dim: 2 dim: 2 } stride_shape { dim: 1 dim: 2 dim: 2 } }
        }

    Source: nets of forks for video, such as https://github.com/chuckcho/video-caffe.
    """

    def setup(self, param: LayerParameter) -> None:
        p = param.pooling_param
        self.method = PoolingParameter.PoolMethod.Name(p.pool)
        self.floor = self.is_global = False
        self.axis = 1
        if self.method == "STOCHASTIC":
            raise LayerError("NdPooling is MAX or AVE, not STOCHASTIC", field="pool")
        self.window_spec = pooled_spec(nd_spec(p), "kernel_shape", "stride_shape", "pad_shape")

    def check_axes(self, shape: Shape) -> None:
        axes = len(self.window_spec.kernel or ()) + 2
        check_num_axes(shape, axes, axes, hint="kernel_shape has a number for each axis after N and C")
