"""Receptive fields of layers whose values depend on one place of each bottom."""

from __future__ import annotations

from prototxt.explain.sections.receptive_field.model import ReceptiveField
from prototxt.explain.sections.receptive_field.rule import Inputs, elementwise, rearranged, receptive_field
from prototxt.layers.axpy import Axpy
from prototxt.layers.batch_reindex import BatchReindex
from prototxt.layers.bias_channel import BiasChannel
from prototxt.layers.common.elementwise import ElementwiseLayer
from prototxt.layers.common.per_channel import PerChannel
from prototxt.layers.concat import Concat
from prototxt.layers.dropout import Dropout
from prototxt.layers.eltwise import Eltwise
from prototxt.layers.embed import Embed
from prototxt.layers.filter import Filter
from prototxt.layers.flatten import Flatten
from prototxt.layers.flip import Flip
from prototxt.layers.norm import Norm
from prototxt.layers.permute import Permute
from prototxt.layers.prelu import PReLU
from prototxt.layers.prior_box import PriorBox
from prototxt.layers.region import Region
from prototxt.layers.reorg import Reorg
from prototxt.layers.reshape import Reshape
from prototxt.layers.reverse import Reverse
from prototxt.layers.shuffle_channel import ShuffleChannel
from prototxt.layers.slice import Slice
from prototxt.layers.spatial_product import SpatialProduct
from prototxt.layers.split import Split
from prototxt.layers.text_proposal import TextProposal
from prototxt.layers.tile import Tile


@receptive_field.register
def field_of_elementwise(
    layer: (
        ElementwiseLayer | PerChannel | PReLU | Dropout | Split | Filter | Eltwise | Axpy
        | ShuffleChannel | SpatialProduct | BiasChannel | Region | Norm
    ),
    inputs: Inputs,
) -> ReceptiveField | None:  # fmt: skip
    """Every value depends on the values at its own place."""
    return elementwise(inputs)


@receptive_field.register
def field_of_batch_reindex(layer: BatchReindex, inputs: Inputs) -> ReceptiveField | None:
    """The same places of other images."""
    return inputs.first


@receptive_field.register
def field_along_axis(layer: Concat | Slice | Tile, inputs: Inputs) -> ReceptiveField | None:
    """Along the channels every value stays at its place; along other axes places move."""
    on_channels = layer.axis % len(inputs.shape) == 1
    return elementwise(inputs) if on_channels else rearranged(inputs)


@receptive_field.register
def field_of_permute(layer: Permute | Reverse | Flip, inputs: Inputs) -> ReceptiveField | None:
    """Axes, or the values along one, change places."""
    return rearranged(inputs)


@receptive_field.register
def field_of_slices(layer: TextProposal, inputs: Inputs) -> ReceptiveField | None:
    """Each slice is made of the values at one place."""
    return rearranged(inputs)


@receptive_field.register
def field_of_reshape(layer: Flatten | Reshape | Reorg | Embed, inputs: Inputs) -> ReceptiveField | None:
    """Values move unless the spatial axes stay as they are."""
    return elementwise(inputs) if inputs.top[2:] == inputs.shape[2:] else rearranged(inputs)


@receptive_field.register
def field_of_prior_box(layer: PriorBox, inputs: Inputs) -> ReceptiveField | None:
    """Prior boxes depend on no value."""
    return ReceptiveField(inputs.first.root, (), note="it depends only on the sizes of its bottoms")
