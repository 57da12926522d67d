"""CROP of V1 nets (FCN, 2014), which worked out its offset from the layers before it; today `offset` gives it."""

from __future__ import annotations

from collections.abc import Sequence
from math import isclose
from typing import NamedTuple

from prototxt.schema import Message
from prototxt.schema.caffe_pb2 import ConvolutionParameter, LayerParameter

__all__ = ["SAME_PLACE", "set_offsets"]

SAME_PLACE = {
    "AbsVal", "BNLL", "BatchNorm", "Bias", "Concat", "Dropout", "ELU", "Eltwise", "Exp", "LRN", "Log", "MVN", "PReLU",
    "Power", "ReLU", "Scale", "Sigmoid", "Slice", "Softmax", "Split", "TanH", "Threshold",
}  # fmt: skip
"""Types whose tops have every value at the place it has in the bottom."""

MAX_OFFSET = 2**31
"""No axis of a blob has as many places."""

Pair = tuple[float, float]
"""A number for H and one for W."""


class _Position(NamedTuple):
    """Position of a blob in its root, the blob it derives from: index i lies at scale * i + shift, along H and W."""

    root: str
    scale: Pair = (1.0, 1.0)
    shift: Pair = (0.0, 0.0)

    def then(self, scale: Pair, shift: Pair) -> _Position:
        """The position of a top whose index i lies at scale * i + shift of this blob."""
        moved = tuple(a * t + b for a, t, b in zip(self.scale, shift, self.shift, strict=True))
        scaled = tuple(a * s for a, s in zip(self.scale, scale, strict=True))
        return _Position(self.root, (scaled[0], scaled[1]), (moved[0], moved[1]))


def set_offsets(layers: Sequence[LayerParameter]) -> list[int]:
    """Writes `crop_param` into the Crop layers that have none; returns the indices of those whose offset is unknown.

    Source: the Crop layer of FCN's Caffe (longjon/caffe), crop_layer.cpp; caffe/python/caffe/coord_map.py.
    """
    if not any(layer.type == "Crop" for layer in layers):
        return []
    positions: dict[str, _Position] = {}
    unknown = []
    for index, layer in enumerate(layers):
        bottoms = [positions.get(name, _Position(name)) for name in layer.bottom]
        if layer.type == "Crop" and len(bottoms) == 2 and not layer.HasField("crop_param"):
            offset = _offset(*bottoms)
            if offset is None:
                unknown.append(index)
            else:
                layer.crop_param.offset.extend(offset)
        for top in layer.top:
            positions[top] = _top_position(layer, bottoms, top)
    return unknown


def _offset(first: _Position, second: _Position) -> tuple[int, int] | None:
    """The index of the first blob at which the second begins; None where they do not lie on one grid."""
    if first.root != second.root or not all(map(isclose, first.scale, second.scale)):
        return None
    down, across = ((b - a) / s for a, b, s in zip(first.shift, second.shift, first.scale, strict=True))
    if not all(-0.5 < value < MAX_OFFSET and abs(value - round(value)) < 1e-3 for value in (down, across)):
        return None
    return round(down), round(across)


def _top_position(layer: LayerParameter, bottoms: Sequence[_Position], top: str) -> _Position:
    if bottoms and layer.type in SAME_PLACE:
        return bottoms[0]
    if bottoms and layer.type == "Crop" and layer.crop_param.offset:
        down, across = (*layer.crop_param.offset, *layer.crop_param.offset)[-2:]
        return bottoms[0].then((1.0, 1.0), (down, across))
    if bottoms and layer.type in ("Convolution", "Pooling", "Deconvolution"):
        stride, middle = _window(layer)
        if min(stride) < 1 or layer.pooling_param.global_pooling:
            return _Position(top)
        if layer.type == "Deconvolution":
            back = tuple(-m / s for m, s in zip(middle, stride, strict=True))
            return bottoms[0].then((1 / stride[0], 1 / stride[1]), (back[0], back[1]))
        return bottoms[0].then(stride, middle)
    return _Position(top)


def _window(layer: LayerParameter) -> tuple[Pair, Pair]:
    """The stride and the centre of the first window."""
    p = layer.pooling_param if layer.type == "Pooling" else layer.convolution_param
    kernel, stride, pad = (
        _pair(p, *names)
        for names in (("kernel_size", "kernel", 1), ("stride", "stride", 1), ("pad", "pad", 0))
    )
    dilation = (1.0, 1.0) if layer.type == "Pooling" else _dilation(layer.convolution_param)
    middle = [d * (k - 1) / 2 - q for d, k, q in zip(dilation, kernel, pad, strict=True)]
    return stride, (middle[0], middle[1])


def _dilation(p: ConvolutionParameter) -> Pair:
    """The dilation, by today's name or by DeepLab's."""
    return _pair(p, "dilation", "", 1) if len(p.dilation) else _pair(p, "hole", "hole", 1)


def _pair(p: Message, name: str, each: str, default: float) -> Pair:
    """A field that is one number, a list of one or two, or a number for H and one for W."""
    if each and (p.HasField(f"{each}_h") or p.HasField(f"{each}_w")):
        return getattr(p, f"{each}_h"), getattr(p, f"{each}_w")
    values = getattr(p, name)
    if isinstance(values, int):
        return (values, values) if p.HasField(name) else (default, default)
    return (values[0], values[-1]) if len(values) else (default, default)
