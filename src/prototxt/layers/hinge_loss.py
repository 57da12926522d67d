"""HingeLoss: the loss of support vector machines, one class against all."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape, count
from prototxt.layers.base import Cost, Layer
from prototxt.layers.common.labels import read_labels
from prototxt.layers.common.loss import check_batch, check_one_label, scalar
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import HingeLossParameter, LayerParameter
from prototxt.util.lazy import np


@layer("HingeLoss", bottoms=2, loss=True)
class HingeLoss(Layer):
    """The margins by which the right class is below 1 and others are above -1, summed (L1) or squared and summed (L2).

    Formula:
        h[n, k] = max(0, 1 - x[n, k]) for k = label[n], max(0, 1 + x[n, k]) for every other k
        L1: y = 1 / N * sum of h;  L2: y = 1 / N * sum of h^2

    Shapes:
        x: N x K, where K is the product of all axes after the first; labels: N
        y: a single number without axes

    Example:
        layer {
          name: "loss" type: "HingeLoss" bottom: "pred" bottom: "label" top: "loss"
          hinge_loss_param { norm: L2 }
        }

    Source: caffe/src/caffe/layers/hinge_loss_layer.cpp.
    """

    def setup(self, param: LayerParameter) -> None:
        self.norm = HingeLossParameter.Norm.Name(param.hinge_loss_param.norm)

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        check_batch(bottom)
        check_one_label(bottom)
        return [()]

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        items, classes = len(bottom[0]), count(bottom[0].shape[1:])
        labels, _ = read_labels(bottom[1].reshape(items), classes)
        margins = bottom[0].reshape(items, classes).copy()
        margins[np.arange(items), labels] *= -1
        lacks = np.maximum(1 + margins, 0)
        return scalar((lacks if self.norm == "L1" else lacks * lacks).sum() / max(items, 1))

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        values, items = count(bottom[0]), bottom[0][0]
        squares = values if self.norm == "L2" else 0
        return Cost(additions=2 * values, multiplications=items + squares, comparisons=values, divisions=1)

    def brief(self, bottom: Sequence[Shape]) -> str:
        return self.norm
