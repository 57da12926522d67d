"""UniqueLabel: which labels an image's label map holds."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape, count
from prototxt.errors import LayerError
from prototxt.layers.base import Cost, Layer
from prototxt.layers.common.axes import check_num_axes
from prototxt.layers.common.fields import check_least
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter
from prototxt.util.lazy import np

NONE = -1
"""The value of places after the last label."""


@layer("UniqueLabel", fork="pspnet")
class UniqueLabel(Layer):
    """Lists the different labels of each image in ascending order, followed by -1.

    Formula:
        y[n] = the different values of x[n] and force_label, without those of ignore_label, then -1

    Shapes:
        x: N x any
        y: N x max_labels x 1 x 1

    Pitfalls:
        More labels than max_labels are an error. A label of both force_label and ignore_label is there.

    Example:
        layer {
          name: "labels" type: "UniqueLabel" bottom: "label" top: "labels"
          unique_label_param { max_labels: 5 ignore_label: 255 force_label: 0 }
        }

    Source: PSPNet/src/caffe/layers/unique_label_layer.cpp.
    """

    def setup(self, param: LayerParameter) -> None:
        p = param.unique_label_param
        check_least(p.max_labels, 1, "max_labels")
        self.max_labels: int = p.max_labels
        self.ignored: tuple[int, ...] = tuple(p.ignore_label)
        self.forced: tuple[float, ...] = tuple(p.force_label)

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        check_num_axes(bottom[0], 1, 4)
        return [(bottom[0][0], self.max_labels, 1, 1)]

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        y = np.full((len(bottom[0]), self.max_labels, 1, 1), NONE, np.float32)
        for image, row in zip(bottom[0], y[:, :, 0, 0], strict=True):
            labels = self.labels(image)
            if len(labels) > self.max_labels:
                what = f"{len(labels)} different labels in an image, more than max_labels {self.max_labels}"
                raise LayerError(what, field="max_labels")
            row[: len(labels)] = labels
        return [y]

    def labels(self, image: Array) -> Array:
        """The different labels of an image, in rising order."""
        labels = np.unique(image)
        kept = labels[~np.isin(labels, self.ignored)]
        unique: Array = np.union1d(kept, np.array(self.forced, np.float32))
        return unique

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        return Cost(comparisons=count(bottom[0]) * (1 + len(self.ignored)))
