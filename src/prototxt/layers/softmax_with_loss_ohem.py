"""SoftmaxWithLossOHEM: softmax and log loss, of each item as well, for the hardest to be found."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape
from prototxt.errors import LayerError
from prototxt.layers.registry import layer
from prototxt.layers.softmax_with_loss import SoftmaxWithLoss


@layer("SoftmaxWithLossOHEM", bottoms=2, tops=(1, 3), loss=True, fork="rfcn")
class SoftmaxWithLossOHEM(SoftmaxWithLoss):
    """The mean negative logarithm of the right class's softmax; a third top holds that of every place.

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
        More than one top needs a `loss_weight` for each. PRE_FIXED is for SmoothL1LossOHEM only.

    Example:
        layer {
          name: "per_roi_loss_cls" type: "SoftmaxWithLossOHEM" bottom: "cls_score" bottom: "labels"
          top: "loss_cls" top: "prob_cls" top: "per_roi_loss_cls" loss_weight: 0 loss_weight: 0 loss_weight: 0
        }

    Source: Dai et al., R-FCN, 2016; Microsoft's caffe/src/caffe/layers/softmax_loss_ohem_layer.cu.
    """

    def _loss_weights(self, given: Sequence[float]) -> tuple[float, ...]:
        if not given and self.num_tops > 1:
            what = f"no loss_weight for {self.num_tops} tops; give one each"
            raise LayerError(what, field="top", hint="the loss itself mostly has 1, the other tops 0")
        return super()._loss_weights(given)

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        return [*super().shapes(bottom), bottom[1]][: self.num_tops]

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        losses, prob, total = self.losses(bottom)
        return [total, prob, losses.reshape(bottom[1].shape)][: self.num_tops]
