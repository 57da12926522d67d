"""Layers that move, join, cut or resize values in Keras."""

from __future__ import annotations

from prototxt.export.call import Call, bottom_names, call_code, per_axis
from prototxt.export.keras.rule import channels_last_axis, keras_rule
from prototxt.graph.context import LayerContext
from prototxt.layers.concat import Concat
from prototxt.layers.crop import Crop
from prototxt.layers.flatten import Flatten
from prototxt.layers.interp import Interp
from prototxt.layers.reshape import Reshape
from prototxt.layers.slice import Slice
from prototxt.layers.upsample_yolo import UpsampleByScale


@keras_rule.register
def keras_concat(layer: Concat, context: LayerContext) -> Call:
    """layers.Concatenate."""
    axis = channels_last_axis(layer.axis, len(context.top[0]))
    return Call(f"layers.Concatenate(axis={axis})([{', '.join(bottom_names(len(context.bottom)))}])")


@keras_rule.register
def keras_slice(layer: Slice, context: LayerContext) -> Call:
    """ops.split."""
    shape = context.bottom[0]
    axis = channels_last_axis(layer.axis, len(shape))
    return Call(f"ops.split(x, {layer.cuts(shape)[1:-1]}, axis={axis})")


@keras_rule.register
def keras_flatten(layer: Flatten, context: LayerContext) -> Call | None:
    """layers.Flatten, after layers.Permute for the order of channels first."""
    number = len(context.bottom[0])
    if layer.axis % number != 1 or layer.end_axis % number != number - 1:
        return None
    if number <= 2:
        return Call("layers.Flatten()")
    order = (number - 1, *range(1, number - 1))
    differs = ("Flatten by itself would put channels last",)
    return Call(f"layers.Flatten()(layers.Permute({order})(x))", differs=differs)


@keras_rule.register
def keras_reshape(layer: Reshape, context: LayerContext) -> Call:
    """Nothing: the order of values differs."""
    differs = "values are in another order there: move channels to the front before, and back after"
    return Call("", differs=(differs,))


@keras_rule.register
def keras_crop(layer: Crop, context: LayerContext) -> Call | None:
    """An index of slices over rows and columns."""
    shape, reference = context.bottom
    offsets = layer.offsets(shape, reference)
    start = len(shape) - len(offsets)
    if start != 2:
        return None
    cuts = [f"{o}:{o + reference[axis]}" for axis, o in enumerate(offsets, start)]
    return Call(f"x0[:, {', '.join(cuts)}]")


@keras_rule.register
def keras_interp(layer: Interp, context: LayerContext) -> Call:
    """Nothing: no layer aligns corners."""
    return Call("", differs=("UpSampling2D and Resizing do not align corners: other numbers",))


@keras_rule.register
def keras_upsample(layer: UpsampleByScale, context: LayerContext) -> Call:
    """layers.UpSampling2D."""
    return Call(call_code("layers.UpSampling2D", per_axis(layer.scales)))
