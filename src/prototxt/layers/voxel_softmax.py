"""VoxelSoftmax: the softmax of the scores of every voxel of a clip (C3D)."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Shape
from prototxt.layers.base import OutputKind
from prototxt.layers.common.nd_window import check_clip
from prototxt.layers.registry import layer
from prototxt.layers.softmax import Softmax
from prototxt.schema.caffe_pb2 import LayerParameter


@layer("VoxelSoftmax", fork="c3d")
class VoxelSoftmax(Softmax):
    """Exponentials along the channels of every voxel, divided by their sum.

    Formula:
        y[n, c, l, h, w] = exp(x[n, c, l, h, w] - m) / sum over c' of exp(x[n, c', l, h, w] - m)
        with m = max over c of x[n, c, l, h, w]

    Shapes:
        x: N x C x L x H x W, y alike

    Pitfalls:
        Nothing but a Softmax over axis 1; C3D's own Softmax takes a clip as one vector.

    Example:
        layer { name: "prob" type: "VoxelSoftmax" bottom: "predict" top: "prob" }

    Source: C3D-v1.0, whose nets of voxel to voxel prediction have it; https://arxiv.org/abs/1511.06681
    """

    def setup(self, param: LayerParameter) -> None:
        self.axis = 1
        self.output_kind = OutputKind("scores")

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        check_clip(bottom[0])
        return super().shapes(bottom)
