"""Layers as PyTorch has them: `nn` is torch.nn, `F` torch.nn.functional."""

from __future__ import annotations

from collections.abc import Callable

from prototxt.blobs import Shape, count
from prototxt.export.call import Call, Expression, bottoms, code, same_or_each, terms, unless, written
from prototxt.graph.context import LayerContext, of_class
from prototxt.layers.absval import AbsVal
from prototxt.layers.argmax import ArgMax
from prototxt.layers.axpy import Axpy
from prototxt.layers.base import Layer
from prototxt.layers.batch_norm import BatchNorm
from prototxt.layers.bias import Bias
from prototxt.layers.bn_pspnet import PSPNetBN
from prototxt.layers.bn_segnet import SegNetBN
from prototxt.layers.bnll import BNLL
from prototxt.layers.clip import Clip
from prototxt.layers.common.axes import run_of_axes
from prototxt.layers.common.convolution_base import ConvolutionBase
from prototxt.layers.common.elementwise import ElementwiseLayer
from prototxt.layers.common.window import Axis
from prototxt.layers.concat import Concat
from prototxt.layers.convolution import Convolution
from prototxt.layers.crop import Crop
from prototxt.layers.deconvolution import Deconvolution
from prototxt.layers.dropout import Dropout
from prototxt.layers.eltwise import Eltwise
from prototxt.layers.elu import ELU
from prototxt.layers.euclidean_loss import EuclideanLoss
from prototxt.layers.exp import Exp
from prototxt.layers.flatten import Flatten
from prototxt.layers.inner_product import InnerProduct
from prototxt.layers.interp import Interp
from prototxt.layers.log import Log
from prototxt.layers.lrn import LRN
from prototxt.layers.mvn import MVN
from prototxt.layers.normalize import Normalize
from prototxt.layers.permute import Permute
from prototxt.layers.pooling import Pooling
from prototxt.layers.power import Power
from prototxt.layers.prelu import PReLU
from prototxt.layers.reduction import Reduction
from prototxt.layers.relu import ReLU
from prototxt.layers.relu6 import ReLU6
from prototxt.layers.reshape import Reshape
from prototxt.layers.scale import Scale
from prototxt.layers.shuffle_channel import ShuffleChannel
from prototxt.layers.sigmoid import Sigmoid
from prototxt.layers.slice import Slice
from prototxt.layers.softmax import Softmax
from prototxt.layers.softmax_with_loss import SoftmaxWithLoss
from prototxt.layers.swish import Swish
from prototxt.layers.tanh import TanH
from prototxt.layers.threshold import Threshold  # fmt: skip
from prototxt.layers.tile import Tile
from prototxt.layers.upsample_yolo import UpsampleByScale


def pytorch(context: LayerContext) -> Call | None:
    """None for types of which nothing is known."""
    rule = of_class(RULES, context.layer)
    return rule(context) if rule else None


def _bias(has_bias: bool) -> bool | None:
    return None if has_bias else False


def _weights(has_bias: bool, weights: str = "weights") -> tuple[tuple[str, str], ...]:
    return (("weight", weights), *[("bias", "bias")] * has_bias)


def _convolution(context: LayerContext) -> Call:
    call = _slid(context, "nn.Conv")
    if call.code and any(axis.slack < 0 for axis in _axes(context)):
        return Call("", call.weights, ("the kernel is larger than the padded input: PyTorch refuses it",))
    return call


def _axes(context: LayerContext) -> tuple[Axis, ...]:
    """The windows of a convolution with channels on axis 1."""
    layer, shape = context.layer, context.bottom[0]
    assert isinstance(layer, Convolution)
    return layer.window(shape).axes


def _deconvolution(context: LayerContext) -> Call:
    return _slid(context, "nn.ConvTranspose")


def _slid(context: LayerContext, name: str) -> Call:
    """A kernel that slides over the input, or over the output of its transpose."""
    layer, shape = context.layer, context.bottom[0]
    assert isinstance(layer, ConvolutionBase)
    axis, window = layer.channel_axis(shape), layer.window(shape)
    if axis != 1 or len(window.kernel) not in (1, 2, 3):
        return Call("", differs=("PyTorch has channels on axis 1 and 1 to 3 spatial axes",))
    group = layer.groups(shape)
    call = code(
        f"{name}{len(window.kernel)}d",
        *(shape[1], layer.outputs(shape)),
        kernel_size=same_or_each(window.kernel),
        stride=unless(1, window.stride),
        padding=unless(0, window.pad),
        dilation=unless(1, window.dilation),
        groups=group if group > 1 else None,
        bias=_bias(layer.bias_term),
    )
    return Call(call, _weights(layer.bias_term))


