"""Two graphs side by side: layers matched by name, their shapes, parameters and costs, totals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from difflib import SequenceMatcher

from prototxt.graph.wiring import Graph, Node
from prototxt.layers.base import Shape
from prototxt.layers.unknown import Unknown

Key = tuple[str, int]
"""A layer's name, and how many of this name stand before it."""


@dataclass(frozen=True, slots=True)
class Work:
    """What layers hold and do: learned values, measured ones, multiply-adds per image, bytes of new tops."""

    params: int = 0
    statistics: int = 0
    macs: int = 0
    bytes: int = 0

    def __add__(self, other: Work) -> Work:
        return Work(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


@dataclass(frozen=True, slots=True)
class Side:
    """One layer of one of the nets; a shape is None where it depends on a layer that nothing here can run."""

    index: int
    type: str
    brief: str
    shapes: tuple[Shape | None, ...]
    arrays: tuple[Shape, ...]
    work: Work


@dataclass(frozen=True, slots=True)
class Pair:
    """A layer in both nets, or in one."""

    name: str
    before: Side | None
    after: Side | None

    @property
    def differs(self) -> bool:
        """Whether anything a table shows is not the same."""
        if self.before is None or self.after is None:
            return True
        return _shown(self.before) != _shown(self.after)


def _shown(side: Side) -> tuple[object, ...]:
    return side.type, side.brief, side.shapes, side.arrays, side.work


@dataclass(frozen=True)
class Comparison:
    """All layers of two nets, each once, and the totals of both."""

    pairs: tuple[Pair, ...]
    before: Work
    after: Work

    @property
    def unfit(self) -> tuple[Pair, ...]:
        """The layers whose learned arrays have other shapes in the second net."""
        both = (p for p in self.pairs if p.before is not None and p.after is not None)
        return tuple(p for p in both if p.before and p.after and p.before.arrays != p.after.arrays)


def compare(before: Graph | None, after: Graph | None) -> Comparison:
    """Two nets; None stands for a net that does not exist.

    Layers stand as in the second net, those that only the first has behind what they stood behind there.
    """
    old, new = _sides(before), _sides(after)
    pairs = tuple(Pair(key[0], old.get(key), new.get(key)) for key in _merged(list(old), list(new)))
    return Comparison(pairs, _total(old.values()), _total(new.values()))


def _total(sides: Iterable[Side]) -> Work:
    return sum((side.work for side in sides), Work())


def keys(nodes: Iterable[Node]) -> Iterator[Key]:
    """What layers are matched by."""
    seen: dict[str, int] = {}
    for node in nodes:
        yield node.name, seen.get(node.name, 0)
        seen[node.name] = seen.get(node.name, 0) + 1


def _sides(graph: Graph | None) -> dict[Key, Side]:
    if graph is None:
        return {}
    return {key: _side(graph, node) for key, node in zip(keys(graph.nodes), graph.nodes, strict=True)}


def _side(graph: Graph, node: Node) -> Side:
    kind = f"{node.type} (unknown)" if isinstance(node.layer, Unknown) else node.type
    return Side(
        node.index,
        kind,
        graph.brief(node),
        tuple(graph.shapes.get(top) for top in node.tops),
        tuple(ref.shape for ref in node.params),
        Work(node.param_count, node.statistics, graph.macs(node), graph.new_bytes(node)),
    )


def _merged(old: list[Key], new: list[Key]) -> Iterator[Key]:
    """The second list, with what only the first has in between."""
    kept = set(new)
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        yield from (key for key in old[a:b] if tag in ("delete", "replace") and key not in kept)
        yield from new[c:d]
