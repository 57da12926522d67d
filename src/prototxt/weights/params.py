"""A net's learned arrays: from a weights file where it holds them, from the fillers where it does not."""

from __future__ import annotations

from dataclasses import dataclass
from os import PathLike, fspath

import numpy as np

from prototxt.errors import LayerError
from prototxt.graph.wiring import Graph, Node, ParamRef
from prototxt.layers.base import Array, Shape
from prototxt.limits import check_fits
from prototxt.weights.caffemodel import read_caffemodel
from prototxt.weights.fillers import fill, rng_for
from prototxt.weights.load import match


@dataclass(frozen=True)
class Loaded:
    """What a weights file gave a net.

    `layers` got their arrays from it, `missing` kept their fillers', `unused` are stored layers the net lacks.
    """

    file: str
    layers: tuple[str, ...]
    missing: tuple[str, ...]
    unused: tuple[str, ...]


def make_params(
    graph: Graph, seed: int, weights: str | PathLike[str] | None
) -> tuple[list[list[Array]], Loaded | None]:
    """Every node's arrays by node index; layers that share a parameter share the array.

    Raises WeightsError where the file is broken or does not fit, LayerError where a filler cannot fill,
    InputError for more bytes than the machine has.
    """
    check_fits(graph.param_bytes, f"{graph.file}: holding the parameters")
    stored, loaded = _stored_arrays(graph, weights) if weights is not None else ({}, None)
    named = _first_of_name(graph)
    made: dict[tuple[int, int], Array] = {}
    for node in graph.nodes:
        for slot, ref in enumerate(node.params):
            key = (ref.owner, ref.slot)
            if node is named[node.name] and (node.name, slot) in stored:
                made[key] = stored[node.name, slot]
            elif key not in made:
                made[key] = _filled(node, slot, ref, seed)
    arrays = [[made[p.owner, p.slot].reshape(p.shape) for p in node.params] for node in graph.nodes]
    return arrays, loaded


def _first_of_name(graph: Graph) -> dict[str, Node]:
    """The layers with parameters by name: of several with one name the first gets the weights, as in Caffe."""
    named: dict[str, Node] = {}
    for node in graph.nodes:
        if node.params:
            named.setdefault(node.name, node)
    return named


def _stored_arrays(graph: Graph, weights: str | PathLike[str]) -> tuple[dict[tuple[str, int], Array], Loaded]:
    file = fspath(weights)
    wanted: dict[str, list[Shape]] = {
        name: [p.shape for p in node.params] for name, node in _first_of_name(graph).items()
    }
    found = match(read_caffemodel(weights), wanted, file, graph.file)
    names = tuple(name for name in wanted if name not in found.missing)
    return dict(found.arrays), Loaded(file, names, found.missing, found.unused)


def _filled(node: Node, slot: int, ref: ParamRef, seed: int) -> Array:
    try:
        return np.ascontiguousarray(fill(ref.shape, ref.filler, rng_for(seed, node.name, slot)))
    except LayerError as error:
        raise error.at(node.place_of_filler(ref.filler.type), node.name, node.type) from None
