"""Deltas: how a box is moved and stretched into another, as Fast R-CNN counts it; corners are pixels.

A delta is (dx, dy, dw, dh): dx widths to the right, dy heights down, exp(dw) times as wide, exp(dh) times as high.
"""

from __future__ import annotations

from prototxt.blobs import Array
from prototxt.util.lazy import np


def _middles(boxes: Array) -> tuple[Array, Array]:
    """Widths and heights, and centres as the fork counts them: half a side behind the first pixel."""
    sides = boxes[:, 2:] - boxes[:, :2] + np.float32(1)
    return sides, boxes[:, :2] + np.float32(0.5) * sides


def decode(boxes: Array, deltas: Array) -> Array:
    """The boxes, moved and stretched: R x 4 each."""
    sides, middles = _middles(boxes)
    middles = deltas[:, :2] * sides + middles
    half = np.float32(0.5) * (np.exp(deltas[:, 2:]) * sides)
    return np.concatenate([middles - half, middles + half], axis=1)


def encode(boxes: Array, targets: Array) -> Array:
    """The deltas that make targets of boxes: R x 4 each."""
    sides, middles = _middles(boxes)
    target_sides, target_middles = _middles(targets)
    return np.concatenate([(target_middles - middles) / sides, np.log(target_sides / sides)], axis=1)


def clip(boxes: Array, height: float, width: float) -> Array:
    """The boxes cut to an image of this size."""
    most = np.array([width, height, width, height], boxes.dtype) - np.float32(1)
    clipped: Array = np.maximum(np.minimum(boxes, most), np.float32(0))
    return clipped
