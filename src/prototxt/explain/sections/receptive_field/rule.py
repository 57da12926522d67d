"""The receptive field after one layer: a function per kind of layer, chosen by the layer's class.

`receptive_field` is extended in the modules of `rules/`, each of which registers the functions of one subject.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import reduce, singledispatch
from math import ceil

from prototxt.blobs import Shape
from prototxt.explain.sections.receptive_field.model import FieldAxis, ReceptiveField, merge
from prototxt.graph.context import LayerContext
from prototxt.layers.base import Layer

__all__ = ["Inputs", "receptive_field"]


@dataclass(frozen=True, slots=True)
class Inputs:
    """The facts a rule may use: the layer in its net, the fields of its bottoms, and the shape of the top asked for."""

    context: LayerContext
    fields: tuple[ReceptiveField, ...]
    top: Shape

    @property
    def shape(self) -> Shape:
        """The shape of the first bottom."""
        return self.context.bottom[0]

    @property
    def first(self) -> ReceptiveField:
        """The field of the first bottom."""
        return self.fields[0]


@singledispatch
def receptive_field(layer: Layer, inputs: Inputs) -> ReceptiveField | None:
    """The field of a layer's top, in pixels of the input.

    None where the layer's class has no rule, or the rule does not apply to these shapes.
    """
    return None


def elementwise(inputs: Inputs) -> ReceptiveField:
    """The field of values that depend on the values at their own place: the union over the bottoms."""
    spatial = [field for field in inputs.fields if field.axes] or list(inputs.fields)
    return reduce(merge, spatial)


def whole_image(inputs: Inputs) -> ReceptiveField:
    """The field of a top that has one place, whose value depends on every place of the bottoms."""
    field = elementwise(inputs)
    return replace(field, axes=tuple(map(_spanning, field.axes)), aligned=True)


def _spanning(axis: FieldAxis) -> FieldAxis:
    steps = axis.length - 1
    return FieldAxis(
        axis.size + ceil(steps * axis.jump), axis.jump * axis.length, axis.centre + steps * axis.jump / 2, 1
    )


def whole_image_everywhere(inputs: Inputs, why: str = "") -> ReceptiveField:
    """The field where every place of the top depends on every place of the bottoms; `why` becomes its note."""
    field = whole_image(inputs)
    return replace(field, aligned=False, note=field.note or why)


def rearranged(inputs: Inputs) -> ReceptiveField:
    """The field of values that lie at other places than in the bottom: same size, no grid."""
    return replace(elementwise(inputs), aligned=False)
