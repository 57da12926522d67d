"""Layers as Keras has them, channels last: `layers` is keras.layers, `ops` keras.ops."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from prototxt.blobs import count
from prototxt.export.call import Call, Expression, bottoms, code, same_or_each, terms, unless, written
from prototxt.graph.context import LayerContext, of_class
from prototxt.layers.absval import AbsVal
from prototxt.layers.base import Layer
from prototxt.layers.batch_norm import BatchNorm
from prototxt.layers.bnll import BNLL
from prototxt.layers.common.window import Axis
from prototxt.layers.concat import Concat
from prototxt.layers.convolution import Convolution
from prototxt.layers.crop import Crop
from prototxt.layers.deconvolution import Deconvolution
from prototxt.layers.dropout import Dropout
from prototxt.layers.eltwise import Eltwise
from prototxt.layers.elu import ELU
from prototxt.layers.flatten import Flatten
from prototxt.layers.inner_product import InnerProduct
from prototxt.layers.interp import Interp
from prototxt.layers.lrn import LRN
from prototxt.layers.pooling import Pooling
from prototxt.layers.prelu import PReLU
from prototxt.layers.relu import ReLU
from prototxt.layers.relu6 import ReLU6
from prototxt.layers.reshape import Reshape
from prototxt.layers.scale import Scale
from prototxt.layers.sigmoid import Sigmoid
from prototxt.layers.slice import Slice
from prototxt.layers.softmax import Softmax
from prototxt.layers.tanh import TanH
from prototxt.layers.upsample_yolo import UpsampleByScale


def keras(context: LayerContext) -> Call | None:
    """None for types of which nothing is known."""
    rule = of_class(RULES, context.layer)
    return rule(context) if rule else None


def _their_axis(axis: int, number: int) -> int:
    """Where an axis of N x C x H x W is in N x H x W x C."""
    axis %= number
    return axis if not axis else number - 1 if axis == 1 else axis - 1


def _bias(has_bias: bool) -> bool | None:
    return None if has_bias else False


def _weights(has_bias: bool, kernel: str) -> tuple[tuple[str, str], ...]:
    return (("kernel", kernel), *[("bias", "bias")] * has_bias)


def _same(axis: Axis) -> bool:
    """Whether padding="same" pads this axis as the layer does: half in front, the smaller half where it is odd."""
    out = -(-axis.size // axis.stride)
    return out == axis.out and max((out - 1) * axis.stride + axis.extent - axis.size, 0) // 2 == axis.pad


def _convolution(context: LayerContext) -> Call:
    layer, shape = context.layer, context.bottom[0]
    assert isinstance(layer, Convolution)
    window, number = layer.window(shape), len(layer.window(shape).kernel)
    if layer.channel_axis(shape) != 1 or number not in (1, 2, 3):
        return Call("", differs=("Keras has one axis of channels and 1 to 3 spatial axes",))
    axes = window.axes
    if set(window.stride) - {1} and set(window.dilation) - {1}:
        return Call("", differs=("Keras takes either strides or dilation_rate, not both",))
    if any(axis.slack < 0 for axis in axes):
        return Call("", differs=("the kernel is larger than the padded input: Keras refuses it",))
    group, outputs = layer.groups(shape), layer.outputs(shape)
    depthwise = 1 < group == shape[1] and number == 2 and len(set(window.stride)) == 1
    same = any(window.pad) and all(map(_same, axes))
    given = {
        "strides": unless(1, window.stride),
        "padding": "same" if same else None,
        "dilation_rate": unless(1, window.dilation),
        "use_bias": _bias(layer.bias_term),
    }
    kernel = same_or_each(window.kernel)
    if depthwise:
        times = outputs // group
        call = code("layers.DepthwiseConv2D", kernel, depth_multiplier=times if times > 1 else None, **given)
        weights = (
            f"weights.reshape({group}, {times}, {window.kernel[0]}, {window.kernel[1]}).transpose(2, 3, 0, 1)"
        )
    else:
        call = code(f"layers.Conv{number}D", outputs, kernel, groups=group if group > 1 else None, **given)
        weights = f"weights.transpose{(*range(2, number + 2), 1, 0)}"
    padded = call if same or not any(window.pad) else f"{call}({_zeros(window.pad)})"
    return Call(padded, _weights(layer.bias_term, weights), tuple(_pad_notes(axes, same)))


def _zeros(pad: Sequence[int]) -> str:
    return code(f"layers.ZeroPadding{len(pad)}D", same_or_each(pad)) + "(x)"


def _pad_notes(axes: Sequence[Axis], same: bool) -> list[str]:
    if not any(axis.pad for axis in axes):
        return []
    strided = any(axis.stride > 1 for axis in axes)
    if same:
        return ['padding="same" pads alike for this input size; for others it may not'] * strided
    return ['padding="same" would pad otherwise: by what the size asks for, and less in front']


def _deconvolution(context: LayerContext) -> Call:
    layer, shape = context.layer, context.bottom[0]
    assert isinstance(layer, Deconvolution)
    window, number = layer.window(shape), len(layer.window(shape).kernel)
    if layer.channel_axis(shape) != 1 or number not in (1, 2, 3):
        return Call("", differs=("Keras has one axis of channels and 1 to 3 spatial axes",))
    if layer.groups(shape) > 1:
        return Call(
            "", differs=(f"Conv{number}DTranspose knows no groups: one for each map, or expand the weights",)
        )
    if set(window.dilation) - {1}:
        return Call("", differs=("Keras pads a dilated transpose otherwise",))
    call = code(
        f"layers.Conv{number}DTranspose",
        *(layer.outputs(shape), same_or_each(window.kernel)),
        strides=unless(1, window.stride),
        use_bias=_bias(layer.bias_term),
    )
    # Without padding Keras makes a whole stride for each value, also where the kernel is shorter.
    behind = [p + max(s - k, 0) for p, s, k in zip(window.pad, window.stride, window.kernel, strict=True)]
    cut = tuple(zip(window.pad, behind, strict=True))
    cropped = f"layers.Cropping{number}D({cut if number > 1 else cut[0]})({call}(x))" if any(behind) else call
    return Call(cropped, _weights(layer.bias_term, f"weights.transpose{(*range(2, number + 2), 1, 0)}"))


def _pooling(context: LayerContext) -> Call:
    layer, shape = context.layer, context.bottom[0]
    assert isinstance(layer, Pooling)
    window, out = layer.window(shape), context.top[0][2:]
    kind = {"MAX": "Max", "AVE": "Average"}.get(layer.method)
    if kind is None:
        return Call("", differs=("Keras has no stochastic pooling",))
    if window.kernel == shape[2:] and out == (1, 1) and not any(window.pad):
        return Call(code(f"layers.Global{kind}Pooling2D", keepdims=True))
    axes = window.axes
    if any(axis.out * axis.stride - axis.pad - axis.stride >= axis.size for axis in axes):
        return Call("", differs=("Keras has no window that lies outside the image",))
    behind = [max(axis.last_end - axis.size, 0) for axis in axes]
    over = any(axis.last_end > axis.size + axis.pad for axis in axes)
    call = f"layers.{kind}Pooling2D"
    options = {"strides": same_or_each(window.stride)}
    kernel = same_or_each(window.kernel)
    if not any(window.pad) and not any(behind):
        notes = ["Keras rounds down; for this input size that is the same"] * (not layer.floor)
        return Call(code(call, kernel, **options), differs=tuple(notes))
    note = "Keras rounds down, so the window that hangs over needs padding behind"
    # What "same" averages at the edge depends on Keras's backend.
    if layer.method == "MAX" and all(map(_same, axes)):
        same = 'padding="same" fits this input size; others it may not'
        return Call(code(call, kernel, **options, padding="same"), differs=(same,))
    if layer.method == "AVE" and over:
        return Call("", differs=("no padding there divides as the windows that hang over do",))
    sides = [[0, 0], *([p, b] for p, b in zip(window.pad, behind, strict=True)), [0, 0]]
    outside = ', constant_values=-float("inf")' if layer.method == "MAX" else ""
    notes = [note] if over else ['padding="same" would pad or divide otherwise']
    return Call(f"{code(call, kernel, **options)}(ops.pad(x, {sides}{outside}))", differs=tuple(notes))


def _inner_product(context: LayerContext) -> Call:
    layer, shape = context.layer, context.bottom[0]
    assert isinstance(layer, InnerProduct)
    dense = code("layers.Dense", layer.num_output, use_bias=_bias(layer.bias_term))
    weights = "weights" if layer.transpose else "weights.T"
    if len(shape) == 2 and layer.axis % 2 == 1:
        return Call(dense, _weights(layer.bias_term, weights))
    if layer.axis % len(shape) != 1:
        return Call("", differs=("Dense works on the last axis, which is the channels' there",))
    maps = shape[1:]
    differs = []
    if count(maps[1:]) > 1:
        order = f"reshape({layer.num_output}, {', '.join(map(str, maps))}).transpose{(*range(2, len(maps) + 1), 1, 0)}"
        weights = f"{'weights.T' if layer.transpose else 'weights'}.{order}.reshape(-1, {layer.num_output})"
        differs = ["Flatten lays channels last there, so the weights must be put in that order"]
    return Call(f"{dense}(layers.Flatten()(x))", _weights(layer.bias_term, weights), tuple(differs))


def _lrn(context: LayerContext) -> Call:
    layer = context.layer
    assert isinstance(layer, LRN)
    if not layer.across:
        return Call("", differs=("no layer there normalizes within a channel",))
    half, alpha = layer.local_size // 2, layer.alpha / layer.local_size
    call = code(
        "tf.nn.local_response_normalization",
        Expression("x"),
        depth_radius=half,
        bias=layer.k,
        alpha=float(f"{alpha:.6g}"),
        beta=layer.beta,
    )
    differs = f"TensorFlow's alpha is not divided by the size: {written(layer.alpha)} / {layer.local_size}"
    return Call(call, differs=("Keras itself has none", differs))


def _batch_norm(context: LayerContext) -> Call:
    layer = context.layer
    assert isinstance(layer, BatchNorm)
    call = code(
        "layers.BatchNormalization",
        epsilon=layer.eps,
        momentum=float(f"{layer.moving_average_fraction:.6g}"),
        center=False,
        scale=False,
    )
    differs = ["epsilon is 0.001 there unless said; the stored sums are divided by the factor"]
    if not layer.use_global_stats:
        differs.append("it takes the batch's own mean and variance: call it with training=True")
    stored = (("moving_mean", "mean / factor"), ("moving_variance", "variance / factor"))
    return Call(call, stored, tuple(differs))


def _scale(context: LayerContext) -> Call | None:
    layer, shape = context.layer, context.bottom[0]
    assert isinstance(layer, Scale)
    if not layer.is_per_channel(context.bottom) or len(shape) < 2:
        return None
    return Call("x * factors" + (" + offsets" if layer.bias_term else ""))


def _eltwise(context: LayerContext) -> Call:
    layer, names = context.layer, bottoms(len(context.bottom))
    assert isinstance(layer, Eltwise)
    if layer.coeff:
        return Call(terms(layer.coeff, names))
    name = {"SUM": "Add", "PROD": "Multiply", "MAX": "Maximum"}[layer.operation]
    return Call(f"layers.{name}()([{', '.join(names)}])")


def _concat(context: LayerContext) -> Call:
    layer = context.layer
    assert isinstance(layer, Concat)
    axis = _their_axis(layer.axis, len(context.top[0]))
    return Call(f"layers.Concatenate(axis={axis})([{', '.join(bottoms(len(context.bottom)))}])")


def _slice(context: LayerContext) -> Call:
    layer, number = context.layer, len(context.bottom[0])
    assert isinstance(layer, Slice)
    cuts = layer.cuts(context.bottom[0])[1:-1]
    return Call(f"ops.split(x, {cuts}, axis={_their_axis(layer.axis, number)})")


def _softmax(context: LayerContext) -> Call:
    layer = context.layer
    assert isinstance(layer, Softmax)
    return Call(code("layers.Softmax", axis=_their_axis(layer.axis, len(context.bottom[0]))))


def _relu(context: LayerContext) -> Call:
    layer = context.layer
    assert isinstance(layer, ReLU)
    slope = layer.negative_slope
    if slope < 0:
        return Call(_bent(slope), differs=("LeakyReLU takes no negative slope",))
    return Call(code("layers.LeakyReLU", negative_slope=slope) if slope else "layers.ReLU()")


def _relu6(context: LayerContext) -> Call:
    layer = context.layer
    assert isinstance(layer, ReLU6)
    if layer.negative_slope < 0:
        return Call(
            f"ops.minimum({_bent(layer.negative_slope)}, 6)", differs=("ReLU takes no negative slope",)
        )
    return Call(code("layers.ReLU", max_value=6, negative_slope=layer.negative_slope or None))


def _bent(slope: float) -> str:
    return f"ops.maximum(x, 0) + {written(slope)} * ops.minimum(x, 0)"


def _elu(context: LayerContext) -> Call:
    layer = context.layer
    assert isinstance(layer, ELU)
    return Call(code("layers.ELU", alpha=layer.alpha))


def _plain(call: str) -> Callable[[LayerContext], Call]:
    """The rule of layers without numbers."""
    return lambda _: Call(call)


def _dropout(context: LayerContext) -> Call | None:
    layer = context.layer
    assert isinstance(layer, Dropout)
    return Call(code("layers.Dropout", layer.dropout_ratio)) if type(layer) is Dropout else None


def _prelu(context: LayerContext) -> Call | None:
    layer, number = context.layer, len(context.bottom[0])
    assert isinstance(layer, PReLU)
    if layer.channel_shared:
        return None
    axes = list(range(1, number - 1)) or None
    lengths = ", ".join(["1"] * (number - 2) + ["-1"])
    return Call(code("layers.PReLU", shared_axes=axes), (("alpha", f"slopes.reshape({lengths})"),))


def _flatten(context: LayerContext) -> Call | None:
    layer, number = context.layer, len(context.bottom[0])
    assert isinstance(layer, Flatten)
    if layer.axis % number != 1 or layer.end_axis % number != number - 1:
        return None
    if number <= 2:
        return Call("layers.Flatten()")
    order = (number - 1, *range(1, number - 1))
    differs = ("Flatten alone would lay channels last",)
    return Call(f"layers.Flatten()(layers.Permute({order})(x))", differs=differs)


def _reshape(_: LayerContext) -> Call:
    return Call(
        "", differs=("values lie in another order there: bring channels to the front before, back behind",)
    )


def _crop(context: LayerContext) -> Call | None:
    layer, (shape, piece) = context.layer, context.bottom
    assert isinstance(layer, Crop)
    offsets = layer.offsets(shape, piece)
    start = len(shape) - len(offsets)
    if start != 2:
        return None
    cuts = [f"{o}:{o + piece[axis]}" for axis, o in enumerate(offsets, start)]
    return Call(f"x0[:, {', '.join(cuts)}]")


def _interp(_: LayerContext) -> Call:
    return Call("", differs=("UpSampling2D and Resizing do not lay corners on corners: other numbers",))


def _upsample(context: LayerContext) -> Call:
    layer = context.layer
    assert isinstance(layer, UpsampleByScale)
    return Call(code("layers.UpSampling2D", layer.scale))


RULES: dict[type[Layer], Callable[[LayerContext], Call | None]] = {
    Convolution: _convolution,
    Deconvolution: _deconvolution,
    Pooling: _pooling,
    InnerProduct: _inner_product,
    LRN: _lrn,
    BatchNorm: _batch_norm,
    Scale: _scale,
    Eltwise: _eltwise,
    Concat: _concat,
    Slice: _slice,
    Softmax: _softmax,
    ReLU: _relu,
    ReLU6: _relu6,
    ELU: _elu,
    Sigmoid: _plain('layers.Activation("sigmoid")'),
    TanH: _plain('layers.Activation("tanh")'),
    AbsVal: _plain("ops.absolute"),
    BNLL: _plain('layers.Activation("softplus")'),
    Dropout: _dropout,
    PReLU: _prelu,
    Flatten: _flatten,
    Reshape: _reshape,
    Crop: _crop,
    Interp: _interp,
    UpsampleByScale: _upsample,
}
"""By layer class; a class without a row of its own has its base's."""