def _pooling(context: LayerContext) -> Call:
    layer, shape = context.layer, context.bottom[0]
    assert isinstance(layer, Pooling)
    window, out = layer.window(shape), context.top[0][2:]
    kind = {"MAX": "Max", "AVE": "Avg"}.get(layer.method)
    if kind is None:
        return Call("", differs=("PyTorch has no stochastic pooling",))
    if window.kernel == shape[2:] and out == (1, 1) and not any(window.pad):
        return Call(code(f"nn.Adaptive{kind}Pool2d", 1))
    axes = window.axes
    differs = ["PyTorch refuses a pad of more than half the kernel"] * any(2 * a.pad > a.kernel for a in axes)
    if tuple(_pooled(axis, layer.floor) for axis in axes) != out:
        differs.append("PyTorch leaves out a last window that starts behind the image, also without padding")
    rounds = not layer.floor and any(axis.slack % axis.stride for axis in axes)
    notes = _pool_notes(layer, rounds, any(window.pad))
    call = code(
        f"nn.{kind}Pool2d",
        same_or_each(window.kernel),
        stride=same_or_each(window.stride),
        padding=unless(0, window.pad),
        ceil_mode=None if layer.floor else True,
    )
    return Call("" if differs else call, differs=(*differs, *notes))


def _pooled(axis: Axis, floor: bool) -> int:
    """How many windows PyTorch has: with ceil_mode never one that starts behind the image and its first padding."""
    windows = (axis.slack if floor else axis.slack + axis.stride - 1) // axis.stride + 1
    is_behind = (windows - 1) * axis.stride >= axis.size + axis.pad
    return windows - 1 if is_behind and not floor else windows


def _pool_notes(layer: Pooling, rounds: bool, padded: bool) -> list[str]:
    notes = []
    if rounds:
        notes.append("without ceil_mode, which is off unless said, there would be a row or column less")
    elif not layer.floor:
        notes.append("ceil_mode changes nothing for this input size; for others it does")
    if padded and layer.method == "AVE":
        notes.append("the padding counts in the average, as count_include_pad=True, the default, has it")
    return notes


def _inner_product(context: LayerContext) -> Call:
    layer, shape = context.layer, context.bottom[0]
    assert isinstance(layer, InnerProduct)
    linear = code("nn.Linear", layer.matrix(shape)[1], layer.num_output, bias=_bias(layer.bias_term))
    axis = layer.axis % len(shape)
    flat = "" if axis == len(shape) - 1 else f"(x.flatten({axis}))"
    return Call(linear + flat, _weights(layer.bias_term, "weights.T" if layer.transpose else "weights"))


