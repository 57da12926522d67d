"""Products, sums and normalization in Keras."""

from __future__ import annotations

from prototxt.blobs import count
from prototxt.export.call import Call, Expression, bottom_names, call_code, literal, weighted_sum
from prototxt.export.keras.rule import channels_last_axis, keras_rule
from prototxt.graph.context import LayerContext
from prototxt.layers.batch_norm import BatchNorm
from prototxt.layers.batch_norm_nvcaffe import NVCaffeBatchNorm
from prototxt.layers.eltwise import Eltwise
from prototxt.layers.inner_product import InnerProduct
from prototxt.layers.lrn import LRN
from prototxt.layers.scale import Scale
from prototxt.layers.softmax import Softmax

IMAGE_AXES = 4
"""The axes of images."""


@keras_rule.register
def keras_inner_product(layer: InnerProduct, context: LayerContext) -> Call:
    """layers.Dense, after layers.Flatten where there are several axes."""
    shape = context.bottom[0]
    dense = call_code("layers.Dense", layer.num_output, use_bias=None if layer.bias_term else False)
    bias = [("bias", "bias")] * layer.bias_term
    if len(shape) == 2 and layer.axis % 2 == 1:
        return Call(dense, (("kernel", "weights" if layer.transpose else "weights.T"), *bias))
    if layer.axis % len(shape) != 1:
        return Call("", differs=("Dense works on the last axis, which is the channels' there",))
    maps = shape[1:]
    if count(maps[1:]) == 1:
        weights = "weights" if layer.transpose else "weights.T"
        return Call(f"{dense}(layers.Flatten()(x))", (("kernel", weights), *bias))
    by_output = "weights.T" if layer.transpose else "weights"
    sizes = f"{layer.num_output}, {', '.join(map(str, maps))}"
    order = f"reshape({sizes}).transpose{(*range(2, len(maps) + 1), 1, 0)}"
    weights = f"{by_output}.{order}.reshape(-1, {layer.num_output})"
    differs = ("Flatten puts channels last there, so the weights need that order",)
    return Call(f"{dense}(layers.Flatten()(x))", (("kernel", weights), *bias), differs)


@keras_rule.register
def keras_lrn(layer: LRN, context: LayerContext) -> Call:
    """TensorFlow's function across channels; nothing within one."""
    if not layer.across:
        return Call("", differs=("no layer there normalizes within a channel",))
    if len(context.bottom[0]) != IMAGE_AXES:
        return Call("", differs=("TensorFlow's function takes images only, 4 axes",))
    code = call_code(
        "tf.nn.local_response_normalization",
        Expression("x"),
        depth_radius=layer.local_size // 2,
        bias=layer.k,
        alpha=float(f"{layer.alpha / layer.local_size:.6g}"),
        beta=layer.beta,
    )
    differs = f"TensorFlow's alpha is not divided by the size: {literal(layer.alpha)} / {layer.local_size}"
    return Call(code, differs=("Keras itself has none", differs))


@keras_rule.register
def keras_batch_norm(layer: BatchNorm, context: LayerContext) -> Call:
    """layers.BatchNormalization without center and scale, which are a Scale layer in Caffe."""
    return _batch_norm(layer, (), center=False, scale=False)


@keras_rule.register
def keras_nvcaffe_batch_norm(layer: NVCaffeBatchNorm, context: LayerContext) -> Call:
    """layers.BatchNormalization with scale and, where there is a bias, center."""
    learned = (("gamma", "scale"), *[("beta", "bias")] * layer.bias_term)
    center = None if layer.bias_term else False
    return _batch_norm(layer, learned, factor="(factor or 1)", center=center)


def _batch_norm(
    layer: BatchNorm, learned: tuple[tuple[str, str], ...], factor: str = "factor", **options: bool | None
) -> Call:
    """layers.BatchNormalization; `learned` are its arrays besides the statistics, which are divided by `factor`."""
    momentum = float(f"{layer.moving_average_fraction:.6g}")
    code = call_code("layers.BatchNormalization", epsilon=layer.eps, momentum=momentum, **options)
    differs = ["epsilon is 0.001 there by default; the stored sums are divided by the factor"]
    if not layer.use_global_stats:
        differs.append("it takes the batch's own mean and variance: call it with training=True")
    stored = (("moving_mean", f"mean / {factor}"), ("moving_variance", f"variance / {factor}"))
    return Call(code, (*learned, *stored), tuple(differs))


@keras_rule.register
def keras_scale(layer: Scale, context: LayerContext) -> Call | None:
    """A product with broadcasting, of channels only."""
    if not layer.is_per_channel(context.bottom) or len(context.bottom[0]) < 2:
        return None
    return Call("x * factors" + (" + offsets" if layer.bias_term else ""))


@keras_rule.register
def keras_eltwise(layer: Eltwise, context: LayerContext) -> Call:
    """layers.Add, layers.Multiply, layers.Maximum, or a sum with coefficients."""
    names = bottom_names(len(context.bottom))
    if layer.coeff:
        return Call(weighted_sum(layer.coeff, names))
    name = {"SUM": "Add", "PROD": "Multiply", "MAX": "Maximum"}[layer.operation]
    return Call(f"layers.{name}()([{', '.join(names)}])")


@keras_rule.register
def keras_softmax(layer: Softmax, context: LayerContext) -> Call:
    """layers.Softmax."""
    return Call(call_code("layers.Softmax", axis=channels_last_axis(layer.axis, len(context.bottom[0]))))
