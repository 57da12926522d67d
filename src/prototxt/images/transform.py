"""From an image's pixels to the blob a net takes, in Caffe's order of steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from prototxt.blobs import format_shape
from prototxt.errors import ImageError, printable
from prototxt.images.crops import Window, windows
from prototxt.images.load import MAX_PIXELS, Pixels, to_gray
from prototxt.images.mean import Mean
from prototxt.images.recipe import PLAIN, Recipe, Within
from prototxt.images.resize import resize
from prototxt.images.view import View

__all__ = ["Transform"]

Array = NDArray[np.float32]

BYTE_WHITE = 255
"""White in files of bytes, by which the raw scale is divided."""

UNIT_RAW_SCALE = BYTE_WHITE * BYTE_WHITE
"""The raw scale with which pixels of 0..1 become 0..255."""


@dataclass(frozen=True)
class Transform:
    """The steps from H x W x C pixels (RGB or gray, 0..255) to a blob of V x C x H x W, in this order:

        gray         for a net of 1 channel (a gray image is repeated for a net of 3)
        resize       bilinear: to height x width, or first to a size of the recipe's own
        crop         the centre of height x width (V = 1), or ten windows of it (V = 10)
        order        "bgr" (Caffe's, from OpenCV) or "rgb"; no part for a net of 1 channel
        x raw_scale  what white becomes: 255 leaves pixels as they are, 1 brings them to 0..1
        - mean       a value per channel, or an image in the net's channel order
        x scale      last, over the difference

    A mean image of the input's size is subtracted from every window as it is (pycaffe); one of the resized image's
    size is cut and mirrored as the image is (Caffe's data layers); one of another size is resized to the input's
    (pycaffe).

    Raises ImageError for a size or a channel count no image can have, or a mean that does not fit.

    Source: caffe/python/caffe/io.py (Transformer.preprocess), caffe/src/caffe/data_transformer.cpp.
    """

    channels: int
    height: int
    width: int
    recipe: Recipe = PLAIN

    def __post_init__(self) -> None:
        if self.channels not in (1, 3):
            raise ImageError(
                f"the net's input has {self.channels} channels; an image can fill 3 (colour) or 1 (gray)"
            )
        if self.height < 1 or self.width < 1:
            raise ImageError(f"the net's input is {self.width}x{self.height} pixels: no room for an image")
        if self.recipe.mean is not None:
            self.recipe.mean.check(self.channels)

    @classmethod
    def for_input(cls, shape: Sequence[int], recipe: Recipe = PLAIN) -> Transform:
        """The transform that fills an input blob of N x C x H x W; raises ImageError for other shapes."""
        if len(shape) != 4:
            raise ImageError(
                f"an image needs an input of 4 axes, N x C x H x W; this one is {format_shape(shape)}"
            )
        return cls(shape[1], shape[2], shape[3], recipe)

    def for_image(self, image: Pixels) -> Transform:
        """The transform for this image: another one only where the net takes the image's size."""
        if not self.recipe.follows_images:
            return self
        wanted = self.recipe.resize
        rows, columns = image.shape[:2]
        height, width = wanted.size(rows, columns) if isinstance(wanted, Within) else (rows, columns)
        return replace(self, height=height, width=width)

    @property
    def views(self) -> int:
        """The number of windows of an image that the net sees, V."""
        return 10 if self.recipe.crop == "ten" else 1

    def apply(self, image: Pixels) -> Array:
        """The blob, V x C x H x W, float32, C-contiguous, for pixels as `load_image` gives them.

        Raises ImageError for an image that is smaller than the net's input once it is resized.
        """
        if image.ndim != 3 or image.shape[2] not in (1, 3) or 0 in image.shape:
            raise ImageError(f"an image is H x W x 3 or H x W x 1, this array is {format_shape(image.shape)}")
        return self.for_image(image)._apply(image)

    def note(self, image: Pixels) -> str:
        """A note on floating-point pixels within 0..1 that are about to be taken as 0..255; empty for all others.

        Files of floating-point pixels are taken as they are stored, as OpenCV (and so Caffe) does. In
        caffe.io.load_image white is 1 for every file.
        """
        if image.dtype != np.float32 or self.recipe.raw_scale != BYTE_WHITE:
            return ""
        low, high = float(image.min()), float(image.max())
        if not (low >= 0 and 0 < high <= 1):
            return ""
        return (
            f"floating-point pixels from {low:.3g} to {high:.3g} are taken as stored, where white is 255; "
            f"if white is 1 in this file, give --raw-scale {UNIT_RAW_SCALE:g}"
        )

    def view(self, image: Pixels) -> View:
        """Which part of this image the net sees. Raises ImageError for ten crops, which are ten parts."""
        if self.views > 1:
            raise ImageError("ten crops are ten views of an image, not one", hint="crop the centre")
        fitting = self.for_image(image)
        resized = fitting.resized_shape(image.shape)
        size = (fitting.height, fitting.width)
        return View((image.shape[0], image.shape[1]), resized, *windows("center", resized, size))

    def _apply(self, image: Pixels) -> Array:
        size = self.resized_shape(image.shape)
        whole = resize(self._channels(image), *size)
        places = windows(self.recipe.crop, size, (self.height, self.width))
        blob = np.empty((len(places), self.channels, self.height, self.width), np.float32)
        for view, place in zip(blob, places, strict=True):
            view[...] = place.cut(whole).transpose(2, 0, 1)
        if self.recipe.raw_scale != 255:
            blob *= np.float32(self.recipe.raw_scale / 255)
        self._subtract_mean(blob, places, size)
        if self.recipe.scale != 1:
            blob *= np.float32(self.recipe.scale)
        return blob

    def resized_shape(self, image: Sequence[int]) -> tuple[int, int]:
        """Rows and columns of this image before the crop."""
        wanted = self.recipe.resize
        if isinstance(wanted, str | Within):
            return self.height, self.width
        if isinstance(wanted, int):
            rows, columns = image[:2]
            short = min(rows, columns)
            wanted = (round(rows * wanted / short), round(columns * wanted / short))
        if wanted[0] * wanted[1] > MAX_PIXELS:
            what = f"resized to {wanted[1]}x{wanted[0]} it would have more than {MAX_PIXELS} pixels"
            raise ImageError(what)
        if wanted[0] < self.height or wanted[1] < self.width:
            raise ImageError(
                f"resized to {wanted[1]}x{wanted[0]} pixels the image is smaller than the net's input, "
                f"{self.width}x{self.height}",
                hint="resize to more, or straight to the input's size",
            )
        return wanted

    def _channels(self, image: Pixels) -> Pixels:
        if self.channels == 1:
            return image if image.shape[2] == 1 else to_gray(image)
        if image.shape[2] == 1:
            image = image[..., [0, 0, 0]]
        return image[..., ::-1] if self.recipe.order == "bgr" else image

    def _subtract_mean(self, blob: Array, places: Sequence[Window], size: tuple[int, int]) -> None:
        mean = self._cut_mean(size)
        if mean is not None:
            rows = mean.values.transpose(1, 2, 0)
            for view, place in zip(blob, places, strict=True):
                view -= place.cut(rows).transpose(2, 0, 1)
        elif self._mean_at_input is not None:
            blob -= self._mean_at_input

    def _cut_mean(self, size: tuple[int, int]) -> Mean | None:
        """The mean where it is an image of the resized image's size, of which windows are cut."""
        mean = self.recipe.mean
        return mean if mean is not None and mean.size == size != (self.height, self.width) else None

    @cached_property
    def _mean_at_input(self) -> Array | None:
        mean = self.recipe.mean
        return None if mean is None else mean.fit(self.channels, self.height, self.width)

    def describe(self, name: str, image: Pixels, blob: str = "data") -> str:
        """One line that says how the image became the input, sizes as width x height of pixels:

        `cat.jpg 640x480 RGB -> 341x256, centre 227x227 BGR, minus mean 104,117,123 -> data 1 x 3 x 227 x 227`
        """
        return self.for_image(image)._describe(name, image, blob)

    def _describe(self, name: str, image: Pixels, blob: str) -> str:
        height, width, channels = image.shape
        size = self.resized_shape(image.shape)
        before = f"{printable(Path(name).name)} {width}x{height} {'gray' if channels == 1 else 'RGB'}"
        kind = "gray" if self.channels == 1 else self.recipe.order.upper()
        steps = [f"{self._crop_text(size)}{self.width}x{self.height} {kind}"]
        if self.recipe.raw_scale != 255:
            steps.append(f"raw scale {self.recipe.raw_scale:g}")
        if self.recipe.mean is not None:
            steps.append(f"minus mean {self.recipe.mean.describe(self._mean_text(size))}")
        if self.recipe.scale != 1:
            steps.append(f"x {self.recipe.scale:g}")
        shape = (self.views, self.channels, self.height, self.width)
        return f"{before} -> {', '.join(steps)} -> {blob} {format_shape(shape)}"

    def _crop_text(self, size: tuple[int, int]) -> str:
        if size == (self.height, self.width):
            return "ten crops of " if self.views > 1 else ""
        return f"{size[1]}x{size[0]}, {'ten crops of' if self.views > 1 else 'centre'} "

    def _mean_text(self, size: tuple[int, int]) -> str:
        if self.recipe.mean is None or self.recipe.mean.size in (None, (self.height, self.width)):
            return ""
        return "resized" if self._cut_mean(size) is None else "cut alike"
