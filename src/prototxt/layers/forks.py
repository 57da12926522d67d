"""Caffe and its forks, by the keys that layer types are registered under, and the dialects a user can choose."""

from __future__ import annotations

__all__ = ["CAFFE", "DIALECTS", "FORKS", "dialect_of"]

CAFFE = "caffe"

FORKS = {
    CAFFE: "Caffe 1.0",
    "ssd": "SSD",
    "fasterrcnn": "Fast and Faster R-CNN",
    "rfcn": "R-FCN",
    "minicaffe": "mini-caffe",
    "segnet": "SegNet and ENet",
    "pspnet": "PSPNet",
    "yolo": "MobileNet-YOLO",
    "yolov2": "caffe-yolov2 and caffe-yolo9000",
    "senet": "SENet",
    "shufflenet": "ShuffleNet",
    "flownet": "FlowNet",
    "c3d": "C3D",
    "nvcaffe": "NVCaffe",
    "crnn": "caffe_ocr and CTPN",
    "deeplab": "DeepLab",
    "others": "seen in public files",
}
"""Forks by key. Where a type name has several meanings and a layer's fields do not decide, the first here wins."""

DIALECTS = {
    "ssd": ("ssd",),
    "rfcn": ("rfcn", "fasterrcnn", "minicaffe"),
    "segnet": ("segnet",),
    "pspnet": ("pspnet",),
    "yolo": ("yolo", "ssd"),
    "yolov2": ("yolov2", "yolo", "ssd"),
    "refinedet": ("ssd",),
    "textboxes": ("ssd",),
    "flownet": ("flownet",),
    "deeplab": ("pspnet",),
    "crnn": ("crnn",),
    "c3d": ("c3d",),
}
"""Dialects by name: the forks whose meaning of a type name is preferred, the most preferred first."""


def dialect_of(fork: str) -> str:
    """Returns the first dialect that prefers a fork; an empty string where none does."""
    return next((dialect for dialect, forks in DIALECTS.items() if fork in forks), "")
