"""Layers that normalize: BatchNorm and the BN of forks, LRN, Normalize, Softmax."""

from __future__ import annotations

from prototxt.graph.context import LayerContext
from prototxt.layers.batch_norm import BatchNorm
from prototxt.layers.bn_pspnet import PSPNetBN
from prototxt.layers.bn_segnet import EPS, SegNetBN
from prototxt.layers.lrn import LRN
from prototxt.layers.normalize import Normalize
from prototxt.layers.softmax import Softmax
from prototxt.page.rule import Rule, page_rule, unknown

STATISTICS = 3
"""Arrays of Caffe's BatchNorm."""


class BatchNormRule(Rule):
    """Caffe's BatchNorm; `affine` is the number of its arrays beyond the statistics, NVCaffe's scale and bias."""

    eps: float
    use_global_stats: bool
    affine: int


class BNRule(Rule):
    """A fork's BN; `arrays` is the number of its parameters, `learns` says that it normalizes by the batch."""

    arrays: int
    eps: float
    learns: bool


class LRNRule(Rule):
    """Local response normalization."""

    local_size: int
    alpha: float
    beta: float
    k: float
    norm_region: str


class NormalizeRule(Rule):
    """The L2 normalization of SSD."""

    across_spatial: bool
    channel_shared: bool
    eps: float


class SoftmaxRule(Rule):
    """A softmax along an axis."""

    axis: int


@page_rule.register
def batch_norm(layer: BatchNorm, context: LayerContext) -> BatchNormRule:
    """Whether the stored statistics are used."""
    affine = len(context.node.params) - STATISTICS
    stored = layer.use_global_stats
    return {"kind": "batch_norm", "eps": layer.eps, "use_global_stats": stored, "affine": affine}


@page_rule.register
def bn_pspnet(layer: PSPNetBN, context: LayerContext) -> Rule:
    """PSPNet's BN with stored statistics; with those of the batch it is unknown to the page."""
    if not layer.is_per_channel(context.bottom):
        return unknown()
    return _bn(context, layer.eps, learns=False)


@page_rule.register
def bn_segnet(layer: SegNetBN, context: LayerContext) -> Rule:
    """SegNet's BN; one that gives its statistics as further tops is unknown to the page."""
    learns = layer.learns and len(context.top) == 1
    if not (learns or layer.is_per_channel(context.bottom)):
        return unknown()
    return _bn(context, EPS, learns=learns)


def _bn(context: LayerContext, eps: float, *, learns: bool) -> BNRule:
    return {"kind": "bn", "arrays": len(context.node.params), "eps": eps, "learns": learns}


@page_rule.register
def lrn(layer: LRN, context: LayerContext) -> LRNRule:
    """The size of the neighbourhood and the constants of the formula."""
    return {
        "kind": "lrn",
        "local_size": layer.local_size,
        "alpha": layer.alpha,
        "beta": layer.beta,
        "k": layer.k,
        "norm_region": "ACROSS_CHANNELS" if layer.across else "WITHIN_CHANNEL",
    }


@page_rule.register
def normalize(layer: Normalize, context: LayerContext) -> NormalizeRule:
    """The region of the norm, and whether all channels share one scale."""
    return {
        "kind": "normalize",
        "across_spatial": layer.across_spatial,
        "channel_shared": layer.channel_shared,
        "eps": layer.eps,
    }


@page_rule.register
def softmax(layer: Softmax, context: LayerContext) -> SoftmaxRule:
    """The axis of the classes."""
    return {"kind": "softmax", "axis": layer.axis}
