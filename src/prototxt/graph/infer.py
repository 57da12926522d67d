"""Shape inference: every blob's and parameter's shape and every layer's cost, in integers only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from prototxt.blobs import MAX_AXES, MAX_ELEMENTS, Shape, count, format_shape
from prototxt.errors import LayerError, NetError, Place
from prototxt.graph.graph import BlobId, Graph, Link, Node, ParamRef, Wiring
from prototxt.layers.base import Cost, Param
from prototxt.layers.unknown import Unknown
from prototxt.text.definition import place_in

PERMISSIVE = 1
"""ParamSpec.DimCheckMode: sharers need the owner's count, not its shape."""


def infer(wiring: Wiring) -> Graph:
    """The graph with all shapes but those of blobs that depend on an Unknown layer.

    Raises LayerError for shapes a layer cannot take and for blobs of more than 2^31 - 1 elements, NetError where
    layers share parameters of different shapes.
    """
    shapes: dict[BlobId, Shape] = {}
    shared: dict[str, ParamRef] = {}
    nodes: list[Node] = []
    notes = list(wiring.notes)
    for link in wiring.links:
        place = place_in(link.tree, wiring.file)
        if isinstance(link.layer, Unknown) or not shapes.keys() >= set(link.bottoms):
            nodes.append(Node(link.index, link.layer, link.bottoms, link.tops, (), Cost(), place, link.tree))
            continue
        params, top, cost = _ask_layer(wiring, link, [shapes[b] for b in link.bottoms])
        shapes.update(zip(link.tops, top, strict=True))
        refs = tuple(_param_ref(wiring, link, i, param, shared) for i, param in enumerate(params))
        notes += _remarks(link, place, [shapes[b] for b in link.bottoms])
        window = link.layer.window(shapes[link.bottoms[0]]) if link.bottoms else None
        node = Node(link.index, link.layer, link.bottoms, link.tops, refs, cost, place, link.tree, window)
        nodes.append(node)
    inputs = tuple(top.name for node in nodes if node.layer.is_input for top in node.tops)
    return Graph(
        wiring.name, wiring.file, wiring.phase, tuple(nodes), shapes, inputs, _outputs(nodes), tuple(notes)
    )


def _ask_layer(
    wiring: Wiring, link: Link, bottom: list[Shape]
) -> tuple[tuple[Param, ...], list[Shape], Cost]:
    try:
        params, top = link.layer.params(bottom), link.layer.shapes(bottom)
        for blob, shape in zip(link.tops, top, strict=True):
            _check_size(f'top "{blob.name}"', shape)
        for i, param in enumerate(params):
            _check_size(f"parameter {i}", param.shape)
        return params, top, link.layer.cost(bottom, top)
    except LayerError as error:
        place = place_in(link.tree, wiring.file, error.field)
        raise error.at(place, link.layer.name, link.layer.type) from None


def _remarks(link: Link, place: Place, bottom: list[Shape]) -> list[str]:
    """The layer's notes for the user, each with the place of the layer."""
    return [f'{place}: layer "{link.layer.name}" ({link.layer.type}): {r}' for r in link.layer.notes(bottom)]


def _check_size(what: str, shape: Shape) -> None:
    if len(shape) > MAX_AXES:
        raise LayerError(f"{what} would have {len(shape)} axes, more than the {MAX_AXES} a blob may have")
    if count(shape) > MAX_ELEMENTS:
        raise LayerError(
            f"{what} would be {format_shape(shape)} = {count(shape):,} elements, "
            f"more than the {MAX_ELEMENTS:,} a blob may have"
        )


def _param_ref(wiring: Wiring, link: Link, slot: int, param: Param, shared: dict[str, ParamRef]) -> ParamRef:
    """The layer's own array, or the one that an earlier layer made under the same name."""
    spec = link.specs[slot] if slot < len(link.specs) else None
    shared_name = spec.name if spec is not None else ""
    own = ParamRef(
        link.index, slot, param.shape, param.filler, param.statistic, param.name, shared_name, param.start
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
            f'"{wiring.links[owner.owner].layer.name}" made it {format_shape(owner.shape)}',
            place=place_in(link.tree, wiring.file, "param"),
            layer=link.layer.name,
            layer_type=link.layer.type,
        )
    return replace(owner, shape=own.shape, name=own.name)


def _outputs(nodes: Sequence[Node]) -> tuple[str, ...]:
    """Named blobs that no later layer reads; a write in place counts as a new blob."""
    unread: set[str] = set()
    for node in nodes:
        unread -= {b.name for b in node.bottoms} if node.layer.consumes else set()
        unread |= {t.name for t in node.tops[: node.layer.named_tops]}
    return tuple(sorted(unread))
