"""ClusterDetections: the Python layer of DIGITS' DetectNet that makes boxes of a grid of coverages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from prototxt.blobs import Array, Shape, count, format_shape
from prototxt.boxes.group import group_rectangles
from prototxt.errors import LayerError
from prototxt.layers.base import Cost, Layer
from prototxt.layers.common.axes import check_num_axes
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter
from prototxt.util.lazy import np

MAX_BOXES = 50
"""Boxes of an image and a class."""

MAX_CLASSES = 1000

MAX_NUMBER = 2**31 - 1


class Settings(NamedTuple):
    """The numbers of a param_str, in its order."""

    width: int
    height: int
    stride: int
    coverage: float
    group_threshold: int
    group_eps: float
    min_height: int
    classes: int = 1


NAMES = "image width, image height, stride, coverage threshold, group threshold, group eps, least height[, classes]"


@layer("ClusterDetections", bottoms=2, tops=(1, None), fork="nvcaffe")
class ClusterDetections(Layer):
    """Makes boxes of the cells of a grid that are covered enough: alike boxes become one, the more the surer.

    Formula:
        every cell (i, j) of class k with coverage[n, k, i, j] >= the coverage threshold proposes the box
            (bboxes[n, :, i, j] + (j * cell width, i * cell height) twice), cut to whole pixels
        proposals that are alike are grouped as OpenCV's groupRectangles does it (group threshold, group eps); a group
        gives its mean box; those at least as high as the least height are rows [x1, y1, x2, y2, log(size of the group)]

    Shapes:
        coverage: N x K x H x W, bboxes: N x 4 x H x W
        y: N x 50 x 5 for each class, one top a class; rows that are not needed are 0
        Cells beyond image width / stride and image height / stride are not read.

    Pitfalls:
        A layer of type "Python" whose module ends in clustering is this layer, and no code of the net's runs. DIGITS
        hands the corners x1, y1, x2, y2 to OpenCV where it takes x, y, width, height: boxes further right and down are
        grouped more freely. It rounds rows to float16. It fails with more than 50 boxes; here the 50 of the largest
        groups stay.

    Example:
        layer {
          name: "cluster" type: "Python" bottom: "coverage" bottom: "bboxes" top: "bbox-list"
          python_param {
            module: "caffe.layers.detectnet.clustering" layer: "ClusterDetections"
            param_str: "1248, 352, 16, 0.6, 3, 0.02, 22, 1"
          }
        }

    Source: python/caffe/layers/detectnet/clustering.py of NVCaffe; OpenCV's cascadedetect.cpp.
    """

    golden = "what it does was compared with OpenCV; hand-made numbers are in its test"

    def setup(self, param: LayerParameter) -> None:
        self.options = _read(param.python_param.param_str)
        if self.num_tops != self.options.classes:
            what = f"{self.num_tops} tops for {self.options.classes} classes; each class has a top of its own"
            raise LayerError(what, field="top")

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        coverage, boxes = bottom
        for shape in bottom:
            check_num_axes(shape, 4, 4)
        if coverage[1] < self.options.classes:
            what = f"a coverage of {format_shape(coverage)} has {coverage[1]} channels"
            raise LayerError(f"{what} for {self.options.classes} classes", field="param_str")
        want = (coverage[0], 4, *coverage[2:])
        if boxes != want:
            what = f"the boxes are {format_shape(boxes)}, for a coverage of {format_shape(coverage)} they must be "
            raise LayerError(what + format_shape(want), field="bottom")
        return [(coverage[0], MAX_BOXES, 5)] * self.num_tops

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        tops = [np.zeros((len(bottom[0]), MAX_BOXES, 5), np.float32) for _ in range(self.num_tops)]
        for top, channel in zip(tops, range(self.num_tops), strict=True):
            for image, (coverage, boxes) in enumerate(zip(bottom[0][:, channel], bottom[1], strict=True)):
                rows = self._rows(coverage, boxes)
                top[image, : len(rows)] = rows
        return tops

    def _rows(self, coverage: Array, boxes: Array) -> Array:
        """The boxes of one class in one image."""
        proposals = self._proposals(coverage, boxes)
        if not (abs(proposals) < MAX_NUMBER).all():
            raise LayerError("a box is not finite, or too large to be one of pixels", field="bottom")
        grouped, sizes = group_rectangles(
            np.trunc(proposals).astype(np.int64), self.options.group_threshold, self.options.group_eps
        )
        high = grouped[:, 3] - grouped[:, 1] >= self.options.min_height
        grouped, sizes = grouped[high], sizes[high]
        best = np.sort(np.argsort(-sizes, kind="stable")[:MAX_BOXES])
        with np.errstate(over="ignore"):
            rows = np.column_stack([grouped[best], np.log(sizes[best])]).astype(np.float16)
        return rows.astype(np.float32)

    def _proposals(self, coverage: Array, boxes: Array) -> Array:
        """The corners that covered cells propose, row by row."""
        width, height = self.options.width // self.options.stride, self.options.height // self.options.stride
        rows, columns = np.nonzero(coverage[:height, :width] >= np.float32(self.options.coverage))
        corners = boxes[:, rows, columns].T.astype(np.float64)
        places = np.stack(
            [columns * (self.options.width // width), rows * (self.options.height // height)], 1
        )
        proposals: Array = corners + np.concatenate([places, places], 1)
        return proposals

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        """The number of boxes compared with each other depends on the values, and is not counted."""
        cells = count(bottom[0][:1]) * count(bottom[0][2:]) * len(top)
        return Cost(comparisons=cells, additions=4 * cells)

    def brief(self, bottom: Sequence[Shape]) -> str:
        return f"/{self.options.stride} >={self.options.coverage:g}"


def _read(text: str) -> Settings:
    """The numbers of a param_str. Raises LayerError where there are too few or too many, or one makes no sense."""
    parts = [part.strip() for part in text.split(",")]
    least, most = len(Settings._fields) - 1, len(Settings._fields)
    if not least <= len(parts) <= most:
        what = f"param_str has {len(parts) if text.strip() else 0} numbers, it must have {least} or {most}"
        raise LayerError(what, field="param_str", hint=f"they are {NAMES}")
    kinds = (int, int, int, float, int, float, int, int)
    try:
        options = Settings(*(kind(part) for kind, part in zip(kinds, parts, strict=False)))
    except ValueError:
        what = f'param_str "{text}" is no list of numbers'
        raise LayerError(what, field="param_str", hint=f"they are {NAMES}") from None
    limits = {"width": MAX_NUMBER, "height": MAX_NUMBER, "stride": MAX_NUMBER, "classes": MAX_CLASSES}
    for name, limit in limits.items():
        if not 1 <= getattr(options, name) <= limit:
            what = f"{name} in param_str must be 1 to {limit:,}, not {getattr(options, name)}"
            raise LayerError(what, field="param_str")
    if options.stride > min(options.width, options.height):
        what = f"a stride of {options.stride} is more than the image of {options.width} x {options.height} pixels"
        raise LayerError(what, field="param_str")
    if not 0 <= options.group_eps < MAX_NUMBER:
        raise LayerError(f"group eps must be at least 0, not {options.group_eps:g}", field="param_str")
    return options
