"""SoftmaxWithLoss of R-FCN: Caffe's, with the loss of every place as a third top."""

from __future__ import annotations

from prototxt.layers.registry import layer
from prototxt.layers.softmax_with_loss_ohem import SoftmaxWithLossOHEM
from prototxt.schema.caffe_pb2 import LayerParameter


@layer("SoftmaxWithLoss", bottoms=2, tops=(1, 3), loss=True, fork="rfcn")
class SoftmaxWithLossRFCN(SoftmaxWithLossOHEM):
    """SoftmaxWithLossOHEM under the name that R-FCN's first fork gave it.

    Formula:
        p = softmax of x along softmax_param.axis
        each[n, i] = -log(max(p[n, label[n, i], i], FLT_MIN)), 0 where the label is `ignore_label`
        y = 1 / D * sum of each; a second top is p, a third one each
        D: places whose label counts for VALID (the default), all places for FULL, N for BATCH_SIZE, 1 for NONE;
            never below 1

    Shapes:
        x: N x C x any (the classes on the axis), labels: as many as x has places (N x any)
        y: a single number without axes; p: like x; each: like the labels

    Pitfalls:
        A layer of this name is taken as R-FCN's where it has 3 tops, or under the dialect rfcn. More than one top
        needs a `loss_weight` for each. PRE_FIXED is for SmoothL1Loss only.

    Example:
        layer {
          name: "per_roi_loss_cls" type: "SoftmaxWithLoss" bottom: "cls_score" bottom: "labels"
          top: "loss_cls" top: "prob_cls" top: "per_roi_loss_cls" loss_weight: 1 loss_weight: 0 loss_weight: 0
        }

    Source: Dai et al., R-FCN, 2016; caffe-rfcn/src/caffe/layers/softmax_loss_layer.cu.
    """

    @classmethod
    def matches(cls, param: LayerParameter, stored: int | None) -> bool | None:
        return len(param.top) == 3 or None
