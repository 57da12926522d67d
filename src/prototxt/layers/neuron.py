"""Element-wise layers without learned arrays: every output value depends on one input value alone."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, inf, log

from prototxt.blobs import Array, Shape, count
from prototxt.errors import LayerError
from prototxt.layers.base import Cost, Layer
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter, ReLUParameter
from prototxt.util.lazy import np


class Neuron(Layer):
    """A function of one value, applied to all: a room gives `apply` and what it costs per value."""

    kind = "neuron"

    per_value = Cost()

    def apply(self, x: Array) -> Array:
        """The function itself."""
        raise NotImplementedError

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        return [self.apply(bottom[0])]

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        values = count(top[0])
        return Cost(*(values * getattr(self.per_value, name) for name in Cost.__slots__))


@layer("ReLU")
class ReLU(Neuron):
    """Cuts off what is negative, or scales it with `negative_slope`.

    Formula:
        y = max(x, 0) + negative_slope * min(x, 0)

    Shapes:
        x: any, y alike

    Example:
        layer { name: "relu1" type: "ReLU" bottom: "conv1" top: "conv1" }

    Source: caffe/src/caffe/layers/relu_layer.cpp.
    """

    def setup(self, param: LayerParameter) -> None:
        self.take_slope(param.relu_param)

    def take_slope(self, p: ReLUParameter) -> None:
        """The slope of a ReLUParameter, and what a value costs with it."""
        self.negative_slope: float = p.negative_slope
        slope = 1 if self.negative_slope else 0
        self.per_value = Cost(comparisons=1, multiplications=slope)

    def apply(self, x: Array) -> Array:
        # Without a slope -inf must give 0, and 0 * -inf would be NaN.
        if not self.negative_slope:
            return np.maximum(x, 0)
        return np.where(x > 0, x, x * np.float32(self.negative_slope))

    def brief(self, bottom: Sequence[Shape]) -> str:
        return f"slope {self.negative_slope:g}" if self.negative_slope else ""


@layer("ReLU6", fork="yolo")
class ReLU6(ReLU):
    """ReLU that also cuts off what is above 6.

    Formula:
        y = min(max(x, 0) + negative_slope * min(x, 0), 6)

    Shapes:
        x: any, y alike

    Pitfalls:
        `negative_slope` is in `relu6_param`; a `relu_param` is not looked at.

    Example:
        layer { name: "relu1" type: "ReLU6" bottom: "conv1" top: "conv1" }

    Source: MobileNet-YOLO's fork, relu6_layer.cpp.
    """

    def setup(self, param: LayerParameter) -> None:
        self.take_slope(param.relu6_param)
        self.per_value += Cost(comparisons=1)

    def apply(self, x: Array) -> Array:
        return np.minimum(super().apply(x), 6)


@layer("ELU")
class ELU(Neuron):
    """Exponential linear unit: bends what is negative towards -alpha.

    Formula:
        y = x for x > 0, alpha * (exp(x) - 1) otherwise

    Shapes:
        x: any, y alike

    Example:
        layer { name: "elu1" type: "ELU" bottom: "conv1" top: "conv1" elu_param { alpha: 1 } }

    Source: caffe/src/caffe/layers/elu_layer.cpp.
    """

    per_value = Cost(comparisons=2, exponentials=1, additions=2, multiplications=1)

    def setup(self, param: LayerParameter) -> None:
        self.alpha: float = param.elu_param.alpha

    def apply(self, x: Array) -> Array:
        return np.maximum(x, 0) + np.float32(self.alpha) * np.expm1(np.minimum(x, 0))


@layer("SeLu", fork="others")
class SeLu(Neuron):
    """Scaled exponential linear unit: keeps mean 0 and variance 1 from layer to layer.

    Formula:
        y = lambda * x for x > 0, lambda * alpha * (exp(x) - 1) otherwise

    Shapes:
        x: any, y alike

    Example:
        layer { name: "selu1" type: "SeLu" bottom: "conv1" top: "conv1" }

    Source: SNNs-Self-Normalizing-Neural-Networks-Caffe-Reimplementation, selu_layer.cpp;
    https://arxiv.org/abs/1706.02515
    """

    golden = "the fork is at hand as text alone"
    per_value = Cost(comparisons=2, exponentials=1, additions=2, multiplications=2)

    def setup(self, param: LayerParameter) -> None:
        p = param.selu_param
        self.factor: float = getattr(p, "lambda")
        self.alpha: float = p.alpha

    def apply(self, x: Array) -> Array:
        bent = np.float32(self.factor * self.alpha) * np.expm1(np.minimum(x, 0))
        y: Array = np.float32(self.factor) * np.maximum(x, 0) + bent
        return y


@layer("Sigmoid")
class Sigmoid(Neuron):
    """Squeezes every value into 0 to 1.

    Formula:
        y = 1 / (1 + exp(-x)), computed as 0.5 * tanh(0.5 * x) + 0.5, which cannot overflow

    Shapes:
        x: any, y alike

    Example:
        layer { name: "gate" type: "Sigmoid" bottom: "x" top: "gate" }

    Source: caffe/src/caffe/layers/sigmoid_layer.cpp.
    """

    per_value = Cost(exponentials=1, multiplications=2, additions=1)

    def apply(self, x: Array) -> Array:
        return sigmoid(x)


def sigmoid(x: Array) -> Array:
    """1 / (1 + exp(-x)) without overflow."""
    half = np.float32(0.5)
    y: Array = half * np.tanh(half * x) + half
    return y


@layer("TanH")
class TanH(Neuron):
    """Squeezes every value into -1 to 1.

    Formula:
        y = tanh(x)

    Shapes:
        x: any, y alike

    Example:
        layer { name: "tanh1" type: "TanH" bottom: "ip1" top: "ip1" }

    Source: caffe/src/caffe/layers/tanh_layer.cpp.
    """

    per_value = Cost(exponentials=1)

    def apply(self, x: Array) -> Array:
        return np.tanh(x)


@layer("Swish")
class Swish(Neuron):
    """The value times its own sigmoid.

    Formula:
        y = x / (1 + exp(-beta * x))

    Shapes:
        x: any, y alike

    Example:
        layer { name: "swish1" type: "Swish" bottom: "conv1" top: "conv1" swish_param { beta: 1 } }

    Source: caffe/src/caffe/layers/swish_layer.cpp.
    """

    per_value = Cost(exponentials=1, multiplications=4, additions=1)

    def setup(self, param: LayerParameter) -> None:
        self.beta: float = param.swish_param.beta

    def apply(self, x: Array) -> Array:
        return x * sigmoid(np.float32(self.beta) * x)


@layer("AbsVal")
class AbsVal(Neuron):
    """Drops the sign.

    Formula:
        y = |x|

    Shapes:
        x: any, y alike

    Example:
        layer { name: "abs" type: "AbsVal" bottom: "x" top: "abs" }

    Source: caffe/src/caffe/layers/absval_layer.cpp.
    """

    per_value = Cost(comparisons=1)

    def apply(self, x: Array) -> Array:
        return np.abs(x)


@layer("BNLL")
class BNLL(Neuron):
    """Binomial normal log likelihood, a smooth ReLU (softplus).

    Formula:
        y = log(1 + exp(x)), computed as max(x, 0) + log(1 + exp(-|x|)), which cannot overflow

    Shapes:
        x: any, y alike

    Example:
        layer { name: "bnll1" type: "BNLL" bottom: "ip1" top: "ip1" }

    Source: caffe/src/caffe/layers/bnll_layer.cpp.
    """

    per_value = Cost(comparisons=2, exponentials=2, additions=2)

    def apply(self, x: Array) -> Array:
        return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


@layer("Threshold")
class Threshold(Neuron):
    """Tells which values exceed a bound.

    Formula:
        y = 1 for x > threshold, 0 otherwise

    Shapes:
        x: any, y alike

    Example:
        layer { name: "mask" type: "Threshold" bottom: "x" top: "mask" threshold_param { threshold: 0.5 } }

    Source: caffe/src/caffe/layers/threshold_layer.cpp.
    """

    per_value = Cost(comparisons=1)

    def setup(self, param: LayerParameter) -> None:
        self.threshold: float = param.threshold_param.threshold

    def apply(self, x: Array) -> Array:
        return (x > np.float32(self.threshold)).astype(np.float32)


@layer("Clip")
class Clip(Neuron):
    """Holds every value between two bounds.

    Formula:
        y = max(min, min(x, max))

    Shapes:
        x: any, y alike

    Example:
        layer { name: "relu6" type: "Clip" bottom: "conv1" top: "conv1" clip_param { min: 0 max: 6 } }

    Source: caffe/src/caffe/layers/clip_layer.cpp.
    """

    per_value = Cost(comparisons=2)

    def setup(self, param: LayerParameter) -> None:
        p = param.clip_param
        for name in ("min", "max"):
            if not p.HasField(name):
                raise LayerError(
                    f"no {name}", field="clip_param", hint="add clip_param { min: 0 max: 6 }, say"
                )
        self.min: float = p.min
        self.max: float = p.max

    def apply(self, x: Array) -> Array:
        return np.maximum(np.float32(self.min), np.minimum(x, np.float32(self.max)))

    def brief(self, bottom: Sequence[Shape]) -> str:
        return f"{self.min:g}..{self.max:g}"


@layer("Power")
class Power(Neuron):
    """An affine function raised to a power.

    Formula:
        y = (shift + scale * x)^power

    Shapes:
        x: any, y alike

    Pitfalls:
        A negative base has no real power unless the power is whole: NaN. With scale or power 0 the result is
        a constant that does not look at x, not even where x is NaN.

    Example:
        layer { name: "neg" type: "Power" bottom: "x" top: "neg" power_param { scale: -1 shift: 1 } }

    Source: caffe/src/caffe/layers/power_layer.cpp.
    """

    def setup(self, param: LayerParameter) -> None:
        p = param.power_param
        self.power: float = p.power
        self.scale: float = p.scale
        self.shift: float = p.shift
        self.per_value = Cost(
            multiplications=int(self.scale != 1),
            additions=int(self.shift != 0),
            exponentials=int(self.power != 1),
        )

    def apply(self, x: Array) -> Array:
        if self.scale * self.power == 0:
            x = np.zeros_like(x)
        base: Array = np.float32(self.scale) * x + np.float32(self.shift)
        if self.power == 1:
            return base
        # A power without a real or finite value is NaN or inf, as in C.
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
            return np.power(base, np.float32(self.power))


@layer("Exp")
class Exp(Neuron):
    """A base raised to an affine function; base -1 stands for e.

    Formula:
        y = base^(shift + scale * x)

    Shapes:
        x: any, y alike

    Example:
        layer { name: "exp" type: "Exp" bottom: "x" top: "exp" exp_param { base: 2 } }

    Source: caffe/src/caffe/layers/exp_layer.cpp.
    """

    per_value = Cost(exponentials=1, multiplications=2)

    def setup(self, param: LayerParameter) -> None:
        p = param.exp_param
        self.base: float = p.base
        self.scale: float = p.scale
        self.shift: float = p.shift
        log_base = log_of_base(self.base)
        self.inner_scale = log_base * self.scale
        self.outer_scale = exp_or_inf(log_base * self.shift)

    def apply(self, x: Array) -> Array:
        # Too large a power is inf, as in C.
        with np.errstate(over="ignore"):
            y: Array = np.float32(self.outer_scale) * np.exp(np.float32(self.inner_scale) * x)
        return y


@layer("Log")
class Log(Neuron):
    """The logarithm of an affine function; base -1 stands for e.

    Formula:
        y = log_base(shift + scale * x)

    Shapes:
        x: any, y alike

    Pitfalls:
        The logarithm of 0 is -inf, that of a negative number NaN.

    Example:
        layer { name: "log" type: "Log" bottom: "x" top: "log" log_param { base: 10 shift: 1 } }

    Source: caffe/src/caffe/layers/log_layer.cpp.
    """

    per_value = Cost(exponentials=1, multiplications=2, additions=1)

    def setup(self, param: LayerParameter) -> None:
        p = param.log_param
        self.base: float = p.base
        log_base = log_of_base(self.base)
        if log_base == 0:
            raise LayerError("base must not be 1: every logarithm would be infinite", field="base")
        self.outer_scale = 1 / log_base
        self.scale: float = p.scale
        self.shift: float = p.shift

    def apply(self, x: Array) -> Array:
        inner = np.float32(self.scale) * x + np.float32(self.shift)
        # log 0 is -inf and the logarithm of a negative number NaN, as in C.
        with np.errstate(divide="ignore", invalid="ignore"):
            y: Array = np.log(inner) * np.float32(self.outer_scale)
        return y


def exp_or_inf(power: float) -> float:
    """e to a power; infinite where that is beyond a double, as in C."""
    try:
        return exp(power)
    except OverflowError:
        return inf


def log_of_base(base: float) -> float:
    """The natural logarithm of a base, 1 for base -1 (e).

    Raises LayerError for any other base that is not positive.
    """
    if base == -1:
        return 1.0
    if base <= 0:
        raise LayerError(f"base must be above 0, or -1 for e, not {base:g}", field="base")
    return log(base)
