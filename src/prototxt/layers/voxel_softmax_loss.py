"""VoxelSoftmaxLoss: what nets that label every voxel of a clip are trained with (C3D)."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Shape
from prototxt.layers.common.nd_window import check_clip
from prototxt.layers.registry import layer
from prototxt.layers.softmax_with_loss import SoftmaxWithLoss
from prototxt.schema.caffe_pb2 import LayerParameter


@layer("VoxelSoftmaxLoss", bottoms=2, tops=(1, 2), loss=True, fork="c3d")
class VoxelSoftmaxLoss(SoftmaxWithLoss):
    """The mean negative logarithm of the right class's softmax over all voxels.

    Formula:
        p = softmax of x along the channels
        y = -1 / (N*L*H*W) * sum over n, l, h, w of log(max(p[n, label[n, l, h, w], l, h, w], FLT_MIN))
        a second top is p

    Shapes:
        x: N x C x L x H x W, labels: as many as x has voxels (N x 1 x L x H x W)
        y: a single number without axes; p: like x

    Pitfalls:
        No source of the type was at hand: that it divides by the number of voxels, as Caffe's SoftmaxWithLoss of the
        same year does by that of pixels, and that every label counts is assumed.

    Example:
        layer { name: "loss" type: "VoxelSoftmaxLoss" bottom: "predict" bottom: "truth" }

    Source: C3D-v1.0, whose nets of voxel to voxel prediction have it; https://arxiv.org/abs/1511.06681
    """

    def setup(self, param: LayerParameter) -> None:
        self.axis, self.ignore_label, self.normalization, self.label_smoothing = 1, None, "FULL", 0.0

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        check_clip(bottom[0])
        return super().shapes(bottom)
