"""`.caffemodel.h5` files: /data/<layer>/<i> for every blob of every layer, a slash in a layer's name being a group.

Source: caffe/src/caffe/net.cpp (CopyTrainedLayersFromHDF5, ToHDF5), caffe/src/caffe/util/hdf5.cpp.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from os import PathLike, fspath
from typing import IO

from prototxt.blobs import MAX_AXES, AnyArray, Array
from prototxt.errors import Place, PrototxtError, WeightsError, printable
from prototxt.formats.caffemodel import solverstate_error
from prototxt.formats.stored import StoredBlob, StoredLayer, in_layers, split_key
from prototxt.util.hdf5 import UNUSABLE, H5Object, import_h5py, is_dataset, why_not
from prototxt.util.limits import MAX_UNPACKED
from prototxt.util.opened import CHANGED_HINT, OpenedFile
from prototxt.util.raw_text import decode_raw

__all__ = ["read_hdf5", "write_hdf5"]

_ROOT = "data"


def read_hdf5(path: str | PathLike[str]) -> tuple[StoredLayer, ...]:
    """Every layer of an HDF5 weights file that has blobs; no number is read before it is needed.

    The file stays open until every blob has been read or dropped. A blob that Caffe left out, because another layer
    owns it, is not among them. Links are not followed, other files never read.

    Raises WeightsError for a broken file, one without /data/<layer>/<i>, and datasets that are no float arrays.
    """
    file = fspath(path)
    with _errors_of(file):
        kept = OpenedFile(file, lambda what: _error(file, what, hint=CHANGED_HINT))
    with kept.unchanged(), _errors_of(file):
        # By its name the library would open a file only once, and show a second reader what the first one has found.
        opened = _library(file).File(kept.stream(), "r")
        try:
            blobs = {
                key: _stored(dataset, kept, key) for key, dataset in _datasets(_root(opened, file), file)
            }
        except BaseException:
            opened.close()  # otherwise what is being raised would hold it open
            raise
    if not blobs:
        raise _error(file, "no weights in this HDF5 file: no dataset /data/<layer>/<i>")
    return in_layers(blobs)


def write_hdf5(file: IO[bytes], arrays: Iterable[tuple[str, int, Array]], path: str) -> None:
    """Arrays by layer name and index into a new HDF5 file, one at a time; `path` names it in errors.

    Raises PrototxtError for layer names that cannot be a place in an HDF5 file, and for two that need the same.
    """
    with _library(path).File(file, "w") as opened:
        root = opened.create_group(_ROOT)
        for layer, i, array in arrays:
            if any(part in ("", ".") for part in layer.split("/")) or "\0" in layer:
                raise _unwritable(path, layer, "its name is no path in an HDF5 file")
            try:
                root.require_group(layer).create_dataset(str(i), data=array, dtype="<f4")
            except (TypeError, ValueError):
                # One is a dataset where the other needs a group: layer "a" with blob 0 and layer "a/0".
                raise _unwritable(
                    path, layer, f"another layer has /data/{layer}/{i} or a part of it"
                ) from None


def _unwritable(path: str, layer: str, why: str) -> PrototxtError:
    hint = "save it as .caffemodel or .npz, or rename the layer"
    return PrototxtError(f"cannot be written as HDF5: {why}", place=Place(path), layer=layer, hint=hint)


def _library(path: str) -> H5Object:
    try:
        return import_h5py()
    except ImportError:
        what = "HDF5 weights need the Python library h5py"
        raise _error(path, what, hint="pip install prototxt[data]") from None


def _error(path: str, what: str, layer: str | None = None, hint: str | None = None) -> WeightsError:
    return WeightsError(what, place=Place(path), layer=layer, hint=hint)


@contextmanager
def _errors_of(path: str, layer: str | None = None) -> Iterator[None]:
    try:
        yield
    except UNUSABLE as error:
        raise _error(path, f"not an HDF5 file that can be used: {error}", layer) from None


def _root(opened: H5Object, path: str) -> H5Object:
    expected = "weights are stored as /data/<layer>/<i>"
    root = _member(opened, _ROOT, path) if _ROOT in opened.keys() else None  # noqa: SIM118 (a link, not what it is to)
    if root is None and {"iter", "history"} <= set(opened.keys()):
        raise _solverstate(opened, path)
    if root is None:
        known = ", ".join(f"/{printable(name)}" for _, name in zip(range(4), opened, strict=False))
        raise _error(path, f"no weights in this HDF5 file: {expected}, here is {known or 'nothing'}")
    if is_dataset(root):
        raise _error(path, f"no weights but data for an HDF5Data layer: {expected}, here /data is an array")
    return root


def _solverstate(opened: H5Object, path: str) -> WeightsError:
    learned_net = opened["learned_net"][()] if "learned_net" in opened else b""
    name = decode_raw(learned_net) if isinstance(learned_net, bytes) else ""
    return solverstate_error(path, int(opened["iter"][()]), name)


def _member(group: H5Object, name: str, path: str) -> H5Object:
    """A member of a group that lies in this file itself: a link may lead to any file that a stranger names."""
    if not isinstance(group.get(name, getlink=True), import_h5py().HardLink):
        raise _error(path, f"{_full_name(group, name)} is a link, and links are not followed")
    return group[name]


def _full_name(group: H5Object, name: str) -> str:
    return printable(f"{group.name}/{name}".replace("//", "/"))


def _datasets(root: H5Object, path: str) -> Iterator[tuple[tuple[str, int], H5Object]]:
    """Every dataset that is a layer's blob, groups within groups too."""
    visited, waiting = {root}, [("", root)]
    while waiting:
        prefix, group = waiting.pop(0)
        for name in group:
            member, key = _member(group, name, path), split_key(prefix + name)
            if is_dataset(member):
                if key:
                    yield key, member
            elif isinstance(member, import_h5py().Group):
                if member in visited:
                    raise _error(path, f"{_full_name(group, name)} is a group that has another name too")
                visited.add(member)
                waiting.append((f"{prefix}{name}/", member))


def _stored(dataset: H5Object, kept: OpenedFile, key: tuple[str, int]) -> StoredBlob:
    path, (layer, i) = kept.path, key
    if why := why_not(dataset):
        raise _error(path, f"blob {i} {why}", layer)
    if dataset.dtype.kind != "f" or dataset.dtype.itemsize > 8 or dataset.shape is None:
        raise _error(path, f"blob {i} holds {dataset.dtype}, not float or double", layer)
    if dataset.ndim > MAX_AXES:
        raise _error(path, f"a blob of {dataset.ndim} axes (at most {MAX_AXES})", layer)
    stored, claimed = dataset.id.get_storage_size(), dataset.size * dataset.dtype.itemsize
    if claimed > MAX_UNPACKED * stored:
        what = f"takes {claimed:,} bytes, {stored:,} are in the file" if stored else "was never written"
        raise _error(path, f"blob {i} {what}", layer)
    return StoredBlob(tuple(int(d) for d in dataset.shape), False, partial(_read, dataset, kept, layer))


def _read(dataset: H5Object, kept: OpenedFile, layer: str) -> AnyArray:
    with kept.unchanged(), _errors_of(kept.path, layer):
        values: AnyArray = dataset[()]
        return values
