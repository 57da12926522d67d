"""SoftmaxWithLoss: what classifiers are trained with, softmax and log loss in one."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape, count, format_shape
from prototxt.errors import LayerError
from prototxt.layers.base import Cost, Layer
from prototxt.layers.common.labels import Labels, check_label_count, class_view, ignore_label, read_labels
from prototxt.layers.common.loss import check_batch, divisor, normalization, scalar
from prototxt.layers.registry import layer
from prototxt.layers.softmax import softmax, softmax_cost
from prototxt.schema.caffe_pb2 import LayerParameter
from prototxt.util.lazy import np

TINY = 2.0**-126
"""FLT_MIN: a probability below it counts as this much."""


@layer("SoftmaxWithLoss", bottoms=(2, 3), tops=(1, 2), loss=True)
class SoftmaxWithLoss(Layer):
    """The mean negative logarithm of the right class's softmax, at every place whose label counts.

    Formula:
        p = softmax of x along softmax_param.axis
        y = -1 / D * sum over n, i of log(max(p[n, label[n, i], i], FLT_MIN)); a second top is p
        with a third bottom (JAA-Net) each logarithm times the weight of its place
        D: places whose label counts for VALID (the default), all places for FULL, N for BATCH_SIZE, 1 for NONE;
            never below 1

    Shapes:
        x: N x C x any (the classes on the axis), labels: as many as x has places (N x any)
        weights: as many as labels, or one for each item
        y: a single number without axes; p: like x

    Pitfalls:
        The bottom holds scores, not probabilities. Labels equal to `ignore_label` do not count. `normalize` is the
        old switch: true is VALID, false is BATCH_SIZE; it is not read where `normalization` is given. The forks'
        `label_smoothing` changes the gradient only, not this value. The source of the fork with weights is not public:
        D is taken not to depend on them.

    Example:
        layer {
          name: "loss" type: "SoftmaxWithLoss" bottom: "fc8" bottom: "label" top: "loss"
          loss_param { ignore_label: 255 }
        }

    Source: caffe/src/caffe/layers/softmax_loss_layer.cpp.
    """

    def setup(self, param: LayerParameter) -> None:
        p = param.loss_param
        self.axis: int = param.softmax_param.axis
        self.ignore_label = ignore_label(p)
        self.normalization = normalization(p)
        self.label_smoothing: float = p.label_smoothing

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        check_batch(bottom)
        check_label_count(bottom, self.axis)
        if len(bottom) > 2 and count(bottom[2]) not in (count(bottom[1]), bottom[0][0]):
            labels = count(bottom[1])
            what = (
                f"{format_shape(bottom[2])} weights: give one for each of {labels} labels, or for each item"
            )
            raise LayerError(what, field="bottom")
        return [(), bottom[0]][: self.num_tops]

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        _, prob, total = self.losses(bottom)
        return [total, prob][: self.num_tops]

    def losses(self, bottom: Sequence[Array]) -> tuple[Array, Array, Array]:
        """The loss at every place, 0 where the label does not count; the softmax; the loss of all."""
        outer, classes, inner = class_view(bottom[0].shape, self.axis)
        labels, counted = read_labels(bottom[1].reshape(outer, 1, inner), classes, self.ignore_label)
        prob = softmax(bottom[0], self.axis)
        right = np.take_along_axis(prob.reshape(outer, classes, inner), labels, 1)
        losses = self.weighed(-np.log(np.maximum(right, TINY)), labels)
        if len(bottom) > 2:
            losses = losses * self.place_weights(bottom)
        losses = np.where(counted, losses, np.float32(0))
        (total,) = scalar(losses.sum() / self.divisor(outer, inner, int(counted.sum())))
        return losses, prob, total

    def place_weights(self, bottom: Sequence[Array]) -> Array:
        """The third bottom's weight of every place, outer x 1 x inner: one for each, or that of its item."""
        outer, _, inner = class_view(bottom[0].shape, self.axis)
        weights = bottom[2].reshape(len(bottom[0]), bottom[2].size // max(len(bottom[0]), 1))
        repeated: Array = np.repeat(weights, outer * inner // max(weights.size, 1), axis=1)
        return repeated.reshape(outer, 1, inner)

    def weighed(self, losses: Array, labels: Labels) -> Array:
        """The losses of all places, each by its weight."""
        return losses

    def divisor(self, outer: int, inner: int, counted: int) -> float:
        """The divisor of their sum."""
        return divisor(self.normalization, outer, inner, counted)

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        places = count(bottom[1])
        ignored = 0 if self.ignore_label is None else places
        return softmax_cost(bottom[0]) + Cost(
            multiplications=places if len(bottom) > 2 else 0,
            comparisons=places + ignored,
            exponentials=places,
            additions=places,
            divisions=1,
        )
