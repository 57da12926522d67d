"""A net as boxes and arrows for any drawing program; in-place layers share the box of the layer they change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from prototxt.errors import printable
from prototxt.graph.graph import BlobId, Graph, Node
from prototxt.layers.base import Layer
from prototxt.views.numbers import compact_shape

__all__ = ["COLOURS", "Arrow", "Box", "Drawing", "Module", "Part", "draw", "kind_of"]

COLOURS = {
    "data": ("#e3e8ee", "#7b8794"),
    "convolution": ("#cfe2fa", "#4a7fb8"),
    "pooling": ("#fde3c3", "#c98a35"),
    "normalization": ("#e6dcf6", "#8a6bbd"),
    "neuron": ("#d8efd9", "#5a9a5f"),
    "product": ("#f8d4da", "#c05c6c"),
    "junction": ("#f7efb9", "#ab9a2e"),
    "answer": ("#c9ece8", "#3f938a"),
    "other": ("#efefef", "#8c8c8c"),
    "unknown": ("#ffffff", "#d03030"),
}
"""Fill and border of each kind."""

MAX_NAME = 48
"""The most characters of a name; a longer one keeps its end, which says more than its start."""

MIN_BOXES = 2
"""The fewest boxes that make a module."""


@dataclass(frozen=True, slots=True)
class Part:
    """A layer in a box."""

    name: str
    what: str
    kind: str


@dataclass(frozen=True, slots=True)
class Box:
    """A layer and those that change its top in place; `group` holds the names of its modules, outermost first."""

    id: str
    parts: tuple[Part, ...]
    group: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Arrow:
    """A blob from one box to another; without an `end` it is an output of the net, named in `output`."""

    start: str
    end: str
    label: str
    output: str = ""


@dataclass(frozen=True, slots=True)
class Module:
    """Boxes and modules with a common prefix of their names, in the order of their layers."""

    name: str
    inside: list[Box | Module] = field(default_factory=list)


@dataclass(frozen=True)
class Drawing:
    """A whole drawing: `root` holds every box, in modules by the slashes of names."""

    title: str
    root: Module
    arrows: tuple[Arrow, ...]


def draw(graph: Graph) -> Drawing:
    """A graph as boxes and arrows."""
    owner = _owners(graph)
    parts: dict[int, list[Part]] = {}
    for node in graph.nodes:
        parts.setdefault(owner[node.index], []).append(_part(graph, node))
    boxes = [
        Box(f"n{index}", tuple(stacked), tuple(graph.nodes[index].name.split("/")[:-1]))
        for index, stacked in parts.items()
    ]
    return Drawing(printable(graph.name) or "net", _modules(boxes), tuple(_arrows(graph, owner)))


def kind_of(layer: Layer) -> str:
    """The kind of a layer, a key of COLOURS."""
    if layer.kind != "other":
        return layer.kind
    if not layer.num_bottoms:
        return "data"
    return "answer" if layer.loss or layer.output_kind else "other"


def _part(graph: Graph, node: Node) -> Part:
    what = f"{node.type} {graph.brief(node)}".strip()
    return Part(_cut(node.name), _cut(what), kind_of(node.layer))


def _cut(name: str) -> str:
    shown = printable(name)
    return shown if len(shown) <= MAX_NAME else "…" + shown[1 - MAX_NAME :]


def _owners(graph: Graph) -> dict[int, int]:
    """The layer in whose box each layer is drawn: itself, or the layer whose top it changes in place.

    A layer has its own box where another layer reads that top unchanged: that arrow needs a box to start from.
    """
    readers = Counter(blob for node in graph.nodes for blob in set(node.bottoms))
    makers: dict[BlobId, Node] = {}
    owner: dict[int, int] = {}
    for node in graph.nodes:
        in_place = len(node.bottoms) == len(node.tops) == 1 and node.bottoms[0].name == node.tops[0].name
        maker = makers.get(node.bottoms[0]) if in_place else None
        stacks = maker is not None and len(maker.tops) == 1 and readers[node.bottoms[0]] == 1
        owner[node.index] = owner[maker.index] if maker is not None and stacks else node.index
        makers.update(dict.fromkeys(node.tops, node))
    return owner


def _arrows(graph: Graph, owner: dict[int, int]) -> Iterator[Arrow]:
    maker = {top: node for node in graph.nodes for top in node.tops}
    for node in graph.nodes:
        for blob in node.bottoms:
            start, end = owner[maker[blob].index], owner[node.index]
            if start != end:
                yield Arrow(f"n{start}", f"n{end}", _label(graph, maker[blob], blob))
    for name in graph.outputs:
        blob = max((top for top in maker if top.name == name), key=lambda top: top.version)
        yield Arrow(f"n{owner[maker[blob].index]}", "", compact_shape(graph.shapes.get(blob)), _cut(name))


def _label(graph: Graph, maker: Node, blob: BlobId) -> str:
    """The blob's shape, with its name where its layer has several tops."""
    shape = compact_shape(graph.shapes.get(blob))
    return shape if len(maker.tops) == 1 else f"{_cut(blob.name)} {shape}"


def _modules(boxes: list[Box]) -> Module:
    """Boxes in modules; a module of a single box is dissolved."""
    sizes = Counter(box.group[:depth] for box in boxes for depth in range(1, len(box.group) + 1))
    root = Module("")
    modules: dict[tuple[str, ...], Module] = {(): root}
    for box in boxes:
        around, prefix = root, ""
        for depth in range(1, len(box.group) + 1):
            path = box.group[:depth]
            if sizes[path] < MIN_BOXES:
                break
            if path not in modules:
                modules[path] = Module(_cut(path[-1]))
                around.inside.append(modules[path])
            around, prefix = modules[path], "/".join(path) + "/"
        around.inside.append(_within(box, prefix))
    return root


def _within(box: Box, prefix: str) -> Box:
    """A box without the prefix that its module shows."""
    parts = tuple(replace(part, name=part.name.removeprefix(prefix) or part.name) for part in box.parts)
    return replace(box, parts=parts)
