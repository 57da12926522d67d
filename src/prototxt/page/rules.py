"""What a page needs to compute a layer anew after a change: a table by the layer's class.

Numbers go by the names of prototxt fields, with defaults filled in. web/src/types.ts says what the page reads.
"""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite
from typing import Any

from prototxt.graph.context import LayerContext, is_known, of_class
from prototxt.graph.graph import Graph, Node
from prototxt.layers.accuracy import Accuracy
from prototxt.layers.argmax import ArgMax
from prototxt.layers.axpy import Axpy
from prototxt.layers.base import Layer
from prototxt.layers.batch_norm import BatchNorm
from prototxt.layers.bias import Bias
from prototxt.layers.bn_pspnet import PSPNetBN
from prototxt.layers.bn_segnet import EPS, SegNetBN
from prototxt.layers.common.convolution_base import ConvolutionBase
from prototxt.layers.common.per_channel import PerChannel
from prototxt.layers.common.smooth_l1 import RegionLoss
from prototxt.layers.common.window import Window
from prototxt.layers.concat import Concat
from prototxt.layers.contrastive_loss import ContrastiveLoss
from prototxt.layers.convolution import Convolution
from prototxt.layers.convolution_depthwise import ConvolutionDepthwise
from prototxt.layers.crop import Crop
from prototxt.layers.deconvolution import Deconvolution
from prototxt.layers.dropout import Dropout
from prototxt.layers.eltwise import Eltwise
from prototxt.layers.euclidean_loss import EuclideanLoss
from prototxt.layers.flatten import Flatten
from prototxt.layers.inner_product import InnerProduct
from prototxt.layers.interp import Interp
from prototxt.layers.lrn import LRN
from prototxt.layers.multi_box_loss import MultiBoxLoss
from prototxt.layers.neuron import (
    BNLL,
    ELU,
    AbsVal,
    Clip,
    Exp,
    Log,
    Neuron,
    Power,
    ReLU,
    Sigmoid,
    Swish,
    TanH,
    Threshold,
)
from prototxt.layers.normalize import Normalize
from prototxt.layers.permute import Permute
from prototxt.layers.pooling import Pooling
from prototxt.layers.prelu import PReLU
from prototxt.layers.prior_box import PriorBox
from prototxt.layers.psroi_pooling import PSROIPooling
from prototxt.layers.reshape import Reshape
from prototxt.layers.roi_pooling import ROIPooling
from prototxt.layers.scale import Scale
from prototxt.layers.shuffle_channel import ShuffleChannel
from prototxt.layers.sigmoid_cross_entropy_loss import SigmoidCrossEntropyLoss
from prototxt.layers.silence import Silence
from prototxt.layers.slice import Slice
from prototxt.layers.softmax import Softmax
from prototxt.layers.softmax_with_loss import SoftmaxWithLoss
from prototxt.layers.split import Split
from prototxt.layers.upsample_segnet import SegNetUpsample
from prototxt.layers.upsample_yolo import UpsampleByScale

Rule = dict[str, Any]
Make = Callable[[LayerContext], Rule]

UNKNOWN: Rule = {"kind": "unknown"}

PER_CHANNEL = "channels"
"""As many as the bottom has channels."""


def rule_of(graph: Graph, node: Node) -> Rule:
    """How a layer's shapes, parameters and multiply-adds follow; of kind "unknown" where the page is not told."""
    if not is_known(graph, node):
        return UNKNOWN
    context = LayerContext(graph, node)
    if node.layer.is_input or not (node.bottoms or node.params):
        return {"kind": "input", "shapes": [list(shape) for shape in context.top]}
    make = of_class(RULES, node.layer)
    return make(context) if make else UNKNOWN


def _fields(kind: str, *names: str) -> Make:
    """The rule that is the layer's own attributes of these names."""

    def make(context: LayerContext) -> Rule:
        return {"kind": kind, **{name: _plain(getattr(context.layer, name)) for name in names}}

    return make


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _windowed(window: Window) -> Rule:
    return {
        "kernel_size": list(window.kernel),
        "stride": list(window.stride),
        "pad": list(window.pad),
        "dilation": list(window.dilation),
    }


def _convolution(kind: str) -> Make:
    def make(context: LayerContext) -> Rule:
        layer = context.layer
        assert isinstance(layer, ConvolutionBase)
        depthwise = isinstance(layer, ConvolutionDepthwise)
        return {
            "kind": kind,
            "num_output": PER_CHANNEL if depthwise else layer.num_output,
            "group": PER_CHANNEL if depthwise else layer.group,
            "bias_term": layer.bias_term,
            "axis": layer.axis,
            **_windowed(layer.window(context.bottom[0])),
        }

    return make


def _pooling(context: LayerContext) -> Rule:
    layer = context.layer
    assert isinstance(layer, Pooling)
    window = _windowed(layer.window(context.bottom[0]))
    return {
        "kind": "pool",
        "pool": layer.method,
        "round_mode": "FLOOR" if layer.floor else "CEIL",
        "global_pooling": layer.is_global,
        **window,
        "kernel_size": [] if layer.is_global else window["kernel_size"],
    }


def _bn(context: LayerContext) -> Rule:
    """BN of the forks, where it uses what it holds or makes one top."""
    assert isinstance(context.layer, PerChannel)
    learns = isinstance(context.layer, SegNetBN) and context.layer.learns and len(context.top) == 1
    if not (learns or context.layer.is_per_channel(context.bottom)):
        return UNKNOWN
    eps = context.layer.eps if isinstance(context.layer, PSPNetBN) else EPS
    return {"kind": "bn", "arrays": len(context.node.params), "eps": eps, "learns": learns}


