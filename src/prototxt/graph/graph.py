"""The graph's parts: blobs in versions, layers wired by them, and the whole net with its shapes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from prototxt.blobs import Array, Shape, count
from prototxt.errors import LayerError, Place, UnknownShapeError
from prototxt.layers.base import Cost, Layer
from prototxt.layers.common.window import Window
from prototxt.layers.unknown import Unknown
from prototxt.schema.caffe_pb2 import BlobProto, FillerParameter, ParamSpec
from prototxt.text.definition import place_in
from prototxt.text.place import place_of_filler
from prototxt.text.tree import Message
from prototxt.util.raw_text import decode_raw

__all__ = ["BlobId", "Graph", "Node", "ParamRef", "Wiring", "located_at"]


class BlobId(NamedTuple):
    """One version of a blob: a write in place makes the next one (conv1@0, then conv1@1)."""

    name: str
    version: int = 0

    def __str__(self) -> str:
        return f"{self.name}@{self.version}"


@dataclass(frozen=True, slots=True)
class ParamRef:
    """A learned array as one layer sees it.

    `owner` is the index of the node that has it first and `slot` its place there; a layer that shares it by its
    ParamSpec's name (`shared_name`) refers to the owner's. `name` is what the layer calls it: "weights", say.
    """

    owner: int
    slot: int
    shape: Shape
    filler: FillerParameter | None
    statistic: bool
    name: str = ""
    shared_name: str = ""
    start: Array | Callable[[], Array] | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Node:
    """A layer in the net: the blobs it reads and writes, its parameters, and the cost of one forward.

    `connect` makes it, `infer` adds `params`, `cost` and `window` where its bottoms' shapes are known. `window` slides
    over the first bottom (None where nothing does). `specs` are the file's ParamSpec messages, `blobs` the values of
    its parameters that stand in the net's own file, `tree` is the text that the layer was read from, if any.
    """

    index: int
    layer: Layer
    bottoms: tuple[BlobId, ...]
    tops: tuple[BlobId, ...]
    place: Place
    specs: tuple[ParamSpec, ...] = ()
    tree: Message | None = None
    params: tuple[ParamRef, ...] = ()
    cost: Cost = field(default_factory=Cost)
    window: Window | None = None
    blobs: tuple[BlobProto, ...] = ()

    def inferred(self, params: tuple[ParamRef, ...], cost: Cost, window: Window | None) -> Node:
        """This node with its parameters, cost and window; `dataclasses.replace` takes twice as long."""
        return Node(
            self.index,
            self.layer,
            self.bottoms,
            self.tops,
            self.place,
            self.specs,
            self.tree,
            params,
            cost,
            window,
            self.blobs,
        )

    @property
    def name(self) -> str:
        return self.layer.name

    @property
    def type(self) -> str:
        return self.layer.type

    def place_of_filler(self, type_name: str) -> Place:
        """The place of the layer's filler of this type, else that of the layer."""
        return place_of_filler(self.tree, self.place.file, type_name) if self.tree else self.place

    @property
    def own_params(self) -> tuple[ParamRef, ...]:
        """The parameters that it does not take from another layer."""
        return tuple(p for p in self.params if p.owner == self.index)

    @property
    def param_count(self) -> int:
        """Learned values it owns; what it measures (BatchNorm) is not counted."""
        return sum(count(p.shape) for p in self.own_params if not p.statistic)

    @property
    def statistics(self) -> int:
        """Measured values it owns."""
        return sum(count(p.shape) for p in self.own_params if p.statistic)


@dataclass(frozen=True)
class Wiring:
    """Every layer wired, before any shape is known."""

    name: str
    file: str
    phase: int
    nodes: tuple[Node, ...]
    notes: tuple[str, ...]


@contextmanager
def located_at(node: Node) -> Iterator[None]:
    """Errors that a layer raises while it runs say where it stands, as those of its setup do."""
    try:
        yield
    except LayerError as error:
        error.at(place_in(node.tree, node.place.file, error.field), node.name, node.type)
        error.hint = error.hint or _part_of(node)
        raise


def _part_of(node: Node) -> str | None:
    """A hint for a layer that `expand` made of another one, which the file has in its place."""
    name, kind = (node.tree.scalar("name"), node.tree.scalar("type")) if node.tree else (None, None)
    if name is None or kind is None or decode_raw(name.data) == node.name:
        return None
    return f'it is a part of layer "{name.text}" ({kind.text}): docs/forks.md, "Layers that a fork fuses"'


