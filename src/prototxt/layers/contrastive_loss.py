"""ContrastiveLoss: similar pairs shall lie near each other, others far apart."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape, count, format_shape
from prototxt.errors import LayerError
from prototxt.layers.base import Cost, Layer
from prototxt.layers.common.axes import check_num_axes
from prototxt.layers.common.labels import Mask
from prototxt.layers.common.loss import check_item_size, check_one_label, scalar
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter
from prototxt.util.lazy import np


@layer("ContrastiveLoss", bottoms=(3, 4), loss=True)
class ContrastiveLoss(Layer):
    """The loss of a siamese net: the squared distance of similar pairs, what others lack to a margin squared.

    Formula:
        d[n]^2 = sum over c of (a[n, c] - b[n, c])^2
        y = 1 / (2 * N) * sum over n of d[n]^2 where similar[n] is not 0, else max(margin - d[n], 0)^2
        legacy_version: max(margin - d[n]^2, 0) for pairs that are not similar

    Shapes:
        a, b: N x C (further axes of 1), similar: N; or two labels of N, similar where they are equal (happynear)
        y: a single number without axes

    Pitfalls:
        `similar` and labels are cut to a whole number first: 0.5 means not similar. Of two labels the fork's source is
        not public; that equal ones make a pair similar follows from its files.

    Example:
        layer {
          name: "loss" type: "ContrastiveLoss" bottom: "feat" bottom: "feat_p" bottom: "sim" top: "loss"
          contrastive_loss_param { margin: 1 }
        }

    Source: caffe/src/caffe/layers/contrastive_loss_layer.cpp.
    """

    def setup(self, param: LayerParameter) -> None:
        p = param.contrastive_loss_param
        self.margin: float = p.margin
        self.legacy_version: bool = p.legacy_version

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        for shape in bottom[:2]:
            check_num_axes(shape, 1)
            if count(shape[2:]) != 1:
                raise LayerError(f"needs bottoms of N x C, got {format_shape(shape)}", field="bottom")
        check_item_size(bottom)
        for label in range(2, len(bottom)):
            check_one_label(bottom, label)
        return [()]

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        a, b = (x.reshape(len(x), count(x.shape[1:])) for x in bottom[:2])
        squared, margin = np.square(a - b).sum(axis=1), np.float32(self.margin)
        lacks = np.maximum(margin - (squared if self.legacy_version else np.sqrt(squared)), 0)
        similar = self.similar(bottom)
        losses = np.where(similar, squared, lacks if self.legacy_version else lacks * lacks)
        return scalar(losses.sum() / max(len(a), 1) / 2)

    def similar(self, bottom: Sequence[Array]) -> Mask:
        """Which pairs are similar: by one number for each, or by the equal labels of its items."""
        first, *second = (np.trunc(label.ravel()) for label in bottom[2:])
        similar: Mask = first == second[0] if second else first != 0
        return similar

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        values, pairs = count(bottom[0]), bottom[0][0]
        squares = 0 if self.legacy_version else pairs
        return Cost(
            additions=2 * values + 2 * pairs,
            multiplications=values + squares,
            comparisons=2 * pairs,
            exponentials=squares,
            divisions=2,
        )

    def brief(self, bottom: Sequence[Shape]) -> str:
        return f"margin {self.margin:g}"
