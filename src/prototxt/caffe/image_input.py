"""A net whose first input takes images: the base of Classifier and Detector."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from prototxt.blobs import AnyArray, Array
from prototxt.caffe.arguments import StrPath
from prototxt.caffe.net import Net
from prototxt.caffe.proto.caffe_pb2 import TEST
from prototxt.caffe.transformer import Transformer


class ImageInputNet(Net):
    """A net in TEST phase with a `transformer` that makes its first input of images of H x W x K."""

    def __init__(
        self,
        model_file: StrPath,
        pretrained_file: StrPath,
        mean: ArrayLike | None,
        input_scale: float | None,
        raw_scale: float | None,
        channel_swap: Sequence[int] | None,
        reshape_weights: bool = False,
    ) -> None:
        super().__init__(model_file, TEST, weights=pretrained_file, reshape_weights=reshape_weights)
        if not self.inputs:
            raise ValueError(f"{model_file}: the net has no input for images; a deploy.prototxt has one")
        in_, shape = self.inputs[0], self.blobs[self.inputs[0]].data.shape
        if len(shape) != 4:
            raise ValueError(f"{in_} takes no images: its shape is {shape}, not N x K x H x W")
        self.transformer = Transformer({in_: shape})
        self.transformer.set_transpose(in_, (2, 0, 1))
        if mean is not None:
            self.transformer.set_mean(in_, mean)
        if input_scale is not None:
            self.transformer.set_input_scale(in_, input_scale)
        if raw_scale is not None:
            self.transformer.set_raw_scale(in_, raw_scale)
        if channel_swap is not None:
            self.transformer.set_channel_swap(in_, channel_swap)

    def _size(self) -> NDArray[np.int_]:
        """Height and width of the images that the net takes."""
        return np.array(self.blobs[self.inputs[0]].data.shape[2:])

    def _answers(self, images: Iterable[AnyArray]) -> Array:
        """The first output for each image: N x C, or N x C x H x W where it has more than one place."""
        in_ = self.inputs[0]
        takes = self.blobs[in_].channels
        blobs = [self.transformer.preprocess(in_, image) for image in images]
        if wrong := {len(blob) for blob in blobs} - {takes}:
            raise ValueError(f"an image has {wrong.pop()} channels, {in_} takes {takes}")
        fed: dict[str, Any] = {in_: np.stack(blobs)}
        answers = self.forward_all(**fed)[self.outputs[0]]
        return answers.reshape(len(answers), -1) if answers[:1, :1].size == 1 else answers
