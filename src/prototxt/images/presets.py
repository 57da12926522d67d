"""Recipes of well-known families of nets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from prototxt.errors import InputError, did_you_mean
from prototxt.images.mean import Mean
from prototxt.images.recipe import Recipe, Resize, Within

__all__ = ["PRESETS", "preset"]


def _values(*mean: float) -> Mean:
    return Mean(np.array(mean, np.float32), ",".join(f"{v:g}" for v in mean))


# What well-known families of nets were trained with; all are BGR, as OpenCV reads images, unless they say otherwise.
_PRESETS = {
    "imagenet": ("AlexNet, CaffeNet, GoogLeNet, SqueezeNet", Recipe((256, 256), mean=_values(104, 117, 123))),
    "vgg": ("VGG, ResNet", Recipe(256, mean=_values(103.939, 116.779, 123.68))),
    "mobilenet": (
        "MobileNet, DenseNet, ShuffleNet",
        Recipe(256, mean=_values(103.94, 116.78, 123.68), scale=0.017),
    ),
    "ssd": ("SSD on VGG, face detectors", Recipe(mean=_values(104, 117, 123))),
    "mobilenet-ssd": ("MobileNet-SSD", Recipe(mean=_values(127.5), scale=1 / 127.5)),
    "faster-rcnn": (
        "Faster R-CNN, R-FCN",
        Recipe(Within(600, 1000), mean=_values(102.9801, 115.9465, 122.7717)),
    ),
    "mtcnn": ("MTCNN", Recipe(order="rgb", mean=_values(127.5), scale=1 / 128)),
    "mnist": ("LeNet, white digits on black", Recipe(scale=1 / 256)),
    "unit": ("anything fed with values of 0 to 1", Recipe(scale=1 / 255)),
}

PRESETS = {name: about for name, (about, _) in _PRESETS.items()}
"""Names of presets, and the nets they are for."""


def preset(name: str, height: int, width: int) -> Recipe:
    """The recipe of a family of nets, for a net whose input is height x width.

    Images are resized to at least the input's size. Raises InputError for an unknown name.
    """
    if name not in _PRESETS:
        known = ", ".join(PRESETS)
        raise InputError(f'no preset "{name}"; there are {known}', hint=did_you_mean(name, PRESETS))
    recipe = _PRESETS[name][1]
    return replace(recipe, resize=_at_least(recipe.resize, (height, width)))


def _at_least(resize: Resize, size: Sequence[int]) -> Resize:
    if isinstance(resize, int):
        return max(resize, *size)
    if isinstance(resize, tuple):
        return max(resize[0], size[0]), max(resize[1], size[1])
    return resize
