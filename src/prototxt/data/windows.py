"""Windows cut from images, with some of what is around them, warped to one size (R-CNN's training data)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import copysign, floor
from typing import TYPE_CHECKING

from prototxt.blobs import Array, Shape, format_shape
from prototxt.data.lists import Window
from prototxt.data.samples import load_pixels
from prototxt.data.transform import DataTransform
from prototxt.errors import DataError
from prototxt.util.lazy import np

__all__ = ["Cut", "WindowCutter", "place_window", "window_batches"]

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Cut:
    """The cut of windows: the side of the result, its margin of context, squares or warped boxes."""

    crop_size: int
    context_pad: int
    square: bool


@dataclass(frozen=True, slots=True)
class _Box:
    """A part of an image, both corners inside it, and where it goes: size and offset in the result."""

    x1: int
    y1: int
    x2: int
    y2: int
    width: int
    height: int
    left: int
    top: int


def _round(value: np.float32) -> int:
    """C's round: halves away from zero."""
    return int(copysign(floor(abs(value) + 0.5), value))


def place_window(window: Window, cut: Cut, height: int, width: int, mirrored: bool) -> _Box:
    """Which part of an image of height x width a window shows, and where.

    Source: caffe/src/caffe/layers/window_data_layer.cpp (load_batch).
    """
    size = cut.crop_size
    if not (cut.context_pad or cut.square):
        return _Box(window.x1, window.y1, window.x2, window.y2, size, size, 0, 0)
    f = np.float32  # as the reference: what lies near a half must be rounded the same way
    scale = f(size) / f(size - 2 * cut.context_pad)
    half_w, half_h = f(window.x2 - window.x1 + 1) / f(2), f(window.y2 - window.y1 + 1) / f(2)
    x, y = f(window.x1) + half_w, f(window.y1) + half_h
    if cut.square:
        half_w = half_h = max(half_w, half_h)
    x1, x2, left, right, across = _along(x, half_w * scale, width, size)
    y1, y2, top, _, down = _along(y, half_h * scale, height, size)
    left = right if mirrored else left
    return _Box(x1, y1, x2, y2, min(across, size - left), min(down, size - top), left, top)


def _along(middle: np.float32, half: np.float32, length: int, size: int) -> tuple[int, int, int, int, int]:
    """One axis of the box that context makes larger: its ends in the image, both margins and its size in the cut."""
    low, high = _round(middle - half), _round(middle + half)
    scale = np.float32(size) / np.float32(max(high - low + 1, 1))
    before, after = max(0, -low), max(0, high - length + 1)
    low, high = low + before, high - after
    lengths = (before, after, high - low + 1)
    return low, high, *(_round(np.float32(length) * scale) for length in lengths)  # type: ignore[return-value]


class WindowCutter:
    """Cuts windows out of their images and subtracts the mean."""

    def __init__(self, cut: Cut, transform: DataTransform, folder: str, source: str) -> None:
        self._cut, self._transform = cut, transform
        self._folder, self._source = folder, source
        self._mean = self._crop_mean(transform.mean(folder))

    def _crop_mean(self, mean: Array | None) -> Array | None:
        """The middle of a mean image, as large as the result."""
        size = self._cut.crop_size
        if mean is None or mean.shape[1:] == (1, 1):
            if mean is not None and mean.shape[0] not in (1, 3):
                what = f"{mean.shape[0]} mean values for 3 channels"
                raise DataError(what, path=self._source, field="mean_value")
            return mean
        offset = (mean.shape[2] - size) // 2
        part = mean[:, offset : offset + size, offset : offset + size] if offset >= 0 else mean
        if part.shape != (3, size, size):
            what = f"the mean is {format_shape(mean.shape)}, too small for 3 x {size} x {size}"
            raise DataError(what, path=self._transform.mean_file, field="mean_file")
        return part

    def apply(self, window: Window, mirrored: bool) -> Array:
        """A window as 3 x crop_size x crop_size; what lies outside of the image is 0. Raises DataError."""
        from prototxt.images.opencv import resize_bytes

        pixels = load_pixels(window.image, self._folder, None, True, self._source)
        box = place_window(window, self._cut, pixels.shape[0], pixels.shape[1], mirrored)
        part = self._part(pixels, box, window)
        warped = resize_bytes(part, box.height, box.width)
        warped = warped[:, ::-1] if mirrored else warped
        out = np.zeros((3, self._cut.crop_size, self._cut.crop_size), np.float32)
        rows, columns = slice(box.top, box.top + box.height), slice(box.left, box.left + box.width)
        values = warped.transpose(2, 0, 1).astype(np.float32)
        if self._mean is not None:
            values -= self._mean if self._mean.shape[1:] == (1, 1) else self._mean[:, rows, columns]
        out[:, rows, columns] = values * np.float32(self._transform.scale)
        return out

    def _part(self, pixels: NDArray[np.uint8], box: _Box, window: Window) -> NDArray[np.uint8]:
        height, width = pixels.shape[:2]
        inside = 0 <= box.x1 <= box.x2 < width and 0 <= box.y1 <= box.y2 < height
        if not inside or min(box.height, box.width) < 1:
            corners = f"({window.x1}, {window.y1}) to ({window.x2}, {window.y2})"
            what = f"the window {corners} is not within the image, {width} x {height} pixels"
            raise DataError(what, path=f"{self._source}: {window.image}")
        return pixels[box.y1 : box.y2 + 1, box.x1 : box.x2 + 1]


def window_batches(
    windows: Sequence[Sequence[Window]],
    foreground: int,
    cutter: WindowCutter,
    tops: Sequence[Shape],
    mirror: bool,
    rng: np.random.Generator,
) -> Iterator[list[Array]]:
    """Batches without end: windows drawn from background, then `foreground` of them from objects.

    `windows` holds both kinds, background first.
    """
    size = tops[0][0]
    while True:
        images, labels = np.empty(tops[0], np.float32), np.empty(size, np.float32)
        for i in range(size):
            kind = windows[i >= size - foreground]
            window = kind[int(rng.integers(len(kind)))]
            images[i] = cutter.apply(window, mirror and bool(rng.integers(2)))
            labels[i] = window.label
        yield [images, labels][: len(tops)]
