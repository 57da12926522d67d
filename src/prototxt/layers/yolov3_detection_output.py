"""Yolov3DetectionOutput: the boxes of YOLO v3, from maps of several scales."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape, count
from prototxt.errors import LayerError
from prototxt.layers.base import Cost, Layer, OutputKind
from prototxt.layers.common.detections import most_rows
from prototxt.layers.common.fields import check_least
from prototxt.layers.common.labels import Labels
from prototxt.layers.common.yolo import (
    BOX_CHANNELS,
    best_rows,
    check_classes,
    check_map,
    corners,
    reading_cost,
)
from prototxt.layers.registry import layer
from prototxt.layers.sigmoid import sigmoid
from prototxt.schema.caffe_pb2 import LayerParameter
from prototxt.util.lazy import np


@layer("Yolov3DetectionOutput", bottoms=(1, None), fork="yolo")
class Yolov3DetectionOutput(Layer):
    """Reads the boxes of YOLO v3 from its maps, and of those that overlap keeps the best.

    Formula:
        of box n in cell (i, j) of map t, with t0, t1, ... = its 5 + K channels at (j, i), m = the n-th of the map's
        part of mask, a = anchors_scale[t]:
            centre = ((i + sigmoid t0) / W, (j + sigmoid t1) / H)
            size = (exp(t2) * biases[2m] / (W * a), exp(t3) * biases[2m + 1] / (H * a))
            score of each class k = sigmoid t4 * sigmoid t(5 + k)
        boxes, once for each class, with a score above confidence_threshold; from the best down, each that overlaps
        every one kept by less than nms_threshold is kept

    Shapes:
        maps: mask_group_num times N x (num_box * (5 + num_classes)) x H x W
        y: 1 x 1 x R x 7, rows [0, label + 1, score, x1, y1, x2, y2] in parts of the image, the best first
        R depends on the values; the table of shapes shows its upper bound.

    Pitfalls:
        All images of a batch and all classes are thrown together, and the image in every row is 0; a box of two
        likely classes competes with itself. Where nothing is detected there is one row for each image: its number, then
        six times -1. `num_classes` must be written. `gaussian_box` is an error: MobileNet-YOLO's own CPU code finds
        nothing with it.

    Example:
        layer {
          name: "detection_out" type: "Yolov3DetectionOutput" bottom: "out13" bottom: "out26" top: "detection_out"
          yolov3_detection_output_param {
            num_classes: 20 confidence_threshold: 0.3 nms_threshold: 0.45 mask_group_num: 2
            biases: 20 biases: 37 biases: 49 biases: 94 biases: 73 biases: 201
            biases: 143 biases: 265 biases: 153 biases: 121 biases: 280 biases: 279
            mask: 3 mask: 4 mask: 5 mask: 0 mask: 1 mask: 2 anchors_scale: 32 anchors_scale: 16
          }
        }

    Source: yolov3_detection_output_layer.cpp of the MobileNet-YOLO fork; Redmon and Farhadi, YOLOv3 (2018).
    """

    data_dependent = True

    def setup(self, param: LayerParameter) -> None:
        p = param.yolov3_detection_output_param
        check_classes(p)
        self.num_classes: int = p.num_classes
        self.output_kind = OutputKind("boxes", self.num_classes + 1, together=True)
        self.num_box: int = p.num_box
        self.least_score: float = p.confidence_threshold
        self.nms_threshold: float = p.nms_threshold
        self.groups: int = p.mask_group_num
        self.scales: tuple[int, ...] = tuple(p.anchors_scale)
        if p.gaussian_box:
            what = "gaussian_box: boxes with 4 more values have no meaning that can be checked"
            raise LayerError(what, field="gaussian_box")
        if self.groups != self.num_bottoms:
            what = f"{self.num_bottoms} bottoms for a mask_group_num of {self.groups}; give one map each"
            raise LayerError(what, field="mask_group_num")
        if len(self.scales) < self.groups:
            what = f"{len(self.scales)} values of anchors_scale for {self.groups} maps; give one each"
            raise LayerError(what, field="anchors_scale")
        for scale in self.scales:
            check_least(scale, 1, "anchors_scale")
        self.anchors = self._anchors(tuple(p.mask), tuple(p.biases))

    def _anchors(self, mask: tuple[int, ...], biases: tuple[float, ...]) -> list[list[tuple[float, float]]]:
        """Width and height of each map's boxes."""
        each = len(mask) // self.groups
        if each < self.num_box:
            what = f"{len(mask)} values of mask for {self.groups} maps of {self.num_box} boxes"
            raise LayerError(f"{what}; give {self.groups * self.num_box}", field="mask")
        if 2 * max(mask) + 1 >= len(biases):
            what = f"mask {max(mask)} is past the end of {len(biases) // 2} pairs of biases, counted from 0"
            raise LayerError(what, field="mask")
        boxes = [mask[start : start + self.num_box] for start in range(0, each * self.groups, each)]
        return [[(biases[2 * m], biases[2 * m + 1]) for m in own] for own in boxes]

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        for shape in bottom:
            check_map(shape, self.num_box, self.num_classes)
        boxes = sum(map(count, bottom)) // (BOX_CHANNELS + self.num_classes)
        return most_rows(boxes * self.num_classes, bottom[0][0])

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        parts = zip(*map(self._read, bottom, self.anchors, self.scales), strict=True)
        boxes, labels, scores = map(np.concatenate, parts)
        return [best_rows(boxes, labels, scores, self.nms_threshold, len(bottom[0]))]

    def _read(self, x: Array, anchors: list[tuple[float, float]], scale: int) -> tuple[Array, Labels, Array]:
        """Boxes, labels and scores of one map, boxes once for each class that is likely enough."""
        channels = x.reshape(len(x), self.num_box, BOX_CHANNELS + self.num_classes, *x.shape[2:])
        cells = (x.shape[2], x.shape[3])
        place = np.concatenate([sigmoid(channels[:, :, :2]), channels[:, :, 2:4]], 2)
        image = (cells[0] * scale, cells[1] * scale)
        boxes = corners(place, np.array(anchors, np.float32), cells, image)
        scores = np.moveaxis(sigmoid(channels[:, :, 4:5]) * sigmoid(channels[:, :, BOX_CHANNELS:]), 2, -1)
        *where, labels = (scores > np.float32(self.least_score)).nonzero()
        return boxes[tuple(where)], labels, scores[(*where, labels)]

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        return reading_cost(bottom, self.num_classes)

    def brief(self, bottom: Sequence[Shape]) -> str:
        return f"{self.num_box} boxes nms {self.nms_threshold:g}"
