"""HDF5 files as HDF5Data reads them: a dataset for every top, rows along the first axis, floating point or integers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from math import prod

from prototxt.blobs import MAX_AXES, MAX_ELEMENTS, Array, Shape, format_shape
from prototxt.data.lists import read_names
from prototxt.data.paths import locate, missing
from prototxt.errors import DataError
from prototxt.util.files import exists
from prototxt.util.hdf5 import MAGIC, UNUSABLE, H5Object, import_h5py, is_dataset, why_not
from prototxt.util.lazy import np

__all__ = ["hdf5_batches", "hdf5_files", "hdf5_shapes", "write_hdf5"]


@contextmanager
def _open(path: str, mode: str = "r") -> Iterator[H5Object]:
    try:
        library = import_h5py()
    except ImportError:
        raise missing("h5py", path) from None
    if mode == "r" and not exists(path):
        raise DataError("no such HDF5 file", path=path)
    try:
        with library.File(path, mode) as file:
            yield file
    except UNUSABLE as error:
        raise DataError(f"not an HDF5 file that can be used: {error}", path=path) from None


def hdf5_files(source: str, folder: str) -> tuple[str, ...]:
    """The files a list names, each where it lies; an HDF5 file in place of a list stands for itself."""
    with_magic = _starts_with_magic(source)
    names = (source,) if with_magic else read_names(source, "list of HDF5 files")
    return names if with_magic else tuple(locate(name, folder) for name in names)


def _starts_with_magic(path: str) -> bool:
    try:
        with open(path, "rb") as file:  # noqa: PTH123
            return file.read(len(MAGIC)) == MAGIC
    except (OSError, ValueError):
        return False


def _dataset(file: H5Object, path: str, name: str) -> H5Object:
    """A dataset of numbers that lies in the file itself: one elsewhere would read whatever a stranger names."""
    if name not in file:
        known = ", ".join(f'"{n}"' for n in file) or "none"
        raise DataError(f'no dataset "{name}"; there are: {known}', path=path, field="top")
    dataset = file[name]
    if dataset.file.filename != file.filename:
        raise DataError(f'dataset "{name}" lies in another file', path=path)
    if not is_dataset(dataset) or dataset.dtype.kind not in "fiu" or dataset.ndim < 1:
        raise DataError(f'"{name}" is not a dataset of numbers with at least 1 axis', path=path, field="top")
    if why := why_not(dataset):
        raise DataError(f'dataset "{name}" {why}', path=path)
    row = prod(dataset.shape[1:])
    if dataset.ndim > MAX_AXES or row > MAX_ELEMENTS or dataset.shape[0] > MAX_ELEMENTS:
        raise DataError(f'dataset "{name}" is {format_shape(dataset.shape)}: too large', path=path)
    return dataset


def hdf5_shapes(path: str, names: Sequence[str]) -> tuple[Shape, ...]:
    """The shapes of datasets of one file, which all have the same number of rows, at least one."""
    with _open(path) as file:
        shapes = tuple(tuple(int(d) for d in _dataset(file, path, name).shape) for name in names)
    rows = {shape[0] for shape in shapes}
    if len(rows) > 1 or 0 in rows:
        each = ", ".join(f'"{n}" {format_shape(s)}' for n, s in zip(names, shapes, strict=True))
        raise DataError(f"the datasets need one number of rows, at least 1; they are {each}", path=path)
    return shapes


def hdf5_rows(path: str, names: Sequence[str], rows: Sequence[int]) -> list[Array]:
    """These rows of every dataset as float32; rows that follow each other are read at once."""
    with _open(path) as file, np.errstate(over="ignore", invalid="ignore"):
        return [_rows(_dataset(file, path, name), rows) for name in names]


def _rows(dataset: H5Object, rows: Sequence[int]) -> Array:
    first, count = rows[0], len(rows)
    if list(rows) == list(range(first, first + count)):
        return np.asarray(dataset[first : first + count]).astype(np.float32)
    return np.stack([np.asarray(dataset[row]).astype(np.float32) for row in rows])


def hdf5_batches(
    files: Sequence[str], names: Sequence[str], tops: Sequence[Shape], rng: np.random.Generator | None
) -> Iterator[list[Array]]:
    """Batches without end, from file to file and round again, each batch as large as `tops` say.

    With `rng` the files and the rows of each are shuffled at every pass.

    Source: caffe/src/caffe/layers/hdf5_data_layer.cpp (LoadHDF5FileData, Next).
    """
    need, parts = tops[0][0], list[list[Array]]()
    for file, row_order in _passes(files, names, tops, rng):
        at = 0
        while at < len(row_order):
            rows = row_order[at : at + need]
            parts.append(hdf5_rows(file, names, rows))
            at, need = at + len(rows), need - len(rows)
            if not need:
                yield [np.concatenate(top) if len(top) > 1 else top[0] for top in zip(*parts, strict=True)]
                need, parts = tops[0][0], []


def _passes(
    files: Sequence[str], names: Sequence[str], tops: Sequence[Shape], rng: np.random.Generator | None
) -> Iterator[tuple[str, Sequence[int]]]:
    """Every file with the order of its rows, without end."""
    while True:
        for i in rng.permutation(len(files)) if rng else range(len(files)):
            shapes = hdf5_shapes(files[i], names)
            for name, shape, top in zip(names, shapes, tops, strict=True):
                if shape[1:] != top[1:]:
                    what = (
                        f'rows of dataset "{name}" are {format_shape(shape[1:])}, the net takes '
                        f"{format_shape(top[1:])}"
                    )
                    raise DataError(what, path=files[i])
            rows = shapes[0][0]
            yield files[i], rng.permutation(rows).tolist() if rng else range(rows)


def write_hdf5(path: str, datasets: Sequence[tuple[str, Array]], *, append: bool) -> None:
    """Rows into a file's datasets: a new file, or with `append` after those of the file at `path`."""
    with _open(path, "r+" if append else "x") as file:
        for name, rows in datasets:
            if name not in file:
                file.create_dataset(name, data=rows, maxshape=(None, *rows.shape[1:]), chunks=True)
                continue
            dataset = file[name]
            old = dataset.shape[0]
            dataset.resize(old + rows.shape[0], axis=0)
            dataset[old:] = rows
