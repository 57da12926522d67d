"""Products, sums and other arithmetic in ONNX."""

from __future__ import annotations

import numpy as np

from prototxt.blobs import Shape, count
from prototxt.export.onnx.draft import FLOAT, INT64, LayerDraft
from prototxt.export.onnx.rule import Values, onnx_rule
from prototxt.layers.argmax import ArgMax
from prototxt.layers.axpy import Axpy
from prototxt.layers.batch_reindex import BatchReindex
from prototxt.layers.bias import Bias
from prototxt.layers.common.axes import canonical_axis
from prototxt.layers.common.per_channel import PerChannel
from prototxt.layers.eltwise import Eltwise
from prototxt.layers.embed import Embed
from prototxt.layers.inner_product import InnerProduct
from prototxt.layers.reduction import Reduction
from prototxt.layers.scale import Scale
from prototxt.layers.softmax import Softmax


@onnx_rule.register
def onnx_inner_product(layer: InnerProduct, draft: LayerDraft) -> Values:
    """Gemm on a matrix; MatMul and Add where the vectors lie along several axes."""
    shape, (weight, *bias) = draft.bottom[0], draft.params
    axis = canonical_axis(layer.axis, shape)
    if axis == 1:
        flat = draft.x if len(shape) == 2 else draft.op("Flatten", draft.x, axis=1)
        names = [draft.constant(weight, "weights"), *(draft.constant(b, "bias") for b in bias)]
        return draft.op("Gemm", flat, *names, transB=int(not layer.transpose))
    is_last = axis == len(shape) - 1
    vectors = draft.x if is_last else draft.reshape(draft.x, (*draft.dims[:axis], count(shape[axis:])))
    y = draft.op("MatMul", vectors, draft.constant(weight if layer.transpose else weight.T, "weights"))
    return draft.op("Add", y, draft.constant(bias[0], "bias")) if bias else y


@onnx_rule.register
def onnx_per_channel(layer: PerChannel, draft: LayerDraft) -> Values:
    """A factor and an offset for each channel."""
    if not layer.is_per_channel(draft.bottom):
        raise draft.refuse("it takes the statistics of the batch")
    return draft.affine(draft.x, *layer.per_channel(draft.params))


@onnx_rule.register
def onnx_scale(layer: Scale, draft: LayerDraft) -> Values:
    """Mul and Add along any axes, with learned factors or a second bottom."""
    if layer.is_per_channel(draft.bottom):
        return onnx_per_channel(layer, draft)
    y = draft.op("Mul", draft.x, _operand(draft, layer.axis, "factors"))
    if not layer.bias_term:
        return y
    axes = len(draft.bottom[0])
    offsets = draft.per_axis(draft.params[-1], canonical_axis(layer.axis, draft.bottom[0]), axes, "offsets")
    return draft.op("Add", y, offsets)


@onnx_rule.register
def onnx_bias(layer: Bias, draft: LayerDraft) -> Values:
    """Add along any axes, with learned offsets or a second bottom."""
    if layer.is_per_channel(draft.bottom):
        return onnx_per_channel(layer, draft)
    return draft.op("Add", draft.x, _operand(draft, layer.axis, "offsets"))


def _operand(draft: LayerDraft, axis: int, what: str) -> str:
    """The second bottom, or the first parameter, laid along the axes of the first bottom from `axis` on."""
    shape = draft.bottom[0]
    start = canonical_axis(axis, shape)
    if len(draft.bottoms) == 1:
        return draft.per_axis(draft.params[0], start, len(shape), what)
    after = len(shape) - start - len(draft.bottom[1])
    if not after:
        return draft.bottoms[1]
    dims: Shape = (*range(len(draft.bottom[1]), len(draft.bottom[1]) + after),)
    return draft.op("Unsqueeze", draft.bottoms[1], draft.whole(dims, "axes"))


