"""Dropout: while training, some values are set to 0 at random; otherwise nothing happens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from prototxt.errors import LayerError
from prototxt.layers.base import TRAIN, Array, Cost, Layer, Shape, count
from prototxt.layers.registry import layer
from prototxt.lazy import np


@layer("Dropout")
class Dropout(Layer):
    """Drops a share of the values while training and scales up the rest, so that the expected sum stays.

    Formula:
        TRAIN: y = x * keep / (1 - dropout_ratio), keep = 0 with a chance of dropout_ratio, else 1
        TEST:  y = x

    Shapes:
        x: any, y alike

    Pitfalls:
        The scaling happens in training, not at TEST: a trained net needs no correction.

    Example:
        layer {
          name: "drop6" type: "Dropout" bottom: "fc6" top: "fc6"
          dropout_param { dropout_ratio: 0.5 }
        }

    Source: caffe/src/caffe/layers/dropout_layer.cpp.
    """

    def setup(self, param: Any) -> None:
        self.dropout_ratio: float = param.dropout_param.dropout_ratio
        if not 0 <= self.dropout_ratio < 1:
            what = f"dropout_ratio must be at least 0 and below 1, not {self.dropout_ratio:g}"
            raise LayerError(what, field="dropout_ratio")

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        x = bottom[0]
        if self.phase != TRAIN:
            return [x]
        keep = self.rng.random(x.shape, np.float32) >= np.float32(self.dropout_ratio)
        return [x * keep * np.float32(1 / (1 - self.dropout_ratio))]

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        return Cost(multiplications=2 * count(top[0])) if self.phase == TRAIN else Cost()

    def brief(self, bottom: Sequence[Shape]) -> str:
        return f"{self.dropout_ratio:g}"
