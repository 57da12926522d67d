"""CROP of V1 nets (FCN, 2014): it found by itself which piece lies under its second bottom; today `offset` says it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isclose

from prototxt.schema import Message
from prototxt.schema.caffe_pb2 import LayerParameter

SAME_PLACE = {
    "AbsVal", "BNLL", "BatchNorm", "Bias", "Concat", "Dropout", "ELU", "Eltwise", "Exp", "LRN", "Log", "MVN", "PReLU",
    "Power", "ReLU", "Scale", "Sigmoid", "Slice", "Softmax", "Split", "TanH", "Threshold",
}  # fmt: skip
"""Types whose tops have every value where it was."""

MOST = 2**31
"""No axis of a blob is as long as that."""

Pair = tuple[float, float]
"""A number for H and one for W."""


@dataclass(frozen=True, slots=True)
class _Seat:
    """Where a blob's place i lies in the blob that it all comes from: at scale * i + shift, along H and W."""

    root: str
    scale: Pair = (1.0, 1.0)
    shift: Pair = (0.0, 0.0)

    def then(self, scale: Pair, shift: Pair) -> _Seat:
        """The seat of a top whose place i lies at scale * i + shift of this blob."""
        moved = tuple(a * t + b for a, t, b in zip(self.scale, shift, self.shift, strict=True))
        scaled = tuple(a * s for a, s in zip(self.scale, scale, strict=True))
        return _Seat(self.root, (scaled[0], scaled[1]), (moved[0], moved[1]))


def set_offsets(layers: Sequence[LayerParameter]) -> list[str]:
    """Writes `crop_param` into LayerParameters of Crop without one; the names of those whose offset cannot be told.

    Source: the Crop layer of FCN's Caffe (longjon/caffe), crop_layer.cpp; caffe/python/caffe/coord_map.py.
    """
    if not any(layer.type == "Crop" for layer in layers):
        return []
    seats: dict[str, _Seat] = {}
    untold = []
    for layer in layers:
        bottoms = [seats.get(name, _Seat(name)) for name in layer.bottom]
        if layer.type == "Crop" and len(bottoms) == 2 and not layer.HasField("crop_param"):
            offset = _offset(*bottoms)
            if offset is None:
                untold.append(layer.name)
            else:
                layer.crop_param.offset.extend(offset)
        for top in layer.top:
            seats[top] = _top_seat(layer, bottoms, top)
    return untold


def _offset(first: _Seat, second: _Seat) -> tuple[int, int] | None:
    """Where the second blob begins in the first; None where they are not parts of one grid."""
    if first.root != second.root or not all(map(isclose, first.scale, second.scale)):
        return None
    down, across = ((b - a) / s for a, b, s in zip(first.shift, second.shift, first.scale, strict=True))
    if not all(-0.5 < value < MOST and abs(value - round(value)) < 1e-3 for value in (down, across)):
        return None
    return round(down), round(across)


def _top_seat(layer: LayerParameter, bottoms: Sequence[_Seat], top: str) -> _Seat:
    if bottoms and layer.type in SAME_PLACE:
        return bottoms[0]
    if bottoms and layer.type == "Crop" and layer.crop_param.offset:
        down, across = (*layer.crop_param.offset, *layer.crop_param.offset)[-2:]
        return bottoms[0].then((1.0, 1.0), (down, across))
    if bottoms and layer.type in ("Convolution", "Pooling", "Deconvolution"):
        stride, middle = _window(layer)
        if min(stride) < 1 or layer.pooling_param.global_pooling:
            return _Seat(top)
        if layer.type == "Deconvolution":
            back = tuple(-m / s for m, s in zip(middle, stride, strict=True))
            return bottoms[0].then((1 / stride[0], 1 / stride[1]), (back[0], back[1]))
        return bottoms[0].then(stride, middle)
    return _Seat(top)


def _window(layer: LayerParameter) -> tuple[Pair, Pair]:
    """The stride, and where the middle of the first window lies."""
    p = layer.pooling_param if layer.type == "Pooling" else layer.convolution_param
    kernel, stride, pad = (
        _pair(p, *names)
        for names in (("kernel_size", "kernel", 1), ("stride", "stride", 1), ("pad", "pad", 0))
    )
    dilation = (1.0, 1.0) if layer.type == "Pooling" else _pair(p, "dilation", "", 1)
    middle = [d * (k - 1) / 2 - q for d, k, q in zip(dilation, kernel, pad, strict=True)]
    return stride, (middle[0], middle[1])


def _pair(p: Message, name: str, each: str, default: float) -> Pair:
    """A field that is one number, a list of one or two, or a number for H and one for W."""
    if each and (p.HasField(f"{each}_h") or p.HasField(f"{each}_w")):
        return getattr(p, f"{each}_h"), getattr(p, f"{each}_w")
    values = getattr(p, name)
    if isinstance(values, int):
        return (values, values) if p.HasField(name) else (default, default)
    return (values[0], values[-1]) if len(values) else (default, default)
