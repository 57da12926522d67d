"""Split layers where Caffe inserts them: after every blob that more than one layer reads.

Only pycaffe's scripts need them, to find blobs by Caffe's names. They are inserted before the graph is made; the rest
of the package makes no Split layers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from prototxt.schema.caffe_pb2 import LayerParameter
from prototxt.text.definition import Definition
from prototxt.text.tree import Message

Top = tuple[int, int]
"""A top: its layer's index, and its place among that layer's tops."""


@dataclass
class _Uses:
    """For every bottom the top it comes from; for every top the number of its readers."""

    maker: dict[Top, Top] = field(default_factory=dict)
    reads: Counter[Top] = field(default_factory=Counter)


def insert_splits(definition: Definition) -> Definition:
    """The net with a Split layer after every layer whose top several others read, in Caffe's names.

    Blob `b`, top t of layer `l`, read by n layers becomes the bottom of layer `b_l_t_split` with tops
    `b_l_t_split_0` to `b_l_t_split_(n-1)`, and the readers read these. A weight in the loss counts as a reader and
    goes with the first of them. Layers that take part are those of the definition: select first.

    Source: caffe/src/caffe/util/insert_splits.cpp.
    """
    layers = definition.message.layer
    uses = _count(layers)
    given: Counter[Top] = Counter()
    inserted: list[LayerParameter] = []
    trees: list[Message | None] = []
    for i, layer in enumerate(layers):
        changed = LayerParameter()
        changed.CopyFrom(layer)
        for j in range(len(layer.bottom)):
            top = uses.maker.get((i, j))
            if top and uses.reads[top] > 1:
                changed.bottom[j] = f"{_split_name(layers, top)}_{given[top]}"
                given[top] += 1
        splits = [_split(layers, uses, given, changed, (i, t)) for t in range(len(layer.top))]
        here = [changed, *filter(None, splits)]
        inserted += here
        trees += [definition.trees[i]] * len(here)
    return definition.with_layers(inserted, trees)


def _count(layers: Sequence[LayerParameter]) -> _Uses:
    uses, latest = _Uses(), dict[str, Top]()
    for i, layer in enumerate(layers):
        for j, name in enumerate(layer.bottom):
            if name in latest:
                uses.maker[i, j] = latest[name]
                uses.reads[latest[name]] += 1
        latest |= {name: (i, t) for t, name in enumerate(layer.top)}
        for t, weight in enumerate(layer.loss_weight[: len(layer.top)]):
            uses.reads[i, t] += bool(weight)
    return uses


def _split(
    layers: Sequence[LayerParameter], uses: _Uses, given: Counter[Top], changed: LayerParameter, top: Top
) -> LayerParameter | None:
    """The Split layer of a top, if it takes one; its weight in the loss moves there from the layer `changed`."""
    if uses.reads[top] < 2:
        return None
    name = _split_name(layers, top)
    split = LayerParameter(
        name=name,
        type="Split",
        bottom=[layers[top[0]].top[top[1]]],
        top=[f"{name}_{i}" for i in range(uses.reads[top])],
    )
    weights = layers[top[0]].loss_weight
    if top[1] < len(weights) and weights[top[1]]:
        split.loss_weight.extend([weights[top[1]], *[0.0] * (uses.reads[top] - 1)])
        changed.loss_weight[top[1]] = 0.0
        given[top] += 1
    return split


def _split_name(layers: Sequence[LayerParameter], top: Top) -> str:
    layer = layers[top[0]]
    return f"{layer.top[top[1]]}_{layer.name}_{top[1]}_split"
