"""Shape inference: every blob's and parameter's shape and every layer's cost, in integers only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from prototxt.blobs import MAX_AXES, MAX_ELEMENTS, Shape, count, format_shape
from prototxt.errors import LayerError, NetError, UnknownShapeError, one_line
from prototxt.graph.graph import BlobId, Graph, Node, ParamRef, Wiring, located_at
from prototxt.layers.base import Cost, Param
from prototxt.layers.common.filler_types import FILLER_TYPES
from prototxt.layers.common.window import Window
from prototxt.layers.unknown import Unknown, can_stand
from prototxt.schema.caffe_pb2 import BlobProto
from prototxt.text.definition import place_in
from prototxt.util.lazy import np

__all__ = ["infer"]

PERMISSIVE = 1
"""ParamSpec.DimCheckMode: sharers need the owner's count, not its shape."""


def infer(wiring: Wiring) -> Graph:
    """The graph with all shapes but those of blobs that depend on an Unknown layer, where these do not follow.

    A layer that cannot take the shapes of its bottoms, or would make a blob of more than 2^31 - 1 elements, becomes an
    Unknown that says so.

    A shape that the caller has to give is a reason like others, unless no shape at all is known without it.

    Raises UnknownShapeError then, DataError for a file that is not what it should be, NetError where layers share
    parameters of different shapes.
    """
    shapes: dict[BlobId, Shape] = {}
    shared: dict[str, ParamRef] = {}
    nodes: list[Node] = []
    notes = list(wiring.notes)
    for node in wiring.nodes:
        if isinstance(node.layer, Unknown) or not shapes.keys() >= set(node.bottoms):
            nodes.append(node)
            shapes.update(_plain_shapes(node, shapes))
            continue
        bottom = [shapes[b] for b in node.bottoms]
        try:
            answer = _query_layer(node, bottom)
        except LayerError as error:
            if not can_stand(error):
                raise
            nodes.append(replace(node, layer=Unknown.in_place_of(node.layer, error)))
            continue
        params = tuple([_param_ref(wiring, node, i, param, shared) for i, param in enumerate(answer.params)])
        nodes.append(node.inferred(params, answer.cost, answer.window))
        notes += [*_layer_notes(node, bottom), *_filler_notes(node, answer.params)]
        shapes.update(zip(node.tops, answer.tops, strict=True))
    if not shapes:
        _raise_unknown_shape(nodes)
    inputs = tuple(top.name for node in nodes if node.layer.is_input for top in node.tops)
    return Graph(
        name=wiring.name,
        file=wiring.file,
        phase=wiring.phase,
        nodes=tuple(nodes),
        shapes=shapes,
        inputs=inputs,
        outputs=_outputs(nodes),
        notes=tuple(notes),
    )


def _raise_unknown_shape(nodes: Sequence[Node]) -> None:
    """Raise the first error that asks for a shape, if there is one."""
    reasons = (node.layer.why for node in nodes if isinstance(node.layer, Unknown))
    first = next((error for error in reasons if isinstance(error, UnknownShapeError)), None)
    if first is not None:
        raise first


def _plain_shapes(node: Node, shapes: Mapping[BlobId, Shape]) -> dict[BlobId, Shape]:
    """The tops' shapes of a layer that cannot be run, as far as a plain layer of its type tells them."""
    plain = node.layer.plain if isinstance(node.layer, Unknown) else None
    if plain is None or not shapes.keys() >= set(node.bottoms):
        return {}
    try:
        top = dict(zip(node.tops, plain.shapes([shapes[b] for b in node.bottoms]), strict=False))
        for blob, shape in top.items():
            _check_size(f'top "{blob.name}"', shape)
    except LayerError:
        return {}
    return top


class _Answer(NamedTuple):
    """All that follows from the shapes of a layer's bottoms."""

    params: tuple[Param, ...]
    tops: list[Shape]
    cost: Cost
    window: Window | None


