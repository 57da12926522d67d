"""YOLO's detectors: maps of boxes with an objectness and classes, and rows of the best detections."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape, count, format_shape
from prototxt.boxes.suppress import suppress
from prototxt.errors import LayerError
from prototxt.layers.base import Cost
from prototxt.layers.common.axes import check_num_axes
from prototxt.layers.common.detections import detections
from prototxt.layers.common.fields import check_least
from prototxt.layers.common.labels import Labels
from prototxt.schema.caffe_pb2 import (
    DetectionOutputParameter,
    YoloDetectionOutputParameter,
    Yolov3DetectionOutputParameter,
)
from prototxt.util.lazy import np

BOX_CHANNELS = 5
"""Channels of a box before its classes: x, y, width, height, objectness."""


def check_classes(
    p: YoloDetectionOutputParameter | Yolov3DetectionOutputParameter | DetectionOutputParameter,
) -> None:
    """Raises LayerError unless num_classes is written, and at least 1."""
    if not p.HasField("num_classes"):
        what = f"no num_classes: it must be written, even where it is {p.num_classes}"
        raise LayerError(what, field="num_classes")
    check_least(p.num_classes, 1, "num_classes")
    check_least(p.num_box, 1, "num_box")


def check_map(shape: Shape, boxes: int, classes: int) -> None:
    """Raises LayerError unless a bottom has the channels of `boxes` boxes with `classes` classes each."""
    check_num_axes(shape, 4, 4)
    if shape[1] != boxes * (BOX_CHANNELS + classes):
        what = (
            f"{format_shape(shape)} has {shape[1]} channels, {boxes} boxes of 5 + {classes} values are "
            f"{boxes * (BOX_CHANNELS + classes)}"
        )
        raise LayerError(what, field="num_classes")


def corners(offsets: Array, anchors: Array, cells: tuple[int, int], image: tuple[float, float]) -> Array:
    """The corners of each box, from x, y, width, height on axis 2 of N x boxes x 4 x H x W, in parts of the image.

    `cells` is what x and y are counted in, `image` the size that the anchors (boxes x 2, width and height) are of;
    both height and width.
    """
    rows, columns = (np.arange(n, dtype=np.float32) for n in offsets.shape[3:])
    x = (columns + offsets[:, :, 0]) / np.float32(cells[1])
    y = (rows[:, None] + offsets[:, :, 1]) / np.float32(cells[0])
    with np.errstate(over="ignore", invalid="ignore"):
        size = np.exp(offsets[:, :, 2:4]) * anchors[..., None, None]
        half_width, half_height = (
            size[:, :, 0] / np.float32(2 * image[1]),
            size[:, :, 1] / np.float32(2 * image[0]),
        )
        return np.stack([x - half_width, y - half_height, x + half_width, y + half_height], -1)


def best_rows(boxes: Array, labels: Labels, scores: Array, threshold: float, images: int) -> Array:
    """The top: of all classes and images together the boxes that stay, the best first, as rows of image 0.

    A box goes when it overlaps a better one by `threshold` or more.
    """
    order = np.argsort(-scores, kind="stable")
    below = float(np.nextafter(np.float32(threshold), np.float32(-1)))
    kept = order[suppress(boxes[order], below)]
    rows = np.column_stack([np.zeros_like(scores[kept]), labels[kept] + 1, scores[kept], boxes[kept]])
    return detections(rows.astype(np.float32, copy=False), images)


def reading_cost(bottom: Sequence[Shape], classes: int) -> Cost:
    """The cost of the exponentials, places and scores; the number of boxes compared depends on the values."""
    values = sum(map(count, bottom))
    boxes = values // (BOX_CHANNELS + classes)
    return Cost(
        exponentials=values,
        additions=values + 4 * boxes,
        multiplications=values + 2 * boxes,
        divisions=4 * boxes,
        comparisons=boxes * classes,
    )
