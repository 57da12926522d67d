"""Coordinate maps between the tops of a net, and the Crop that aligns one with another.

A map is `(axis, scale, shift)`: place i of the bottom is place `scale * i + shift` of the top, along all axes after
`axis` (None where every axis keeps its places). scale and shift are numbers, or arrays with one number for each of
those axes.

    n.score = crop(n.upscore, n.data)  # FCN: a Crop layer with the offset that fits

Source: caffe/python/caffe/coord_map.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from prototxt.caffe.net_spec import Function, Top, layers
from prototxt.upgrade.crop import SAME_PLACE

__all__ = [
    "PASS_THROUGH_LAYERS",
    "AxisMismatchException",
    "UndefinedMapException",
    "compose",
    "conv_params",
    "coord_map",
    "coord_map_from_to",
    "crop",
    "crop_params",
    "inverse",
]

PASS_THROUGH_LAYERS = sorted(SAME_PLACE - {"Concat", "Slice", "Softmax"})
"""Types whose values keep their coordinates, without those that join or cut along an axis."""

Numbers: TypeAlias = Any
"""A number for all axes, or an array with one for each; NumPy computes with both alike."""

Map = tuple[int | None, Numbers, Numbers]

IDENTITY: Map = (None, 1, 0)

EXACT = 1e-6
"""The tolerance for whole numbers: 1 / 3, say, is no binary fraction."""

_EACH_AXIS = frozenset({"pad_h", "pad_w", "kernel_h", "kernel_w", "stride_h", "stride_w"})


class UndefinedMapException(Exception):  # noqa: N818 - Caffe's name
    """A layer has no coordinate map from its bottom to its top."""


class AxisMismatchException(Exception):  # noqa: N818 - Caffe's name
    """Two maps are along different axes."""


def conv_params(fn: Function) -> tuple[int, Numbers, Numbers, Numbers]:
    """The axis before the spatial ones, stride, kernel size with dilation, and pad of a layer that slides a window.

    Raises AssertionError for fields such as kernel_h, UndefinedMapException where there is no kernel size.
    """
    name = "pooling_param" if fn.type_name == "Pooling" else "convolution_param"
    params = fn.params.get(name, fn.params)
    if _EACH_AXIS & set(params):
        raise AssertionError("cropping does not support legacy _h/_w params")
    if "kernel_size" not in params:
        raise UndefinedMapException(f"{fn.type_name} has no kernel_size: its window has no place")
    kernel, dilation = (np.array(params.get(name, 1), ndmin=1) for name in ("kernel_size", "dilation"))
    stride, pad = np.array(params.get("stride", 1), ndmin=1), np.array(params.get("pad", 0), ndmin=1)
    return params.get("axis", 1), stride, (kernel - 1) * dilation + 1, pad


def crop_params(fn: Function) -> tuple[int, Numbers]:
    """A Crop layer's first cropped axis, and its offsets."""
    params = fn.params.get("crop_param", fn.params)
    return params.get("axis", 2), np.array(params.get("offset", 0), ndmin=1)


def coord_map(fn: Function) -> Map:
    """The map from coordinates in a layer's bottom to coordinates in its top.

    Raises UndefinedMapException for a type without such a map, InnerProduct for example.
    """
    if fn.type_name in ("Convolution", "Pooling", "Im2col"):
        axis, stride, kernel, pad = conv_params(fn)
        return axis, 1 / stride, (pad - (kernel - 1) / 2) / stride
    if fn.type_name == "Deconvolution":
        axis, stride, kernel, pad = conv_params(fn)
        return axis, stride, (kernel - 1) / 2 - pad
    if fn.type_name == "Crop":
        axis, offset = crop_params(fn)
        return axis - 1, 1, -offset
    if fn.type_name in PASS_THROUGH_LAYERS:
        return IDENTITY
    raise UndefinedMapException(f"{fn.type_name} has no coordinate mapping")


def compose(base_map: Map, next_map: Map) -> Map:
    """The map that applies `next_map`, then `base_map`. Raises AxisMismatchException where their axes differ."""
    (axis, scale, shift), (further, next_scale, next_shift) = base_map, next_map
    if axis is not None and further is not None and axis != further:
        raise AxisMismatchException(f"one map goes along the axes after {axis}, the other after {further}")
    return further if axis is None else axis, scale * next_scale, scale * next_shift + shift


def inverse(coord_map: Map) -> Map:
    """The inverse map."""
    axis, scale, shift = coord_map
    return axis, 1 / scale, -shift / scale


def coord_map_from_to(top_from: Top, top_to: Top) -> Map:
    """The map between two tops with a common origin: place i of `top_from` is place `scale * i + shift` of `top_to`.

    Raises RuntimeError where layers with a map lead to no top that both are computed from.
    """
    back: dict[Top, Map] = {}
    _walk_back(top_from, lambda top, to_top: back.setdefault(top, to_top) is None)
    meeting: list[Map] = []

    def meets(top: Top, to_top: Map) -> bool:
        if top in back:
            meeting.append(compose(to_top, inverse(back[top])))
        return bool(meeting)

    _walk_back(top_to, meets)
    if not meeting:
        raise RuntimeError("Could not compute map between tops; are they connected by spatial layers?")
    return meeting[0]


def _walk_back(start: Top, visit: Callable[[Top, Map], bool]) -> None:
    """Visits every top that `start` is computed from, with the map from it to `start`, until a visit returns True."""
    waiting: list[tuple[Top, Map]] = [(start, IDENTITY)]
    known = {start}
    for top, to_start in waiting:
        if visit(top, to_start):
            return
        # A Crop reads only the size of its second bottom.
        bottoms = top.fn.inputs[:1] if top.fn.type_name == "Crop" else top.fn.inputs
        fresh = [bottom for bottom in dict.fromkeys(bottoms) if bottom not in known]
        if not fresh:
            continue
        try:
            further = compose(to_start, coord_map(top.fn))
        except UndefinedMapException:
            continue
        known.update(fresh)
        waiting += [(bottom, further) for bottom in fresh]


def crop(top_from: Top, top_to: Top) -> Top:
    """A Crop layer that cuts `top_from` to the size of `top_to`, aligned with it.

    Raises AssertionError where one is not a part of the other: another scale, an offset that is negative or not whole.
    """
    axis, scale, shift = coord_map_from_to(top_from, top_to)
    if not np.allclose(scale, 1, rtol=0, atol=EXACT):
        raise AssertionError(f"scale mismatch on crop (a = {scale})")
    if not np.all(shift <= EXACT):
        raise AssertionError(f"cannot crop negative offset (b = {shift})")
    if not np.allclose(np.round(shift), shift, rtol=0, atol=EXACT):
        raise AssertionError(f"cannot crop noninteger offset (b = {shift})")
    first = 2 if axis is None else axis + 1
    offset = [int(-value) for value in np.ravel(np.round(shift))]
    cropped: Top = layers.Crop(top_from, top_to, crop_param={"axis": first, "offset": offset})
    return cropped
