"""The pad that keeps the size of a layer's output, and what other programs do where no pad does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import singledispatch

from prototxt.blobs import Shape
from prototxt.errors import InputError, LayerError
from prototxt.explain.surgery.edit import edit
from prototxt.explain.surgery.what_if import partial_graph
from prototxt.frontend.load import Options, choose_layers
from prototxt.graph.context import LayerContext
from prototxt.layers.base import Layer
from prototxt.layers.common.output_size import WindowSpec, pool_out
from prototxt.layers.common.window import Axis
from prototxt.layers.convolution import Convolution
from prototxt.layers.deconvolution import Deconvolution
from prototxt.layers.im2col import Im2col
from prototxt.layers.pooling import Pooling
from prototxt.schema.caffe_pb2 import LayerParameter
from prototxt.text.definition import Definition
from prototxt.views.numbers import times

__all__ = ["Fit", "SizeRule", "checked_shape", "fits", "pad_changes", "size_rule"]


@dataclass(frozen=True, slots=True)
class SizeRule:
    """The output size of a layer along one axis.

    `out` computes it from the axis, an input size and a pad; `wanted` is the size that counts as kept. `max_pad` is the
    largest pad to try. `grows` says that the layer enlarges its input, as a Deconvolution does, `whole_image` that it
    makes one value of each map.
    """

    out: Callable[[Axis, int, int], int]
    wanted: Callable[[Axis, int], int]
    max_pad: Callable[[Axis], int]
    grows: bool = False
    whole_image: bool = False

    def out_or_0(self, axis: Axis, size: int, pad: int) -> int:
        """The output size; 0 where the layer refuses the input."""
        try:
            return self.out(axis, size, pad)
        except LayerError:
            return 0


@dataclass(frozen=True, slots=True)
class Fit:
    """An axis, the wanted size, and the pads that give it.

    `pads` fit the size at hand, `always` those that fit every size; `outs` is the output size for each pad from 0.
    `margins` is TensorFlow's padding before and after the input, None where it does not pad.
    """

    axis: Axis
    wanted: int
    pads: tuple[int, ...]
    always: tuple[int, ...]
    outs: tuple[int, ...]
    margins: tuple[int, int] | None

    @property
    def pad(self) -> int | None:
        """The recommended pad; None where no pad fits."""
        return next(iter(self.always or self.pads), None)

    @property
    def nearest(self) -> tuple[int, int] | None:
        """Two neighbouring pads, one of which gives too small and the other too large an output."""
        too_small = [out < self.wanted for out in self.outs]
        return next(((i - 1, i) for i in range(1, len(too_small)) if too_small[i - 1] != too_small[i]), None)


@singledispatch
def size_rule(layer: Layer) -> SizeRule | None:
    """The output size of a layer that slides a window; None for other layers."""
    return None


@size_rule.register
def convolution(layer: Convolution | Im2col) -> SizeRule:
    """The output has the size of the input, divided by the stride and rounded up."""
    return SizeRule(
        lambda axis, size, pad: _spec(axis, pad).convolved((size,)).out[0], _divided, lambda axis: axis.extent
    )


@size_rule.register
def pooling(layer: Pooling) -> SizeRule:
    """As for a convolution, with Caffe's rounding of pooled sizes; the pad is smaller than the kernel."""

    def out(axis: Axis, size: int, pad: int) -> int:
        return pool_out(
            size, axis.kernel, axis.stride, pad, floor=layer.floor, clip=layer.window_spec.clips and pad > 0
        )

    return SizeRule(out, _divided, lambda axis: axis.kernel - 1, whole_image=layer.is_global)


@size_rule.register
def deconvolution(layer: Deconvolution) -> SizeRule:
    """The output has the size of the input times the stride."""
    return SizeRule(
        lambda axis, size, pad: _spec(axis, pad).deconvolved((size,)).out[0],
        lambda axis, size: size * axis.stride,
        lambda axis: axis.extent,
        grows=True,
    )


def _spec(axis: Axis, pad: int) -> WindowSpec:
    return WindowSpec((axis.kernel,), (axis.stride,), (pad,), (axis.dilation,))


def _divided(axis: Axis, size: int) -> int:
    return -(-size // axis.stride)


def fits(context: LayerContext) -> list[Fit]:
    """The pads that keep the size, for each axis of a layer's window.

    Raises InputError for a layer without a window, or with one that covers the whole image.
    """
    layer, rule = context.layer, size_rule(context.layer)
    subject = f'layer "{layer.name}" ({layer.type})'
    window = layer.window(context.bottom[0])
    if rule is None or window is None:
        kinds = ", ".join(kind.__name__ for kind in size_rule.registry if kind is not object)
        raise InputError(f"{subject} slides no window over an image: --same applies to {kinds}")
    if rule.whole_image:
        raise InputError(
            f"{subject} pools the whole image ({times(window.size)}) to one value: no pad keeps its size"
        )
    return [_fit(axis, rule) for axis in window.axes]


def _fit(axis: Axis, rule: SizeRule) -> Fit:
    outs = tuple(rule.out_or_0(axis, axis.size, pad) for pad in range(rule.max_pad(axis) + 1))
    wanted = rule.wanted(axis, axis.size)
    pads = tuple(pad for pad, out in enumerate(outs) if out == wanted)
    # The formulas are periodic in the stride, except for images smaller than the kernel.
    sizes = range(2 * axis.extent, 2 * axis.extent + axis.stride)
    always = tuple(
        pad
        for pad in pads
        if all(rule.out_or_0(axis, size, pad) == rule.wanted(axis, size) for size in sizes)
    )
    total = max((wanted - 1) * axis.stride + axis.extent - axis.size, 0)
    margins = None if rule.grows else (total // 2, total - total // 2)
    return Fit(axis, wanted, pads, always, outs, margins)


def pad_changes(param: LayerParameter, pads: Sequence[int]) -> list[str]:
    """The changes (see `edit`) that give a layer these pads, one per axis."""
    name, is_convolution = param.name, param.HasField("convolution_param")
    fields = param.convolution_param if is_convolution else param.pooling_param
    cleared = [f"{name}.pad_h="] if fields.HasField("pad_h") else []
    cleared += [f"{name}.pad_w="] if fields.HasField("pad_w") else []
    if len(set(pads)) == 1:
        return [*cleared, f"{name}.pad={pads[0]}"]
    if is_convolution:
        return [*cleared, f"{name}.pad={','.join(map(str, pads))}"]
    height, width = pads
    return [f"{name}.pad=", f"{name}.pad_h={height}", f"{name}.pad_w={width}"]


def checked_shape(definition: Definition, options: Options, context: LayerContext) -> Shape | None:
    """The inferred shape of the top once the layer has these pads; None where no pads fit."""
    pads = [fit.pad for fit in fits(context) if fit.pad is not None]
    if len(pads) < len(fits(context)):
        return None
    param = choose_layers(definition, options).message.layer[context.node.index]
    edited = edit(definition, options, pad_changes(param, pads))
    graph = partial_graph(edited.definition, options).graph
    if graph is None or context.node.index >= len(graph.nodes):
        return None
    return graph.shapes[graph.nodes[context.node.index].tops[0]]
