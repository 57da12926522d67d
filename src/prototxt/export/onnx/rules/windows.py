"""Convolution and pooling in ONNX.

ceil_mode is never written: runtimes disagree on it. The padding at the end says where the last window ends.
"""

from __future__ import annotations

import numpy as np

from prototxt.blobs import count
from prototxt.export.onnx.draft import FLOAT, LayerDraft
from prototxt.export.onnx.rule import Values, onnx_rule
from prototxt.layers.common.convolution_base import ConvolutionBase
from prototxt.layers.common.window import Window
from prototxt.layers.convolution import Convolution
from prototxt.layers.deconvolution import Deconvolution
from prototxt.layers.im2col import Im2col
from prototxt.layers.pooling import Pooling
from prototxt.layers.spp import SPP


@onnx_rule.register
def onnx_convolution(layer: Convolution, draft: LayerDraft) -> Values:
    """Conv."""
    return _for_each_bottom(layer, draft, "Conv")


@onnx_rule.register
def onnx_deconvolution(layer: Deconvolution, draft: LayerDraft) -> Values:
    """ConvTranspose, whose weights lie as Caffe's do."""
    return _for_each_bottom(layer, draft, "ConvTranspose")


def _for_each_bottom(layer: ConvolutionBase, draft: LayerDraft, kind: str) -> Values:
    """The operator for every bottom, with the same weights."""
    shape = draft.bottom[0]
    window = layer.window(shape)
    if layer.channel_axis(shape) != 1:
        raise draft.refuse("its channels are not on axis 1", field="axis")
    if not window.kernel:
        raise draft.refuse("it has no spatial axes")
    weight, *bias = draft.params
    # Caffe's files may hold a 1 x 1 kernel of more axes than it slides over.
    own = weight.reshape(*weight.shape[:2], *window.kernel)
    names = [draft.constant(own, "weights"), *(draft.constant(b.reshape(-1), "bias") for b in bias)]
    # Of a convolution Caffe's own padding, and more where a kernel larger than the padded input has a place.
    ends = [max(end, pad) for pad, end in window.margins] if kind == "Conv" else window.pad
    attributes = {
        "kernel_shape": list(window.kernel),
        "strides": list(window.stride),
        "pads": [*window.pad, *ends],
        "dilations": list(window.dilation),
        "group": layer.groups(shape),
    }
    return [draft.op(kind, x, *names, **attributes) for x in draft.bottoms]


@onnx_rule.register
def onnx_pooling(layer: Pooling, draft: LayerDraft) -> Values:
    """MaxPool and AveragePool, or global pooling."""
    window = layer.window(draft.bottom[0])
    if layer.method == "STOCHASTIC":
        return _stochastic(draft, window)
    if draft.node.layer.num_tops > 1:
        return _max_with_places(draft, window)
    return _pool(draft, draft.x, window, layer.method)


def _pool(draft: LayerDraft, x: str, window: Window, method: str) -> str:
    if window.kernel == window.size and not any(window.pad) and count(window.out) == 1:
        return draft.op("GlobalMaxPool" if method == "MAX" else "GlobalAveragePool", x)
    attributes = _attributes(draft, window)
    if method == "MAX":
        return draft.op("MaxPool", x, **attributes)
    # What reaches past Caffe's own padding does not count.
    beyond = [max(end - pad, 0) for pad, end in window.margins]
    if not any(beyond):
        return draft.op("AveragePool", x, count_include_pad=int(window.counts_pad), **attributes)
    if any(window.pad) and window.counts_pad:
        x = draft.op("Pad", x, draft.whole([0, 0, *window.pad, 0, 0, *window.pad], "pads"))
        attributes["pads"] = [0] * len(window.pad) + beyond
    return draft.op("AveragePool", x, count_include_pad=0, **attributes)


def _attributes(draft: LayerDraft, window: Window) -> dict[str, list[int]]:
    """Kernel, stride and pads, these as far as the windows reach. Refuses a window that sees nothing of the image."""
    for axis in window.axes:
        if any(end <= start for start, end in axis.spans()):
            raise draft.refuse("a window lies wholly outside of the image", field="stride")
    starts, ends = zip(*window.margins, strict=True)
    return {
        "kernel_shape": list(window.kernel),
        "strides": list(window.stride),
        "pads": [*starts, *ends],
    }


def _max_with_places(draft: LayerDraft, window: Window) -> Values:
    """The second output of MaxPool counts over the whole blob, Caffe's mask within an image."""
    attributes = _attributes(draft, window)
    largest, places = draft.ops("MaxPool", draft.x, outputs=2, **attributes)
    within = draft.op("Mod", places, draft.constant(count(window.size), "image", np.int64))
    return [largest, draft.op("Cast", within, to=FLOAT)]


def _stochastic(draft: LayerDraft, window: Window) -> str:
    """Its expectation at TEST: the sum of squares over the sum, of windows cut off at the image."""
    squares = draft.op("Mul", draft.x, draft.x)
    attributes = _attributes(draft, window)
    sums = [draft.op("AveragePool", x, count_include_pad=0, **attributes) for x in (squares, draft.x)]
    least = draft.constant(np.finfo(np.float32).tiny, "least")  # FLT_MIN, so that 0 / 0 is 0
    return draft.op("Div", sums[0], draft.op("Add", sums[1], least))


@onnx_rule.register
def onnx_spp(layer: SPP, draft: LayerDraft) -> Values:
    """Pooling at every level, flattened and joined."""
    if layer.method == "STOCHASTIC":
        raise draft.refuse("stochastic pooling in a pyramid", field="pool")
    levels = [_pool(draft, draft.x, window, layer.method) for window in layer.windows(draft.bottom[0])]
    if layer.pyramid_height == 1:
        return levels[0]
    return draft.op("Concat", *(draft.op("Flatten", level, axis=1) for level in levels), axis=1)


@onnx_rule.register
def onnx_im2col(layer: Im2col, draft: LayerDraft) -> Values:
    """Conv with a kernel for every tap of every channel."""
    shape = draft.bottom[0]
    window = layer.window(shape)
    taps = window.num_taps
    kernels = np.tile(np.eye(taps, dtype=np.float32), (shape[1], 1)).reshape(-1, 1, *window.kernel)
    return draft.op(
        "Conv",
        draft.x,
        draft.constant(kernels, "taps"),
        kernel_shape=list(window.kernel),
        strides=list(window.stride),
        pads=[*window.pad, *window.pad],
        dilations=list(window.dilation),
        group=shape[1],
    )