@dataclass(frozen=True, eq=False)
class Graph:
    """A whole net, every shape known (but for `missing` layers) and nothing allocated.

    `inputs` are the tops of layers that the caller fills (Input, MemoryData), `outputs` the blobs that no layer
    reads, in Caffe's (alphabetical) order. `notes` are what the user should know, with file, line and layer.
    """

    name: str
    file: str
    phase: int
    nodes: tuple[Node, ...]
    shapes: Mapping[BlobId, Shape]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    notes: tuple[str, ...]

    @cached_property
    def last(self) -> dict[str, BlobId]:
        """Every blob's last version, in the order in which the names first appear."""
        last: dict[str, BlobId] = {}
        for blob in self.shapes:
            last[blob.name] = max(blob, last.get(blob.name, blob))
        return last

    @cached_property
    def entries(self) -> tuple[BlobId, ...]:
        """The blobs that must be there before a forward: those the caller fills, those no layer here makes."""
        needed: dict[BlobId, None] = {}
        written: set[BlobId] = set()
        for node in self.nodes:
            needed.update(dict.fromkeys(node.tops if node.layer.is_input else set(node.bottoms) - written))
            written.update(node.tops)
        return tuple(needed)

    @cached_property
    def missing(self) -> tuple[LayerError, ...]:
        """An error for each layer that cannot run. Shapes that depend on these layers are not in `shapes`."""
        return tuple(node.layer.why for node in self.nodes if isinstance(node.layer, Unknown))

    @cached_property
    def refused(self) -> tuple[LayerError, ...]:
        """Those of `missing` whose type is known here and refuses the layer's parameters or bottoms."""
        layers = (node.layer for node in self.nodes)
        return tuple(layer.why for layer in layers if isinstance(layer, Unknown) and layer.refused)

    def raise_refused(self) -> None:
        """Raise the first error of `refused`, if there is one; what the caller has to give is asked for before all."""
        for error in sorted(self.refused, key=lambda error: not isinstance(error, UnknownShapeError)):
            raise error

    @property
    def stateful(self) -> bool:
        """Whether a forward may depend on those before it (see `Layer.stateful`)."""
        return any(node.layer.stateful for node in self.nodes)

    @cached_property
    def losses(self) -> dict[BlobId, float]:
        """Every blob that is part of the net's loss, with its weight."""
        weighted = (pair for n in self.nodes for pair in zip(n.tops, n.layer.loss_weights, strict=True))
        return {blob: weight for blob, weight in weighted if weight}

    @cached_property
    def images(self) -> int:
        """The batch size N: the first axis of the first input that looks like images (4 axes), or of any.

        Where the net has no inputs, what its data layers read.
        """
        read = [top for node in self.nodes if not node.bottoms for top in node.tops]
        blobs = [BlobId(name) for name in self.inputs] or read
        shapes = [self.shapes[blob] for blob in blobs if blob in self.shapes]
        first = next((s for s in shapes if len(s) == 4), shapes[0] if shapes else ())
        return first[0] if first else 1

    @cached_property
    def total_macs(self) -> int:
        """Multiply-adds of all layers, for the whole batch."""
        return sum(node.cost.macs for node in self.nodes)

    @cached_property
    def layer_names(self) -> Counter[str]:
        """How many layers have each name."""
        return Counter(node.name for node in self.nodes)

    @cached_property
    def _readers(self) -> dict[BlobId, list[Node]]:
        readers: dict[BlobId, list[Node]] = {}
        for node in self.nodes:
            for blob in dict.fromkeys(node.bottoms):
                readers.setdefault(blob, []).append(node)
        return readers

    def readers(self, *blobs: BlobId) -> list[Node]:
        """The layers that read any of these blobs, in the order of the file."""
        found = {reader.index: reader for blob in blobs for reader in self._readers.get(blob, ())}
        return [found[index] for index in sorted(found)]

    def macs(self, node: Node) -> int:
        """A layer's multiply-adds per image."""
        return node.cost.macs // self.images

    def new_bytes(self, node: Node) -> int:
        """Bytes of a layer's tops in float32 for the whole batch; 0 where it works in place."""
        return 4 * sum(count(self.shapes[t]) for t in node.tops if t.version == 0 and t in self.shapes)

    def brief(self, node: Node) -> str:
        """A layer's parameters in one token, and the low precision of its fork; the former only with known shapes."""
        is_known = self.shapes.keys() >= {*node.bottoms, *node.tops}
        own = node.layer.brief(self.bottom_shapes(node)) if is_known else ""
        low_precision = node.layer.low_precision
        return f"{own} {low_precision.token}".strip() if low_precision else own

    def own_params(self) -> Iterator[ParamRef]:
        """Every learned array once."""
        return (p for node in self.nodes for p in node.own_params)

    def bottom_shapes(self, node: Node) -> list[Shape]:
        """Raises KeyError where they depend on a layer that is missing."""
        return [self.shapes[b] for b in node.bottoms]

    def top_shapes(self, node: Node) -> list[Shape]:
        return [self.shapes[t] for t in node.tops]

    @cached_property
    def param_values(self) -> int:
        """Values of all learned arrays, measured ones included."""
        return sum(count(p.shape) for p in self.own_params())

    @property
    def param_bytes(self) -> int:
        """Bytes of all learned arrays in float32."""
        return 4 * self.param_values
