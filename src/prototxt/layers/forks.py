"""Whose layers these are: Caffe's own and those of its forks, and what a dialect means."""

from __future__ import annotations

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
    "senet": "SENet",
    "shufflenet": "ShuffleNet",
    "flownet": "FlowNet",
    "others": "seen in public files",
}
"""Forks by key. Where a type name means several things and a layer's fields do not tell, the first here wins."""

DIALECTS = {
    "ssd": ("ssd",),
    "rfcn": ("rfcn", "fasterrcnn", "minicaffe"),
    "segnet": ("segnet",),
    "pspnet": ("pspnet",),
    "yolo": ("yolo", "ssd"),
}
"""What a user may say a net is written for, and the forks whose meaning of a type name that prefers, the first most."""


def dialect_of(fork: str) -> str:
    """The first dialect that prefers a fork's meanings; empty where none does."""
    return next((dialect for dialect, forks in DIALECTS.items() if fork in forks), "")
