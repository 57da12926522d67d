"""Layers that move, join, cut or resize values in PyTorch."""

from __future__ import annotations

from prototxt.export.call import Call, bottom_names, call_code, per_axis
from prototxt.export.pytorch.rule import four_axes, pytorch_rule
from prototxt.graph.context import LayerContext
from prototxt.layers.common import axes
from prototxt.layers.concat import Concat
from prototxt.layers.crop import Crop
from prototxt.layers.flatten import Flatten
from prototxt.layers.interp import Interp
from prototxt.layers.permute import Permute
from prototxt.layers.reshape import Reshape
from prototxt.layers.reverse import Reverse
from prototxt.layers.shuffle_channel import ShuffleChannel
from prototxt.layers.slice import Slice
from prototxt.layers.tile import Tile
from prototxt.layers.upsample_yolo import UpsampleByScale


@pytorch_rule.register
def pytorch_concat(layer: Concat, context: LayerContext) -> Call:
    """torch.cat."""
    names = ", ".join(bottom_names(len(context.bottom)))
    return Call(f"torch.cat([{names}], dim={layer.axis % len(context.top[0])})")


@pytorch_rule.register
def pytorch_slice(layer: Slice, context: LayerContext) -> Call:
    """x.split."""
    axis = layer.axis % len(context.bottom[0])
    return Call(f"x.split({[top[axis] for top in context.top]}, dim={axis})")


@pytorch_rule.register
def pytorch_tile(layer: Tile, context: LayerContext) -> Call:
    """torch.cat of copies."""
    return Call(f"torch.cat([x] * {layer.tiles}, dim={layer.axis % len(context.bottom[0])})")


@pytorch_rule.register
def pytorch_flatten(layer: Flatten, context: LayerContext) -> Call:
    """x.flatten."""
    shape = context.bottom[0]
    start, end = layer.axis % len(shape), layer.end_axis % len(shape)
    if end < start:
        return Call(f"x.unsqueeze({start})")
    return Call(f"x.flatten({start})" if end == len(shape) - 1 else f"x.flatten({start}, {end})")


@pytorch_rule.register
def pytorch_reshape(layer: Reshape, context: LayerContext) -> Call:
    """x.reshape."""
    return Call(f"x.reshape{tuple(context.top[0])}")


@pytorch_rule.register
def pytorch_permute(layer: Permute, context: LayerContext) -> Call:
    """x.permute."""
    return Call(f"x.permute{layer.axes(context.bottom[0])}")


@pytorch_rule.register
def pytorch_reverse(layer: Reverse, context: LayerContext) -> Call:
    """x.flip."""
    return Call(f"x.flip({layer.axis % len(context.bottom[0])})")


@pytorch_rule.register
def pytorch_crop(layer: Crop, context: LayerContext) -> Call:
    """An index of slices."""
    shape, reference = context.bottom
    offsets = layer.offsets(shape, reference)
    start = len(shape) - len(offsets)
    cuts = [f"{o}:{o + reference[axis]}" for axis, o in enumerate(offsets, start)]
    return Call(f"x0[{', '.join([':'] * start + cuts)}]")


@pytorch_rule.register
def pytorch_interp(layer: Interp, context: LayerContext) -> Call:
    """F.interpolate with aligned corners."""
    (before, after), size = layer.cut_off, context.top[0][2:]
    x = four_axes(context)
    rows, columns = (f"{before}:{n - after}" for n in axes.four_axes(context.bottom[0])[2:])
    cut = f"{x}[:, :, {rows}, {columns}]" if before or after else x
    differs = ("align_corners is off by default, and gives other numbers",)
    return Call(f'F.interpolate({cut}, size={size}, mode="bilinear", align_corners=True)', differs=differs)


@pytorch_rule.register
def pytorch_upsample(layer: UpsampleByScale, context: LayerContext) -> Call:
    """nn.Upsample."""
    return Call(call_code("nn.Upsample", scale_factor=per_axis(layer.scales), mode="nearest"))


@pytorch_rule.register
def pytorch_shuffle_channel(layer: ShuffleChannel, context: LayerContext) -> Call:
    """nn.ChannelShuffle."""
    x = four_axes(context)
    return Call(call_code("nn.ChannelShuffle", layer.group) + ("" if x == "x" else f"({x})"))
