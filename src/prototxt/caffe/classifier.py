"""Classifier: a net that predicts the class of an image.

Source: caffe/python/caffe/classifier.py.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from prototxt.blobs import AnyArray, Array
from prototxt.caffe import io
from prototxt.caffe.arguments import StrPath
from prototxt.caffe.image_input import ImageInputNet
from prototxt.images.crops import average

TEN = 10


class Classifier(ImageInputNet):
    """A net in TEST phase; `predict` resizes images to `image_dims`, crops them to the net's input, and runs it.

    `transformer` does the rest; `image_dims` and `crop_dims` are (height, width).

    Source: caffe/python/caffe/classifier.py.
    """

    def __init__(
        self,
        model_file: StrPath,
        pretrained_file: StrPath,
        image_dims: Sequence[int] | None = None,
        mean: ArrayLike | None = None,
        input_scale: float | None = None,
        raw_scale: float | None = None,
        channel_swap: Sequence[int] | None = None,
        *,
        reshape_weights: bool = False,
    ) -> None:
        """`image_dims` is (height, width), by default the net's own: the whole image is one crop.

        `mean` (K, or K x H x W), the scales and `channel_swap` are those of io.Transformer.
        `reshape_weights`, which pycaffe does not have, is that of Net.
        """
        super().__init__(
            model_file, pretrained_file, mean, input_scale, raw_scale, channel_swap, reshape_weights
        )
        self.crop_dims = self._size()
        self.image_dims = self.crop_dims if image_dims is None or not len(image_dims) else image_dims

    def predict(self, inputs: Sequence[AnyArray], oversample: bool = True) -> Array:
        """The net's first output for images of H x W x K, RGB in 0..1: N x C.

        The mean over ten crops (corners, centre, and all mirrored), or of only the centre where `oversample` is false;
        a net that answers in more than one place gives N x C x H x W then. Raises ValueError where there is no image,
        or where `image_dims` is smaller than the net's input.

        Source: caffe/python/caffe/classifier.py (predict).
        """
        resized = [io.resize_image(np.asarray(image), self.image_dims) for image in inputs]
        if not oversample:
            return self._answers(io.center_crop(resized, self.crop_dims))
        answers = self._answers(io.oversample(resized, self.crop_dims))
        return average(answers.reshape(len(answers), -1), TEN)
