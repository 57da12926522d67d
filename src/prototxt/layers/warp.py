"""Warp: PWC-Net's name for an image warped by a flow."""

from __future__ import annotations

from prototxt.layers.flow_warp import FlowWarp
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter


@layer("Warp", bottoms=2, fork="flownet")
class Warp(FlowWarp):
    """Takes every value of an image from where a flow points to, as FlowWarp does, and 0 from outside of the image.

    Formula:
        y[n, c, i, j] = x[n, c, i + flow[n, 1, i, j], j + flow[n, 0, i, j]], interpolated between four pixels
        Where the flow points out of the image y is 0.

    Shapes:
        x: N x C x H x W, flow: N x 2 x H x W
        y: like x

    Pitfalls:
        The flow is in pixels of x: PWC-Net multiplies the flow of the coarser level by 20 / 32, 20 / 16 ... before it
        warps. The kernel of the fork has not been read: the border is taken as FlowWarp's.

    Example:
        layer { name: "warp5" type: "Warp" bottom: "conv1_5" bottom: "scaled_flow6_to_5" top: "warp5" }

    Source: the prototxt files of PWC-Net (https://arxiv.org/abs/1709.02371); flow_warp_layer.cpp of FlowNet 2's Caffe.
    """

    golden = "only prototxt files of the fork are available; the tests compute its formula by hand"

    def setup(self, param: LayerParameter) -> None:
        self.fill = 0.0
