"""A layer that stands in a net although nothing here does its work. It has no type of its own: see `connect`."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.errors import MissingLayerError
from prototxt.layers.base import Layer, LayerSettings
from prototxt.schema.caffe_pb2 import LayerParameter


class Unknown(Layer):
    """Whatever a layer computes whose type is not known here, or whose code the user has not allowed.

    The shapes of its tops are not known either, nor those of anything that reads them. `why` says what is missing,
    with file, line and layer.
    """

    kind = "unknown"

    fork = ""
    bottoms = (0, None)
    tops = (0, None)

    def __init__(self, param: LayerParameter, settings: LayerSettings, why: MissingLayerError) -> None:
        super().__init__(param, settings)
        self.type = param.type
        self.why = why

    def _loss_weights(self, given: Sequence[float]) -> tuple[float, ...]:
        """The tops that the file names; further ones are not known."""
        return tuple(given)
