"""Region: the activations of darknet's region layer."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape, count, format_shape
from prototxt.errors import LayerError
from prototxt.layers.base import Cost, Layer
from prototxt.layers.common.axes import check_num_axes
from prototxt.layers.common.fields import check_least
from prototxt.layers.outcomes import Outcome, ignore
from prototxt.layers.registry import layer
from prototxt.layers.sigmoid import sigmoid
from prototxt.layers.softmax import softmax
from prototxt.schema.caffe_pb2 import LayerParameter
from prototxt.util.lazy import np


@layer("Region", fork="others")
class Region(Layer):
    """Makes places, objectness and classes of what YOLO v2's last map holds: what darknet's region layer puts out.

    Formula:
        of each box, its coords + 1 + classes channels at a position t:
            y = sigmoid t for the first two (the place in the cell) and for the one after the coords (objectness)
            y = softmax of the classes; with `softmax: 0` sigmoid t
            y = t for the rest (logarithms of width and height over the anchor's)

    Shapes:
        x, y: N x (num * (coords + 1 + classes)) x H x W

    Pitfalls:
        It makes no boxes: `anchors` is kept for whoever does.

    Example:
        layer {
          name: "region" type: "Region" bottom: "conv23" top: "region"
          region_param { classes: 20 num: 5 anchors: "1.08,1.19, 3.42,4.41, 6.63,11.38, 9.42,5.11, 16.62,10.52" }
        }

    Source: darknet's region_layer.c, which converters of its nets name; Redmon and Farhadi, YOLO9000 (2016).
    """

    ignores = ignore(
        Outcome.QUIET, "it is for whoever makes boxes, which this layer does not", "region_param.anchors"
    )
    golden = "no fork that has it is known; hand-made numbers are in its test"

    def setup(self, param: LayerParameter) -> None:
        p = param.region_param
        self.classes: int = p.classes
        self.num: int = p.num
        self.coords: int = p.coords
        self.softmax = bool(p.softmax)
        for field, least in (("classes", 1), ("num", 1), ("coords", 2)):
            check_least(getattr(p, field), least, field)

    @property
    def _each(self) -> int:
        """Number of channels of a box."""
        return self.coords + 1 + self.classes

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        check_num_axes(bottom[0], 4, 4)
        if bottom[0][1] != self.num * self._each:
            what = (
                f"{format_shape(bottom[0])} has {bottom[0][1]} channels, {self.num} boxes of {self.coords} + 1 + "
                f"{self.classes} values are {self.num * self._each}"
            )
            raise LayerError(what, field="region_param")
        return [bottom[0]]

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        n, _, height, width = bottom[0].shape
        channels = bottom[0].reshape(n, self.num, self._each, height, width)
        places, sizes, objectness, classes = np.split(channels, (2, self.coords, self.coords + 1), 2)
        of_classes = softmax(classes, 2) if self.softmax else sigmoid(classes)
        activated = np.concatenate([sigmoid(places), sizes, sigmoid(objectness), of_classes], 2)
        return [activated.reshape(bottom[0].shape)]

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        boxes = count(bottom[0]) // self._each
        activated = boxes * (3 + self.classes)
        return Cost(exponentials=activated, additions=activated, multiplications=activated)

    def brief(self, bottom: Sequence[Shape]) -> str:
        return f"{self.num} boxes {self.classes} classes"