@onnx_rule.register
def onnx_eltwise(layer: Eltwise, draft: LayerDraft) -> Values:
    """Add, Mul or Max, two by two; coefficients first."""
    kinds = {"SUM": "Add", "PROD": "Mul", "MAX": "Max"}
    coeff = layer.coeff or (1.0,) * len(draft.bottoms)
    first, *others = [
        draft.scaled(x, factor, f"coeff_{i}")
        for i, (x, factor) in enumerate(zip(draft.bottoms, coeff, strict=True))
    ]
    for other in others:
        first = draft.op(kinds[layer.operation], first, other)
    return first


@onnx_rule.register
def onnx_axpy(layer: Axpy, draft: LayerDraft) -> Values:
    """Mul and Add; the factors get the axes of an image."""
    a, x, y = draft.bottoms
    missing = len(draft.bottom[1]) - len(draft.bottom[0])
    if missing:
        axes = range(len(draft.bottom[0]), len(draft.bottom[1]))
        a = draft.op("Unsqueeze", a, draft.whole(axes, "axes"))
    return draft.op("Add", draft.op("Mul", a, x), y)


@onnx_rule.register
def onnx_reduction(layer: Reduction, draft: LayerDraft) -> Values:
    """ReduceSum or ReduceMean over the axes from `axis` on."""
    axis = canonical_axis(layer.axis, draft.bottom[0])
    axes = list(range(axis, len(draft.bottom[0])))
    x = draft.x
    if layer.operation == "ASUM":
        x = draft.op("Abs", x)
    elif layer.operation == "SUMSQ":
        x = draft.op("Mul", x, x)
    if layer.operation == "MEAN":
        y = draft.op("ReduceMean", x, axes=axes, keepdims=0)
    else:
        y = draft.op("ReduceSum", x, draft.whole(axes, "axes"), keepdims=0)
    return draft.scaled(y, layer.coeff, "coeff")


@onnx_rule.register
def onnx_softmax(layer: Softmax, draft: LayerDraft) -> Values:
    """Softmax."""
    return draft.op("Softmax", draft.x, axis=canonical_axis(layer.axis, draft.bottom[0]))


@onnx_rule.register
def onnx_argmax(layer: ArgMax, draft: LayerDraft) -> Values:
    """ArgMax, or TopK for several; of equal values Caffe takes the last one, as only ArgMax can."""
    shape, x = draft.bottom[0], draft.x
    axis = 1 if layer.axis is None else canonical_axis(layer.axis, shape)
    if layer.axis is None:
        x = draft.op("Flatten", x, axis=1)
    if layer.top_k == 1:
        index = draft.op("ArgMax", x, axis=axis, keepdims=1, select_last_index=1)
        value = draft.op("ReduceMax", x, axes=[axis], keepdims=1) if layer.out_max_val else ""
    else:
        # TopK takes the first one, so the values go in backwards.
        ends = ((-1, "start"), (-(2**62), "end"), (axis, "axis"), (-1, "step"))
        turned = draft.op("Slice", x, *(draft.whole([n], word) for n, word in ends))
        value, index = draft.ops("TopK", turned, draft.whole([layer.top_k], "k"), outputs=2, axis=axis)
        last = (count(shape[1:]) if layer.axis is None else shape[axis]) - 1
        index = draft.op("Sub", draft.constant(last, "last", np.int64), index)
    place = draft.op("Cast", index, to=FLOAT)
    if layer.axis is not None:
        return value if layer.out_max_val else place
    both = draft.op("Concat", place, value, axis=1) if layer.out_max_val else place
    return draft.as_top(both)


@onnx_rule.register
def onnx_embed(layer: Embed, draft: LayerDraft) -> Values:
    """Gather of rows, and Add."""
    rows = draft.op("Cast", draft.x, to=INT64)
    y = draft.op("Gather", draft.constant(draft.params[0], "weights"), rows, axis=0)
    return draft.op("Add", y, draft.constant(draft.params[1], "bias")) if layer.bias_term else y


@onnx_rule.register
def onnx_batch_reindex(layer: BatchReindex, draft: LayerDraft) -> Values:
    """Gather of images."""
    x, index = draft.bottoms
    if len(draft.bottom[1]) > 1:
        index = draft.reshape(index, (None,))
    return draft.op("Gather", x, draft.op("Cast", index, to=INT64), axis=0)
