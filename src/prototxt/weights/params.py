"""A net's learned arrays: from weights files where those hold them, from the fillers where they do not."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
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
from prototxt.layers.fillers import fill, rng_for
from prototxt.util.limits import check_fits
from prototxt.weights.match import match

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
    """What one weights file gave a net: `layers` have arrays from it, `unused` are in it and not in the net.

    A layer that a later file gives as well is not among its `layers`.
    """

    file: str
    layers: tuple[str, ...]
    unused: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Loaded:
    """What weights files gave a net, file by file in the order given.

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
    """Every node's learned arrays by node index, float32, each made when it is first asked for.

    Once made, an array stays the same: what is written into it is there for everyone. Layers that share a parameter
    share its memory, each in its own shape. Several threads may ask at once.
    """

    def __init__(self, nodes: Sequence[Node], sources: Mapping[tuple[int, int], Callable[[], Array]]) -> None:
        """`sources` makes the arrays, by node and slot of their owner."""
        self._refs = tuple(node.params for node in nodes)
        self._sources = dict(sources)
        self._made: dict[_Key, Array] = {}
        self._lists: dict[int, list[Array]] = {}
        self._lock = Lock()
        self._lent: set[_Key] = set()
        self._copied: set[_Key] = set()
        self._known: dict[_Key, Array] = {}
        self.version = 0
        """Grows when `notice` finds that somebody has written into an array that others have copied."""

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

    def array(self, index: int, slot: int) -> Array:
        """One array of a node; the node's others stay where they are."""
        ref = self._refs[index][slot]
        key = (ref.owner, ref.slot)
        with self._lock:
            if key not in self._made:
                self._made[key] = self._sources[key]()
                del self._sources[key]  # and with it what it holds of the file
        return self._made[key].reshape(ref.shape)

    def lend(self, index: int, slot: int) -> Array:
        """`array` for somebody who may write into it."""
        array = self.array(index, slot)
        ref = self._refs[index][slot]
        with self._lock:
            self._lent.add((ref.owner, ref.slot))
            self._know((ref.owner, ref.slot))
        return array

    def take(self, key: _Key, source: Callable[[], Array]) -> None:
        """Other values for an array; where it is made already they are written into it, for everyone to see."""
        with self._lock:
            if key in self._made:
                self._made[key][...] = source().reshape(self._made[key].shape)
                if key in self._known:
                    self._known[key][...] = self._made[key]
            else:
                self._sources[key] = source
            self.version += 1

    def share(self, index: int, slot: int, array: Array) -> None:
        """Have somebody else's array, of the same shape, in place of its own."""
        ref = self._refs[index][slot]
        key = (ref.owner, ref.slot)
        with self._lock:
            self._sources.pop(key, None)
            self._made[key] = array
            self._lists.clear()
            self._known.pop(key, None)
            self._lent.add(key)
            self._know(key)
            self.version += 1

    def copied(self, index: int, but: Collection[int] = ()) -> None:
        """Somebody has made something of a node's arrays, except of those slots, that would miss a change."""
        with self._lock:
            for slot, ref in enumerate(self._refs[index]):
                if slot not in but:
                    self._copied.add((ref.owner, ref.slot))
                    self._know((ref.owner, ref.slot))

    def _know(self, key: _Key) -> None:
        """Remember the values of an array that is both lent and copied."""
        if key in self._lent and key in self._copied and key not in self._known:
            self._known[key] = self._made[key].copy()

    def notice(self) -> int:
        """The version, after a look at whether lent arrays still hold what was copied."""
        with self._lock:
            for key, known in self._known.items():
                now = self._made[key]
                if not np.array_equal(known.view(np.uint32), now.view(np.uint32)):
                    known[...] = now
                    self.version += 1
        return self.version

    def shapes(self, index: int) -> tuple[Shape, ...]:
        """The shapes of a node's arrays; makes none of them."""
        return tuple(ref.shape for ref in self._refs[index])


def read_files(files: Files) -> tuple[WeightsFile, ...]:
    """The layers of each file; their numbers stay there. Raises WeightsError for a broken file."""
    names = [files] if isinstance(files, str | PathLike) else list(files or ())
    return tuple(WeightsFile(fspath(name), read_weights(name)) for name in names)


def blob_counts(files: Sequence[WeightsFile]) -> dict[str, int]:
    """How many learned arrays the files hold for each layer."""
    return {layer.name: len(layer.blobs) for file in files for layer in file.layers if layer.blobs}


def make_params(graph: Graph, seed: int, files: Sequence[WeightsFile]) -> tuple[Params, Loaded | None]:
    """Every node's arrays, and what the weights files gave, later files before earlier ones.

    Arrays of a file are read when they are first used, fillers fill at once.

    Raises WeightsError where a file does not fit, LayerError where a filler cannot fill, InputError for more
    bytes than the machine has.
    """
    check_fits(graph.param_bytes, f"{graph.file}: holding the parameters")
    stored, loaded = _gather(graph, files)
    sources: dict[_Key, Callable[[], Array]] = {key: blob.array for key, blob in stored.items()}
    for node in graph.nodes:
        for ref in node.own_params:
            key = (ref.owner, ref.slot)
            sources[key] = sources.get(key) or _filled(node, ref, seed)
    return Params(graph.nodes, sources), loaded if files else None


def load_params(graph: Graph, params: Params, files: Sequence[WeightsFile]) -> Loaded:
    """Give the arrays of a net what the files hold, later files over earlier ones; the others stay as they are.

    Raises WeightsError where a file does not fit; then no array has changed.
    """
    stored, loaded = _gather(graph, files)
    for key, blob in stored.items():
        params.take(key, blob.array)
    return loaded


def _gather(graph: Graph, files: Sequence[WeightsFile]) -> tuple[dict[_Key, StoredBlob], Loaded]:
    """What the files give: of two files, and of two layers that share an array, the later wins."""
    named = _first_of_name(graph)
    wanted = {name: [ref.shape for ref in node.params] for name, node in named.items()}
    borrowed = {
        (name, slot)
        for name, node in named.items()
        for slot, ref in enumerate(node.params)
        if ref.owner != node.index
    }
    stored: dict[_Key, StoredBlob] = {}
    unused: list[tuple[str, ...]] = []
    giver: dict[str, int] = {}
    for i, file in enumerate(files):
        found = match(file.layers, wanted, file.name, graph.file, borrowed)
        unused.append(found.unused)
        for (name, slot), blob in found.blobs.items():
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
        start = np.array(ref.start, np.float32)
        return lambda: start
    try:
        array = np.ascontiguousarray(fill(ref.shape, ref.filler, rng_for(seed, node.name, ref.slot)))
    except LayerError as error:
        raise error.at(node.place_of_filler(ref.filler.type), node.name, node.type) from None
    return lambda: array
