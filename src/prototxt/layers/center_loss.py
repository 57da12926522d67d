"""CenterLoss: features shall lie near the center of their class."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape, count
from prototxt.layers.base import Cost, Layer, Param
from prototxt.layers.common.axes import as_matrix
from prototxt.layers.common.fields import check_given, check_least
from prototxt.layers.common.labels import read_labels
from prototxt.layers.common.loss import check_one_label, scalar
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter
from prototxt.util.lazy import np


@layer("CenterLoss", bottoms=2, loss=True, fork="others")
class CenterLoss(Layer):
    """Half the mean squared distance of each item from the learned center of its class.

    Formula:
        y = 1 / (2 * N) * sum over n, k of (x[n, k] - c[label[n], k])^2

    Shapes:
        x: N x K, where K is the product of `axis` and all axes after it, labels: N, c: num_output x K
        y: a single number without axes

    Pitfalls:
        The centers are no weights of a product: the fork moves them by its own rule while it trains.

    Example:
        layer {
          name: "center_loss" type: "CenterLoss" bottom: "fc5" bottom: "label" top: "center_loss" loss_weight: 0.008
          center_loss_param { num_output: 10572 center_filler { type: "xavier" } }
        }

    Source: center_loss_layer.cpp of caffe-face; https://doi.org/10.1007/978-3-319-46478-7_31
    """

    golden = "the fork was not built; the tests compute its formula by hand"

    def setup(self, param: LayerParameter) -> None:
        p = param.center_loss_param
        self.num_output: int = p.num_output
        self.axis: int = p.axis
        self.filler = p.center_filler
        check_given(p, "num_output")
        check_least(self.num_output, 1, "num_output")

    def matrix(self, shape: Shape) -> tuple[int, int]:
        """A bottom as a matrix: M items of K values."""
        return as_matrix(self.axis, shape)

    def params(self, bottom: Sequence[Shape]) -> tuple[Param, ...]:
        return (Param((self.num_output, self.matrix(bottom[0])[1]), self.filler, name="centers"),)

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        check_one_label([(self.matrix(bottom[0])[0],), bottom[1]])
        return [()]

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        items, _ = self.matrix(bottom[0].shape)
        labels, _ = read_labels(bottom[1].reshape(items), self.num_output, None)
        distances = bottom[0].reshape(self.matrix(bottom[0].shape)) - params[0][labels]
        return scalar(np.square(distances).sum() / max(items, 1) / 2)

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        values = count(bottom[0])
        return Cost(additions=2 * values, multiplications=values, divisions=2)
