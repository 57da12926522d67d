"""What is fuzzed: a function for each kind of file, which takes its bytes and lets nothing but defects out."""

from __future__ import annotations

import atexit
import shutil
import tempfile
import warnings
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from prototxt.errors import DataError, ImageError, PrototxtError, TextError, WeightsError
from prototxt.graph.wiring import Graph
from prototxt.images.labels import read_labels
from prototxt.images.load import load_image
from prototxt.images.mean import Mean, read_mean
from prototxt.images.opencv import Kind, decode_pixels
from prototxt.layers.base import count
from prototxt.reading import Options, load_graph
from prototxt.weights.caffemodel import StoredLayer, read_caffemodel

CORPUS = Path(__file__).with_name("corpus")
"""A folder for each target of the small files that fuzzing found."""

LONGEST_ERROR = 10_000
"""Characters of a message; names in it come from files and may be long, so this is for files of some KB."""


def text(data: bytes) -> Graph | None:
    """A prototxt up to its graph; None where it is refused."""
    path = _file(data, "prototxt")
    try:
        graph = load_graph(path, Options())
    except PrototxtError as error:
        assert isinstance(error, TextError) or error.place is not None
        return _refused(error, path)
    assert set(graph.outputs) <= {blob.name for blob in graph.shapes}
    for shape in graph.shapes.values():
        assert all(dim >= 0 for dim in shape)
        assert count(shape) < 1 << 31
    return graph


def caffemodel(data: bytes) -> tuple[StoredLayer, ...] | None:
    """A weights file with every array read; None where it is refused."""
    path = _file(data, "caffemodel")
    try:
        layers = read_caffemodel(path)
    except WeightsError as error:
        return _refused(error, path)
    for blob in (blob for layer in layers for blob in layer.blobs):
        values = blob.array()
        assert values.dtype == np.float32
        assert values.shape == blob.shape
        assert values.size <= len(data)
    return layers


def mean(data: bytes) -> Mean | None:
    """A mean file, .binaryproto or .npy; None where it is refused."""
    path = _file(data, "mean")
    try:
        with _no_warnings():
            found = read_mean(path)
    except ImageError as error:
        return _refused(error, path)
    assert found.values.dtype == np.float32
    assert found.values.ndim in (1, 3)
    assert np.isfinite(found.values).all()
    return found


def image(data: bytes) -> tuple[int, ...] | None:
    """An image for a net, in colour and gray, and as the data layers read it; its shape, None where it is refused."""
    path = _file(data, "image")
    shapes = set()
    for color in (True, False):
        try:
            with _no_warnings():
                pixels = load_image(path, color)
        except ImageError as error:
            _refused(error, path)
            continue
        assert pixels.dtype in (np.uint8, np.float32)
        assert pixels.ndim == 3
        assert pixels.shape[2] == (3 if color else 1)
        assert pixels.size > 0
        shapes.add(pixels.shape[:2])
    kinds: tuple[Kind, ...] = ("color", "gray", "stored")
    for kind in kinds:
        _decode(data, kind)
    assert len(shapes) < 2
    return (*shapes.pop(), 3) if shapes else None


def _decode(data: bytes, kind: Kind) -> None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # these readers run in threads and leave Python's filters alone
            pixels = decode_pixels(data, "image", kind)
    except ImageError as error:
        assert str(error).startswith("image: ")
        return
    assert pixels.dtype == np.uint8
    assert pixels.ndim == 3
    assert pixels.shape[2] in (1, 3, 4)


def labels(data: bytes) -> tuple[str, ...] | None:
    """A label file; None where it is refused."""
    path = _file(data, "labels")
    try:
        found = read_labels(path)
    except ImageError as error:
        return _refused(error, path)
    assert found
    assert not any("\n" in label or "\0" in label for label in found)
    return found


TARGETS: dict[str, Callable[[bytes], Any]] = {
    "text": text,
    "caffemodel": caffemodel,
    "mean": mean,
    "image": image,
    "labels": labels,
}


def _no_warnings() -> warnings.catch_warnings[Any]:
    return warnings.catch_warnings(action="error")


def _refused(error: PrototxtError, path: Path) -> None:
    """The message names the file and is short enough to be read."""
    assert not isinstance(error, DataError) or error.place is not None
    assert str(path) in str(error)
    assert error.what
    assert len(str(error)) < LONGEST_ERROR + 4 * path.stat().st_size


def _file(data: bytes, kind: str) -> Path:
    """A new file of these bytes, which takes the place of the one before: maps of that stay as they are."""
    path = _scratch() / kind
    path.unlink(missing_ok=True)
    path.write_bytes(data)
    return path


@cache
def _scratch() -> Path:
    """A folder until the process ends, in memory where there is such a place."""
    fast = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="prototxt-fuzz-", dir=fast if fast.is_dir() else None))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
