"""Activations in Keras."""

from __future__ import annotations

from prototxt.export.call import Call, call_code, literal
from prototxt.export.keras.rule import keras_rule
from prototxt.graph.context import LayerContext
from prototxt.layers.absval import AbsVal
from prototxt.layers.bnll import BNLL
from prototxt.layers.dropout import Dropout
from prototxt.layers.elu import ELU
from prototxt.layers.prelu import PReLU
from prototxt.layers.relu import ReLU
from prototxt.layers.relu6 import ReLU6
from prototxt.layers.sigmoid import Sigmoid
from prototxt.layers.tanh import TanH


def _two_slopes(slope: float) -> str:
    return f"ops.maximum(x, 0) + {literal(slope)} * ops.minimum(x, 0)"


@keras_rule.register
def keras_relu(layer: ReLU, context: LayerContext) -> Call:
    """layers.ReLU or layers.LeakyReLU."""
    slope = layer.negative_slope
    if slope < 0:
        return Call(_two_slopes(slope), differs=("LeakyReLU takes no negative slope",))
    return Call(call_code("layers.LeakyReLU", negative_slope=slope) if slope else "layers.ReLU()")


@keras_rule.register
def keras_relu6(layer: ReLU6, context: LayerContext) -> Call:
    """layers.ReLU with a maximum."""
    slope = layer.negative_slope
    if slope < 0:
        return Call(f"ops.minimum({_two_slopes(slope)}, 6)", differs=("ReLU takes no negative slope",))
    return Call(call_code("layers.ReLU", max_value=6, negative_slope=slope or None))


@keras_rule.register
def keras_elu(layer: ELU, context: LayerContext) -> Call:
    """layers.ELU."""
    return Call(call_code("layers.ELU", alpha=layer.alpha))


@keras_rule.register
def keras_prelu(layer: PReLU, context: LayerContext) -> Call | None:
    """layers.PReLU with one slope per channel."""
    if layer.channel_shared:
        return None
    number = len(context.bottom[0])
    shared_axes = list(range(1, number - 1)) or None
    lengths = ", ".join(["1"] * (number - 2) + ["-1"])
    return Call(
        call_code("layers.PReLU", shared_axes=shared_axes), (("alpha", f"slopes.reshape({lengths})"),)
    )


@keras_rule.register
def keras_sigmoid(layer: Sigmoid, context: LayerContext) -> Call:
    """layers.Activation."""
    return Call('layers.Activation("sigmoid")')


@keras_rule.register
def keras_tanh(layer: TanH, context: LayerContext) -> Call:
    """layers.Activation."""
    return Call('layers.Activation("tanh")')


@keras_rule.register
def keras_absval(layer: AbsVal, context: LayerContext) -> Call:
    """ops.absolute."""
    return Call("ops.absolute")


@keras_rule.register
def keras_bnll(layer: BNLL, context: LayerContext) -> Call:
    """layers.Activation."""
    return Call('layers.Activation("softplus")')


@keras_rule.register
def keras_dropout(layer: Dropout, context: LayerContext) -> Call | None:
    """layers.Dropout."""
    if type(layer) is not Dropout:
        return None
    dropped = call_code("layers.Dropout", layer.dropout_ratio)
    if layer.scale_train:
        return Call(dropped)
    differs = (
        "scale_train: false scales at TEST; layers.Dropout scales up in training, which the factor undoes"
    )
    return Call(f"{literal(1 - layer.dropout_ratio)} * {dropped}(x)", differs=(differs,))