def _lrn(context: LayerContext) -> Rule:
    assert isinstance(context.layer, LRN)
    region = "ACROSS_CHANNELS" if context.layer.across else "WITHIN_CHANNEL"
    return {**_fields("lrn", "local_size", "alpha", "beta", "k")(context), "norm_region": region}


def _neuron(*names: str) -> Make:
    """A function of one value that the page knows by the type's name; infinite numbers are no JSON."""

    def make(context: LayerContext) -> Rule:
        numbers = {name: getattr(context.layer, name) for name in names}
        if not all(map(isfinite, numbers.values())):
            return _other(context)
        return {"kind": "neuron", "function": context.layer.type, "numbers": numbers}

    return make


def _other(context: LayerContext) -> Rule:
    """A function of one value that the page does not know."""
    return {**_fields("neuron")(context), "function": "other", "numbers": {}}


def _dropout(context: LayerContext) -> Rule:
    assert isinstance(context.layer, Dropout)
    return (_other if context.layer.drops else _fields("like"))(context)


def _interp(context: LayerContext) -> Rule:
    layer = context.layer
    assert isinstance(layer, Interp)
    before, behind = layer.cut_off
    return {
        "kind": "interp",
        "pad_beg": -before,
        "pad_end": -behind,
        **_fields("interp", "size", "shrink_factor", "zoom_factor")(context),
    }


def _reshape(context: LayerContext) -> Rule:
    assert isinstance(context.layer, Reshape)
    return {**_fields("reshape", "axis", "num_axes")(context), "dim": list(context.layer.dims)}


def _unpool(context: LayerContext) -> Rule:
    layer = context.layer
    assert isinstance(layer, SegNetUpsample)
    if layer.size is not None:
        return {"kind": "unpool", "size": list(layer.size), "scales": [], "less": []}
    return {"kind": "unpool", "size": [], "scales": list(layer.scales), "less": list(layer.less)}


def _roi_pool(context: LayerContext) -> Rule:
    assert isinstance(context.layer, ROIPooling)
    return {"kind": "roi_pool", "pooled": list(context.layer.pooled), "channels": None, "num_output": None}


def _psroi_pool(context: LayerContext) -> Rule:
    layer = context.layer
    assert isinstance(layer, PSROIPooling)
    size, outputs = layer.group_size, layer.output_dim
    return {
        "kind": "roi_pool",
        "pooled": [size, size],
        "channels": outputs * size**2,
        "num_output": outputs,
    }


def _loss(context: LayerContext) -> Rule:
    """One number for the batch; what Softmax's has beside it is like the scores."""
    layer = context.layer
    if len(context.top) > (2 if isinstance(layer, SoftmaxWithLoss) else 1):
        return UNKNOWN
    return {"kind": "loss", "axis": layer.axis if isinstance(layer, SoftmaxWithLoss | Accuracy) else None}


RULES: dict[type[Layer], Make] = {
    Convolution: _convolution("conv"),
    Deconvolution: _convolution("deconv"),
    Pooling: _pooling,
    InnerProduct: _fields("inner_product", "num_output", "bias_term", "axis", "transpose"),
    BatchNorm: _fields("batch_norm", "eps", "use_global_stats"),
    PSPNetBN: _bn,
    SegNetBN: _bn,
    Scale: _fields("scale", "axis", "num_axes", "bias_term"),
    Bias: _fields("bias", "axis", "num_axes"),
    PReLU: _fields("prelu", "channel_shared"),
    LRN: _lrn,
    Softmax: _fields("softmax", "axis"),
    Eltwise: _fields("eltwise", "operation", "coeff"),
    Axpy: _fields("axpy"),
    Concat: _fields("concat", "axis"),
    Slice: _fields("slice", "axis", "slice_point"),
    Flatten: _fields("flatten", "axis", "end_axis"),
    Reshape: _reshape,
    Permute: _fields("permute", "order"),
    Crop: _fields("crop", "axis", "offset"),
    Interp: _interp,
    UpsampleByScale: _fields("upsample", "scale"),
    SegNetUpsample: _unpool,
    ShuffleChannel: _fields("shuffle", "group"),
    Normalize: _fields("normalize", "across_spatial", "channel_shared", "eps"),
    ArgMax: _fields("arg_max", "axis", "out_max_val", "top_k"),
    ROIPooling: _roi_pool,
    PSROIPooling: _psroi_pool,
    PriorBox: _fields("prior_box", "boxes"),
    SoftmaxWithLoss: _loss,
    Accuracy: _loss,
    EuclideanLoss: _loss,
    ContrastiveLoss: _loss,
    SigmoidCrossEntropyLoss: _loss,
    RegionLoss: _loss,
    MultiBoxLoss: _loss,
    Split: _fields("like"),
    Silence: _fields("like"),
    Dropout: _dropout,
    Neuron: _other,
    ReLU: _neuron("negative_slope"),  # ReLU6 with it
    ELU: _neuron("alpha"),
    Sigmoid: _neuron(),
    TanH: _neuron(),
    Swish: _neuron("beta"),
    AbsVal: _neuron(),
    BNLL: _neuron(),
    Threshold: _neuron("threshold"),
    Clip: _neuron("min", "max"),
    Power: _neuron("power", "scale", "shift"),
    Exp: _neuron("base", "scale", "shift"),
    Log: _neuron("base", "scale", "shift"),
}
