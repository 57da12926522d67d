"""Dropout: while training, some values are set to 0 at random; otherwise nothing happens."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import TRAIN, Array, Shape, count
from prototxt.errors import LayerError
from prototxt.layers.base import Cost, Layer
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter
from prototxt.util.lazy import np


@layer("Dropout")
class Dropout(Layer):
    """Drops a share of the values while training and scales up the rest, so that the expected sum stays.

    Formula:
        TRAIN: y = x * keep / (1 - dropout_ratio), keep = 0 with a chance of dropout_ratio, else 1
        TEST:  y = x; as at TRAIN with `sample_weights_test: true`
        with `scale_train: false` TRAIN: y = x * keep, TEST: y = x * (1 - dropout_ratio)

    Shapes:
        x: any, y alike

    Pitfalls:
        The scaling happens in training, not at TEST: a trained net needs no correction. `scale_train: false`, a field
        of the R-CNN forks, moves it to TEST. SegNet's `sample_weights_test` draws at TEST too, so that a batch of
        copies of one image shows how sure a net is.

    Example:
        layer {
          name: "drop6" type: "Dropout" bottom: "fc6" top: "fc6"
          dropout_param { dropout_ratio: 0.5 }
        }

    Source: caffe/src/caffe/layers/dropout_layer.cpp; SegNet's fork for sample_weights_test, rbgirshick's
    caffe-fast-rcnn for scale_train.
    """

    kind = "neuron"

    @property
    def stateful(self) -> bool:
        return self.drops

    def setup(self, param: LayerParameter) -> None:
        p = param.dropout_param
        drops = p.sample_weights_test or self.phase == TRAIN
        self.take(p.dropout_ratio, drops=drops, scale_train=p.scale_train)

    def take(self, ratio: float, drops: bool, *, scale_train: bool = True) -> None:
        """The share that is dropped, whether any is, and whether training scales up what it keeps."""
        self.dropout_ratio, self.drops, self.scale_train = ratio, drops, scale_train
        if not 0 <= self.dropout_ratio < 1:
            what = f"dropout_ratio must be at least 0 and below 1, not {self.dropout_ratio:g}"
            raise LayerError(what, field="dropout_ratio")

    @property
    def factor(self) -> float:
        """The number that every value is multiplied with, if it is kept."""
        if self.drops:
            return 1 / (1 - self.dropout_ratio) if self.scale_train else 1.0
        return 1.0 if self.scale_train else 1 - self.dropout_ratio

    @property
    def passes_on(self) -> bool:
        """Whether the top is the bottom."""
        return not self.drops and self.factor == 1

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        x = bottom[0]
        if self.passes_on:
            return [x]
        if not self.drops:
            return [x * np.float32(self.factor)]
        keep = self.rng.random(self.together(x.shape), np.float32) >= np.float32(self.dropout_ratio)
        return [x * keep * np.float32(self.factor)]

    def together(self, shape: Shape) -> Shape:
        """Number of draws along each axis: one for each value."""
        return shape

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        return Cost(multiplications=(self.drops + (self.factor != 1)) * count(top[0]))

    def brief(self, bottom: Sequence[Shape]) -> str:
        return f"{self.dropout_ratio:g}"
