"""Convolution and pooling in Keras."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.export.call import Call, call_code, per_axis, unless_all
from prototxt.export.keras.rule import keras_rule
from prototxt.graph.context import LayerContext
from prototxt.layers.common.convolution_base import ConvolutionBase
from prototxt.layers.common.window import Axis
from prototxt.layers.convolution import Convolution
from prototxt.layers.deconvolution import Deconvolution
from prototxt.layers.pooling import Pooling

NO_AXES = Call("", differs=("Keras has one axis of channels and 1 to 3 spatial axes",))


def _pads_like_same(axis: Axis) -> bool:
    """Whether padding="same" pads this axis as the layer does: the smaller half before, where the sum is odd."""
    out = -(-axis.size // axis.stride)
    padding = max((out - 1) * axis.stride + axis.extent - axis.size, 0)
    return out == axis.out and padding // 2 == axis.pad


def _weights(layer: ConvolutionBase, kernel: str) -> tuple[tuple[str, str], ...]:
    return (("kernel", kernel), *[("bias", "bias")] * layer.bias_term)


@keras_rule.register
def keras_convolution(layer: Convolution, context: LayerContext) -> Call:
    """layers.Conv1D to layers.Conv3D, or layers.DepthwiseConv2D."""
    shape, axes = context.bottom[0], context.axes
    window, number = layer.window(shape), len(axes)
    if layer.channel_axis(shape) != 1 or number not in (1, 2, 3):
        return NO_AXES
    if set(window.stride) - {1} and set(window.dilation) - {1}:
        return Call("", differs=("Keras takes either strides or dilation_rate, not both",))
    if any(axis.slack < 0 for axis in axes):
        return Call("", differs=("the kernel is larger than the padded input: Keras refuses it",))
    same = any(window.pad) and all(map(_pads_like_same, axes))
    options = {
        "strides": unless_all(1, window.stride),
        "padding": "same" if same else None,
        "dilation_rate": unless_all(1, window.dilation),
        "use_bias": None if layer.bias_term else False,
    }
    kernel, group, outputs = per_axis(window.kernel), layer.groups(shape), layer.outputs(shape)
    if 1 < group == shape[1] and number == 2 and len(set(window.stride)) == 1:
        multiplier = outputs // group
        depth = multiplier if multiplier > 1 else None
        code = call_code("layers.DepthwiseConv2D", kernel, depth_multiplier=depth, **options)
        by_group = f"{group}, {multiplier}, {window.kernel[0]}, {window.kernel[1]}"
        weights = f"weights.reshape({by_group}).transpose(2, 3, 0, 1)"
    else:
        groups = group if group > 1 else None
        code = call_code(f"layers.Conv{number}D", outputs, kernel, groups=groups, **options)
        weights = f"weights.transpose{(*range(2, number + 2), 1, 0)}"
    padded = code if same or not any(window.pad) else f"{code}({_zero_padding(window.pad)})"
    return Call(padded, _weights(layer, weights), tuple(_padding_notes(axes, same)))


def _zero_padding(pad: Sequence[int]) -> str:
    return call_code(f"layers.ZeroPadding{len(pad)}D", per_axis(pad)) + "(x)"


def _padding_notes(axes: Sequence[Axis], same: bool) -> list[str]:
    if not any(axis.pad for axis in axes):
        return []
    if same:
        strided = any(axis.stride > 1 for axis in axes)
        return ['padding="same" pads as the layer does for this input size; for others it may not'] * strided
    return ['padding="same" would pad differently: as much as the size needs, and less before than after']


@keras_rule.register
def keras_deconvolution(layer: Deconvolution, context: LayerContext) -> Call:
    """layers.Conv1DTranspose to layers.Conv3DTranspose, then layers.Cropping for the padding."""
    shape = context.bottom[0]
    window, number = layer.window(shape), len(context.axes)
    if layer.channel_axis(shape) != 1 or number not in (1, 2, 3):
        return NO_AXES
    if layer.groups(shape) > 1:
        no_groups = f"Conv{number}DTranspose has no groups: use one per group, or expand the weights"
        return Call("", differs=(no_groups,))
    if set(window.dilation) - {1}:
        return Call("", differs=("Keras pads a dilated transpose differently",))
    code = call_code(
        f"layers.Conv{number}DTranspose",
        *(layer.outputs(shape), per_axis(window.kernel)),
        strides=unless_all(1, window.stride),
        use_bias=None if layer.bias_term else False,
    )
    # Without padding Keras makes a whole stride per value, also where the kernel is shorter.
    after = [p + max(s - k, 0) for p, s, k in zip(window.pad, window.stride, window.kernel, strict=True)]
    cut = tuple(zip(window.pad, after, strict=True))
    cropping = f"layers.Cropping{number}D({cut if number > 1 else cut[0]})"
    weights = f"weights.transpose{(*range(2, number + 2), 1, 0)}"
    return Call(f"{cropping}({code}(x))" if any(after) else code, _weights(layer, weights))


@keras_rule.register
def keras_pooling(layer: Pooling, context: LayerContext) -> Call:
    """layers.MaxPooling1D to MaxPooling3D and their means, after ops.pad where windows reach outside the image."""
    window, axes = layer.window(context.bottom[0]), context.axes
    number = len(axes)
    kind = {"MAX": "Max", "AVE": "Average"}.get(layer.method)
    if kind is None:
        return Call("", differs=("Keras has no stochastic pooling",))
    if number not in (1, 2, 3):
        return NO_AXES
    if all(axis.kernel == axis.size and axis.out == 1 for axis in axes) and not any(window.pad):
        return Call(call_code(f"layers.Global{kind}Pooling{number}D", keepdims=True))
    if any((axis.out - 1) * axis.stride - axis.pad >= axis.size for axis in axes):
        return Call("", differs=("Keras has no window that lies outside the image",))
    after = [max(axis.last_end - axis.size, 0) for axis in axes]
    overhangs = any(axis.last_end > axis.size + axis.pad for axis in axes)
    name, kernel, strides = f"layers.{kind}Pooling{number}D", per_axis(window.kernel), per_axis(window.stride)
    code = call_code(name, kernel, strides=strides)
    if not any(window.pad) and not any(after):
        note = "Keras rounds down; for this input size that is the same"
        return Call(code, differs=() if layer.floor else (note,))
    # What "same" averages at the edge depends on Keras's backend.
    if layer.method == "MAX" and all(map(_pads_like_same, axes)):
        note = 'padding="same" fits this input size; it may not fit others'
        return Call(call_code(name, kernel, strides=strides, padding="same"), differs=(note,))
    if layer.method == "AVE" and not window.counts_pad:
        return Call("", differs=("zeros that ops.pad adds would count in the average",))
    if layer.method == "AVE" and overhangs:
        note = "no padding there divides as the windows do that extend past the edge"
        return Call("", differs=(note,))
    sides = [[0, 0], *([p, b] for p, b in zip(window.pad, after, strict=True)), [0, 0]]
    outside = ', constant_values=-float("inf")' if layer.method == "MAX" else ""
    note = 'padding="same" would pad or divide differently'
    if overhangs:
        note = "Keras rounds down, so the window that extends past the edge needs padding after the image"
    return Call(f"{code}(ops.pad(x, {sides}{outside}))", differs=(note,))
