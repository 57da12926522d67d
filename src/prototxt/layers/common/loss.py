"""Loss layers: two bottoms of one batch, one number, and the divisor of that number."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape, count, format_shape
from prototxt.errors import LayerError
from prototxt.schema.caffe_pb2 import LossParameter
from prototxt.util.lazy import np

LOG_THRESHOLD = 1e-20
"""kLOG_THRESHOLD: a probability below it counts as this much (loss_layer.hpp)."""


def check_batch(bottom: Sequence[Shape]) -> None:
    """Raises LayerError unless the first two bottoms have the same number of items."""
    for shape in bottom[:2]:
        if not shape:
            raise LayerError("needs bottoms of at least 1 axis, the items; got a scalar", field="bottom")
    if bottom[0][0] != bottom[1][0]:
        what = (
            f"both bottoms must have the same number of items, got {format_shape(bottom[0])} and "
            f"{format_shape(bottom[1])}"
        )
        raise LayerError(what, field="bottom")


def check_item_size(bottom: Sequence[Shape]) -> None:
    """Raises LayerError unless the first two bottoms have as many items, with as many values each."""
    check_batch(bottom)
    if count(bottom[0]) != count(bottom[1]):
        each = " and ".join(
            f"{format_shape(shape)} ({count(shape[1:])} values an item)" for shape in bottom[:2]
        )
        raise LayerError(f"both bottoms must hold as many values, got {each}", field="bottom")


def check_one_label(bottom: Sequence[Shape], which: int = 1) -> None:
    """Raises LayerError unless bottom `which` has one value for each item."""
    if count(bottom[which]) != bottom[0][0]:
        what = f"bottom {which} must hold one value for each of {bottom[0][0]} items, got {format_shape(bottom[which])}"
        raise LayerError(what, field="bottom")


def scalar(value: float | np.floating) -> list[Array]:
    """The one top of a loss layer: a single number without axes."""
    return [np.array(value, np.float32)]


def normalization(loss_param: LossParameter, default: str | None = None, *, pre_fixed: bool = False) -> str:
    """FULL, VALID, BATCH_SIZE or NONE; the old `normalize` counts where `normalization` is not given.

    `default` takes the place of the schema's. Raises LayerError for PRE_FIXED unless the layer is one of those
    that have it in forks (`pre_fixed`).
    """
    normalize = loss_param.normalize if loss_param.HasField("normalize") else None
    if not loss_param.HasField("normalization"):
        if normalize is not None:
            return "VALID" if normalize else "BATCH_SIZE"
        if default is not None:
            return default
    name = LossParameter.NormalizationMode.Name(loss_param.normalization)
    if name == "PRE_FIXED" and not pre_fixed:
        what = "normalization PRE_FIXED (100) is not for this layer: give FULL, VALID, BATCH_SIZE or NONE"
        raise LayerError(what, field="normalization")
    return name


def divisor(mode: str, outer: int, inner: int, counted: int) -> float:
    """The divisor of a sum of losses: all positions, those that count, the batch, or 1; never below 1."""
    return max(1.0, {"FULL": outer * inner, "VALID": counted, "BATCH_SIZE": outer, "NONE": 1}[mode])
