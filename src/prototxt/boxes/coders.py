"""Box coders: boxes as offsets from reference boxes, and back.

SSD's coders (`encode`, `decode`) take offsets from prior boxes whose corners are parts of the image. Fast R-CNN's
(`encode_deltas`, `decode_deltas`) take corners in pixels, where a box of one pixel has x1 = x2 and width 1.

Source: ssd/src/caffe/util/bbox_util.cpp (EncodeBBox, DecodeBBox); py-faster-rcnn/lib/fast_rcnn/bbox_transform.py.
"""

from __future__ import annotations

from prototxt.blobs import Array
from prototxt.util.lazy import np

__all__ = ["CODES", "centres", "clip", "decode", "decode_deltas", "encode", "encode_deltas", "sizes"]

CODES = ("CORNER", "CENTER_SIZE", "CORNER_SIZE")
"""SSD's codes. CORNER: differences of the corners. CORNER_SIZE: the same divided by the prior's size. CENTER_SIZE:
differences of the centres divided by the prior's size, then logarithms of the ratios of sizes."""


def decode(code: str, priors: Array, offsets: Array) -> Array:
    """Returns the boxes at `offsets` from `priors`; x1, y1, x2, y2 on the last axis of all three."""
    with np.errstate(over="ignore", invalid="ignore"):
        if code == "CENTER_SIZE":
            size = sizes(priors)
            centre, half = offsets[..., :2] * size + centres(priors), np.exp(offsets[..., 2:]) * size / 2
            return np.concatenate([centre - half, centre + half], -1)
        boxes: Array = priors + offsets * _unit(code, priors)
    return boxes


def encode(code: str, priors: Array, boxes: Array) -> Array:
    """Returns the offsets of `boxes` from `priors`: the reverse of `decode`."""
    with np.errstate(divide="ignore", invalid="ignore"):
        if code == "CENTER_SIZE":
            size = sizes(priors)
            shift = (centres(boxes) - centres(priors)) / size
            return np.concatenate([shift, np.log(sizes(boxes) / size)], -1)
        offsets: Array = (boxes - priors) / _unit(code, priors)
    return offsets


def _unit(code: str, priors: Array) -> Array:
    """The unit of each corner's offset: the prior's width and height, or 1."""
    size = sizes(priors)
    return np.concatenate([size, size], -1) if code == "CORNER_SIZE" else np.ones_like(priors)


def centres(boxes: Array) -> Array:
    """Returns x and y of the centres."""
    centre: Array = (boxes[..., :2] + boxes[..., 2:]) / np.float32(2)
    return centre


def sizes(boxes: Array) -> Array:
    """Returns width and height, negative where the corners are swapped."""
    size: Array = boxes[..., 2:] - boxes[..., :2]
    return size


def decode_deltas(boxes: Array, deltas: Array) -> Array:
    """Returns the boxes moved and scaled by deltas, R x 4 each.

    A delta is dx, dy, dw, dh: the centre moves by dx widths and dy heights, width and height grow by the factors
    exp(dw) and exp(dh).
    """
    sides, centre = _sides_and_centres(boxes)
    centre = deltas[:, :2] * sides + centre
    half = np.float32(0.5) * (np.exp(deltas[:, 2:]) * sides)
    return np.concatenate([centre - half, centre + half], axis=1)


def encode_deltas(boxes: Array, targets: Array) -> Array:
    """Returns the deltas that turn `boxes` into `targets`, R x 4 each: the reverse of `decode_deltas`."""
    sides, centre = _sides_and_centres(boxes)
    target_sides, target_centre = _sides_and_centres(targets)
    return np.concatenate([(target_centre - centre) / sides, np.log(target_sides / sides)], axis=1)


def _sides_and_centres(boxes: Array) -> tuple[Array, Array]:
    """Widths and heights in pixels, and centres as Fast R-CNN counts them: half a side after the first pixel."""
    sides = boxes[:, 2:] - boxes[:, :2] + np.float32(1)
    return sides, boxes[:, :2] + np.float32(0.5) * sides


def clip(boxes: Array, height: float, width: float) -> Array:
    """Returns the boxes cut to an image of this size in pixels, R x 4."""
    last = np.array([width, height, width, height], boxes.dtype) - np.float32(1)
    clipped: Array = np.maximum(np.minimum(boxes, last), np.float32(0))
    return clipped