def _lrn(context: LayerContext) -> Call:
    layer = context.layer
    assert isinstance(layer, LRN)
    n = layer.local_size
    if layer.across:
        call = code("nn.LocalResponseNorm", n, alpha=layer.alpha, beta=layer.beta, k=layer.k)
        return Call(call, differs=("alpha is divided by the size in both",))
    mean = code("F.avg_pool2d", Expression("x * x"), kernel_size=n, stride=1, padding=n // 2)
    return Call(f"x * (1 + {written(layer.alpha)} * {mean}) ** {written(-layer.beta)}")


def _batch_norm(context: LayerContext) -> Call:
    layer, shape = context.layer, context.bottom[0]
    assert isinstance(layer, BatchNorm)
    momentum = 1 - layer.moving_average_fraction
    name = f"nn.BatchNorm{max(len(shape) - 2, 1)}d"
    call = code(name, shape[1], eps=layer.eps, momentum=float(f"{momentum:.4g}"), affine=False)
    differs = ["momentum is 1 - moving_average_fraction, and the stored sums are divided by the factor"]
    if not layer.use_global_stats:
        differs.append("it takes the batch's own mean and variance: .train(), not .eval()")
    differs += [
        f"with the Scale layer {reader.name} behind it: affine=True, weight its factors, bias its offsets"
        for reader in context.graph.nodes
        if isinstance(reader.layer, Scale) and reader.bottoms == context.node.tops
    ]
    stored = (("running_mean", "mean / factor"), ("running_var", "variance / factor"))
    return Call(call, stored, tuple(differs))


def _pspnet_bn(context: LayerContext) -> Call:
    layer, shape = context.layer, context.bottom[0]
    assert isinstance(layer, PSPNetBN)
    name = f"nn.BatchNorm{max(len(shape) - 2, 1)}d"
    call = code(name, shape[1], eps=layer.eps, momentum=float(f"{1 - layer.momentum:.4g}"))
    names = {"weight": "slope", "bias": "bias", "running_mean": "mean", "running_var": "variance"}
    differs = (
        ("momentum is 1 - ours",) if layer.stored else ("it takes the batch's own statistics: .train()",)
    )
    return Call(call, tuple((theirs, f"{ours}.reshape(-1)") for theirs, ours in names.items()), differs)


def _segnet_bn(context: LayerContext) -> Call:
    layer = context.layer
    assert isinstance(layer, SegNetBN)
    if not layer.learns:
        return Call(f"{_four_axes(context)} * scale + shift")
    learned = "scale.reshape(-1), shift.reshape(-1)"
    call = f"F.batch_norm({_four_axes(context)}, None, None, {learned}, training=True, eps=1e-9)"
    return Call(call, differs=("it takes the batch's own statistics, at TEST too",))


def _four_axes(context: LayerContext) -> str:
    """The bottom, of layers that give it axes of 1 behind where it has fewer than 4."""
    name, shape = bottoms(len(context.bottom))[0], context.bottom[0]
    return name if len(shape) == 4 else f"{name}.reshape{(*shape, *(1,) * (4 - len(shape)))}"


def _behind(shape: Shape, axis: int, operand: Shape) -> str:
    """An index that lays an array along axes of a blob."""
    behind = len(shape) - axis % len(shape) - len(operand) if operand else 0
    return f"[..., {', '.join(['None'] * behind)}]" if behind else ""


def _scale(context: LayerContext) -> Call:
    layer, shape = context.layer, context.bottom[0]
    assert isinstance(layer, Scale)
    two = len(context.bottom) > 1
    operand = context.bottom[1] if two else run_of_axes(shape, layer.axis, layer.num_axes)
    index = _behind(shape, layer.axis, operand)
    offsets = f" + offsets{index}" if layer.bias_term else ""
    return Call(f"x0 * x1{index}{offsets}" if two else f"x * factors{index}{offsets}")


def _bias_layer(context: LayerContext) -> Call:
    layer, shape = context.layer, context.bottom[0]
    assert isinstance(layer, Bias)
    two = len(context.bottom) > 1
    operand = context.bottom[1] if two else run_of_axes(shape, layer.axis, layer.num_axes)
    index = _behind(shape, layer.axis, operand)
    return Call(f"x0 + x1{index}" if two else f"x + offsets{index}")


def _eltwise(context: LayerContext) -> Call:
    layer, names = context.layer, bottoms(len(context.bottom))
    assert isinstance(layer, Eltwise)
    if layer.operation == "SUM":
        return Call(terms(layer.coeff, names))
    if layer.operation == "PROD":
        return Call(" * ".join(names))
    return Call(f"torch.stack([{', '.join(names)}]).amax(0)" if len(names) > 2 else "torch.maximum(x0, x1)")


def _concat(context: LayerContext) -> Call:
    layer = context.layer
    assert isinstance(layer, Concat)
    return Call(
        f"torch.cat([{', '.join(bottoms(len(context.bottom)))}], dim={layer.axis % len(context.top[0])})"
    )


def _slice(context: LayerContext) -> Call:
    layer = context.layer
    assert isinstance(layer, Slice)
    axis = layer.axis % len(context.bottom[0])
    return Call(f"x.split({[top[axis] for top in context.top]}, dim={axis})")


def _softmax(context: LayerContext) -> Call:
    layer = context.layer
    assert isinstance(layer, Softmax)
    return Call(code("nn.Softmax", dim=layer.axis % len(context.bottom[0])))


def _relu(context: LayerContext) -> Call:
    layer = context.layer
    assert isinstance(layer, ReLU)
    return Call(code("nn.LeakyReLU", layer.negative_slope) if layer.negative_slope else "nn.ReLU()")


def _relu6(context: LayerContext) -> Call:
    layer = context.layer
    assert isinstance(layer, ReLU6)
    if layer.negative_slope:
        return Call(f"F.leaky_relu(x, {written(layer.negative_slope)}).clamp(max=6)")
    return Call("nn.ReLU6()")


def _neuron(context: LayerContext) -> Call | None:
    """Functions of one value."""
    layer = context.layer
    match layer:
        case ELU():
            return Call(code("nn.ELU", alpha=layer.alpha))
        case Clip():
            return Call(code("nn.Hardtanh", layer.min, layer.max))
        case Threshold():
            differs = ("nn.Threshold is another function: it keeps what is above",)
            return Call(f"(x > {written(layer.threshold)}).float()", differs=differs)
        case Swish():
            return Call("nn.SiLU()" if layer.beta == 1 else f"x * torch.sigmoid({written(layer.beta)} * x)")
        case Power():
            inner = f"{written(layer.shift)} + {written(layer.scale)} * x"
            return Call(inner if layer.power == 1 else f"({inner}) ** {written(layer.power)}")
        case Exp():
            return Call(f"{written(layer.outer_scale)} * torch.exp({written(layer.inner_scale)} * x)")
        case Log():
            inner = f"{written(layer.shift)} + {written(layer.scale)} * x"
            return Call(f"{written(layer.outer_scale)} * torch.log({inner})")
    return None


def _plain(call: str, *differs: str) -> Callable[[LayerContext], Call]:
    """The rule of layers without numbers."""
    return lambda _: Call(call, differs=differs)


def _dropout(context: LayerContext) -> Call:
    layer = context.layer
    assert isinstance(layer, Dropout)
    if type(layer) is not Dropout:
        return Call("", differs=("a fork's kind of Dropout; at TEST it does nothing",))
    differs = ("dropout_ratio is the share that is dropped, in both; values are scaled up in training",)
    return Call(code("nn.Dropout", layer.dropout_ratio), differs=differs)


def _prelu(context: LayerContext) -> Call:
    layer = context.layer
    assert isinstance(layer, PReLU)
    number = 1 if layer.channel_shared else context.bottom[0][1]
    return Call(code("nn.PReLU", number), (("weight", "slopes.reshape(-1)"),))


def _flatten(context: LayerContext) -> Call:
    layer, shape = context.layer, context.bottom[0]
    assert isinstance(layer, Flatten)
    start, end = layer.axis % len(shape), layer.end_axis % len(shape)
    if end < start:
        return Call(f"x.unsqueeze({start})")
    return Call(f"x.flatten({start})" if end == len(shape) - 1 else f"x.flatten({start}, {end})")


def _reshape(context: LayerContext) -> Call:
    return Call(f"x.reshape{tuple(context.top[0])}")


def _permute(context: LayerContext) -> Call:
    layer, number = context.layer, len(context.bottom[0])
    assert isinstance(layer, Permute)
    order = (*layer.order, *(axis for axis in range(number) if axis not in layer.order))
    return Call(f"x.permute{order}")


def _crop(context: LayerContext) -> Call:
    layer, (shape, piece) = context.layer, context.bottom
    assert isinstance(layer, Crop)
    offsets = layer.offsets(shape, piece)
    start = len(shape) - len(offsets)
    cuts = [f"{o}:{o + piece[axis]}" for axis, o in enumerate(offsets, start)]
    return Call(f"x0[{', '.join([':'] * start + cuts)}]")


def _interp(context: LayerContext) -> Call:
    layer, shape = context.layer, context.bottom[0]
    assert isinstance(layer, Interp)
    (before, behind), size = layer.cut_off, context.top[0][2:]
    x = _four_axes(context)
    rows, columns = (f"{before}:{n - behind}" for n in (*shape, 1, 1)[2:4])
    cut = f"{x}[:, :, {rows}, {columns}]" if before or behind else x
    differs = ("align_corners is off unless said, and gives other numbers",)
    return Call(f'F.interpolate({cut}, size={size}, mode="bilinear", align_corners=True)', differs=differs)


def _upsample(context: LayerContext) -> Call:
    layer = context.layer
    assert isinstance(layer, UpsampleByScale)
    return Call(code("nn.Upsample", scale_factor=layer.scale, mode="nearest"))


def _shuffle(context: LayerContext) -> Call:
    layer = context.layer
    assert isinstance(layer, ShuffleChannel)
    x = _four_axes(context)
    return Call(code("nn.ChannelShuffle", layer.group) + ("" if x == "x" else f"({x})"))


def _argmax(context: LayerContext) -> Call:
    layer = context.layer
    assert isinstance(layer, ArgMax)
    if layer.top_k > 1 or layer.out_max_val or layer.axis is None:
        return Call("", differs=("torch.topk gives values and places apart",))
    return Call(f"x.argmax(dim={layer.axis % len(context.bottom[0])}, keepdim=True)")


def _tile(context: LayerContext) -> Call:
    layer = context.layer
    assert isinstance(layer, Tile)
    return Call(f"torch.cat([x] * {layer.tiles}, dim={layer.axis % len(context.bottom[0])})")


def _mvn(context: LayerContext) -> Call:
    layer = context.layer
    assert isinstance(layer, MVN)
    axes = (1, 2, 3) if layer.across_channels else (2, 3)
    centred = f"(x - x.mean({axes}, keepdim=True))"
    if not layer.normalize_variance:
        return Call(centred)
    spread = f"(x.std({axes}, correction=0, keepdim=True) + {written(layer.eps)})"
    return Call(f"{centred} / {spread}", differs=("nn.InstanceNorm2d has its eps inside the root",))


def _normalize(context: LayerContext) -> Call:
    layer, shape = context.layer, context.bottom[0]
    assert isinstance(layer, Normalize)
    axes = tuple(range(1, len(shape))) if layer.across_spatial else (1,)
    scale = "scale" if layer.channel_shared else f"scale{_behind(shape, 1, (1,))}"
    norm = f"(x.square().sum({axes}, keepdim=True) + {written(layer.eps)}).sqrt()"
    return Call(f"{scale} * x / {norm}")


def _axpy(context: LayerContext) -> Call:
    a, x, _ = context.bottom
    return Call(f"x0.reshape{(*a[:2], *(1,) * (len(x) - 2))} * x1 + x2")


def _reduction(context: LayerContext) -> Call:
    layer = context.layer
    assert isinstance(layer, Reduction)
    axis = layer.axis % len(context.bottom[0])
    flat = f"x.flatten({axis})"
    body = {"SUM": "sum(-1)", "MEAN": "mean(-1)", "ASUM": "abs().sum(-1)", "SUMSQ": "square().sum(-1)"}
    coeff = "" if layer.coeff == 1 else f"{written(layer.coeff)} * "
    return Call(f"{coeff}{flat}.{body[layer.operation]}")


def _softmax_loss(context: LayerContext) -> Call | None:
    layer, scores = context.layer, context.bottom[0]
    assert isinstance(layer, SoftmaxWithLoss)
    if type(layer) is not SoftmaxWithLoss or layer.axis % len(scores) != 1 or len(context.bottom) != 2:
        return None
    labels = f"x1.reshape{(scores[0], *scores[2:])}.long()"
    ignored = layer.ignore_label
    is_mean = layer.normalization == "VALID"
    call = code(
        "F.cross_entropy",
        *(Expression("x0"), Expression(labels)),
        ignore_index=ignored,
        reduction=None if is_mean else "sum",
    )
    divisor = {"FULL": scores[0] * count(scores[2:]), "BATCH_SIZE": scores[0]}.get(layer.normalization, 1)
    differs = ["the softmax is in it, as here: it takes scores"]
    if is_mean and ignored is not None:
        differs.append("where no label counts it gives NaN, here 0")
    return Call(call + (f" / {divisor}" if divisor > 1 else ""), differs=tuple(differs))


RULES: dict[type[Layer], Callable[[LayerContext], Call | None]] = {
    Convolution: _convolution,
    Deconvolution: _deconvolution,
    Pooling: _pooling,
    InnerProduct: _inner_product,
    LRN: _lrn,
    BatchNorm: _batch_norm,
    PSPNetBN: _pspnet_bn,
    SegNetBN: _segnet_bn,
    Scale: _scale,
    Bias: _bias_layer,
    Eltwise: _eltwise,
    Concat: _concat,
    Slice: _slice,
    Softmax: _softmax,
    ReLU: _relu,
    ReLU6: _relu6,
    Sigmoid: _plain("nn.Sigmoid()"),
    TanH: _plain("nn.Tanh()"),
    AbsVal: _plain("torch.abs"),
    BNLL: _plain("nn.Softplus()"),
    ElementwiseLayer: _neuron,
    Dropout: _dropout,
    PReLU: _prelu,
    Flatten: _flatten,
    Reshape: _reshape,
    Permute: _permute,
    Crop: _crop,
    Interp: _interp,
    UpsampleByScale: _upsample,
    ShuffleChannel: _shuffle,
    ArgMax: _argmax,
    Tile: _tile,
    MVN: _mvn,
    Axpy: _axpy,
    Reduction: _reduction,
    SoftmaxWithLoss: _softmax_loss,
    Normalize: _normalize,
    EuclideanLoss: _plain(
        "((x0 - x1) ** 2).sum() / (2 * len(x0))", "nn.MSELoss divides by all values, not by 2 * N"
    ),
}
"""By layer class; a class without a row of its own has its base's."""
