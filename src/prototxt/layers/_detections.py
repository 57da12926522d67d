"""What detectors' layers share: prior boxes as PriorBox makes them, rows of detections."""

from __future__ import annotations

from prototxt.errors import LayerError
from prototxt.layers.base import Array, Shape, count, show
from prototxt.lazy import np


def num_priors(shape: Shape) -> int:
    """How many prior boxes a bottom of 1 x 2 x (P * 4) holds; raises LayerError for any other shape."""
    if len(shape) < 3 or shape[:2] != (1, 2) or shape[2] % 4 or count(shape[3:]) != 1 or not shape[2]:
        what = f"prior boxes must be 1 x 2 x (boxes * 4), boxes and variances, got {show(shape)}"
        raise LayerError(what, field="bottom")
    return shape[2] // 4


def read_priors(x: Array, *, sized: bool) -> tuple[Array, Array]:
    """Prior boxes and their variances, P x 4 both.

    Raises LayerError where they are to be `sized` and one has no width or height.
    """
    boxes, variances = x.reshape(2, -1, 4)
    flat = ~(boxes[:, 2:] > boxes[:, :2]).all(1)
    if sized and flat.any():
        which = int(flat.argmax())
        corners = ", ".join(f"{value:g}" for value in boxes[which])
        raise LayerError(f"prior box {which} ({corners}) has no width or no height", field="bottom")
    return boxes, variances


def detections(rows: Array, images: int) -> Array:
    """The top of a detector: the rows it found, or where there are none one of -1 for each image."""
    if not len(rows):
        rows = np.full((images, 7), -1, np.float32)
        rows[:, 0] = np.arange(images)
    return rows[None, None]
