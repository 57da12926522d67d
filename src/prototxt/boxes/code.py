"""How a net tells boxes: as differences from prior boxes."""

from __future__ import annotations

from prototxt.blobs import Array
from prototxt.util.lazy import np

CODES = ("CORNER", "CENTER_SIZE", "CORNER_SIZE")
"""CORNER: corners less the prior's. CORNER_SIZE: that over the prior's size. CENTER_SIZE: centres over the prior's
size, then logarithms of sizes."""


def decode(code: str, priors: Array, told: Array) -> Array:
    """The boxes that differ from `priors` by `told`: x1, y1, x2, y2 on the last axis of all."""
    with np.errstate(over="ignore", invalid="ignore"):
        if code == "CENTER_SIZE":
            size = sizes(priors)
            middle, half = told[..., :2] * size + centres(priors), np.exp(told[..., 2:]) * size / 2
            return np.concatenate([middle - half, middle + half], -1)
        boxes: Array = priors + told * _unit(code, priors)
    return boxes


def encode(code: str, priors: Array, boxes: Array) -> Array:
    """By what `boxes` differ from `priors`: the reverse of `decode`."""
    with np.errstate(divide="ignore", invalid="ignore"):
        if code == "CENTER_SIZE":
            size = sizes(priors)
            moved = (centres(boxes) - centres(priors)) / size
            return np.concatenate([moved, np.log(sizes(boxes) / size)], -1)
        told: Array = (boxes - priors) / _unit(code, priors)
    return told


def _unit(code: str, priors: Array) -> Array:
    """What differences of corners are told in."""
    size = sizes(priors)
    return np.concatenate([size, size], -1) if code == "CORNER_SIZE" else np.ones_like(priors)


def centres(boxes: Array) -> Array:
    """x and y of the middles."""
    middle: Array = (boxes[..., :2] + boxes[..., 2:]) / np.float32(2)
    return middle


def sizes(boxes: Array) -> Array:
    """Width and height, below 0 where the corners are turned over."""
    size: Array = boxes[..., 2:] - boxes[..., :2]
    return size
