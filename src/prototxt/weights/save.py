"""A net's learned arrays into a weights file, in the form that the file's suffix names."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from os import PathLike, fspath
from pathlib import Path
from typing import IO

from prototxt.blobs import Array
from prototxt.errors import InputError, Place
from prototxt.formats.caffemodel import write_caffemodel
from prototxt.formats.hdf5 import write_hdf5
from prototxt.formats.npz import write_npz
from prototxt.graph.graph import Graph
from prototxt.schema.caffe_pb2 import LayerParameter
from prototxt.util.files import whole_file
from prototxt.weights.params import Params

__all__ = ["save_weights"]


def save_weights(
    path: str | PathLike[str], graph: Graph, layers: Sequence[LayerParameter], params: Params, form: str = ""
) -> None:
    """Write every array of a net to `path`, whole or not at all; `layers` are the nodes' LayerParameters.

    The form is that of the suffix of `path`, or `form`, a suffix too, whatever the name.

    Raises InputError for a suffix other than .caffemodel, .h5, .hdf5 and .npz, and where two layers with arrays have
    one name; PrototxtError for a place that cannot be written, a missing library, names that a form cannot hold.
    """
    name = fspath(path)
    suffix = form or Path(name).suffix.lower()
    if suffix not in _WRITERS:
        raise InputError(
            "weights are saved as .caffemodel, .h5 (or .hdf5) or .npz: the suffix says which",
            place=Place(name),
        )
    _check_names(graph, name)
    with whole_file(name) as file:
        _WRITERS[suffix](file, name, graph, layers, params)


def _check_names(graph: Graph, path: str) -> None:
    names = set[str]()
    for node in graph.nodes:
        if node.params and node.name in names:
            raise InputError(
                f"{path}: cannot be written: two layers of this name have parameters, and weights go by name",
                place=node.place,
                layer=node.name,
                layer_type=node.type,
            )
        names.update([node.name] if node.params else [])


def _arrays(graph: Graph, params: Params, *, shared: bool) -> Iterator[tuple[str, int, Array]]:
    """Layer name, number and array, one at a time; `shared` says whether those of other layers come too."""
    for node in graph.nodes:
        for slot, ref in enumerate(node.params):
            if shared or ref.owner == node.index:
                yield node.name, slot, params.array(node.index, slot)


def _caffemodel(
    file: IO[bytes], _path: str, graph: Graph, layers: Sequence[LayerParameter], params: Params
) -> None:
    def arrays_of(index: int) -> list[Callable[[], Array]]:
        return [partial(params.array, index, slot) for slot in range(len(params.shapes(index)))]

    write_caffemodel(file, graph.name, ((layer, arrays_of(i)) for i, layer in enumerate(layers)))


def _hdf5(
    file: IO[bytes], path: str, graph: Graph, _layers: Sequence[LayerParameter], params: Params
) -> None:
    write_hdf5(file, _arrays(graph, params, shared=False), path)


def _npz(
    file: IO[bytes], _path: str, graph: Graph, _layers: Sequence[LayerParameter], params: Params
) -> None:
    write_npz(file, ((f"{name}/{i}", array) for name, i, array in _arrays(graph, params, shared=True)))


_WRITERS = {".caffemodel": _caffemodel, ".h5": _hdf5, ".hdf5": _hdf5, ".npz": _npz}
