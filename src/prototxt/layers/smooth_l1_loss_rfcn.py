"""SmoothL1Loss of R-FCN: the loss of boxes, of each item as well."""

from __future__ import annotations

from prototxt.layers.registry import layer
from prototxt.layers.smooth_l1_loss_ohem import SmoothL1LossOHEM
from prototxt.schema.caffe_pb2 import LayerParameter


@layer("SmoothL1Loss", bottoms=(2, 3), tops=(1, 2), loss=True, fork="rfcn")
class SmoothL1LossRFCN(SmoothL1LossOHEM):
    """SmoothL1LossOHEM under the name that R-FCN's first fork gave it.

    Formula:
        d = w * (a - b); f(d) = 0.5 * d^2 where |d| < 1, else |d| - 0.5
        y = 1 / D * sum of f(d); a second top is each[n, 0, h, w] = sum over c of f(d)[n, c, h, w]
        D: N * H * W for VALID (the default) and FULL, N for BATCH_SIZE, pre_fixed_normalizer for PRE_FIXED, 1 for
            NONE; never below 1

    Shapes:
        a: N x C x H x W (fewer axes too), b and the weights w alike
        y: a single number without axes; each: N x 1 x H x W

    Pitfalls:
        It does not count in the net's loss unless the file gives a `loss_weight`: the fork has no default. A layer of
        this name is taken as R-FCN's where it has 3 bottoms, 2 tops or a loss_param, and under the dialect rfcn
        wherever it has neither 4 bottoms nor a sigma.

    Example:
        layer {
          name: "loss_bbox" type: "SmoothL1Loss" bottom: "bbox_pred" bottom: "bbox_targets"
          bottom: "bbox_inside_weights" top: "loss_bbox" loss_weight: 1
          loss_param { normalization: BATCH_SIZE }
        }

    Source: Dai et al., R-FCN, 2016; caffe-rfcn/src/caffe/layers/smooth_L1_loss_layer.cu.
    """

    @classmethod
    def matches(cls, param: LayerParameter, stored: int | None) -> bool | None:
        if len(param.bottom) > 3 or param.smooth_l1_loss_param.HasField("sigma"):
            return False
        return len(param.bottom) == 3 or len(param.top) > 1 or param.HasField("loss_param") or None
