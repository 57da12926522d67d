"""A net as boxes and arrows, whatever draws them: layers in place stand in the box that they change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from prototxt.errors import printable
from prototxt.graph.graph import BlobId, Graph, Node
from prototxt.layers.base import Layer
from prototxt.views.numbers import compact_shape

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

LONGEST = 48
"""Of a longer name the end is drawn, which tells more than its start."""

FEWEST = 2
"""As many boxes make a group."""


@dataclass(frozen=True, slots=True)
class Part:
    """A layer in a box."""

    name: str
    what: str
    kind: str


@dataclass(frozen=True, slots=True)
class Box:
    """A layer with those that change its top in place; `group` are the modules it lies in, outermost first."""

    id: str
    parts: tuple[Part, ...]
    group: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Arrow:
    """A blob on its way; without an `end` it is an output of the net, its own name in `output`."""

    start: str
    end: str
    label: str
    output: str = ""


@dataclass(frozen=True, slots=True)
class Module:
    """Boxes and modules whose names start alike, in the order of their layers."""

    name: str
    inside: list[Box | Module] = field(default_factory=list)


@dataclass(frozen=True)
class Drawing:
    """All that is drawn: `root` holds every box, in modules by the slashes of names."""

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
    return shown if len(shown) <= LONGEST else "…" + shown[1 - LONGEST :]


def _owners(graph: Graph) -> dict[int, int]:
    """The layer in whose box each stands: its own, or the one whose top it changes in place.

    It stands on its own where another layer reads that top as it was before, for the arrow has to start somewhere.
    """
    readers = Counter(blob for node in graph.nodes for blob in set(node.bottoms))
    made_by: dict[BlobId, Node] = {}
    owner: dict[int, int] = {}
    for node in graph.nodes:
        in_place = len(node.bottoms) == len(node.tops) == 1 and node.bottoms[0].name == node.tops[0].name
        maker = made_by.get(node.bottoms[0]) if in_place else None
        stacks = maker is not None and len(maker.tops) == 1 and readers[node.bottoms[0]] == 1
        owner[node.index] = owner[maker.index] if maker is not None and stacks else node.index
        made_by.update(dict.fromkeys(node.tops, node))
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
    """The blob's shape; its name too, where its layer makes several."""
    shape = compact_shape(graph.shapes.get(blob))
    return shape if len(maker.tops) == 1 else f"{_cut(blob.name)} {shape}"


def _modules(boxes: list[Box]) -> Module:
    """Boxes in modules; one that would hold a single box is none."""
    sizes = Counter(box.group[:depth] for box in boxes for depth in range(1, len(box.group) + 1))
    root = Module("")
    made: dict[tuple[str, ...], Module] = {(): root}
    for box in boxes:
        around, prefix = root, ""
        for depth in range(1, len(box.group) + 1):
            path = box.group[:depth]
            if sizes[path] < FEWEST:
                break
            if path not in made:
                made[path] = Module(_cut(path[-1]))
                around.inside.append(made[path])
            around, prefix = made[path], "/".join(path) + "/"
        around.inside.append(_within(box, prefix))
    return root


def _within(box: Box, prefix: str) -> Box:
    """A box in a module whose name need not be said again."""
    parts = tuple(replace(part, name=part.name.removeprefix(prefix) or part.name) for part in box.parts)
    return replace(box, parts=parts)
