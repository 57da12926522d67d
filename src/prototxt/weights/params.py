"""A net's learned arrays: from weights files where those hold them, from the fillers where they do not."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike, fspath
from threading import Lock
from typing import overload

import numpy as np

from prototxt.blobs import Array, Shape
from prototxt.errors import LayerError
from prototxt.formats.read import read_weights
from prototxt.formats.stored import StoredBlob, StoredLayer
from prototxt.graph.graph import Graph, Node, ParamRef
from prototxt.graph.hints import WeightHints
from prototxt.layers.fillers import fill, rng_for
from prototxt.util.limits import check_fits
from prototxt.weights.match import match
from prototxt.weights.parameter_array import ParameterMemory
from prototxt.weights.reorder import in_net_order

__all__ = [
    "Files", "Loaded", "LoadedFile", "Params", "Stamp", "WeightsFile", "load_params", "make_params",
    "read_files", "weight_hints",
]  # fmt: skip

Files = str | PathLike[str] | Sequence[str | PathLike[str]] | None


@dataclass(frozen=True, slots=True)
class WeightsFile:
    """A weights file that has been opened: its layers by name, their numbers still there."""

    name: str
    layers: tuple[StoredLayer, ...]


_Key = tuple[int, int]
"""A learned array by its owner: the node's index, and the slot there."""


@dataclass(frozen=True, slots=True)
class LoadedFile:
    """The layers that one weights file gave a net: `layers` have arrays from it, `unused` are in it and not in the net.

    A layer that a later file gives as well is not among its `layers`.
    """

    file: str
    layers: tuple[str, ...]
    unused: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Loaded:
    """The layers that weights files gave a net, file by file in the order given.

    `missing` are the layers with an array that none of them gave, which so is its filler's.
    """

    files: tuple[LoadedFile, ...]
    missing: tuple[str, ...]

    @property
    def file(self) -> str:
        """The files' names."""
        return ", ".join(file.file for file in self.files)

    @property
    def layers(self) -> tuple[str, ...]:
        """The layers with arrays from any of the files."""
        return tuple(layer for file in self.files for layer in file.layers)

    @property
    def unused(self) -> tuple[str, ...]:
        """The layers that a file holds and the net lacks."""
        return tuple(dict.fromkeys(layer for file in self.files for layer in file.unused))


class Params(Sequence[list[Array]]):
    """Every node's learned arrays by node index, float32, each read or filled when it is first used.

    `params[index]` are a node's arrays for code inside the package, which reads them; users get those of `borrow`,
    whose writes are counted. After that an array stays the same: what is written into it is visible to everyone. Layers
    that share a parameter share its memory, each in its own shape. Several threads may read at the same time.
    """

    def __init__(self, nodes: Sequence[Node], sources: Mapping[_Key, Callable[[], Array]]) -> None:
        """`sources` are functions that return the arrays, by node and slot of their owner."""
        self._refs = tuple(node.params for node in nodes)
        self._sources = dict(sources)
        self._memories: dict[_Key, ParameterMemory] = {}
        self._lists: dict[int, list[Array]] = {}
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._refs)

    @overload
    def __getitem__(self, index: int) -> list[Array]: ...
    @overload
    def __getitem__(self, index: slice) -> list[list[Array]]: ...
    def __getitem__(self, index: int | slice) -> list[Array] | list[list[Array]]:
        if isinstance(index, slice):
            return [self[i] for i in range(len(self))[index]]
        if index not in self._lists:
            self._lists[index] = [self.array(index, slot) for slot in range(len(self._refs[index]))]
        return self._lists[index]

    def memory(self, index: int, slot: int) -> ParameterMemory:
        """The memory of one array of a node; the node's others stay where they are."""
        ref = self._refs[index][slot]
        key = (ref.owner, ref.slot)
        with self._lock:
            if key not in self._memories:
                self._memories[key] = ParameterMemory(self._sources[key]())
                del self._sources[key]  # and with it what it holds of the file
            return self._memories[key]

    def memories(self, index: int, without: Collection[int] = ()) -> list[ParameterMemory]:
        """The memory of each of a node's arrays, but for those slots."""
        slots = range(len(self._refs[index]))
        return [self.memory(index, slot) for slot in slots if slot not in without]

    def array(self, index: int, slot: int) -> Array:
        """One array of a node, to be read."""
        return self.memory(index, slot).array.reshape(self._refs[index][slot].shape)

    def borrow(self, index: int, slot: int) -> Array:
        """One array of a node for somebody who may write into it."""
        return self.memory(index, slot).borrow(self._refs[index][slot].shape)

    def mark_written(self, index: int) -> None:
        """Say that a node's arrays may have changed."""
        for memory in self.memories(index):
            memory.mark_written()

    def replace(self, key: _Key, source: Callable[[], Array]) -> None:
        """Give an array other values; where it is in memory already they are written into it, visible to everyone."""
        with self._lock:
            memory = self._memories.get(key)
            if memory is None:
                self._sources[key] = source
            else:
                memory.array[...] = source().reshape(memory.array.shape)
                memory.mark_written()

    def share(self, index: int, slot: int, memory: ParameterMemory) -> None:
        """Use another net's memory, of the same shape, in place of an array's own."""
        ref = self._refs[index][slot]
        key = (ref.owner, ref.slot)
        with self._lock:
            self._sources.pop(key, None)
            former = self._memories.get(key)
            self._memories[key] = memory
            self._lists.clear()
        if former is not None:
            former.mark_written()  # what was derived from it is out of date

    def shapes(self, index: int) -> tuple[Shape, ...]:
        """The shapes of a node's arrays; makes none of them."""
        return tuple(ref.shape for ref in self._refs[index])


