"""Windows over any number of spatial axes as fields of forks give them: C3D's clips, and NdConvolution's shapes.

C3D has one number for height and width (`kernel_size`, `stride`, `pad`) and one for the length of the clip before them
(`kernel_depth`, `temporal_stride`, `temporal_pad`). NdConvolution and NdPooling have a number for each axis
(`kernel_shape { dim: 3 dim: 3 dim: 3 }`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from prototxt.blobs import Shape
from prototxt.errors import LayerError
from prototxt.layers.common.axes import check_num_axes
from prototxt.layers.common.fields import as_trained, check_least
from prototxt.layers.common.output_size import WindowSpec, check_positive
from prototxt.schema import Message
from prototxt.schema.caffe_pb2 import (
    Convolution3DParameter,
    ConvolutionParameter,
    FillerParameter,
    Pooling3DParameter,
    PoolingParameter,
)

CLIP_AXES = 5
"""The axes of a clip: N x C x L x H x W."""


def check_clip(shape: Shape) -> None:
    """Raises LayerError for a bottom that has not the axes of a clip."""
    check_num_axes(shape, CLIP_AXES, CLIP_AXES, hint="C3D's layers take clips, N x C x L x H x W")


class ClipWindow(NamedTuple):
    """The fields of a window over clips as they are given; None for one that is not."""

    kernel_size: int | None
    kernel_depth: int | None
    stride: int
    temporal_stride: int
    pad: int
    temporal_pad: int

    def spec(self, *, clips: bool = True) -> WindowSpec:
        """The window, length first. Raises LayerError for a kernel that is missing, and for a zero."""
        kernel_size = _needed(self.kernel_size, "kernel_size")
        kernel_depth = _needed(self.kernel_depth, "kernel_depth")
        for name in ("kernel_size", "kernel_depth", "stride", "temporal_stride"):
            check_positive((name, (getattr(self, name),)))
        return WindowSpec(
            (kernel_depth, kernel_size, kernel_size),
            (self.temporal_stride, self.stride, self.stride),
            (self.temporal_pad, self.pad, self.pad),
            clips=clips,
        )


def _needed(value: int | None, field: str) -> int:
    if value is None:
        raise LayerError(f"no {field}", field=field, hint=as_trained(field))
    return value


class ClipConvolution(NamedTuple):
    """What a message says of a convolution over clips."""

    window: ClipWindow
    num_output: int
    filter_group: int
    bias_term: bool
    weight_filler: FillerParameter
    bias_filler: FillerParameter

    def check(self) -> None:
        """Raises LayerError for a number of outputs that is none, or that filter_group does not divide."""
        if not self.num_output:
            raise LayerError("no num_output", field="num_output", hint=as_trained("num_output"))
        check_least(self.filter_group, 1, "filter_group")
        if self.num_output % self.filter_group:
            what = f"{self.num_output} outputs are not divisible by filter_group {self.filter_group}"
            raise LayerError(what, field="filter_group")


def read_clip_convolution(p: ConvolutionParameter | Convolution3DParameter) -> ClipConvolution:
    """The fields of C3D 1.0's convolution_param or C3D 1.1's convolution3d_param."""
    window = ClipWindow(
        _single(p, "kernel_size", None),
        p.kernel_depth if p.HasField("kernel_depth") else None,
        _single(p, "stride", 1) or 0,
        p.temporal_stride,
        _single(p, "pad", 0) or 0,
        p.temporal_pad,
    )
    outputs = p.num_output, p.filter_group, p.bias_term
    return ClipConvolution(window, *outputs, p.weight_filler, p.bias_filler)


def read_clip_pooling(p: PoolingParameter | Pooling3DParameter) -> ClipWindow:
    """The fields of C3D 1.0's pooling_param or C3D 1.1's pooling3d_param: there is no pad along the length."""
    return ClipWindow(
        p.kernel_size if p.HasField("kernel_size") else None,
        p.kernel_depth if p.HasField("kernel_depth") else None,
        p.stride,
        p.temporal_stride,
        p.pad,
        0,
    )


def _single(p: Message, field: str, default: int | None) -> int | None:
    """The one value of a field that Caffe's message repeats and C3D's does not."""
    value: int | Sequence[int] = getattr(p, field)
    if isinstance(value, int):
        return value if p.HasField(field) else default
    values = tuple(value)
    if len(values) > 1:
        depth = {"kernel_size": "kernel_depth", "stride": "temporal_stride", "pad": "temporal_pad"}[field]
        what = (
            f"{len(values)} values of {field}: C3D has one for height and width, and {depth} for the length"
        )
        raise LayerError(what, field=field)
    return values[0] if values else default


def check_one_message(param: Message, old: str, new: str) -> None:
    """Raises LayerError where a layer has both its message of C3D 1.0 and that of C3D 1.1."""
    if param.HasField(old) and param.HasField(new):
        raise LayerError(f"give either {old} or {new}, not both", field=new)


def nd_spec(p: ConvolutionParameter | PoolingParameter) -> WindowSpec:
    """The window of kernel_shape, stride_shape and pad_shape, a number for each spatial axis.

    Raises LayerError without a kernel_shape, where the others have not as many numbers, and for a zero.
    """
    kernel, stride, pad = (
        tuple(map(int, shape.dim)) for shape in (p.kernel_shape, p.stride_shape, p.pad_shape)
    )
    if not kernel:
        raise LayerError("no kernel_shape", field="kernel_shape", hint=as_trained("kernel_shape"))
    for name, values in (("stride_shape", stride), ("pad_shape", pad)):
        if values and len(values) != len(kernel):
            what = f"{name} has {len(values)} numbers, kernel_shape {len(kernel)}: one for each spatial axis"
            raise LayerError(what, field=name)
    check_positive(("kernel_shape", kernel), ("stride_shape", stride))
    if min(pad, default=0) < 0:
        raise LayerError(f"pad_shape must be at least 0, not {min(pad)}", field="pad_shape")
    return WindowSpec(kernel, stride or (1,), pad or (0,))
