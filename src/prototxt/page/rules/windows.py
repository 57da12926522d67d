"""Layers that slide a window over an image: convolutions and pooling."""

from __future__ import annotations

from typing import TypedDict

from prototxt.graph.context import LayerContext
from prototxt.layers.common.window import Window
from prototxt.layers.convolution import Convolution
from prototxt.layers.convolution_depthwise import ConvolutionDepthwise
from prototxt.layers.deconvolution import Deconvolution
from prototxt.layers.pooling import Pooling
from prototxt.page.rule import Rule, page_rule

PER_CHANNEL = "channels"
"""As many as the bottom has channels."""


class WindowFields(TypedDict):
    """The geometry of a window, one number per spatial axis."""

    kernel_size: list[int]
    stride: list[int]
    pad: list[int]
    dilation: list[int]


class ConvolutionRule(Rule, WindowFields):
    """A convolution or deconvolution; PER_CHANNEL for outputs and groups makes it depthwise."""

    num_output: int | str
    group: int | str
    bias_term: bool
    axis: int


class PoolingRule(Rule, WindowFields):
    """A pooling; `kernel_size` is empty where the window is the whole image."""

    pool: str
    round_mode: str
    global_pooling: bool
    avg_include_pad: bool
    clips: bool


def window_fields(window: Window) -> WindowFields:
    """The fields of a window."""
    return {
        "kernel_size": list(window.kernel),
        "stride": list(window.stride),
        "pad": list(window.pad),
        "dilation": list(window.dilation),
    }


@page_rule.register
def convolution(layer: Convolution, context: LayerContext) -> ConvolutionRule:
    """A convolution with the groups that the file gives."""
    return {
        "kind": "conv",
        "num_output": layer.num_output,
        "group": layer.group,
        "bias_term": layer.bias_term,
        "axis": layer.axis,
        **window_fields(layer.window(context.bottom[0])),
    }


@page_rule.register
def convolution_depthwise(layer: ConvolutionDepthwise, context: LayerContext) -> ConvolutionRule:
    """A convolution with one group for each channel of the bottom, as some forks define it."""
    return {
        "kind": "conv",
        "num_output": PER_CHANNEL,
        "group": PER_CHANNEL,
        "bias_term": layer.bias_term,
        "axis": layer.axis,
        **window_fields(layer.window(context.bottom[0])),
    }


@page_rule.register
def deconvolution(layer: Deconvolution, context: LayerContext) -> ConvolutionRule:
    """A transposed convolution."""
    return {
        "kind": "deconv",
        "num_output": layer.num_output,
        "group": layer.group,
        "bias_term": layer.bias_term,
        "axis": layer.axis,
        **window_fields(layer.window(context.bottom[0])),
    }


@page_rule.register
def pooling(layer: Pooling, context: LayerContext) -> PoolingRule:
    """A pooling; a global one follows the size of the image."""
    window = window_fields(layer.window(context.bottom[0]))
    if layer.is_global:
        window["kernel_size"] = []
    return {
        "kind": "pool",
        "pool": layer.method,
        "round_mode": "FLOOR" if layer.floor else "CEIL",
        "global_pooling": layer.is_global,
        "avg_include_pad": layer.window_spec.counts_pad,
        "clips": layer.window_spec.clips,
        **window,
    }
