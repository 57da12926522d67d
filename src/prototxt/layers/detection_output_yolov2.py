"""DetectionOutput of caffe-yolov2: the boxes of YOLO v2."""

from __future__ import annotations

from prototxt.layers.outcomes import Outcome, ignore
from prototxt.layers.registry import layer
from prototxt.layers.yolo_detection_output import YoloDetectionOutput
from prototxt.schema.caffe_pb2 import LayerParameter

MAX_BOTTOMS = 2
"""Maps of boxes; SSD's layer has three bottoms or more."""


@layer("DetectionOutput", bottoms=(1, 2), fork="yolov2")
class YoloV2DetectionOutput(YoloDetectionOutput):
    """Reads the boxes of YOLO v2 from its last map, as YoloDetectionOutput does, under the name of SSD's layer.

    Formula:
        of box n in cell (i, j), with t = its 5 + K channels at (j, i), W = the map's width:
            centre = ((i + sigmoid t0) / W, (j + sigmoid t1) / W)
            size = (exp(t2) * biases[2n] / W, exp(t3) * biases[2n + 1] / W)
            score = sigmoid t4 * the largest of the softmax of the K classes, which is its label
        boxes with a score of confidence_threshold or more; from the best down, each that overlaps every one kept by
        less than nms_threshold is kept

    Shapes:
        x: N x (num_box * (5 + num_classes)) x S x S, one or two of them
        y: 1 x 1 x R x 7, rows [0, label + 1, score, x1, y1, x2, y2] in parts of the image, the best first
        R depends on the values; the table of shapes shows its upper bound.

    Pitfalls:
        A layer with one or two bottoms and with `biases` is this one; SSD's has three bottoms or more. The layer is
        taken for the one that MobileNet-YOLO later called YoloDetectionOutput; its source has not been read.

    Example:
        layer {
          name: "detection_out" type: "DetectionOutput" bottom: "conv_reg" top: "detection_out"
          detection_output_param {
            num_classes: 20 num_box: 2 confidence_threshold: 0.25 nms_threshold: 0.45
            biases: 1.08 biases: 1.19 biases: 3.42 biases: 4.41
          }
        }

    Source: yolo_detection_output_layer.cpp of the MobileNet-YOLO fork, whose type() is "DetectionOutput".
    """

    golden = "no case of the fork's own code is available; the tests hold it against YoloDetectionOutput"
    ignores = ignore(
        Outcome.QUIET,
        "it is not used for the boxes",
        "detection_output_param.side",
        "detection_output_param.coords",
        "detection_output_param.label_map_file",
    )

    @classmethod
    def matches(cls, param: LayerParameter, stored: int | None) -> bool | None:
        return len(param.bottom) <= MAX_BOTTOMS and len(param.detection_output_param.biases) > 0

    def setup(self, param: LayerParameter) -> None:
        self._set_up(param.detection_output_param)
