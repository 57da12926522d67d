"""Layers that only move values: the place in the bottoms that a value comes from.

The layer runs on indices instead of values, once per axis of each bottom; the index that arrives at the queried place
says where its value started. Index 0 stands for a constant that comes from no bottom, such as padding.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from prototxt.blobs import Array
from prototxt.errors import LayerError
from prototxt.explain.breakdown.model import Place
from prototxt.explain.breakdown.query import Query, Result, index, sum_of
from prototxt.explain.breakdown.rules import break_down
from prototxt.explain.breakdown.running import Running
from prototxt.layers.base import Layer
from prototxt.layers.batch_reindex import BatchReindex
from prototxt.layers.concat import Concat
from prototxt.layers.crop import Crop
from prototxt.layers.crop_center import CropCenter
from prototxt.layers.dropout import Dropout
from prototxt.layers.filter import Filter
from prototxt.layers.flatten import Flatten
from prototxt.layers.flip import Flip
from prototxt.layers.im2col import Im2col
from prototxt.layers.padding import Padding
from prototxt.layers.parameter import Parameter
from prototxt.layers.permute import Permute
from prototxt.layers.reorg import Reorg
from prototxt.layers.reshape import Reshape
from prototxt.layers.reverse import Reverse
from prototxt.layers.shuffle_channel import ShuffleChannel
from prototxt.layers.slice import Slice
from prototxt.layers.spatial_rep import SpatialRep
from prototxt.layers.split import Split
from prototxt.layers.tile import Tile
from prototxt.layers.upsample_segnet import SegNetUpsample
from prototxt.layers.upsample_yolo import UpsampleByScale


@break_down.register
def moved(
    layer: Concat
    | CropCenter
    | Flatten
    | Flip
    | Im2col
    | Padding
    | Permute
    | Reorg
    | Reshape
    | Reverse
    | ShuffleChannel
    | Slice
    | Split
    | Tile,
    query: Query,
) -> Result:
    """Any bottom can be the source of the value."""
    return _traced(layer, query, range(len(query.bottoms)))


@break_down.register
def moved_from_first(
    layer: BatchReindex | Crop | SegNetUpsample | SpatialRep | UpsampleByScale, query: Query
) -> Result:
    """The first bottom is the source; the others say which place of it."""
    return traced_to_first(layer, query)


@break_down.register
def moved_from_same(layer: Filter, query: Query) -> Result:
    """The source is the bottom with the number of the top; the last bottom selects the items."""
    return _traced(layer, query, (query.top,))


@break_down.register
def parameter(layer: Parameter, query: Query) -> Result:
    """The value is an entry of the learned array."""
    value = float(query.params[0][query.at])
    running = Running(0, 0).to(f"w{index(query.at)}, as learned", value, abs(value))
    return Result(f"{query.y} = w{index(query.at)}", (), running)


@break_down.register
def dropout(layer: Dropout, query: Query) -> Result:
    """In phase TEST every value passes, unchanged or times the share that training keeps."""
    if layer.drops:
        raise LayerError("it drops values at random: there is no sum to show", hint="explain phase TEST")
    value = query.one()
    y = f"{query.y} = {query.x(query.at)}"
    if layer.passes_on:
        return Result(y, (value,), sum_of([value]))
    running = sum_of([value]).times("(1 - dropout_ratio): scale_train is false", layer.factor)
    return Result(f"{y} * {layer.factor:g}", (value,), running)


def traced_to_first(layer: Layer, query: Query) -> Result:
    """The result for a layer that moves values of its first bottom."""
    return _traced(layer, query, (0,))


def _traced(layer: Layer, query: Query, sources: Sequence[int]) -> Result:
    def number(bottom: int) -> Array:
        return np.full(query.shapes[bottom], bottom + 1, np.float32)

    source = _arriving(layer, query, sources, number)
    if not source:
        nothing = Running(0, 0).to("no input arrives here", 0, 0)
        return Result(f"{query.y} = 0: no input arrives here", (), nothing)
    bottom = source - 1
    axes = range(len(query.shapes[bottom]))
    at: Place = tuple(_arriving(layer, query, sources, _Indices(query, axis)) - 1 for axis in axes)
    value = query.one(at, bottom=bottom)
    return Result(f"{query.y} = {query.x(at, bottom)}", (value,), sum_of([value]))


@dataclass(frozen=True, slots=True, eq=False)
class _Indices:
    """Stand-ins for the bottoms that hold the index of every value on one axis, counted from 1."""

    query: Query
    axis: int

    def __call__(self, bottom: int) -> Array:
        shape = self.query.shapes[bottom]
        if self.axis >= len(shape):
            return np.zeros(shape, np.float32)
        line = np.arange(1, shape[self.axis] + 1, dtype=np.float32)
        return np.broadcast_to(line.reshape(-1, *(1,) * (len(shape) - self.axis - 1)), shape)


def _arriving(layer: Layer, query: Query, sources: Sequence[int], stand_in: Callable[[int], Array]) -> int:
    """The number at the queried place after a forward on the stand-ins for the source bottoms."""
    bottoms = [stand_in(i) if i in sources else x for i, x in enumerate(query.bottoms)]
    return int(layer.forward(bottoms, query.params)[query.top][query.at])
