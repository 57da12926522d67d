"""SmoothL1Loss of Faster R-CNN: what boxes are trained with, weights inside and outside of the bend."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape
from prototxt.errors import LayerError
from prototxt.layers.common.loss import scalar
from prototxt.layers.common.smooth_l1 import RegionLoss, smooth_l1
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter
from prototxt.util.lazy import np


@layer("SmoothL1Loss", bottoms=(2, 4), loss=True, fork="fasterrcnn")
class SmoothL1LossFasterRCNN(RegionLoss):
    """Squares of small differences and sizes of large ones, weighted, summed and divided by the number of items.

    Formula:
        d = w_in * (a - b); f(d) = 0.5 * (sigma * d)^2 where |d| < 1 / sigma^2, else |d| - 0.5 / sigma^2
        y = 1 / N * sum of w_out * f(d)

    Shapes:
        a: N x any, b and the weights w_in and w_out, which come together, alike in N, C, H and W
        y: a single number without axes

    Pitfalls:
        It does not count in the net's loss unless the file gives a `loss_weight`: the fork has no default. SSD's and
        R-FCN's layers of this name divide by other numbers. R-FCN's has 3 bottoms, or 2 tops, or a loss_param; this
        one 4 bottoms, or a sigma. Only R-FCN's dialect takes its own meaning where neither is there.

    Example:
        layer {
          name: "rpn_loss_bbox" type: "SmoothL1Loss" bottom: "rpn_bbox_pred" bottom: "rpn_bbox_targets"
          bottom: "rpn_bbox_inside_weights" bottom: "rpn_bbox_outside_weights" top: "rpn_loss_bbox"
          loss_weight: 1 smooth_l1_loss_param { sigma: 3 }
        }

    Source: Ren et al., Faster R-CNN, 2015; caffe-fast-rcnn/src/caffe/layers/smooth_L1_loss_layer.cu (faster-rcnn).
    """

    @classmethod
    def matches(cls, param: LayerParameter, stored: int | None) -> bool | None:
        if len(param.bottom) == 3 or len(param.top) > 1:
            return False
        return len(param.bottom) == 4 or param.smooth_l1_loss_param.HasField("sigma") or None

    def setup(self, param: LayerParameter) -> None:
        self.sigma: float = param.smooth_l1_loss_param.sigma
        if not self.sigma > 0:
            raise LayerError(f"sigma must be above 0, not {self.sigma:g}", field="sigma")
        if self.num_bottoms == 3:
            what = "3 bottoms: weights come in twos, inside and outside; give 2 bottoms or 4"
            raise LayerError(what, field="bottom")

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        self.check(bottom)
        return [()]

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        loss = smooth_l1(self.difference(bottom), self.sigma)
        if len(bottom) == 4:
            loss = loss * bottom[3].reshape(loss.shape)
        return scalar(loss.sum() / np.float32(max(len(loss), 1)))
