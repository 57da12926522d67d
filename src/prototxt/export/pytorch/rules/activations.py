"""Activations in PyTorch."""

from __future__ import annotations

from prototxt.export.call import Call, call_code, literal
from prototxt.export.pytorch.rule import pytorch_rule
from prototxt.graph.context import LayerContext
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
from prototxt.layers.sigmoid import Sigmoid
from prototxt.layers.swish import Swish
from prototxt.layers.tanh import TanH
from prototxt.layers.threshold import Threshold


@pytorch_rule.register
def pytorch_relu(layer: ReLU, context: LayerContext) -> Call:
    """nn.ReLU or nn.LeakyReLU."""
    return Call(call_code("nn.LeakyReLU", layer.negative_slope) if layer.negative_slope else "nn.ReLU()")


@pytorch_rule.register
def pytorch_relu6(layer: ReLU6, context: LayerContext) -> Call:
    """nn.ReLU6, or an expression with a slope."""
    if layer.negative_slope:
        return Call(f"F.leaky_relu(x, {literal(layer.negative_slope)}).clamp(max=6)")
    return Call("nn.ReLU6()")


@pytorch_rule.register
def pytorch_prelu(layer: PReLU, context: LayerContext) -> Call:
    """nn.PReLU."""
    number = 1 if layer.channel_shared else context.bottom[0][1]
    return Call(call_code("nn.PReLU", number), (("weight", "slopes.reshape(-1)"),))


@pytorch_rule.register
def pytorch_elu(layer: ELU, context: LayerContext) -> Call:
    """nn.ELU."""
    return Call(call_code("nn.ELU", alpha=layer.alpha))


@pytorch_rule.register
def pytorch_sigmoid(layer: Sigmoid, context: LayerContext) -> Call:
    """nn.Sigmoid."""
    return Call("nn.Sigmoid()")


@pytorch_rule.register
def pytorch_tanh(layer: TanH, context: LayerContext) -> Call:
    """nn.Tanh."""
    return Call("nn.Tanh()")


@pytorch_rule.register
def pytorch_absval(layer: AbsVal, context: LayerContext) -> Call:
    """torch.abs."""
    return Call("torch.abs")


@pytorch_rule.register
def pytorch_bnll(layer: BNLL, context: LayerContext) -> Call:
    """nn.Softplus."""
    return Call("nn.Softplus()")


@pytorch_rule.register
def pytorch_clip(layer: Clip, context: LayerContext) -> Call:
    """nn.Hardtanh."""
    return Call(call_code("nn.Hardtanh", layer.min, layer.max))


@pytorch_rule.register
def pytorch_threshold(layer: Threshold, context: LayerContext) -> Call:
    """A comparison."""
    differs = ("nn.Threshold is another function: it keeps values above the threshold",)
    return Call(f"(x > {literal(layer.threshold)}).float()", differs=differs)


@pytorch_rule.register
def pytorch_swish(layer: Swish, context: LayerContext) -> Call:
    """nn.SiLU, or an expression with a beta."""
    return Call("nn.SiLU()" if layer.beta == 1 else f"x * torch.sigmoid({literal(layer.beta)} * x)")


@pytorch_rule.register
def pytorch_power(layer: Power, context: LayerContext) -> Call:
    """An expression."""
    inner = f"{literal(layer.shift)} + {literal(layer.scale)} * x"
    return Call(inner if layer.power == 1 else f"({inner}) ** {literal(layer.power)}")


@pytorch_rule.register
def pytorch_exp(layer: Exp, context: LayerContext) -> Call:
    """torch.exp with factors."""
    return Call(f"{literal(layer.outer_scale)} * torch.exp({literal(layer.inner_scale)} * x)")


@pytorch_rule.register
def pytorch_log(layer: Log, context: LayerContext) -> Call:
    """torch.log with factors."""
    inner = f"{literal(layer.shift)} + {literal(layer.scale)} * x"
    return Call(f"{literal(layer.outer_scale)} * torch.log({inner})")


@pytorch_rule.register
def pytorch_dropout(layer: Dropout, context: LayerContext) -> Call:
    """nn.Dropout."""
    if type(layer) is not Dropout:
        return Call("", differs=("a fork's kind of Dropout; at TEST it does nothing",))
    dropped = call_code("nn.Dropout", layer.dropout_ratio)
    if not layer.scale_train:
        differs = (
            "scale_train: false scales at TEST; nn.Dropout scales up in training, which the factor undoes"
        )
        return Call(f"{literal(1 - layer.dropout_ratio)} * {dropped}(x)", differs=(differs,))
    differs = "dropout_ratio is the share that is dropped, in both; values are scaled up in training"
    return Call(dropped, differs=(differs,))
