"""Accuracy of SegNet: how often the right class is among the best, equal scores in the order of classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prototxt.blobs import Array
from prototxt.layers.accuracy import Accuracy
from prototxt.layers.common.labels import Labels
from prototxt.layers.registry import layer
from prototxt.util.lazy import np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


@layer("Accuracy", bottoms=2, tops=(1, 2), fork="segnet")
class SegNetAccuracy(Accuracy):
    """Caffe's Accuracy where scores are equal or classes absent: the last of equal scores is best, absent gives 1.

    Formula:
        hit[n, i] = 1 where fewer than top_k classes c are better than label[n, i]: x[n, c, i] is larger, or as large
        and c > label[n, i]; else 0
        y0 = sum of hit / number of labels that count; NaN where none does
        y1[c] = sum of hit over labels c / number of labels c; 1 where there is none

    Shapes:
        x: N x C x any (the classes on `axis`), labels: as many as x has places (N x any)
        y0: a single number without axes, y1: C x 1 x 1 x 1

    Pitfalls:
        Nothing in a file distinguishes it from Caffe's own: use `--dialect segnet`.

    Example:
        layer {
          name: "accuracy" type: "Accuracy" bottom: "conv1_1_D" bottom: "label" top: "accuracy" top: "per_class"
        }

    Source: caffe-segnet/src/caffe/layers/accuracy_layer.cpp.
    """

    per_class_axes = 4

    def rivals(self, scores: Array, own: Array, labels: Labels) -> Labels:
        later = np.arange(scores.shape[1])[:, None] > labels
        better: Labels = ((scores > own) | ((scores == own) & later)).sum(axis=1, keepdims=True)
        return better

    def shares(self, right: Labels, number: Labels) -> tuple[ArrayLike, ArrayLike]:
        all_in_all = right.sum() / number.sum() if number.any() else np.nan
        return all_in_all, np.where(number > 0, right / np.maximum(number, 1), 1)
