"""The forks of Caffe that have a field, as proto/caffe.proto names them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from prototxt.schema import FieldDescriptor

__all__ = ["NAMES_OF_FORKS", "field_key", "forks_of", "names_of_forks"]

NAMES_OF_FORKS = {
    "ssd": "SSD",
    "rfcn": "R-FCN",
    "fasterrcnn": "Faster R-CNN",
    "minicaffe": "mini-caffe",
    "segnet": "SegNet",
    "pspnet": "PSPNet",
    "deeplab": "DeepLab",
    "flownet": "FlowNet 2",
    "yolo": "MobileNet-YOLO",
    "yolov2": "caffe-yolov2",
    "intel": "Intel Caffe",
    "nvidia": "NVCaffe",
    "refinedet": "RefineDet",
    "textboxes": "TextBoxes++",
    "faceboxes": "FaceBoxes",
    "openpose": "OpenPose",
    "opencv": "OpenCV",
    "ristretto": "Ristretto",
    "c3d": "C3D",
    "crnn": "CTPN and caffe_ocr",
    "public": "forks seen in public files",
}
"""Forks as comments of proto/caffe.proto name them, and as messages to people do."""


@cache
def _forks_by_field() -> Mapping[str, tuple[str, ...]]:
    _, *lines = Path(__file__).with_name("forks.tsv").read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines)
    return {f"{message}.{field}": tuple(forks.split(", ")) for message, field, forks in rows}


def field_key(field: FieldDescriptor) -> str:
    """A field with the message it is declared in: `DropoutParameter.scale_train`."""
    return field.full_name.partition(".")[2]


def forks_of(field: FieldDescriptor) -> tuple[str, ...]:
    """The forks that have a field, as keys of NAMES_OF_FORKS; none for a field of Caffe 1.0."""
    return _forks_by_field().get(field_key(field), ())


def names_of_forks(field: FieldDescriptor) -> str:
    """The forks that have a field, as people call them; "Caffe" for a field of Caffe 1.0."""
    return ", ".join(NAMES_OF_FORKS[fork] for fork in forks_of(field)) or "Caffe"
