"""DetectionOutput of caffe-yolov2: YoloDetectionOutput by another name."""

from __future__ import annotations

import numpy as np
import pytest

from prototxt.layers.registry import resolve_type
from support.helpers import layer_from_text, layer_message, noise, refused

FIELDS = (
    "num_classes: 3 num_box: 2 confidence_threshold: {} nms_threshold: 0.4 biases: [1, 2, 3, 1.5] side: 4"
)


def text(kind: str, fields: str, bottoms: str = 'bottom: "x"') -> str:
    message = "detection_output_param" if kind == "DetectionOutput" else "yolo_detection_output_param"
    return f'type: "{kind}" {bottoms} top: "y" {message} {{ {fields} }}'


@pytest.mark.parametrize("threshold", [0.05, 0.5, 1.5])
def test_the_same_boxes(threshold: float) -> None:
    x, fields = noise(2, 16, 4, 4), FIELDS.format(threshold)
    (y,) = layer_from_text(text("DetectionOutput", fields)).forward([x], [])
    (want,) = layer_from_text(text("YoloDetectionOutput", fields)).forward([x], [])
    np.testing.assert_array_equal(y, want)
    assert (y[0, 0, 0, 1] == -1) == (threshold > 1)


def test_scores_of_a_hundredth_where_the_file_does_not_say() -> None:
    fields = FIELDS.format(9).replace("confidence_threshold: 9", "")
    layer = layer_from_text(text("DetectionOutput", fields))
    (y,) = layer.forward([noise(2, 16, 4, 4)], [])
    (want,) = layer_from_text(text("DetectionOutput", FIELDS.format(0.01))).forward([noise(2, 16, 4, 4)], [])
    np.testing.assert_array_equal(y, want)


@pytest.mark.parametrize(
    ("fields", "bottoms", "fork"),
    [
        (FIELDS.format(0.1), 1, "yolov2"),
        (FIELDS.format(0.1), 2, "yolov2"),
        (FIELDS.format(0.1), 3, "ssd"),
        ("num_classes: 3", 3, "ssd"),
        ("num_classes: 3", 1, "ssd"),
    ],
)
def test_whose_layer_it_is(fields: str, bottoms: int, fork: str) -> None:
    wires = " ".join(f'bottom: "b{i}"' for i in range(bottoms))
    found = resolve_type(layer_message(text("DetectionOutput", fields, wires)))
    assert found.layer_class.fork == fork
    assert not found.others


def test_refusals() -> None:
    few = FIELDS.format(0.1).replace("[1, 2, 3, 1.5]", "[1, 2, 3]")
    assert (
        "3 values of biases for 2 boxes; give 4" in refused(text("DetectionOutput", few), (1, 16, 4, 4)).what
    )
