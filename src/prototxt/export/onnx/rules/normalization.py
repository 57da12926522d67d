"""Normalization in ONNX."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.export.onnx.draft import LayerDraft
from prototxt.export.onnx.rule import Values, onnx_rule
from prototxt.export.onnx.rules.arithmetic import onnx_per_channel
from prototxt.layers.batch_norm import BatchNorm
from prototxt.layers.bn_segnet import EPS, SegNetBN
from prototxt.layers.lrn import LRN
from prototxt.layers.mvn import MVN
from prototxt.layers.normalize import Normalize


@onnx_rule.register
def onnx_lrn(layer: LRN, draft: LayerDraft) -> Values:
    """LRN across channels; within one its plain formula, in which k takes no part."""
    n = layer.local_size
    if not layer.alpha:  # which ONNX's LRN refuses
        return draft.scaled(draft.x, (layer.k if layer.across else 1) ** -layer.beta, "scale")
    if layer.across:
        four = len(draft.bottom[0]) == 4  # which runtimes insist on
        x = draft.x if four else draft.op("Reshape", draft.x, draft.whole([0, 0, -1, 1], "four_axes"))
        y = draft.op("LRN", x, size=n, alpha=layer.alpha, beta=layer.beta, bias=layer.k)
        return y if four else draft.as_top(y)
    spatial = len(draft.bottom[0]) - 2
    window = {"kernel_shape": [n] * spatial, "strides": [1] * spatial, "pads": [n // 2] * 2 * spatial}
    squares = draft.op("Mul", draft.x, draft.x)
    mean = draft.op("AveragePool", squares, count_include_pad=1, **window)
    scale = draft.op("Add", draft.scaled(mean, layer.alpha, "alpha"), draft.constant(1, "one"))
    return draft.op("Mul", draft.x, draft.op("Pow", scale, draft.constant(-layer.beta, "beta")))


@onnx_rule.register
def onnx_batch_norm(layer: BatchNorm, draft: LayerDraft) -> Values:
    """A factor and an offset per channel, or the plain formula with the statistics of the batch."""
    if type(layer) is not BatchNorm or layer.is_per_channel(draft.bottom):
        return onnx_per_channel(layer, draft)
    axes = [axis for axis in range(len(draft.bottom[0])) if axis != 1]
    return _normalized(draft, draft.x, axes, layer.eps)


@onnx_rule.register
def onnx_segnet_bn(layer: SegNetBN, draft: LayerDraft) -> Values:
    """A factor and an offset per channel, or the statistics of the batch at TEST too."""
    missing = 4 - len(draft.bottom[0])
    if not layer.learns and not missing:
        return onnx_per_channel(layer, draft)
    x = draft.op("Unsqueeze", draft.x, draft.whole(range(4 - missing, 4), "axes")) if missing else draft.x
    factors, offsets = layer.per_channel(draft.params)
    scale, shift = draft.per_axis(factors, 1, 4, "scale"), draft.per_axis(offsets, 1, 4, "shift")
    if layer.learns:
        if len(draft.top) > 1:
            raise draft.refuse("its statistics as tops", field="top")
        x = _normalized(draft, x, [0, 2, 3], EPS)
    return draft.op("Add", draft.op("Mul", x, scale), shift)


@onnx_rule.register
def onnx_mvn(layer: MVN, draft: LayerDraft) -> Values:
    """The plain formula: eps is added after the root, unlike in InstanceNormalization."""
    x = draft.x if len(draft.bottom[0]) == 4 else draft.as_top(draft.x)
    centred, variance = _moments(draft, x, [1, 2, 3] if layer.across_channels else [2, 3])
    if not layer.normalize_variance:
        return centred
    deviation = draft.op("Add", draft.op("Sqrt", variance), draft.constant(layer.eps, "eps"))
    return draft.op("Div", centred, deviation)


def _normalized(draft: LayerDraft, x: str, axes: Sequence[int], eps: float) -> str:
    """x less its mean over these axes, divided by the root of the variance and eps."""
    centred, variance = _moments(draft, x, axes)
    deviation = draft.op("Sqrt", draft.op("Add", variance, draft.constant(eps, "eps")))
    return draft.op("Div", centred, deviation)


def _moments(draft: LayerDraft, x: str, axes: Sequence[int]) -> tuple[str, str]:
    """x less its mean over these axes, and the variance."""
    centred = draft.op("Sub", x, draft.op("ReduceMean", x, axes=list(axes), keepdims=1))
    squares = draft.op("Mul", centred, centred)
    return centred, draft.op("ReduceMean", squares, axes=list(axes), keepdims=1)


@onnx_rule.register
def onnx_normalize(layer: Normalize, draft: LayerDraft) -> Values:
    """Division by the root of the sum of squares, and the learned scale."""
    axes = list(range(1, len(draft.bottom[0]))) if layer.across_spatial else [1]
    squares = draft.op("Mul", draft.x, draft.x)
    total = draft.op("ReduceSum", squares, draft.whole(axes, "axes"), keepdims=1)
    norm = draft.op("Sqrt", draft.op("Add", total, draft.constant(layer.eps, "eps")))
    scale = draft.per_axis(draft.params[0], 1, len(draft.bottom[0]), "scale")
    return draft.op("Mul", draft.op("Div", draft.x, norm), scale)
