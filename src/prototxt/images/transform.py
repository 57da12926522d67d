"""From an image's pixels to the blob a net takes, in Caffe's order of steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from prototxt.errors import ImageError
from prototxt.images.load import Pixels, to_gray
from prototxt.images.mean import Mean
from prototxt.images.resize import resize
from prototxt.layers.base import show

Array = NDArray[np.float32]
Order = Literal["bgr", "rgb"]


@dataclass(frozen=True, slots=True)
class Transform:
    """The steps from H x W x C pixels (RGB or gray, 0..255) to a 1 x C x H x W blob, in this order:

        gray         for a net of 1 channel (a gray image is repeated for a net of 3)
        resize       to height x width, bilinear
        order        "bgr" (Caffe's, from OpenCV) or "rgb"; no part for a net of 1 channel
        x raw_scale  what white becomes: 255 leaves pixels as they are, 1 brings them to 0..1
        - mean       per channel or a whole image, in the net's channel order
        x scale      last, over the difference

    Raises ImageError for a size or a channel count no image can have, or a mean that does not fit.

    Source: caffe/python/caffe/io.py (Transformer.preprocess), caffe/src/caffe/data_transformer.cpp.
    """

    channels: int
    height: int
    width: int
    order: Order = "bgr"
    mean: Mean | None = None
    scale: float = 1.0
    raw_scale: float = 255.0

    def __post_init__(self) -> None:
        if self.channels not in (1, 3):
            raise ImageError(
                f"the net's input has {self.channels} channels; an image can fill 3 (colour) or 1 (gray)"
            )
        if self.height < 1 or self.width < 1:
            raise ImageError(f"the net's input is {self.width}x{self.height} pixels: no room for an image")
        if self.order not in ("bgr", "rgb"):
            raise ImageError(f'channel order is "bgr" or "rgb", not "{self.order}"')
        if not (isfinite(self.scale) and isfinite(self.raw_scale)):
            raise ImageError(f"scale {self.scale} and raw_scale {self.raw_scale} must be finite")
        if self.mean is not None:
            self.mean.fit(self.channels, self.height, self.width)

    @classmethod
    def for_input(
        cls,
        shape: Sequence[int],
        *,
        order: Order = "bgr",
        mean: Mean | None = None,
        scale: float = 1.0,
        raw_scale: float = 255.0,
    ) -> Transform:
        """The transform that fills an input blob of N x C x H x W; raises ImageError for other shapes."""
        if len(shape) != 4:
            raise ImageError(f"an image needs an input of 4 axes, N x C x H x W; this one is {show(shape)}")
        return cls(shape[1], shape[2], shape[3], order, mean, scale, raw_scale)

    def apply(self, image: Pixels) -> Array:
        """The blob, 1 x C x H x W, float32, C-contiguous, for pixels as `load_image` gives them."""
        if image.ndim != 3 or image.shape[2] not in (1, 3) or 0 in image.shape:
            raise ImageError(f"an image is H x W x 3 or H x W x 1, this array is {show(image.shape)}")
        x = resize(self._channels(image), self.height, self.width).transpose(2, 0, 1)
        if self.raw_scale != 255:
            x = x * np.float32(self.raw_scale / 255)
        if self.mean is not None:
            x = x - self.mean.fit(self.channels, self.height, self.width)
        return np.array(x * np.float32(self.scale), np.float32, order="C")[None]

    def _channels(self, image: Pixels) -> Pixels:
        if self.channels == 1:
            return image if image.shape[2] == 1 else to_gray(image)
        if image.shape[2] == 1:
            image = image[..., [0, 0, 0]]
        return image[..., ::-1] if self.order == "bgr" else image

    def describe(self, name: str, image: Pixels, blob: str = "data") -> str:
        """One line that says how the image became the input, sizes as width x height of pixels:

        `cat.jpg 640x480 RGB -> 227x227 BGR, minus mean 104,117,123, x 1 -> data 1 x 3 x 227 x 227`
        """
        height, width, channels = image.shape
        before = f"{Path(name).name} {width}x{height} {'gray' if channels == 1 else 'RGB'}"
        steps = [f"{self.width}x{self.height} {'gray' if self.channels == 1 else self.order.upper()}"]
        if self.raw_scale != 255:
            steps.append(f"raw scale {self.raw_scale:g}")
        if self.mean is not None:
            steps.append(f"minus mean {self.mean.describe(self.height, self.width)}")
        steps.append(f"x {self.scale:g}")
        return f"{before} -> {', '.join(steps)} -> {blob} {show((1, self.channels, self.height, self.width))}"
