"""Transformer: the steps from an image to a blob and back, as Caffe's scripts set them.

Source: caffe/python/caffe/io.py (Transformer).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from prototxt.blobs import AnyArray, Array
from prototxt.caffe.resizing import resize_image, sizes

__all__ = ["Transformer"]


class Transformer:
    """The preprocessing of images for a net, and its inverse.

    `Transformer({"data": net.blobs["data"].data.shape})`, then in any order `set_transpose` and the other setters: for
    each input, `preprocess` applies what was set, in the order resize, transpose, channel swap, raw scale, mean, input
    scale. What was set is in the dictionaries `transpose`, `channel_swap`, `raw_scale`, `mean`, `input_scale`.

    Every method raises ValueError for an input that is not one of `inputs`.

    Source: caffe/python/caffe/io.py (Transformer).
    """

    def __init__(self, inputs: Mapping[str, Sequence[int]]) -> None:
        """`inputs` has the shape of each input, N x K x H x W."""
        self.inputs = inputs
        self.transpose: dict[str, Sequence[int]] = {}
        self.channel_swap: dict[str, Sequence[int]] = {}
        self.raw_scale: dict[str, float] = {}
        self.mean: dict[str, AnyArray] = {}
        self.input_scale: dict[str, float] = {}

    def preprocess(self, in_: str, data: AnyArray) -> Array:
        """Turns an image of H' x W' x K into a blob for input `in_`, K x H x W in float32; `data` is not changed."""
        self._check_input(in_)
        size = tuple(self.inputs[in_][2:])
        image = data.astype(np.float32, copy=False)
        if image.shape[:2] != size:
            image = resize_image(image, size)
        if in_ in self.transpose:
            image = image.transpose(self.transpose[in_])
        if in_ in self.channel_swap:
            image = image[list(self.channel_swap[in_])]
        blob = np.array(image, order="C")
        if in_ in self.raw_scale:
            blob *= self.raw_scale[in_]
        if in_ in self.mean:
            blob -= self.mean[in_]
        if in_ in self.input_scale:
            blob *= self.input_scale[in_]
        return blob

    def deprocess(self, in_: str, data: AnyArray) -> AnyArray:
        """A blob of K x H x W, or 1 x K x H x W, as an image, H x W x K; the size stays.

        Without a transpose, axes of 1 are dropped, as in Caffe.
        """
        self._check_input(in_)
        order = self.transpose.get(in_)
        image = np.array(data, dtype=np.result_type(data, np.float32))
        # Not squeezed where axes are to be put back: a single channel is one of them.
        image = image.squeeze() if order is None else image.reshape(image.shape[-len(order) :])
        if in_ in self.input_scale:
            image /= self.input_scale[in_]
        if in_ in self.mean:
            image = (image + self.mean[in_]).astype(image.dtype)
        if in_ in self.raw_scale:
            image /= self.raw_scale[in_]
        if in_ in self.channel_swap:
            image = image[np.argsort(self.channel_swap[in_])]
        return image if order is None else image.transpose(np.argsort(order))

    def set_transpose(self, in_: str, order: Sequence[int]) -> None:
        """Sets the order of axes: (2, 0, 1) turns H x W x K into K x H x W."""
        self._check_input(in_)
        if len(order) != len(self.inputs[in_]) - 1:
            raise ValueError("Transpose order needs to have the same number of dimensions as the input.")
        self.transpose[in_] = order

    def set_channel_swap(self, in_: str, order: Sequence[int]) -> None:
        """Sets the order of channels, the first axis after the transpose: (2, 1, 0) turns RGB into BGR."""
        self._check_input(in_)
        if len(order) != self.inputs[in_][1]:
            raise ValueError(
                "Channel swap needs to have the same number of dimensions as the input channels. "
                f"It has {len(order)}, the input {self.inputs[in_][1]}."
            )
        if outside := [n for n in order if not -len(order) <= n < len(order)]:
            raise ValueError(
                f"Channel swap names channel {outside[0]}: the input's are 0 to {len(order) - 1}."
            )
        self.channel_swap[in_] = order

    def set_raw_scale(self, in_: str, scale: float) -> None:
        """Sets the factor before the mean is subtracted: 255 for nets trained on images in 0..255."""
        self._check_input(in_)
        self.raw_scale[in_] = scale

    def set_mean(self, in_: str, mean: ArrayLike) -> None:
        """Sets the mean to subtract: K values, or an image of K x H' x W' (H' x W' where K is 1).

        The image is resized to the input's size. Raises ValueError where its channels are not the input's. Caffe 1.0
        refuses other sizes too, its last version resizes.
        """
        self._check_input(in_)
        values = np.asarray(mean)
        channels, *size = self.inputs[in_][1:]
        if values.ndim == 1:
            if len(values) != channels:
                raise ValueError(
                    f"Mean channels incompatible with input. It has {len(values)}, the input {channels}."
                )
            self.mean[in_] = values[:, None, None]
            return
        if values.ndim not in (2, 3):
            raise ValueError(f"Mean shape invalid: {sizes(values.shape)}, not K, K x H x W or H x W")
        image = values.reshape(-1, *values.shape[-2:])
        if len(image) != channels:
            raise ValueError(
                "Mean shape incompatible with input shape. "
                f"It has {len(image)} channels, the input {channels}."
            )
        if image.shape[1:] != tuple(size):
            image = resize_image(image.transpose(1, 2, 0), size).transpose(2, 0, 1)
        self.mean[in_] = image

    def set_input_scale(self, in_: str, scale: float) -> None:
        """Sets the factor after the mean is subtracted."""
        self._check_input(in_)
        self.input_scale[in_] = scale

    def _check_input(self, in_: str) -> None:
        if in_ not in self.inputs:
            raise ValueError(f"{in_} is not one of the net inputs: {self.inputs}")
