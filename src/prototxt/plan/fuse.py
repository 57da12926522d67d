"""Fuses layers to steps: in Convolution, BatchNorm, Scale, Eltwise, ReLU the later ones are an epilogue.

A factor and an offset per channel that follow the kernel directly go into its weights. All that comes after them works
on each tile as soon as it is computed, while it is in the cache.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from prototxt.blobs import Array
from prototxt.graph.graph import BlobId, Graph, Node
from prototxt.kernels.epilogue import EpilogueOp
from prototxt.plan.choose_kernel import Choose, choose
from prototxt.plan.epilogue import Epilogue, epilogue
from prototxt.plan.kernel import Fold, Kernel, fits_tiles

__all__ = ["Step", "fuse"]

Params = Sequence[Sequence[Array]]
"""The learned arrays of every node of a graph, by its index."""


@dataclass(frozen=True, slots=True)
class Step:
    """A layer that a kernel runs, and the later layers fused with it.

    Attributes:
        nodes: the layers, in order.
        kernel: runs the first of them; None where the layer's own forward does, and then there is only one.
        bottoms: the blobs that the kernel reads.
        side_inputs: the blobs that the epilogue reads besides the tile.
        tops: the blobs that the step writes.
        epilogues: how the layers after the kernel work on its tiles, in order, those folded included; with an
            elementwise kernel the first layer is among them.
        folded: how many of the epilogues go into the kernel's weights.
        dynamic: whether the tops' shapes are known only after the forward; such tops have no place in the arena.
    """

    nodes: tuple[Node, ...]
    kernel: Kernel | None
    bottoms: tuple[BlobId, ...]
    side_inputs: tuple[BlobId, ...]
    tops: tuple[BlobId, ...]
    epilogues: tuple[Epilogue, ...] = ()
    folded: int = 0
    dynamic: bool = False

    @property
    def reads(self) -> tuple[BlobId, ...]:
        """All blobs that the step reads."""
        return self.bottoms + self.side_inputs

    @property
    def folded_nodes(self) -> tuple[Node, ...]:
        """The layers that go into the kernel's weights."""
        return self.nodes[1 : 1 + self.folded]

    def fold(self, params: Params) -> Fold:
        """The function of each output channel that goes into the kernel's weights."""
        fold = Fold()
        for node, own in self._epilogue_nodes()[: self.folded]:
            if own.per_channel is not None:
                fold = fold.then(*own.per_channel(params[node.index]))
        return fold

    def epilogue_ops(self, params: Params, side_inputs: Sequence[Array]) -> list[EpilogueOp]:
        """The operations on each tile; `side_inputs` are their arrays, channels-last."""
        rest: Iterator[Array] = iter(side_inputs)
        ops = []
        for node, own in self._epilogue_nodes()[self.folded :]:
            others = [next(rest) for _ in node.bottoms[1:]]
            ops += own.ops(params[node.index], others)
        return ops

    def _epilogue_nodes(self) -> list[tuple[Node, Epilogue]]:
        start = len(self.nodes) - len(self.epilogues)
        return list(zip(self.nodes[start:], self.epilogues, strict=True))


def fuse(graph: Graph, kept: Collection[BlobId], choose: Choose = choose) -> list[Step]:
    """The steps of a forward, in the file's order of their first nodes.

    A node is fused with the one before it if it is the only reader of its result, nobody keeps that result as it was
    (nor counts it as loss), and everything else that it reads is available already.
    """
    return _Fuser(graph, kept, choose).steps()


class _Fuser:
    def __init__(self, graph: Graph, kept: Collection[BlobId], choose: Choose) -> None:
        self.graph, self.choose = graph, choose
        self.kept = {*kept, *graph.losses}
        self.num_readers = Counter(blob for node in graph.nodes for blob in node.bottoms)
        self.reader = {blob: node for node in graph.nodes for blob in node.bottoms}
        self.available = set(graph.entries)
        self.dynamic: set[BlobId] = set()
        self.fused: set[int] = set()

    def steps(self) -> list[Step]:
        steps = []
        for node in self.graph.nodes:
            if node.index in self.fused or node.layer.is_input:
                continue
            step = self._step(node)
            self.available.update(step.tops)
            if step.dynamic:
                self.dynamic.update(step.tops)
            steps.append(step)
        return steps

    def _step(self, node: Node) -> Step:
        dynamic = node.layer.data_dependent or not self.dynamic.isdisjoint(node.bottoms)
        shapes = self.graph.bottom_shapes(node)
        kernel = None if dynamic else self.choose(node.layer, shapes)
        if kernel is None:
            return Step((node,), None, node.bottoms, (), node.tops, dynamic=dynamic)
        nodes, bottoms, folded = [node], node.bottoms, 0
        epilogues: list[Epilogue] = []
        side_inputs: list[BlobId] = []
        if kernel.elementwise and (first := epilogue(node.layer, shapes)) is not None:
            tile = first.tile_bottom or 0
            epilogues.append(first)
            bottoms = node.bottoms[tile : tile + 1]
            side_inputs += (*node.bottoms[:tile], *node.bottoms[tile + 1 :])
        while kernel.takes_epilogue and (follower := self._follower(nodes[-1], kernel)) is not None:
            node, own = follower
            if kernel.can_fold and own.per_channel and folded == len(nodes) - 1:
                folded += 1
            side_inputs += self._others(node, nodes[-1].tops[0])
            nodes.append(node)
            epilogues.append(own)
            self.fused.add(node.index)
        tops = nodes[-1].tops
        return Step(tuple(nodes), kernel, bottoms, tuple(side_inputs), tops, tuple(epilogues), folded)

    def _follower(self, node: Node, kernel: Kernel) -> tuple[Node, Epilogue] | None:
        """The node that can be fused with this one, and how it works on the tiles."""
        if len(node.tops) != 1 or node.tops[0] in self.kept or self.num_readers[node.tops[0]] != 1:
            return None
        blob = node.tops[0]
        reader = self.reader[blob]
        own = epilogue(reader.layer, self.graph.bottom_shapes(reader))
        if (
            own is None
            or not own.takes(reader.bottoms.index(blob))
            or not fits_tiles(self.graph.shapes[blob])
        ):
            return None
        others = self._others(reader, blob)
        if others and (not kernel.can_combine or not self._are_available(others)):
            return None
        return reader, own

    def _others(self, node: Node, blob: BlobId) -> list[BlobId]:
        """The blobs that a node reads besides this one."""
        return [bottom for bottom in node.bottoms if bottom != blob]

    def _are_available(self, blobs: Collection[BlobId]) -> bool:
        return self.available.issuperset(blobs) and self.dynamic.isdisjoint(blobs)
