"""DetectionEvaluate: which detections are right."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape, count, format_shape
from prototxt.boxes.overlap import overlap
from prototxt.errors import LayerError
from prototxt.layers.base import Cost, Layer
from prototxt.layers.common.detections import Truth, check_truth, read_truth
from prototxt.layers.common.fields import check_given, check_least
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter
from prototxt.util.lazy import np


@layer("DetectionEvaluate", bottoms=2, fork="ssd")
class DetectionEvaluate(Layer):
    """Tells of every detection whether it is a true positive, a false one, or neither.

    Formula:
        a detection, the best of its image and class first, takes the true box of that class that it overlaps most;
        true positive: it overlaps that by overlap_threshold or more, and no better one has taken it
        neither: it overlaps that as much, but the box is difficult and these do not count; false positive: all others

    Shapes:
        detections: 1 x 1 x R x 7 as DetectionOutput makes them
        truth: 1 x 1 x G x 8, rows [image, label, instance, x1, y1, x2, y2, difficult]; -1 for the image ends them
        y: 1 x 1 x (classes + detections) x 5; first a row for each class but the background: [-1, label, number of
            true boxes, -1, -1], then for each detection [image, label, score, true positive, false positive], by
            image, label, score
        A row of -1 (nothing detected) is no detection: the values decide the length of y, the table of shapes holds
        the longest possible.

    Pitfalls:
        Difficult boxes count unless `evaluate_difficult_gt` is false. Overlaps are of the boxes in parts of the image:
        `name_size_file`, which would make pixels of them, is not read (a remark says so).

    Example:
        layer {
          name: "eval" type: "DetectionEvaluate" bottom: "detection_out" bottom: "label" top: "eval"
          detection_evaluate_param { num_classes: 21 overlap_threshold: 0.5 evaluate_difficult_gt: false }
        }

    Source: detection_evaluate_layer.cpp of the SSD fork.
    """

    data_dependent = True
    golden = "no reference numbers were made; sums done by hand are in its test"

    def setup(self, param: LayerParameter) -> None:
        p = param.detection_evaluate_param
        check_given(p, "num_classes")
        check_least(p.num_classes, 1, "num_classes")
        self.num_classes: int = p.num_classes
        self.background: int = p.background_label_id
        self.threshold: float = p.overlap_threshold
        self.difficult_count: bool = p.evaluate_difficult_gt
        self.size_file: str = p.name_size_file
        if not self.threshold > 0:
            raise LayerError(
                f"overlap_threshold must be above 0, not {self.threshold:g}", field="overlap_threshold"
            )

    @property
    def _num_rows(self) -> int:
        """A row for each class but the background."""
        return self.num_classes - (0 <= self.background < self.num_classes)

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        detections, truth = bottom
        if not detections or detections[-1] != 7:
            raise LayerError(
                f"detections are rows of 7 (1 x 1 x R x 7), got {format_shape(detections)}", field="bottom"
            )
        check_truth(truth)
        return [(1, 1, self._num_rows + count(detections) // 7, 5)]

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        truth = read_truth(bottom[1], self.num_classes, self.background)
        detections = self._detections(bottom[0])
        rows = [self._classes(truth)]
        groups, of_group = np.unique(detections[:, :2], axis=0, return_inverse=True)
        for i, (image, label) in enumerate(groups):
            own = truth[(truth.image == image) & (truth.labels == label)]
            rows.append(self._judged(detections[of_group.ravel() == i], own))
        return [np.concatenate(rows)[None, None]]

    def _detections(self, x: Array) -> Array:
        """The rows that are detections."""
        rows: Array = x.reshape(-1, 7)
        rows = rows[(rows[:, 0] != -1) & (rows[:, 1] != -1)]
        if (rows[:, 1] == self.background).any():
            what = f"a detection has the label of the background, {self.background}"
            raise LayerError(what, field="bottom")
        return rows

    def _classes(self, truth: Truth) -> Array:
        """Number of true boxes of each class, in rows of its own."""
        counted = truth if self.difficult_count else truth[~truth.difficult]
        numbers = np.bincount(counted.labels, minlength=self.num_classes)
        rows: Array = np.full((self.num_classes, 5), -1, np.float32)
        rows[:, 1], rows[:, 2] = np.arange(self.num_classes), numbers
        classes: Array = rows[rows[:, 1] != self.background]
        return classes

    def _judged(self, detections: Array, truth: Truth) -> Array:
        """The rows of detections of one image and class, with that class's true boxes there."""
        rows = np.zeros((len(detections), 5), np.float32)
        if not len(truth):
            rows[:, :3], rows[:, 4] = detections[:, :3], 1
            return rows
        detections = detections[np.argsort(-detections[:, 2], kind="stable")]
        share = overlap(detections[:, None, 3:], truth.boxes)
        nearest, hit = share.argmax(1), share.max(1) >= np.float32(self.threshold)
        counts = self.difficult_count | ~truth.difficult[nearest]
        taken = np.flatnonzero(hit & counts)
        first = taken[np.unique(nearest[taken], return_index=True)[1]]
        rows[:, :3] = detections[:, :3]
        rows[first, 3] = 1
        rows[:, 4] = (~hit | counts) & (rows[:, 3] == 0)
        return rows

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        """The most it can be: all detections and all true boxes of one image and class."""
        pairs = count(bottom[0]) // 7 * (count(bottom[1]) // 8)
        return Cost(comparisons=5 * pairs, additions=4 * pairs, multiplications=pairs, divisions=pairs)

    def notes(self, bottom: Sequence[Shape]) -> tuple[str, ...]:
        if not self.size_file:
            return ()
        return ("name_size_file is not read: overlaps are of boxes in parts of the image, not of pixels",)
