"""The preprocessing that a net wants: all that can be said before any image is there."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import Literal

from prototxt.errors import ImageError
from prototxt.images.crops import Crop
from prototxt.images.load import MAX_PIXELS
from prototxt.images.mean import Mean

__all__ = ["PLAIN", "Order", "Recipe", "Resize", "Within"]

Order = Literal["bgr", "rgb"]


@dataclass(frozen=True, slots=True)
class Within:
    """An image's short side becomes `short`, or less where its long side would be more than `long`."""

    short: int
    long: int

    def size(self, rows: int, columns: int) -> tuple[int, int]:
        """Rows and columns of an image of this size, resized."""
        factor = min(self.short / min(rows, columns), self.long / max(rows, columns))
        return max(1, round(rows * factor)), max(1, round(columns * factor))


Resize = int | tuple[int, int] | Within | Literal["input", "none"]
"""The size of an image before the crop: its short side (columns and rows keep their ratio), a height and a
width, "input" (the net's own height and width), "none" (not at all: the net takes the image's size), or `Within` (the
net takes the resized image's size)."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """The choices of the transform that brings an image into a net; `Transform` says in which order they work.

    Raises ImageError for numbers that are not finite, sizes no image can have, and crops of a size that is not
    there.
    """

    resize: Resize = "input"
    crop: Crop = "center"
    order: Order = "bgr"
    raw_scale: float = 255.0
    mean: Mean | None = None
    scale: float = 1.0

    def __post_init__(self) -> None:
        if self.order not in ("bgr", "rgb"):
            raise ImageError(f'channel order is "bgr" or "rgb", not "{self.order}"')
        if self.crop not in ("center", "ten"):
            raise ImageError(f'crop is "center" or "ten", not "{self.crop}"')
        if not (isfinite(self.scale) and isfinite(self.raw_scale)):
            raise ImageError(f"scale {self.scale} and raw_scale {self.raw_scale} must be finite")
        if isinstance(self.resize, str) and self.resize not in ("input", "none"):
            raise ImageError(f'resize is a size, "input" or "none", not "{self.resize}"')
        if isinstance(self.resize, str | Within) and self.crop == "ten":
            raise ImageError("ten crops need an image larger than the net's input: give a size to resize to")
        sizes = self._sizes
        if sizes and (min(sizes) < 1 or max(sizes) ** 2 > MAX_PIXELS):
            raise ImageError(f"images cannot be resized to {'x'.join(map(str, sizes))} pixels")

    @property
    def _sizes(self) -> tuple[int, ...]:
        """The numbers of pixels that `resize` holds."""
        wanted = self.resize
        if isinstance(wanted, str):
            return ()
        if isinstance(wanted, int):
            return (wanted,)
        return (wanted.short, wanted.long) if isinstance(wanted, Within) else wanted

    @property
    def follows_images(self) -> bool:
        """Whether the net takes the size of each image."""
        return self.resize == "none" or isinstance(self.resize, Within)


PLAIN = Recipe()
"""Resized to the net's input, BGR, 0..255."""
