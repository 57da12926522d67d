"""Normalization in PyTorch."""

from __future__ import annotations

from dataclasses import replace

from prototxt.blobs import Shape
from prototxt.errors import printable
from prototxt.export.call import Call, Expression, call_code, literal
from prototxt.export.pytorch.rule import broadcast_index, four_axes, pytorch_rule
from prototxt.graph.context import LayerContext
from prototxt.layers.batch_norm import BatchNorm
from prototxt.layers.batch_norm_nvcaffe import NVCaffeBatchNorm
from prototxt.layers.bn_pspnet import PSPNetBN
from prototxt.layers.bn_segnet import SegNetBN
from prototxt.layers.lrn import LRN
from prototxt.layers.mvn import MVN
from prototxt.layers.normalize import Normalize
from prototxt.layers.scale import Scale


@pytorch_rule.register
def pytorch_lrn(layer: LRN, context: LayerContext) -> Call:
    """nn.LocalResponseNorm across channels, an expression within one."""
    n = layer.local_size
    if layer.across:
        code = call_code("nn.LocalResponseNorm", n, alpha=layer.alpha, beta=layer.beta, k=layer.k)
        return Call(code, differs=("alpha is divided by the size in both",))
    mean = call_code("F.avg_pool2d", Expression("x * x"), kernel_size=n, stride=1, padding=n // 2)
    return Call(f"x * (1 + {literal(layer.alpha)} * {mean}) ** {literal(-layer.beta)}")


@pytorch_rule.register
def pytorch_batch_norm(layer: BatchNorm, context: LayerContext) -> Call:
    """nn.BatchNorm without affine parameters, which are a Scale layer in Caffe."""
    scales = [
        f"with the Scale layer {printable(reader.name)} after it: affine=True, weight its factors, bias its offsets"
        for reader in context.graph.readers(*context.node.tops)
        if isinstance(reader.layer, Scale) and reader.bottoms == context.node.tops
    ]
    about_factor = ", and the stored sums are divided by the factor"
    call = _batch_norm_call(layer, context, (), about_factor, affine=False)
    return replace(call, differs=(*call.differs, *scales))


@pytorch_rule.register
def pytorch_nvcaffe_batch_norm(layer: NVCaffeBatchNorm, context: LayerContext) -> Call:
    """nn.BatchNorm with affine parameters."""
    learned = (("weight", "scale"), ("bias", "bias" if layer.bias_term else "0 * scale"))
    return _batch_norm_call(
        layer, context, learned, "; a factor of 0 counts as 1", factor="(factor or 1)", affine=None
    )


def _batch_norm_call(
    layer: BatchNorm,
    context: LayerContext,
    learned: tuple[tuple[str, str], ...],
    about_factor: str,
    *,
    factor: str = "factor",
    affine: bool | None,
) -> Call:
    """nn.BatchNorm.

    `learned` are its arrays besides the statistics, `factor` is what the stored sums are divided by, and `about_factor`
    ends the note on momentum.
    """
    shape = context.bottom[0]
    momentum = float(f"{1 - layer.moving_average_fraction:.4g}")
    code = call_code(_batch_norm(shape), shape[1], eps=layer.eps, momentum=momentum, affine=affine)
    differs = [f"momentum is 1 - moving_average_fraction{about_factor}"]
    if not layer.use_global_stats:
        differs.append("it takes the batch's own mean and variance: .train(), not .eval()")
    stored = (("running_mean", f"mean / {factor}"), ("running_var", f"variance / {factor}"))
    return Call(code, (*learned, *stored), tuple(differs))


def _batch_norm(shape: Shape) -> str:
    return f"nn.BatchNorm{max(len(shape) - 2, 1)}d"


@pytorch_rule.register
def pytorch_pspnet_bn(layer: PSPNetBN, context: LayerContext) -> Call:
    """nn.BatchNorm with affine parameters."""
    shape = context.bottom[0]
    momentum = float(f"{1 - layer.momentum:.4g}")
    code = call_code(_batch_norm(shape), shape[1], eps=layer.eps, momentum=momentum)
    names = {"weight": "slope", "bias": "bias", "running_mean": "mean", "running_var": "variance"}
    differs = "momentum is 1 - ours" if layer.stored else "it takes the batch's own statistics: .train()"
    return Call(code, tuple((theirs, f"{ours}.reshape(-1)") for theirs, ours in names.items()), (differs,))


@pytorch_rule.register
def pytorch_segnet_bn(layer: SegNetBN, context: LayerContext) -> Call:
    """F.batch_norm, or the scale and shift of a finished net."""
    if not layer.learns:
        return Call(f"{four_axes(context)} * scale + shift")
    learned = "scale.reshape(-1), shift.reshape(-1)"
    code = f"F.batch_norm({four_axes(context)}, None, None, {learned}, training=True, eps=1e-9)"
    return Call(code, differs=("it takes the batch's own statistics, at TEST too",))


@pytorch_rule.register
def pytorch_mvn(layer: MVN, context: LayerContext) -> Call:
    """An expression: eps is outside the root."""
    axes = (1, 2, 3) if layer.across_channels else (2, 3)
    centred = f"(x - x.mean({axes}, keepdim=True))"
    if not layer.normalize_variance:
        return Call(centred)
    deviation = f"(x.std({axes}, correction=0, keepdim=True) + {literal(layer.eps)})"
    return Call(f"{centred} / {deviation}", differs=("nn.InstanceNorm2d has its eps inside the root",))


@pytorch_rule.register
def pytorch_normalize(layer: Normalize, context: LayerContext) -> Call:
    """An expression."""
    shape = context.bottom[0]
    axes = tuple(range(1, len(shape))) if layer.across_spatial else (1,)
    scale = "scale" if layer.channel_shared else f"scale{broadcast_index(shape, 1, (1,))}"
    norm = f"(x.square().sum({axes}, keepdim=True) + {literal(layer.eps)}).sqrt()"
    return Call(f"{scale} * x / {norm}")
