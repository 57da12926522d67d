"""Which layers become one step: a chain such as Convolution, BatchNorm, Scale, Eltwise, ReLU finishes tile by tile."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass

from prototxt.blobs import Shape
from prototxt.graph.graph import BlobId, Graph, Node
from prototxt.layers.base import Layer
from prototxt.plan.choose import choose
from prototxt.plan.epilogue import finishes, is_per_channel, place
from prototxt.plan.kernel import Kernel, fits_tiles


@dataclass(frozen=True, slots=True)
class Step:
    """One layer, with the layers that finish its result behind it.

    The first `folded` of those go into its weights, the others work on each tile that it makes. `bottoms` are what
    the first node reads, `others` what the later ones read besides the tile. Without a kernel the room's own forward
    runs; `loose` where only that knows the shapes of what it makes.
    """

    nodes: tuple[Node, ...]
    kernel: Kernel | None
    bottoms: tuple[BlobId, ...]
    others: tuple[BlobId, ...]
    tops: tuple[BlobId, ...]
    folded: int = 0
    dynamic: bool = False

    @property
    def reads(self) -> tuple[BlobId, ...]:
        return self.bottoms + self.others


Choose = Callable[[Layer, list[Shape]], Kernel | None]


def fuse(graph: Graph, kept: Collection[BlobId], choose: Choose = choose) -> list[Step]:
    """The steps of a forward, in the file's order of their first nodes.

    A node joins the one before it when it alone reads the result, nobody keeps the result as it was (nor counts it
    as loss), and everything else it reads is there already.
    """
    return _Fuser(graph, kept, choose).steps()


class _Fuser:
    def __init__(self, graph: Graph, kept: Collection[BlobId], choose: Choose) -> None:
        self.graph, self.choose = graph, choose
        self.kept = {*kept, *graph.losses}
        self.readers = Counter(blob for node in graph.nodes for blob in node.bottoms)
        self.reader = {blob: node for node in graph.nodes for blob in node.bottoms}
        self.there = set(graph.entries)
        self.dynamic: set[BlobId] = set()
        self.joined: set[int] = set()

    def steps(self) -> list[Step]:
        made = []
        for node in self.graph.nodes:
            if node.index in self.joined or node.layer.is_input:
                continue
            step = self._step(node)
            self.there.update(step.tops)
            if step.dynamic:
                self.dynamic.update(step.tops)
            made.append(step)
        return made

    def _step(self, node: Node) -> Step:
        dynamic = node.layer.data_dependent or not self.dynamic.isdisjoint(node.bottoms)
        shapes = self.graph.bottom_shapes(node)
        kernel = None if dynamic else self._kernel(node, shapes)
        if kernel is None:
            return Step((node,), None, node.bottoms, (), node.tops, dynamic=dynamic)
        chain, folded = [node], 0
        others: list[BlobId] = []
        first = node.bottoms
        if kernel.elementwise:
            at = place(node.layer)
            first = node.bottoms[at : at + 1]
            others += (*node.bottoms[:at], *node.bottoms[at + 1 :])
        while kernel.finishes and (follower := self._follower(chain[-1], kernel)) is not None:
            shapes = self.graph.bottom_shapes(follower)
            if kernel.folds and folded == len(chain) - 1 and is_per_channel(follower.layer, shapes):
                folded += 1
            others += self._others(follower, chain[-1].tops[0])
            chain.append(follower)
            self.joined.add(follower.index)
        return Step(tuple(chain), kernel, first, tuple(others), chain[-1].tops, folded)

    def _kernel(self, node: Node, shapes: list[Shape]) -> Kernel | None:
        kernel = self.choose(node.layer, shapes)
        if kernel and kernel.elementwise and not finishes(node.layer, shapes, place(node.layer)):
            return None
        return kernel

    def _follower(self, node: Node, kernel: Kernel) -> Node | None:
        if len(node.tops) != 1 or node.tops[0] in self.kept or self.readers[node.tops[0]] != 1:
            return None
        blob = node.tops[0]
        reader, shape = self.reader[blob], self.graph.shapes[blob]
        others = self._others(reader, blob)
        at, bottoms = reader.bottoms.index(blob), self.graph.bottom_shapes(reader)
        if not fits_tiles(shape) or not finishes(reader.layer, bottoms, at):
            return None
        if others and (not kernel.joins or not self._is_there(others)):
            return None
        return reader

    def _others(self, node: Node, blob: BlobId) -> list[BlobId]:
        """What a node reads besides this blob."""
        return [bottom for bottom in node.bottoms if bottom != blob]

    def _is_there(self, blobs: Collection[BlobId]) -> bool:
        return self.there.issuperset(blobs) and self.dynamic.isdisjoint(blobs)
