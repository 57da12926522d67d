"""SoftmaxWithLoss of SegNet: classes weigh what their `class_weighting` says."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape, count
from prototxt.errors import LayerError
from prototxt.layers.base import Cost
from prototxt.layers.common.labels import Labels, class_view
from prototxt.layers.registry import layer
from prototxt.layers.softmax_with_loss import SoftmaxWithLoss
from prototxt.schema.caffe_pb2 import LayerParameter
from prototxt.util.lazy import np


@layer("SoftmaxWithLoss", bottoms=2, loss=True, fork="segnet")
class SegNetSoftmaxWithLoss(SoftmaxWithLoss):
    """The mean negative logarithm of the right class's softmax, each place weighed by its class.

    Formula:
        p = softmax of x along softmax_param.axis
        y = -1 / D * sum over n, i of w[label[n, i]] * log(max(p[n, label[n, i], i], FLT_MIN))
        w = class_weighting with `weight_by_label_freqs: true`, else 1
        D: places whose label counts, N with `normalize: false`

    Shapes:
        x: N x C x any (the classes on the axis), labels: as many as x has places (N x any)
        y: a single number without axes

    Pitfalls:
        D counts places, not weights. Where no label counts y is NaN. There is no second top and no `normalization`.

    Example:
        layer {
          name: "loss" type: "SoftmaxWithLoss" bottom: "conv1_1_D" bottom: "label" top: "loss"
          loss_param { weight_by_label_freqs: true ignore_label: 2 class_weighting: 0.3 class_weighting: 1.8 }
        }

    Source: caffe-segnet/src/caffe/layers/softmax_loss_layer.cpp.
    """

    @classmethod
    def matches(cls, param: LayerParameter, stored: int | None) -> bool | None:
        p = param.loss_param
        return bool(p.weight_by_label_freqs or p.class_weighting) or None

    def setup(self, param: LayerParameter) -> None:
        super().setup(param)
        p = param.loss_param
        if p.HasField("normalization"):
            hint = "true counts places, false images"
            raise LayerError("SegNet has no normalization: give normalize", field="normalization", hint=hint)
        self.by_place: bool = p.normalize or not p.HasField("normalize")
        self.class_weighting: tuple[float, ...] | None = (
            tuple(p.class_weighting) if p.weight_by_label_freqs else None
        )

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        tops = super().shapes(bottom)
        classes = class_view(bottom[0], self.axis)[1]
        if self.class_weighting is not None and len(self.class_weighting) != classes:
            what = (
                f"{len(self.class_weighting)} values of class_weighting for {classes} classes; give one each"
            )
            raise LayerError(what, field="class_weighting")
        return tops

    def weighed(self, losses: Array, labels: Labels) -> Array:
        if self.class_weighting is None:
            return losses
        return losses * np.array(self.class_weighting, np.float32)[labels]

    def divisor(self, outer: int, inner: int, counted: int) -> float:
        if not self.by_place:
            return outer
        return counted or np.nan

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        weighed = 0 if self.class_weighting is None else count(bottom[1])
        return super().cost(bottom, top) + Cost(multiplications=weighed)
