"""Products, sums, losses and other arithmetic in PyTorch."""

from __future__ import annotations

from prototxt.blobs import count
from prototxt.export.call import Call, Expression, bottom_names, call_code, literal, weighted_sum
from prototxt.export.pytorch.rule import broadcast_index, pytorch_rule
from prototxt.graph.context import LayerContext
from prototxt.layers.argmax import ArgMax
from prototxt.layers.axpy import Axpy
from prototxt.layers.bias import Bias
from prototxt.layers.common.axes import run_of_axes
from prototxt.layers.eltwise import Eltwise
from prototxt.layers.euclidean_loss import EuclideanLoss
from prototxt.layers.inner_product import InnerProduct
from prototxt.layers.reduction import Reduction
from prototxt.layers.scale import Scale
from prototxt.layers.softmax import Softmax
from prototxt.layers.softmax_with_loss import SoftmaxWithLoss


@pytorch_rule.register
def pytorch_inner_product(layer: InnerProduct, context: LayerContext) -> Call:
    """nn.Linear, after x.flatten where there are several axes."""
    shape = context.bottom[0]
    bias = None if layer.bias_term else False
    linear = call_code("nn.Linear", layer.matrix(shape)[1], layer.num_output, bias=bias)
    axis = layer.axis % len(shape)
    flat = "" if axis == len(shape) - 1 else f"(x.flatten({axis}))"
    weight = ("weight", "weights.T" if layer.transpose else "weights")
    return Call(linear + flat, (weight, *[("bias", "bias")] * layer.bias_term))


@pytorch_rule.register
def pytorch_scale(layer: Scale, context: LayerContext) -> Call:
    """A product with broadcasting."""
    shape, two = context.bottom[0], len(context.bottom) > 1
    operand = context.bottom[1] if two else run_of_axes(shape, layer.axis, layer.num_axes)
    index = broadcast_index(shape, layer.axis, operand)
    offsets = f" + offsets{index}" if layer.bias_term else ""
    return Call(f"x0 * x1{index}{offsets}" if two else f"x * factors{index}{offsets}")


@pytorch_rule.register
def pytorch_bias(layer: Bias, context: LayerContext) -> Call:
    """A sum with broadcasting."""
    shape, two = context.bottom[0], len(context.bottom) > 1
    operand = context.bottom[1] if two else run_of_axes(shape, layer.axis, layer.num_axes)
    index = broadcast_index(shape, layer.axis, operand)
    return Call(f"x0 + x1{index}" if two else f"x + offsets{index}")


@pytorch_rule.register
def pytorch_eltwise(layer: Eltwise, context: LayerContext) -> Call:
    """A sum, a product, or torch.maximum."""
    names = bottom_names(len(context.bottom))
    if layer.operation == "SUM":
        return Call(weighted_sum(layer.coeff, names))
    if layer.operation == "PROD":
        return Call(" * ".join(names))
    return Call(f"torch.stack([{', '.join(names)}]).amax(0)" if len(names) > 2 else "torch.maximum(x0, x1)")


@pytorch_rule.register
def pytorch_axpy(layer: Axpy, context: LayerContext) -> Call:
    """A product with broadcasting, and a sum."""
    a, x, _ = context.bottom
    return Call(f"x0.reshape{(*a[:2], *(1,) * (len(x) - 2))} * x1 + x2")


@pytorch_rule.register
def pytorch_reduction(layer: Reduction, context: LayerContext) -> Call:
    """A sum or a mean over the flattened axes."""
    flat = f"x.flatten({layer.axis % len(context.bottom[0])})"
    body = {"SUM": "sum(-1)", "MEAN": "mean(-1)", "ASUM": "abs().sum(-1)", "SUMSQ": "square().sum(-1)"}
    coeff = "" if layer.coeff == 1 else f"{literal(layer.coeff)} * "
    return Call(f"{coeff}{flat}.{body[layer.operation]}")


@pytorch_rule.register
def pytorch_argmax(layer: ArgMax, context: LayerContext) -> Call:
    """x.argmax, for the index of the largest value only."""
    if layer.top_k > 1 or layer.out_max_val or layer.axis is None:
        return Call("", differs=("torch.topk returns values and places as two tensors",))
    return Call(f"x.argmax(dim={layer.axis % len(context.bottom[0])}, keepdim=True)")


@pytorch_rule.register
def pytorch_softmax(layer: Softmax, context: LayerContext) -> Call:
    """nn.Softmax."""
    return Call(call_code("nn.Softmax", dim=layer.axis % len(context.bottom[0])))


@pytorch_rule.register
def pytorch_softmax_loss(layer: SoftmaxWithLoss, context: LayerContext) -> Call | None:
    """F.cross_entropy with the layer's normalization."""
    scores = context.bottom[0]
    if type(layer) is not SoftmaxWithLoss or layer.axis % len(scores) != 1 or len(context.bottom) != 2:
        return None
    labels = f"x1.reshape{(scores[0], *scores[2:])}.long()"
    is_mean = layer.normalization == "VALID"
    code = call_code(
        "F.cross_entropy",
        *(Expression("x0"), Expression(labels)),
        ignore_index=layer.ignore_label,
        reduction=None if is_mean else "sum",
    )
    divisor = {"FULL": scores[0] * count(scores[2:]), "BATCH_SIZE": scores[0]}.get(layer.normalization, 1)
    differs = ["it takes scores, and includes the softmax, as the layer does"]
    if is_mean and layer.ignore_label is not None:
        differs.append("where no label counts it gives NaN, here 0")
    return Call(code + (f" / {divisor}" if divisor > 1 else ""), differs=tuple(differs))


@pytorch_rule.register
def pytorch_euclidean_loss(layer: EuclideanLoss, context: LayerContext) -> Call:
    """The sum of squares over 2 * N."""
    differs = ("nn.MSELoss divides by all values, not by 2 * N",)
    return Call("((x0 - x1) ** 2).sum() / (2 * len(x0))", differs=differs)
