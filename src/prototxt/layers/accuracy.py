"""Accuracy: how often the right class is among the best."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from prototxt.blobs import Array, Shape, count
from prototxt.errors import LayerError
from prototxt.layers.base import Cost, Layer
from prototxt.layers.common.labels import Labels, check_label_count, class_view, ignore_label, read_labels
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter
from prototxt.util.lazy import np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


@layer("Accuracy", bottoms=2, tops=(1, 2))
class Accuracy(Layer):
    """The share of places whose label is among the `top_k` best scores; a second top gives it per class.

    Formula:
        hit[n, i] = 1 where fewer than top_k other classes c have x[n, c, i] >= x[n, label[n, i], i], else 0
        y0 = sum of hit / number of labels that count; 0 where none does
        y1[c] = sum of hit over labels c / number of labels c; 0 where there is none

    Shapes:
        x: N x C x any (the classes on `axis`), labels: as many as x has places (N x any)
        y0: a single number without axes, y1: C

    Pitfalls:
        A class whose score equals the label's counts as better: equal scores all over give 0. Labels equal to
        `ignore_label` do not count at all.

    Example:
        layer {
          name: "top5" type: "Accuracy" bottom: "fc8" bottom: "label" top: "top5"
          accuracy_param { top_k: 5 }
        }

    Source: caffe/src/caffe/layers/accuracy_layer.cpp.
    """

    per_class_axes = 1
    """Number of axes of the second top."""

    def setup(self, param: LayerParameter) -> None:
        p = param.accuracy_param
        self.top_k: int = p.top_k
        self.axis: int = p.axis
        self.ignore_label = ignore_label(p)

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        check_label_count(bottom, self.axis)
        classes = class_view(bottom[0], self.axis)[1]
        if self.top_k > classes:
            raise LayerError(f"top_k {self.top_k} is more than the {classes} classes", field="top_k")
        return [(), (classes, *(1,) * (self.per_class_axes - 1))][: self.num_tops]

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        outer, classes, inner = class_view(bottom[0].shape, self.axis)
        scores = bottom[0].reshape(outer, classes, inner)
        labels, counted = read_labels(bottom[1].reshape(outer, 1, inner), classes, self.ignore_label)
        hits = counted & (self.rivals(scores, np.take_along_axis(scores, labels, 1), labels) < self.top_k)
        number, right = (np.bincount(labels[which], minlength=classes) for which in (counted, hits))
        tops = zip(self.shares(right, number), self.shapes([x.shape for x in bottom]), strict=False)
        return [np.asarray(share, np.float32).reshape(shape) for share, shape in tops]

    def rivals(self, scores: Array, own: Array, labels: Labels) -> Labels:
        """Number of classes with a better score than each label, whose scores are `own`."""
        better: Labels = (scores >= own).sum(axis=1, keepdims=True) - 1
        return better

    def shares(self, right: Labels, number: Labels) -> tuple[ArrayLike, ArrayLike]:
        """The share of hits in all, and that of each class, from the hits and labels of each class."""
        return right.sum() / max(number.sum(), 1), right / np.maximum(number, 1)

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        values, labels = count(bottom[0]), count(bottom[1])
        return Cost(comparisons=values + labels, additions=values + labels, divisions=sum(map(count, top)))

    def brief(self, bottom: Sequence[Shape]) -> str:
        return f"top {self.top_k}"
