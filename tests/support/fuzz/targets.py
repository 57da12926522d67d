"""The targets of fuzzing: a function for each kind of file, which takes its bytes and lets nothing but defects out."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
import warnings
from collections.abc import Callable
from contextlib import suppress
from functools import cache, partial
from pathlib import Path
from typing import Any, TypeVar, get_args

import numpy as np

from prototxt.batch.items import Item
from prototxt.batch.readers import array_reader
from prototxt.blobs import Shape, count
from prototxt.errors import ImageError, InputError, PrototxtError, WeightsError
from prototxt.formats.caffemodel import read_caffemodel
from prototxt.formats.npz import ZIP_MAGICS
from prototxt.formats.read import read_weights
from prototxt.formats.stored import StoredLayer
from prototxt.frontend.load import Options, load_graph
from prototxt.frontend.rewrite import rewrite_binary
from prototxt.graph.graph import Graph
from prototxt.images.labels import read_labels
from prototxt.images.load import load_image
from prototxt.images.mean import Mean, read_mean
from prototxt.images.opencv import Kind, decode_pixels

T = TypeVar("T")

CORPUS = Path(__file__).parents[2] / "fuzz" / "corpus"
"""A folder for each target of the small files that fuzzing found."""

WANTED: dict[str, Shape] = {"data": (1, 3, 2), "label": (1,)}
"""Blobs that arrays are read for."""

KINDS: tuple[Kind, ...] = get_args(Kind)

LARGEST_RATIO = 1032
"""Bytes that deflate makes of one, at most."""

LONGEST_ERROR = 10_000
"""Characters of a message; names in it come from files and may be long, so this is for files of some KB."""


def text(data: bytes) -> Graph | None:
    """A prototxt up to its graph; None where it is refused."""
    path = _file(data, "prototxt")
    graph = _taken(path, PrototxtError, lambda: load_graph(path, Options()))
    if graph:
        assert set(graph.outputs) <= {blob.name for blob in graph.shapes}
        for shape in graph.shapes.values():
            assert all(dim >= 0 for dim in shape)
            assert count(shape) < 1 << 31
    return graph


def weights(data: bytes) -> tuple[StoredLayer, ...] | None:
    """A weights file of any form with every array read; None where it is refused, as a whole or at an array."""
    path = _file(data, "weights")
    layers = _taken(path, WeightsError, lambda: read_weights(path))
    for blob in (blob for layer in layers or () for blob in layer.blobs.values()):
        values = _taken(path, WeightsError, blob.array)
        if values is None:
            return None
        assert values.dtype == np.float32
        assert values.shape == blob.shape
        assert values.size <= LARGEST_RATIO * len(data)
    return layers


def mean(data: bytes) -> Mean | None:
    """A mean file, .binaryproto or .npy; None where it is refused."""
    path = _file(data, "mean")
    result = _taken(path, ImageError, lambda: read_mean(path))
    if result:
        assert result.values.dtype == np.float32
        assert result.values.ndim in (1, 3)
        assert np.isfinite(result.values).all()
    return result


def image(data: bytes) -> tuple[int, ...] | None:
    """An image for a net, in colour and gray, and as the data layers read it; its shape, None where it is refused."""
    path = _file(data, "image")
    shapes = set()
    for color in (True, False):
        pixels = _taken(path, ImageError, partial(load_image, path, color))
        if pixels is not None:
            assert pixels.dtype in (np.uint8, np.float32)
            assert pixels.ndim == 3
            assert pixels.shape[2] == (3 if color else 1)
            assert pixels.size > 0
            shapes.add(pixels.shape[:2])
    for kind in KINDS:
        _decode(data, kind)
    assert len(shapes) < 2
    return (*shapes.pop(), 3) if shapes else None


def _decode(data: bytes, kind: Kind) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # these readers run in threads and do not touch Python's filters
        with suppress(ImageError):
            pixels = decode_pixels(data, "image", kind)
            assert pixels.dtype == np.uint8
            assert pixels.ndim == 3
            assert pixels.shape[2] in (1, 3, 4)


def labels(data: bytes) -> tuple[str, ...] | None:
    """A label file; None where it is refused."""
    path = _file(data, "labels")
    result = _taken(path, ImageError, lambda: read_labels(path))
    if result is not None:
        assert result
        assert not any("\n" in label or "\0" in label for label in result)
    return result


def arrays(data: bytes) -> list[Item] | None:
    """A .npz file, or else a .npy file, of rows for a net; None where it is refused."""
    zipped = data.startswith(ZIP_MAGICS)
    path = _file(data, "rows.npz" if zipped else "rows.npy")
    wanted = WANTED if zipped else {"data": WANTED["data"]}
    items = _taken(path, InputError, lambda: list(array_reader(wanted)(str(path))))
    for item in items or ():
        for name, values in item.feeds.items():
            assert values.dtype == np.float32
            assert values.shape == (1, *WANTED[name][1:])
    return items


def upgraded(data: bytes) -> tuple[StoredLayer, ...] | None:
    """A trained net in today's form, as it reads then; None where it is refused."""
    path = _file(data, "old")
    new = path.with_name("new")
    if _taken(path, PrototxtError, lambda: rewrite_binary(path, new)) is None:
        return None
    return read_caffemodel(new)


TARGETS: dict[str, Callable[[bytes], Any]] = {
    "text": text,
    "caffemodel": weights,
    "npz": weights,
    "hdf5": weights,
    "mean": mean,
    "image": image,
    "labels": labels,
    "arrays": arrays,
    "upgrade": upgraded,
}


def _taken(path: Path, refusal: type[PrototxtError], read: Callable[[], T]) -> T | None:
    """The result of `read`, without a warning; None where it is refused in words that name the file and can be read."""
    try:
        with warnings.catch_warnings(action="error"):
            return read()
    except refusal as error:
        _check_words(error, path)
        return None


def _check_words(error: PrototxtError, path: Path) -> None:
    assert str(path) in str(error)
    assert error.what
    assert len(str(error)) < LONGEST_ERROR + 4 * path.stat().st_size


def _file(data: bytes, kind: str) -> Path:
    """A new file of these bytes, which takes the place of the one before: readers of that keep theirs.

    It is dated back: for a file of this very moment a reader waits until later writes would show.
    """
    path = _scratch() / kind
    path.unlink(missing_ok=True)
    path.write_bytes(data)
    before = path.stat().st_mtime_ns - 10_000_000_001
    os.utime(path, ns=(before, before))
    return path


@cache
def _scratch() -> Path:
    """A folder until the process ends, in memory where there is such a place."""
    fast = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="prototxt-fuzz-", dir=fast if fast.is_dir() else None))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
