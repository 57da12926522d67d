"""Pooling3D: pooling over clips of a video, in windows of several frames (C3D)."""

from __future__ import annotations

from prototxt.blobs import Shape
from prototxt.errors import LayerError
from prototxt.layers.common.nd_window import ClipWindow, check_clip, check_one_message, read_clip_pooling
from prototxt.layers.common.output_size import pooled_spec
from prototxt.layers.pooling import Pooling
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter, Pooling3DParameter, PoolingParameter


@layer("Pooling3D", fork="c3d")
class Pooling3D(Pooling):
    """The maximum or the average of every window of a clip: kernel_depth frames, kernel_size x kernel_size each.

    Formula:
        x' are the values of x in frames ts*h to ts*h + kernel_depth, in rows s*i - p to s*i - p + kernel_size and in
        columns alike; s, p are stride and pad, ts is temporal_stride
        MAX: y[n, c, h, i, j] = max x'
        AVE: y[n, c, h, i, j] = sum x' / (l * a * b)
            with a = min(s*i - p + kernel_size, H + p) - (s*i - p), b and l alike

    Shapes:
        x: N x C x L x H x W
        y: N x C x OL x OH x OW with OL = ceil((L - kernel_depth) / temporal_stride) + 1
        and OH = ceil((H + 2*pad - kernel_size) / stride) + 1

    Pitfalls:
        Caffe's Pooling leaves out a last window that would start after H + pad; Pooling3D keeps it: its maximum is
        -FLT_MAX, its average 0. There is no padding along the length, and `pad` is for AVE only. C3D 1.0 has its fields
        in pooling_param, C3D 1.1 in pooling3d_param. The divisor of AVE is assumed to be Caffe's.

    Example:
        layer {
          name: "pool2" type: "Pooling3D" bottom: "conv2a" top: "pool2"
          pooling3d_param { pool: MAX kernel_size: 2 kernel_depth: 2 stride: 2 temporal_stride: 2 }
        }

    Source: C3D-v1.0/src/caffe/layers/pool3d_layer.cpp; https://arxiv.org/abs/1412.0767
    """

    def setup(self, param: LayerParameter) -> None:
        old, new = (_read(p) for p in (param.pooling_param, param.pooling3d_param))
        check_one_message(param, "pooling_param", "pooling3d_param")
        self.method, fields = new if param.HasField("pooling3d_param") else old
        self.floor = self.is_global = False
        self.axis = 1
        if self.method == "STOCHASTIC":
            raise LayerError("Pooling3D is MAX or AVE, not STOCHASTIC", field="pool")
        if fields.pad and self.method != "AVE":
            raise LayerError(f"{self.method} pooling over clips takes no pad", field="pad")
        self.window_spec = pooled_spec(fields.spec(clips=False))

    def check_axes(self, shape: Shape) -> None:
        check_clip(shape)


def _read(p: PoolingParameter | Pooling3DParameter) -> tuple[str, ClipWindow]:
    """The method and the window of one of C3D's messages."""
    return PoolingParameter.PoolMethod.Name(p.pool), read_clip_pooling(p)
