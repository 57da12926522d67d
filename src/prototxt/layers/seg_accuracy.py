"""SegAccuracy: how well a label map is foretold: pixels, mean recall of classes, mean IoU."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from prototxt.blobs import AnyArray, Array, Shape, count, format_shape
from prototxt.errors import LayerError
from prototxt.layers.base import Cost, Layer
from prototxt.layers.common.axes import check_num_axes, four_axes
from prototxt.layers.common.labels import Labels, read_labels
from prototxt.layers.outcomes import Outcome, ignore
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter
from prototxt.util.lazy import np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@layer("SegAccuracy", bottoms=2, fork="pspnet")
class SegAccuracy(Layer):
    """Three shares over all pixels whose label counts: right ones, mean recall of classes, mean IoU of classes.

    Formula:
        guess[n, h, w] = the class of the highest score, of equal ones the last
        both[c], label[c], guess[c]: pixels that are of class c by label and guess, by label, by guess
        y = [sum both / sum label,
             mean of both[c] / label[c] over classes that are there,
             mean of both[c] / (label[c] + guess[c] - both[c]) over all classes, 1 where that is 0 / 0]

    Shapes:
        scores: N x C x H x W, labels: N x 1 x H x W
        y: 1 x 1 x 1 x 3

    Pitfalls:
        Pixels of any `ignore_label` do not count. Classes neither there nor guessed raise the mean IoU. Without a
        pixel y is 0, 0, 1. `metric` is not read: all three are there. `reset: false` adds up over forwards.

    Example:
        layer {
          name: "accuracy" type: "SegAccuracy" bottom: "score" bottom: "label" top: "accuracy"
          seg_accuracy_param { ignore_label: 255 }
        }

    Source: PSPNet/src/caffe/layers/seg_accuracy_layer.cpp.
    """

    ignores = ignore(
        Outcome.QUIET, "the fork does not read it: all three shares are there", "seg_accuracy_param.metric"
    )

    @property
    def stateful(self) -> bool:
        return not self.reset

    def setup(self, param: LayerParameter) -> None:
        self.ignored: tuple[int, ...] = tuple(param.seg_accuracy_param.ignore_label)
        self.reset: bool = param.seg_accuracy_param.reset
        self._sums: NDArray[np.int64] | None = None

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        for shape in bottom:
            check_num_axes(shape, 2, 4)
        scores, labels = map(four_axes, bottom)
        if labels != (scores[0], 1, *scores[2:]):
            what = (
                f"labels of {format_shape(bottom[1])} for scores of {format_shape(bottom[0])}; one "
                "channel, else alike"
            )
            raise LayerError(what, field="bottom")
        return [(1, 1, 1, 3)]

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        classes = bottom[0].shape[1]
        labels, guess = self.pairs(bottom)
        kept = labels >= 0
        sums = counts(labels[kept], guess[kept], classes)
        if not self.reset:
            sums = self._sums = sums + self.earlier_counts(classes)
        return [np.array(_shares(*sums), np.float32).reshape(1, 1, 1, 3)]

    def pairs(self, bottom: Sequence[Array]) -> tuple[Labels, Labels]:
        """The label of every pixel, N x H x W, -1 where it does not count, and the guess."""
        classes = bottom[0].shape[1]
        guess: Labels = classes - 1 - bottom[0][:, ::-1].argmax(axis=1)
        given = bottom[1].reshape(guess.shape)
        kept = ~np.isin(np.trunc(given), self.ignored)
        labels = np.full(guess.shape, -1, np.intp)
        labels[kept] = read_labels(given[kept], classes)[0]
        return labels, guess

    def earlier_counts(self, classes: int) -> NDArray[np.int64]:
        """Sums over the forwards so far: 3 counts for each class."""
        return np.zeros((3, classes), np.int64) if self._sums is None else self._sums

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        values, pixels, classes = count(bottom[0]), count(bottom[1]), bottom[0][1]
        return Cost(
            comparisons=values + pixels * (1 + len(self.ignored)),
            additions=3 * pixels,
            divisions=2 * classes + 3,
        )


def counts(labels: Labels, guess: Labels, classes: int) -> NDArray[np.int64]:
    """Numbers of pixels per class, 3 x classes: by label and guess, by label, by guess."""
    groups = (labels[labels == guess], labels, guess)
    return np.stack([np.bincount(group, minlength=classes) for group in groups])


def _shares(both: AnyArray, label: AnyArray, guess: AnyArray) -> tuple[float, float, float]:
    there, union = label > 0, label + guess - both
    recall = both[there] / label[there]
    iou = np.where(union > 0, both / np.maximum(union, 1), 1)
    return both.sum() / max(label.sum(), 1), recall.sum() / max(len(recall), 1), iou.mean()