def _query_layer(node: Node, bottom: list[Shape]) -> _Answer:
    with located_at(node):
        params, top = node.layer.params(bottom), node.layer.shapes(bottom)
        for blob, shape in zip(node.tops, top, strict=True):
            _check_size(f'top "{blob.name}"', shape)
        for i, param in enumerate(params):
            _check_size(f"parameter {i}", param.shape)
        if node.blobs:
            params = _started(params, node.blobs)
        window = node.layer.window(bottom[0]) if bottom else None
        return _Answer(params, top, node.layer.cost(bottom, top), window)


def _started(params: Sequence[Param], blobs: Sequence[BlobProto]) -> tuple[Param, ...]:
    """The parameters with the values that the net's own file gives them (layer.hpp, the constructor of Layer)."""
    if len(blobs) != len(params):
        what = (
            f"{len(blobs)} blobs for the layer's {len(params)} arrays of parameters; give one each, or none"
        )
        raise LayerError(what, field="blobs")
    return tuple(_start(param, blob) for param, blob in zip(params, blobs, strict=True))


def _start(param: Param, blob: BlobProto) -> Param:
    values = blob.data or blob.double_data
    if len(values) != count(param.shape):
        what = f"{len(values)} values in blobs for an array of {format_shape(param.shape)}"
        raise LayerError(f"{what} = {count(param.shape)} values", field="blobs")
    with np.errstate(over="ignore"):  # a double beyond float32 becomes infinity, as in C++
        return replace(param, start=np.array(values, np.float32).reshape(param.shape))


def _layer_notes(node: Node, bottom: list[Shape]) -> list[str]:
    """The layer's notes for the user, each with the place of the layer."""
    return [
        one_line(note, place=node.place, layer=node.name, layer_type=node.type)
        for note in node.layer.notes(bottom)
    ]


def _filler_notes(node: Node, params: Sequence[Param]) -> list[str]:
    """Notes on fillers that are not known here, where no weights file holds the layer."""
    if node.name in node.layer.settings.stored:
        return []
    types = (param.filler.type for param in params if param.filler is not None)
    return [
        one_line(
            f'unknown filler type "{name}": the layer runs with arrays from a weights file only',
            place=node.place_of_filler(name),
            layer=node.name,
            layer_type=node.type,
        )
        for name in dict.fromkeys(types)
        if name not in FILLER_TYPES
    ]


def _check_size(what: str, shape: Shape) -> None:
    if len(shape) > MAX_AXES:
        raise LayerError(f"{what} would have {len(shape)} axes, more than the {MAX_AXES} a blob may have")
    if count(shape) > MAX_ELEMENTS:
        raise LayerError(
            f"{what} would be {format_shape(shape)} = {count(shape):,} elements, "
            f"more than the {MAX_ELEMENTS:,} a blob may have"
        )


def _param_ref(wiring: Wiring, node: Node, slot: int, param: Param, shared: dict[str, ParamRef]) -> ParamRef:
    """The layer's own array, or the one that an earlier layer has under the same name."""
    spec = node.specs[slot] if slot < len(node.specs) else None
    shared_name = spec.name if spec is not None else ""
    own = ParamRef(
        owner=node.index,
        slot=slot,
        shape=param.shape,
        filler=param.filler,
        statistic=param.statistic,
        name=param.name,
        shared_name=shared_name,
        start=param.start,
    )
    if spec is None or not shared_name:
        return own
    owner = shared.setdefault(shared_name, own)
    fits = (
        count(owner.shape) == count(own.shape) if spec.share_mode == PERMISSIVE else owner.shape == own.shape
    )
    if not fits:
        raise NetError(
            f'shares parameter "{shared_name}" as {format_shape(own.shape)}, but layer '
            f'"{wiring.nodes[owner.owner].name}" made it {format_shape(owner.shape)}',
            place=place_in(node.tree, wiring.file, "param"),
            layer=node.name,
            layer_type=node.type,
        )
    return replace(owner, shape=own.shape, name=own.name)


def _outputs(nodes: Sequence[Node]) -> tuple[str, ...]:
    """Named blobs that no later layer reads; a write in place counts as a new blob."""
    unread: set[str] = set()
    for node in nodes:
        unread -= {b.name for b in node.bottoms} if node.layer.consumes else set()
        unread |= {t.name for t in node.tops[: node.layer.named_tops]}
    return tuple(sorted(unread))
