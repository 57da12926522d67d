"""Convolution and pooling in PyTorch."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.export.call import Call, call_code, per_axis, unless_all
from prototxt.export.pytorch.rule import pytorch_rule
from prototxt.graph.context import LayerContext
from prototxt.layers.common.convolution_base import ConvolutionBase
from prototxt.layers.common.window import Axis
from prototxt.layers.convolution import Convolution
from prototxt.layers.deconvolution import Deconvolution
from prototxt.layers.pooling import Pooling


@pytorch_rule.register
def pytorch_convolution(layer: Convolution, context: LayerContext) -> Call:
    """nn.Conv1d to nn.Conv3d."""
    call = _convolution(layer, context, "nn.Conv")
    if call.code and any(axis.slack < 0 for axis in context.axes):
        return Call("", call.weights, ("the kernel is larger than the padded input: PyTorch refuses it",))
    return call


@pytorch_rule.register
def pytorch_deconvolution(layer: Deconvolution, context: LayerContext) -> Call:
    """nn.ConvTranspose1d to nn.ConvTranspose3d."""
    return _convolution(layer, context, "nn.ConvTranspose")


def _convolution(layer: ConvolutionBase, context: LayerContext, name: str) -> Call:
    """A convolution, or its transpose."""
    shape, window = context.bottom[0], layer.window(context.bottom[0])
    if layer.channel_axis(shape) != 1 or len(window.kernel) not in (1, 2, 3):
        return Call("", differs=("PyTorch has channels on axis 1 and 1 to 3 spatial axes",))
    group = layer.groups(shape)
    code = call_code(
        f"{name}{len(window.kernel)}d",
        *(shape[1], layer.outputs(shape)),
        kernel_size=per_axis(window.kernel),
        stride=unless_all(1, window.stride),
        padding=unless_all(0, window.pad),
        dilation=unless_all(1, window.dilation),
        groups=group if group > 1 else None,
        bias=None if layer.bias_term else False,
    )
    return Call(code, (("weight", "weights"), *[("bias", "bias")] * layer.bias_term))


@pytorch_rule.register
def pytorch_pooling(layer: Pooling, context: LayerContext) -> Call:
    """nn.MaxPool1d to nn.MaxPool3d and nn.AvgPool1d to nn.AvgPool3d, with ceil_mode."""
    window, out, axes = layer.window(context.bottom[0]), context.top[0][2:], context.axes
    number = len(axes)
    kind = {"MAX": "Max", "AVE": "Avg"}.get(layer.method)
    if kind is None:
        return Call("", differs=("PyTorch has no stochastic pooling",))
    if number not in (1, 2, 3):
        return Call("", differs=("PyTorch pools over 1 to 3 spatial axes",))
    if window.kernel == context.bottom[0][2:] and set(out) == {1} and not any(window.pad):
        return Call(call_code(f"nn.Adaptive{kind}Pool{number}d", 1))
    refused = ["PyTorch refuses a pad of more than half the kernel"] * any(2 * a.pad > a.kernel for a in axes)
    if tuple(_pytorch_windows(axis, layer.floor) for axis in axes) != out:
        refused.append("PyTorch leaves out a last window that starts after the image, also without padding")
    code = call_code(
        f"nn.{kind}Pool{number}d",
        per_axis(window.kernel),
        stride=per_axis(window.stride),
        padding=unless_all(0, window.pad),
        ceil_mode=None if layer.floor else True,
        count_include_pad=False if layer.method == "AVE" and not window.counts_pad else None,
    )
    return Call("" if refused else code, differs=(*refused, *_pooling_notes(layer, axes)))


def _pytorch_windows(axis: Axis, floor: bool) -> int:
    """The windows in PyTorch: with ceil_mode none starts after the image and the padding before it."""
    windows = (axis.slack if floor else axis.slack + axis.stride - 1) // axis.stride + 1
    starts_after = (windows - 1) * axis.stride >= axis.size + axis.pad
    return windows - 1 if starts_after and not floor else windows


def _pooling_notes(layer: Pooling, axes: Sequence[Axis]) -> list[str]:
    notes = []
    if not layer.floor and any(axis.slack % axis.stride for axis in axes):
        notes.append("without ceil_mode, which is off by default, there would be a row or column less")
    elif not layer.floor:
        notes.append("ceil_mode changes nothing for this input size; for others it does")
    if layer.method == "AVE" and any(axis.pad and axis.counts_pad for axis in axes):
        notes.append("the padding counts in the average, as with count_include_pad=True, the default")
    return notes
