"""Layers that Intel's Caffe fuses: each becomes the plain layer and those that the fork runs with it.

A field of the net that the fork passes on to its layers stands in these.

A graph of plain layers needs no rules of its own for kernels, costs, explanations or other frameworks, and a plan fuses
them again (see `plan.fuse`).
"""

from __future__ import annotations

from collections.abc import Iterator

from prototxt.schema.caffe_pb2 import ConvolutionParameter, LayerParameter
from prototxt.text.definition import Definition
from prototxt.text.tree import Message

__all__ = ["expand"]

FUSED = {"BatchNorm", "Concat", "Convolution", "InnerProduct"}
"""Types that the fork fuses with others."""


def expand(definition: Definition) -> Definition:
    """The net with a ReLU layer in place after every layer with `relu: true`.

    A Convolution with `fusion_type: SUM_FUSION` gets an Eltwise layer that adds its last bottom before that. Before a
    Concat with `per_fla_fuse: true` each bottom is permuted to N x H x W x C and flattened to N x (H * W * C) x 1 x 1.
    The new layers are called after the layer, `conv1/relu` say, and have its place in the file. The net's
    `bn_stats_batch_size` is the `stats_batch_size` of every BatchNorm that has none.

    Source: net.cpp (ApplyBnStatsBatchSize), mkldnn_convolution_layer.cpp, mkldnn_inner_product_layer.cpp,
    mkldnn_batch_norm_layer.cpp and mkldnn_concat_layer.cpp of Intel's Caffe.
    """
    if definition.message.bn_stats_batch_size:
        definition = _with_stats_batch_size(definition)
    layers = definition.message.layer
    if not any(_is_fused(layer) for layer in layers):
        return definition
    names = {name for layer in layers for name in (layer.name, *layer.top)}
    expanded: list[LayerParameter] = []
    trees: list[Message | None] = []
    for layer, tree in zip(layers, definition.trees, strict=True):
        parts = _expand(layer, names) if _is_fused(layer) else [layer]
        names.update(part.name for part in parts)
        expanded += parts
        trees += [tree] * len(parts)
    return definition.with_layers(expanded, trees)


def _with_stats_batch_size(definition: Definition) -> Definition:
    """The net with its `bn_stats_batch_size` as the `stats_batch_size` of every BatchNorm that has none."""
    given = definition.with_layers(definition.message.layer, definition.trees)
    given.message.ClearField("bn_stats_batch_size")
    for layer in given.message.layer:
        if layer.type == "BatchNorm" and not layer.batch_norm_param.HasField("stats_batch_size"):
            layer.batch_norm_param.stats_batch_size = definition.message.bn_stats_batch_size
    return given


def _relu_slope(layer: LayerParameter) -> float | None:
    """The slope of the ReLU that a layer applies to its tops; None without one."""
    if layer.type == "Convolution" and layer.convolution_param.relu:
        return layer.convolution_param.negative_slope
    if layer.type == "InnerProduct" and layer.inner_product_param.relu:
        return layer.inner_product_param.negative_slope
    return 0.0 if layer.type == "BatchNorm" and layer.batch_norm_param.relu else None


def _adds_bottom(layer: LayerParameter) -> bool:
    """Whether a convolution adds its last bottom to its result."""
    p = layer.convolution_param
    plain_sum = p.fusion_type == ConvolutionParameter.SUM_FUSION and not p.coeff
    return layer.type == "Convolution" and plain_sum and len(layer.bottom) == 2 and len(layer.top) == 1


def _is_fused(layer: LayerParameter) -> bool:
    if layer.type not in FUSED:
        return False
    return _relu_slope(layer) is not None or _adds_bottom(layer) or _flattens(layer)


def _flattens(layer: LayerParameter) -> bool:
    """Whether a Concat joins its bottoms flattened, in the order of pixels."""
    p = layer.concat_param
    return layer.type == "Concat" and p.per_fla_fuse and p.axis == 1


def _expand(layer: LayerParameter, names: set[str]) -> list[LayerParameter]:
    """The layers that do a fused layer's work, in order."""
    plain = LayerParameter()
    plain.CopyFrom(layer)
    parts = [plain]
    if _flattens(layer):
        plain.concat_param.ClearField("per_fla_fuse")
        return [*_flattened(plain, names), plain]
    if _adds_bottom(layer):
        parts.append(_sum(plain, names))
    slope = _relu_slope(layer)
    if slope is not None:
        _clear_relu(plain)
        parts += _relus(layer, slope, names)
    return parts


def _sum(plain: LayerParameter, names: set[str]) -> LayerParameter:
    """An Eltwise layer that adds the last bottom of a convolution, which loses it."""
    added = LayerParameter(name=_new_name(f"{plain.name}/sum", names), type="Eltwise")
    added.bottom.extend([plain.top[0], plain.bottom.pop()])
    added.top.append(plain.top[0])
    plain.convolution_param.ClearField("fusion_type")
    return added


def _flattened(plain: LayerParameter, names: set[str]) -> Iterator[LayerParameter]:
    """The layers that permute and flatten the bottoms of a Concat, which reads their tops in place of the bottoms."""
    for i, bottom in enumerate(plain.bottom):
        permute = _layer("Permute", f"{plain.name}/{bottom}/perm", bottom, names)
        permute.permute_param.order.extend([0, 2, 3, 1])
        flatten = _layer("Reshape", f"{plain.name}/{bottom}/flat", permute.top[0], names)
        flatten.reshape_param.shape.dim.extend([0, -1, 1, 1])
        plain.bottom[i] = flatten.top[0]
        yield from (permute, flatten)


def _layer(kind: str, name: str, bottom: str, names: set[str]) -> LayerParameter:
    """A layer whose top is called like itself."""
    layer = LayerParameter(name=_new_name(name, names), type=kind)
    layer.bottom.append(bottom)
    layer.top.append(layer.name)
    names.add(layer.name)
    return layer


def _relus(layer: LayerParameter, slope: float, names: set[str]) -> Iterator[LayerParameter]:
    for top in layer.top:
        relu = LayerParameter(name=_new_name(f"{layer.name}/relu", names), type="ReLU")
        relu.bottom.append(top)
        relu.top.append(top)
        if slope:
            relu.relu_param.negative_slope = slope
        names.add(relu.name)
        yield relu


def _clear_relu(plain: LayerParameter) -> None:
    if plain.type == "BatchNorm":
        plain.batch_norm_param.ClearField("relu")
        return
    param = plain.convolution_param if plain.type == "Convolution" else plain.inner_product_param
    param.ClearField("relu")
    param.ClearField("negative_slope")


def _new_name(wanted: str, names: set[str]) -> str:
    """The name itself, or with the first number that makes it new."""
    return next(
        name for name in (wanted, *(f"{wanted}{i}" for i in range(2, len(names) + 3))) if name not in names
    )