class Stamp:
    """Some learned arrays as they were at one time: whether what was derived from them then still holds."""

    def __init__(self, memories: Iterable[ParameterMemory]) -> None:
        self._memories = tuple(memories)
        self._versions = self._now()

    @property
    def is_current(self) -> bool:
        """Whether nobody has written into the arrays since."""
        return self._versions == self._now()

    def _now(self) -> list[int]:
        return [memory.version for memory in self._memories]


def read_files(files: Files) -> tuple[WeightsFile, ...]:
    """The layers of each file; their numbers stay there. Raises WeightsError for a broken file."""
    names = [files] if isinstance(files, str | PathLike) else list(files or ())
    return tuple(WeightsFile(fspath(name), read_weights(name)) for name in names)


def weight_hints(files: Sequence[WeightsFile]) -> WeightHints:
    """The hints of these files about the net's layers, for `make_graph`; no number is read."""
    return WeightHints(
        {layer.name: len(layer.blobs) for file in files for layer in file.layers if layer.blobs}
    )


def make_params(
    graph: Graph, seed: int, files: Sequence[WeightsFile], *, reshape: bool = False
) -> tuple[Params, Loaded | None]:
    """Every node's arrays, and what the weights files gave, later files before earlier ones.

    Arrays of a file are read when they are first used, fillers fill at once. With `reshape`, an array of a file may
    have the same numbers in another shape, as `same_numbers` says.

    Raises WeightsError where a file does not fit, LayerError where a filler cannot fill, InputError for more
    bytes than the machine has.
    """
    check_fits(graph.param_bytes, f"{graph.file}: holding the parameters")
    stored, loaded = _gather(graph, files, reshape)
    sources: dict[_Key, Callable[[], Array]] = {key: blob.array for key, blob in stored.items()}
    for node in graph.nodes:
        for ref in node.own_params:
            key = (ref.owner, ref.slot)
            sources[key] = sources.get(key) or _filled(node, ref, seed)
    return Params(graph.nodes, sources), loaded if files else None


def load_params(
    graph: Graph, params: Params, files: Sequence[WeightsFile], *, reshape: bool = False
) -> Loaded:
    """Give the arrays of a net what the files hold, later files over earlier ones; the others stay as they are.

    Raises WeightsError where a file does not fit; then no array has changed.
    """
    stored, loaded = _gather(graph, files, reshape)
    for key, blob in stored.items():
        params.replace(key, blob.array)
    return loaded


def _gather(
    graph: Graph, files: Sequence[WeightsFile], reshape: bool
) -> tuple[dict[_Key, StoredBlob], Loaded]:
    """The arrays that the files give: of two files, and of two layers that share an array, the later wins."""
    named = _first_of_name(graph)
    needed = {name: [ref.shape for ref in node.params] for name, node in named.items()}
    borrowed = {
        (name, slot)
        for name, node in named.items()
        for slot, ref in enumerate(node.params)
        if ref.owner != node.index
    }
    groups = {name: getattr(node.layer, "group", 1) for name, node in named.items()}
    stored: dict[_Key, StoredBlob] = {}
    unused: list[tuple[str, ...]] = []
    giver: dict[str, int] = {}
    for i, file in enumerate(files):
        layers = in_net_order(file.layers, named)
        matched = match(layers, needed, file.name, graph.file, borrowed, groups=groups, reshape=reshape)
        unused.append(matched.unused)
        for (name, slot), blob in matched.blobs.items():
            ref = named[name].params[slot]
            stored[ref.owner, ref.slot] = blob
            giver[name] = i
    reports = tuple(
        LoadedFile(file.name, tuple(name for name in named if giver.get(name) == i), unused[i])
        for i, file in enumerate(files)
    )
    missing = (n for n, node in named.items() if any((r.owner, r.slot) not in stored for r in node.params))
    return stored, Loaded(reports, tuple(missing))


def _first_of_name(graph: Graph) -> dict[str, Node]:
    """The layers with parameters by name: of several with one name the first gets the weights, as in Caffe."""
    named: dict[str, Node] = {}
    for node in graph.nodes:
        if node.params:
            named.setdefault(node.name, node)
    return named


def _filled(node: Node, ref: ParamRef, seed: int) -> Callable[[], Array]:
    if ref.start is not None:
        start = np.array(ref.start() if callable(ref.start) else ref.start, np.float32)
        return lambda: start
    try:
        array = np.ascontiguousarray(fill(ref.shape, ref.filler, rng_for(seed, node.name, ref.slot)))
    except LayerError as error:
        kind = ref.filler.type if ref.filler is not None else ""
        raise error.at(node.place_of_filler(kind), node.name, node.type) from None
    return lambda: array
