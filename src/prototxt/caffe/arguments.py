"""The arguments that pycaffe's Net takes: two signatures, files that must be readable, batches that must be full."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from prototxt.blobs import Array, Shape, format_shape

TRAIN, TEST = range(2)

StrPath = str | os.PathLike[str]


def check_readable(file: StrPath | None) -> None:
    """Raise RuntimeError for a file that cannot be read, in Caffe's words."""
    if file is not None and not os.access(file, os.R_OK):
        raise RuntimeError(f"Could not open file {os.fspath(file)}")


def net_arguments(args: Sequence[Any], named: Mapping[str, Any]) -> dict[str, Any]:
    """`phase`, `level`, `stages` and `weights`, of both signatures, and `reshape_weights`, by name only.

    Raises TypeError for what is neither.
    """
    is_old = bool(args) and isinstance(args[0], str | os.PathLike)
    order = ["weights", "phase"] if is_old else ["phase", "level", "stages", "weights"]
    placed = dict(zip(order, args, strict=False))
    options = {"phase": None, "level": 0, "stages": None, "weights": None, "reshape_weights": False}
    unknown = [name for name in named if name not in options or name in placed]
    if len(args) > len(order) or unknown or {**placed, **named}.get("phase") not in (TRAIN, TEST):
        raise TypeError(
            "Net takes (file, phase, level=0, stages=None, weights=None) or (file, weights, phase), "
            "phase being caffe.TRAIN or caffe.TEST"
        )
    return {**options, **placed, **named}


def filled(values: Array, size: int) -> Array:
    """A batch of this size, with zeros after the last value."""
    short = size - len(values)
    return np.concatenate([values, np.zeros((short, *values.shape[1:]), values.dtype)]) if short else values


def input_batches(data: ArrayLike, labels: ArrayLike, batch: int, item: Shape) -> list[tuple[Array, Array]]:
    """N x ... images and N labels as batches: views of the arrays, where they are float32.

    Raises RuntimeError for arrays of other shapes and for less than whole batches, in Caffe's words.
    """
    images, numbers = np.asarray(data, np.float32), np.asarray(labels, np.float32)
    if images.shape[1:] != item:
        raise RuntimeError(f"data array must be N x {format_shape(item)}, not {format_shape(images.shape)}")
    if numbers.shape[:1] != images.shape[:1] or numbers.size != len(images):
        raise RuntimeError("data and labels must have the same first dimension, and one label an image")
    if len(images) % batch or not len(images):
        raise RuntimeError(
            f"first dimensions of input arrays must be a multiple of batch size: {len(images)}, {batch}"
        )
    parts = [slice(start, start + batch) for start in range(0, len(images), batch)]
    return [(images[part], numbers[part]) for part in parts]
