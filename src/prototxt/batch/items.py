"""One input of a run: an image file, or a row of a file of arrays, as the arrays that a net is fed with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from prototxt.blobs import Array, Shape, format_shape
from prototxt.errors import InputError, Place, PrototxtError
from prototxt.formats.npy import BROKEN, SUFFIX, open_npz, read_entry, read_header
from prototxt.images.load import Pixels, decode_image, guarded
from prototxt.images.transform import Transform
from prototxt.images.view import View
from prototxt.util.files import regular_size

Values = NDArray[np.generic]

ARRAYS = (".npy", ".npz")
"""Endings of files that hold arrays, fed as they are."""


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """An input that could be read.

    `feeds` maps blob names to V x ... arrays, V being the windows of the image that the net sees; `how` says in one
    line how the file became them, `view` which part of the image they show, where it is an image and they show one.
    """

    name: str
    feeds: Mapping[str, Array] = field(repr=False)
    how: str
    view: View | None = None

    @property
    def views(self) -> int:
        """V, the rows of a batch that it takes."""
        first: Array = next(iter(self.feeds.values()))
        return int(first.shape[0])

    @property
    def shapes(self) -> dict[str, Shape]:
        """What items of one batch must have in common."""
        return {name: array.shape for name, array in self.feeds.items()}


@dataclass(frozen=True, slots=True, eq=False)
class Failure:
    """An input that could not be read or run."""

    name: str
    error: PrototxtError


Read = Callable[[str], Iterator[Item]]
"""From a file's name to its items; raises PrototxtError."""


def is_arrays(name: str) -> bool:
    """Whether a file's name says that it holds arrays."""
    return name.lower().endswith(ARRAYS)


def image_reader(blob: str, transform: Transform, sizes: str | None = None) -> Read:
    """Reads an image file as one item that feeds `blob`, and `sizes` with height, width and scale of what is fed."""

    def read(name: str) -> Iterator[Item]:
        pixels: Pixels = guarded(name, lambda: decode_image(name, transform.channels == 3))
        try:
            values, how = transform.apply(pixels), transform.describe(name, pixels, blob)
            view = transform.view(pixels) if transform.views == 1 else None
        except PrototxtError as error:
            error.place = error.place or Place(name)
            raise
        feeds = {blob: values}
        if sizes is not None and view is not None:
            feeds[sizes] = np.array([[*view.seen, view.scale]], np.float32)
        yield Item(name, feeds, how, view)

    return read


def array_reader(wanted: Mapping[str, Shape]) -> Read:
    """Reads the rows of a .npy file (for a single wanted blob) or of a .npz file (arrays by blob name).

    `wanted` maps the names of blobs that can be fed to their shapes in the net; those a .npz file does not hold are
    not fed. Raises InputError for a file that cannot be read or holds none of them, and for arrays that do not fit.
    """

    def read(name: str) -> Iterator[Item]:
        arrays = _load(name, wanted)
        counts = {array.shape[0] for array in arrays.values()}
        if len(counts) != 1:
            rows = ", ".join(f'"{blob}" {array.shape[0]}' for blob, array in arrays.items())
            raise InputError(f"its arrays have different numbers of rows: {rows}", place=Place(name))
        for i in range(*counts):
            with np.errstate(over="ignore", invalid="ignore"):  # beyond float32 is infinity; NaN stays NaN
                row = {blob: np.array(array[i : i + 1], np.float32) for blob, array in arrays.items()}
            fed = ", ".join(f"{blob} {format_shape(array.shape)}" for blob, array in row.items())
            label = name if counts == {1} else f"{name}[{i}]"
            yield Item(label, row, f"{Path(label).name} -> {fed}")

    return read


def _load(name: str, wanted: Mapping[str, Shape]) -> dict[str, Values]:
    try:
        return _load_npy(name, wanted) if name.lower().endswith(ARRAYS[0]) else _load_npz(name, wanted)
    except FileNotFoundError:
        raise InputError("no such file", place=Place(name)) from None
    except BROKEN as error:
        what = getattr(error, "strerror", None) or error
        raise InputError(f"not a file of arrays: {what}", place=Place(name)) from None


def _load_npy(name: str, wanted: Mapping[str, Shape]) -> dict[str, Values]:
    if len(wanted) != 1:
        listed = ", ".join(f'"{blob}"' for blob in wanted)
        raise InputError(f"one array for several blobs ({listed}): give a .npz file", place=Place(name))
    (blob,) = wanted
    size = regular_size(name)
    with Path(name).open("rb") as file:
        _check(name, blob, *read_header(file, size), wanted[blob])
        file.seek(0)
        return {blob: np.load(file, allow_pickle=False)}


def _load_npz(name: str, wanted: Mapping[str, Shape]) -> dict[str, Values]:
    with open_npz(name) as archive:
        entries = {entry.filename.removesuffix(SUFFIX): entry for entry in archive.infolist()}
        held = [blob for blob in wanted if blob in entries]
        if not held:
            holds, takes = (", ".join(f'"{key}"' for key in keys) for keys in (entries, wanted))
            raise InputError(f"it holds {holds or 'nothing'}, the layers take {takes}", place=Place(name))
        for blob in held:
            with archive.open(entries[blob]) as stream:
                _check(name, blob, *read_header(stream, entries[blob].file_size), wanted[blob])
        return {blob: read_entry(archive, entries[blob]) for blob in held}


def _check(name: str, blob: str, shape: Shape, dtype: np.dtype[Any], wanted: Shape) -> None:
    if dtype.kind not in "fiu":
        raise InputError(f'"{blob}" is of {dtype}, not of numbers', place=Place(name))
    if shape[1:] != wanted[1:] or shape[:1] in ((), (0,)):
        needs = " x ".join(["N", *map(str, wanted[1:])])
        raise InputError(f'"{blob}" is {format_shape(shape)}, the net takes {needs}', place=Place(name))
