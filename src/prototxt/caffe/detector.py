"""Detector: a net that classifies windows of images.

Source: caffe/python/caffe/detector.py; Girshick et al., Rich feature hierarchies (R-CNN), 2014.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from prototxt.blobs import AnyArray
from prototxt.caffe import io
from prototxt.caffe.arguments import StrPath
from prototxt.caffe.image_input import ImageInputNet

Detected: TypeAlias = dict[str, Any]
"""A window as it was given, its prediction (C), and the file: R-CNN's scripts read these three keys."""

Window: TypeAlias = "Sequence[float] | AnyArray"
"""ymin, xmin, ymax, xmax in pixels."""

PROPOSER = "selective_search_ijcv_with_python"


class Detector(ImageInputNet):
    """A net in TEST phase that is run on windows of images, each resized to the net's input.

    With `context_pad` a window is enlarged so that a border of that many pixels of the net's input shows its
    surroundings; outside of the image the border holds the mean. `crop_dims` is (height, width, channels).

    Source: caffe/python/caffe/detector.py.
    """

    def __init__(
        self,
        model_file: StrPath,
        pretrained_file: StrPath,
        mean: ArrayLike | None = None,
        input_scale: float | None = None,
        raw_scale: float | None = None,
        channel_swap: Sequence[int] | None = None,
        context_pad: int | None = None,
        *,
        reshape_weights: bool = False,
    ) -> None:
        """`mean` (K, or K x H x W), the scales and `channel_swap` are those of io.Transformer.

        `reshape_weights`, which pycaffe does not have, is that of Net.
        """
        super().__init__(
            model_file, pretrained_file, mean, input_scale, raw_scale, channel_swap, reshape_weights
        )
        self.configure_crop(context_pad)

    def detect_windows(self, images_windows: Iterable[tuple[StrPath, Iterable[Window]]]) -> list[Detected]:
        """Runs the net on every window of every image file.

        Returns a dictionary per window, in order: "window" as given, "prediction" (C, the first output), "filename".

        Source: caffe/python/caffe/detector.py (detect_windows).
        """
        detected, crops = [], []
        for filename, windows in images_windows:
            image = io.load_image(filename)
            for window in windows:
                crops.append(self.crop(image, window))
                detected.append({"window": window, "prediction": None, "filename": filename})
        answers = self._answers(crops) if crops else ()
        return [{**one, "prediction": answer} for one, answer in zip(detected, answers, strict=True)]

    def detect_selective_search(self, image_fnames: Iterable[StrPath]) -> list[Detected]:
        """`detect_windows` on the proposals of selective search, which the package PROPOSER computes with MATLAB.

        Raises ImportError where it is not installed.

        Source: caffe/python/caffe/detector.py (detect_selective_search).
        """
        try:
            proposer = import_module(PROPOSER)
        except ImportError as error:
            raise ImportError(
                f"detect_selective_search needs the package {PROPOSER}, which runs MATLAB: {error}. "
                "Give detect_windows windows of your own in its place."
            ) from None
        names = [str(Path(name).absolute()) for name in image_fnames]
        return self.detect_windows(
            zip(names, proposer.get_windows(names, cmd="selective_search_rcnn"), strict=True)
        )

    def crop(self, im: AnyArray, window: Window) -> AnyArray:
        """The window of an image of H x W x K, with its context where `context_pad` is set: h x w x K.

        ymax and xmax are not part of it. Raises ValueError for a window that holds no pixel.

        Source: caffe/python/caffe/detector.py (crop).
        """
        top, left, bottom, right = (float(n) for n in window)
        rows, columns = im.shape[:2]
        if self.context_pad:
            height, width = self._size()
            from_y, to_y = _with_context(top, bottom, rows, int(height), self.context_pad)
            from_x, to_x = _with_context(left, right, columns, int(width), self.context_pad)
            part = im[from_y, from_x]
        else:
            part = im[max(int(top), 0) : max(int(bottom), 0), max(int(left), 0) : max(int(right), 0)]
        if not part.size:
            numbers = ", ".join(f"{n:g}" for n in (top, left, bottom, right))
            raise ValueError(f"window {numbers} holds no pixel of an image of {rows} x {columns}")
        if not self.context_pad:
            return part
        whole = np.empty(self.crop_dims, np.float32)
        whole[...] = self.crop_mean
        size = to_y.stop - to_y.start, to_x.stop - to_x.start
        whole[to_y, to_x] = io.resize_image(part, size)
        return whole

    def configure_crop(self, context_pad: int | None) -> None:
        """Sets `context_pad`, `crop_dims`, and `crop_mean`: the mean as an image of H x W x K in 0..1 would have it.

        Raises ValueError where the context leaves no place for the window.

        Source: caffe/python/caffe/detector.py (configure_crop).
        """
        height, width = self._size()
        if context_pad and not 0 < 2 * context_pad < min(height, width):
            raise ValueError(
                f"context_pad {context_pad} leaves nothing of the net's input, {height} x {width}"
            )
        in_ = self.inputs[0]
        self.crop_dims = np.array([height, width, self.blobs[in_].data.shape[1]])
        self.context_pad = context_pad
        if context_pad:
            self.crop_mean = self._mean_image(in_)

    def _mean_image(self, in_: str) -> AnyArray:
        known = self.transformer
        mean = known.mean.get(in_)
        if mean is None:
            return np.zeros(self.crop_dims, np.float32)
        image = mean.transpose(np.argsort(known.transpose[in_]))
        if in_ in known.channel_swap:
            image = image[..., np.argsort(known.channel_swap[in_])]
        return image / known.raw_scale.get(in_, 1)


def _with_context(first: float, last: float, length: int, size: int, pad: int) -> tuple[slice, slice]:
    """Along one axis: the slice of the image, and the slice of the crop's `size` pixels that it becomes.

    The window, including `last`, ends up `pad` pixels from both ends of the crop; around it is context. The pixel
    after the last is not taken, as in Caffe.
    """
    half = (last - first + 1) / 2
    reach = half * size / (size - 2 * pad)
    low, high = np.round([first + half - reach, first + half + reach])
    scale = size / (high - low + 1)
    before = round(max(0, -low) * scale)
    low, high = np.clip([low, high], 0, length)
    extent = min(round((high - low + 1) * scale), size - before)
    return slice(int(low), int(high)), slice(before, before + extent)
