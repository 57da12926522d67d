"""A layer that stands in a net although nothing here does its work. It has no type of its own: see `connect`."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.errors import (
    DataError,
    LayerError,
    MissingLayerError,
    NotRunError,
    UnappliedError,
    UnknownShapeError,
)
from prototxt.layers.base import Layer, LayerSettings
from prototxt.layers.reads import Unread
from prototxt.schema.caffe_pb2 import LayerParameter

__all__ = ["Unknown", "can_stand"]


def can_stand(error: LayerError) -> bool:
    """Whether a layer that raised this can be shown as one that cannot run, beside all else in its net.

    It can where the layer itself is what is not understood: its type, a value in it, the number or the shapes of what
    it reads, or where its shape has to be given. Perhaps a fork means something else by it. It cannot where a file is
    not what it should be.
    """
    return not isinstance(error, DataError)


def _without_frames(error: LayerError) -> LayerError:
    """An error to keep; its traceback would keep alive whatever the functions that raised it were working on."""
    error.__context__ = error.__cause__ = None
    return error.with_traceback(None)


class Unknown(Layer):
    """Whatever a layer computes that cannot run here.

    Its type is not known, or known and not run here, its code is not allowed, its type refuses its parameters or its
    bottoms, or some of its fields are not applied. `why` says the reason, with file, line and layer. The shapes of its
    tops are not known then, nor those of anything that reads them, unless there is a `plain` layer whose tops have the
    same shapes.
    """

    kind = "unknown"

    fork = ""
    bottoms = (0, None)
    tops = (0, None)

    def __init__(
        self, param: LayerParameter, settings: LayerSettings, why: LayerError, plain: Layer | None = None
    ) -> None:
        super().__init__(param, settings)
        self.type = param.type
        self.why = _without_frames(why)
        self.plain = plain

    def _judge(self, param: LayerParameter, unread: tuple[Unread, ...]) -> None:
        """Nothing: nobody expects it to read its fields."""

    @classmethod
    def in_place_of(cls, layer: Layer, why: LayerError) -> Unknown:
        """An Unknown with the name, the type and the blobs of a layer that does not accept its bottoms' shapes."""
        bottoms, tops = [""] * layer.num_bottoms, [""] * layer.num_tops
        param = LayerParameter(name=layer.name, type=layer.type, bottom=bottoms, top=tops)
        unknown = cls(param, layer.settings, why)
        unknown.named_tops, unknown.loss_weights = layer.named_tops, layer.loss_weights
        return unknown

    @property
    def state(self) -> str:
        """The state in words: "shape needed", "unknown" for a type that is not known here, else "cannot run"."""
        if isinstance(self.why, UnknownShapeError):
            return "shape needed"
        is_known = isinstance(self.why, UnappliedError | NotRunError) or not isinstance(
            self.why, MissingLayerError
        )
        return "cannot run" if is_known else "unknown"

    @property
    def refused(self) -> bool:
        """Whether a layer type of this package refuses it: an error in the file, unless a fork means something else."""
        return not isinstance(self.why, MissingLayerError)

    def _loss_weights(self, given: Sequence[float]) -> tuple[float, ...]:
        """Of the tops that the file names; further ones are not known."""
        return (*given, *[0.0] * self.num_tops)[: self.num_tops]
