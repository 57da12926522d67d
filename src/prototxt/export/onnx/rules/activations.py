"""Functions of one value in ONNX."""

from __future__ import annotations

from prototxt.export.onnx.draft import FLOAT, LayerDraft
from prototxt.export.onnx.rule import Values, onnx_rule
from prototxt.layers.absval import AbsVal
from prototxt.layers.bnll import BNLL
from prototxt.layers.clip import Clip
from prototxt.layers.dropout import Dropout
from prototxt.layers.elu import ELU
from prototxt.layers.exp import Exp
from prototxt.layers.log import Log
from prototxt.layers.power import Power
from prototxt.layers.prelu import PReLU
from prototxt.layers.relu import ReLU
from prototxt.layers.relu6 import ReLU6
from prototxt.layers.selu import SeLu
from prototxt.layers.sigmoid import Sigmoid
from prototxt.layers.swish import Swish
from prototxt.layers.tanh import TanH
from prototxt.layers.threshold import Threshold


@onnx_rule.register
def onnx_relu(layer: ReLU, draft: LayerDraft) -> Values:
    """Relu, or LeakyRelu with a slope."""
    if layer.negative_slope:
        return draft.op("LeakyRelu", draft.x, alpha=layer.negative_slope)
    return draft.op("Relu", draft.x)


@onnx_rule.register
def onnx_relu6(layer: ReLU6, draft: LayerDraft) -> Values:
    """Clip, after a LeakyRelu where there is a slope."""
    if not layer.negative_slope:
        return draft.op("Clip", draft.x, draft.constant(0, "least"), draft.constant(6, "most"))
    sloped = draft.op("LeakyRelu", draft.x, alpha=layer.negative_slope)
    return draft.op("Clip", sloped, "", draft.constant(6, "most"))


@onnx_rule.register
def onnx_prelu(layer: PReLU, draft: LayerDraft) -> Values:
    """PRelu, whose slopes have an axis for each one after the channels."""
    return draft.op("PRelu", draft.x, draft.per_axis(draft.params[0], 1, len(draft.bottom[0]), "slopes"))


@onnx_rule.register
def onnx_elu(layer: ELU, draft: LayerDraft) -> Values:
    """Elu."""
    return draft.op("Elu", draft.x, alpha=layer.alpha)


@onnx_rule.register
def onnx_sigmoid(layer: Sigmoid, draft: LayerDraft) -> Values:
    """Sigmoid."""
    return draft.op("Sigmoid", draft.x)


@onnx_rule.register
def onnx_tanh(layer: TanH, draft: LayerDraft) -> Values:
    """Tanh."""
    return draft.op("Tanh", draft.x)


@onnx_rule.register
def onnx_absval(layer: AbsVal, draft: LayerDraft) -> Values:
    """Abs."""
    return draft.op("Abs", draft.x)


@onnx_rule.register
def onnx_bnll(layer: BNLL, draft: LayerDraft) -> Values:
    """Softplus."""
    return draft.op("Softplus", draft.x)


@onnx_rule.register
def onnx_clip(layer: Clip, draft: LayerDraft) -> Values:
    """Clip."""
    return draft.op("Clip", draft.x, draft.constant(layer.min, "least"), draft.constant(layer.max, "most"))


@onnx_rule.register
def onnx_threshold(layer: Threshold, draft: LayerDraft) -> Values:
    """Greater, as 0 and 1."""
    above = draft.op("Greater", draft.x, draft.constant(layer.threshold, "threshold"))
    return draft.op("Cast", above, to=FLOAT)


@onnx_rule.register
def onnx_swish(layer: Swish, draft: LayerDraft) -> Values:
    """x * Sigmoid(beta * x)."""
    inner = draft.x if layer.beta == 1 else draft.op("Mul", draft.x, draft.constant(layer.beta, "beta"))
    return draft.op("Mul", draft.x, draft.op("Sigmoid", inner))


@onnx_rule.register
def onnx_power(layer: Power, draft: LayerDraft) -> Values:
    """Mul, Add and Pow, as far as they change something."""
    if layer.scale * layer.power == 0:
        # The same number everywhere, whatever the input holds: 0 * x would be NaN for an infinity.
        is_nan = draft.op("Cast", draft.op("IsNaN", draft.x), to=FLOAT)
        x = draft.op("Mul", is_nan, draft.constant(0, "zero"))
    else:
        x = draft.scaled(draft.x, layer.scale, "scale")
    if layer.shift:
        x = draft.op("Add", x, draft.constant(layer.shift, "shift"))
    return x if layer.power == 1 else draft.op("Pow", x, draft.constant(layer.power, "power"))


@onnx_rule.register
def onnx_exp(layer: Exp, draft: LayerDraft) -> Values:
    """Exp between factors."""
    inner = draft.scaled(draft.x, layer.inner_scale, "inner_scale")
    return draft.scaled(draft.op("Exp", inner), layer.outer_scale, "outer_scale")


@onnx_rule.register
def onnx_log(layer: Log, draft: LayerDraft) -> Values:
    """Log between factors."""
    x = draft.scaled(draft.x, layer.scale, "scale")
    if layer.shift:
        x = draft.op("Add", x, draft.constant(layer.shift, "shift"))
    return draft.scaled(draft.op("Log", x), layer.outer_scale, "outer_scale")


@onnx_rule.register
def onnx_dropout(layer: Dropout, draft: LayerDraft) -> Values:
    """Nothing, or the factor of a fork whose layer scales where it does not drop. Never a Dropout operator."""
    if layer.drops:
        raise draft.refuse("it draws at random", field="sample_weights_test")
    return draft.scaled(draft.x, layer.factor, "kept")


@onnx_rule.register
def onnx_selu(layer: SeLu, draft: LayerDraft) -> Values:
    """Selu."""
    return draft.op("Selu", draft.x, alpha=layer.alpha, gamma=layer.factor)
