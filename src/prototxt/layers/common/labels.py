"""Labels and other whole numbers in float blobs: read the way a C cast does, and checked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from prototxt.blobs import Array, Shape, count, format_shape
from prototxt.errors import LayerError
from prototxt.layers.common.axes import canonical_axis
from prototxt.schema.caffe_pb2 import AccuracyParameter, LossParameter
from prototxt.util.lazy import np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Labels = NDArray[np.intp]
    Mask = NDArray[np.bool_]
else:
    Labels, Mask = "NDArray[np.intp]", "NDArray[np.bool_]"


def class_view(shape: Shape, axis: int) -> tuple[int, int, int]:
    """Scores as outer x classes x inner, the classes along `axis`."""
    axis = canonical_axis(axis, shape)
    return count(shape[:axis]), shape[axis], count(shape[axis + 1 :])


def check_label_count(bottom: Sequence[Shape], axis: int) -> None:
    """Raises LayerError unless the second bottom has one label for each place of the first."""
    outer, _, inner = class_view(bottom[0], axis)
    if count(bottom[1]) != outer * inner:
        what = (
            f"{format_shape(bottom[1])} holds {count(bottom[1])} labels; scores of "
            f"{format_shape(bottom[0])} with their classes "
            f"on axis {canonical_axis(axis, bottom[0])} need {outer * inner}"
        )
        raise LayerError(what, field="bottom")


def ignore_label(param: LossParameter | AccuracyParameter) -> int | None:
    """The label that does not count, None where every label does."""
    return param.ignore_label if param.HasField("ignore_label") else None


def read_labels(x: Array, classes: int, ignore: int | None = None) -> tuple[Labels, Mask]:
    """Labels as indices, and which of them count; an ignored one becomes 0.

    Raises LayerError for a label that counts and is no class.
    """
    whole = np.trunc(x)
    counted: Mask = np.ones(x.shape, np.bool_) if ignore is None else whole != ignore
    bad = counted & ~((whole >= 0) & (whole < classes))
    if bad.any():
        what = f"label {x[bad][0]:g} is no class: there are {classes}, counted from 0"
        raise LayerError(what, field="bottom", hint="loss_param and accuracy_param have an ignore_label")
    return np.where(counted, whole, 0).astype(np.intp), counted


def read_indices(x: Array, size: int, what: str) -> Labels:
    """Indices into an axis of `size`; raises LayerError, calling one of them `what`, for those outside it."""
    bad = ~((x >= 0) & (x < size))
    if bad.any():
        raise LayerError(f"{what} {x[bad][0]:g} is out of range: it must be 0 to {size - 1}", field="bottom")
    return x.astype(np.intp)
