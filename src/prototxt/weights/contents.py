"""The contents of a weights file: its layers, the shapes of their blobs, and statistics of the numbers."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from os import PathLike, fspath

import numpy as np

from prototxt.blobs import AnyArray, Shape, count
from prototxt.formats.read import read_weights
from prototxt.formats.stored import StoredBlob
from prototxt.util.limits import check_fits

__all__ = ["BlobContents", "LayerContents", "Statistics", "WeightsContents", "read_weights_contents"]

_BYTES_PER_VALUE = 8
"""At most: files hold float16, float32 and float64."""


@dataclass(frozen=True, slots=True)
class Statistics:
    """Statistics of a blob's finite numbers, each None where there is none, and the number of the others."""

    min: float | None
    mean: float | None
    std: float | None
    max: float | None
    nan: int
    inf: int


@dataclass(frozen=True, slots=True)
class BlobContents:
    """A blob: its number in the layer, its shape as the file has it, how many numbers it holds, their statistics."""

    index: int
    shape: Shape
    count: int
    statistics: Statistics


@dataclass(frozen=True, slots=True)
class LayerContents:
    """A layer: its name, its type ("" in files that hold none), its blobs."""

    name: str
    type: str
    blobs: tuple[BlobContents, ...]


@dataclass(frozen=True, slots=True)
class WeightsContents:
    """A weights file: every layer in the file's order, those without blobs too."""

    file: str
    layers: tuple[LayerContents, ...]

    @property
    def count(self) -> int:
        """All numbers of all blobs."""
        return sum(blob.count for layer in self.layers for blob in layer.blobs)


def read_weights_contents(path: str | PathLike[str]) -> WeightsContents:
    """The contents of a weights file of any form: `.caffemodel`, `.caffemodel.h5`, `.npz`.

    Numbers are read a part at a time; no more than one blob is in memory. Statistics are of float64, std of the whole
    population.

    Raises WeightsError for a file that is missing, broken or of another form, InputError for a blob larger than the
    memory of this machine.
    """
    layers = tuple(
        LayerContents(
            layer.name, layer.type, tuple(_blob(layer.name, i, blob) for i, blob in layer.blobs.items())
        )
        for layer in read_weights(path)
    )
    return WeightsContents(fspath(path), layers)


def _blob(layer: str, index: int, blob: StoredBlob) -> BlobContents:
    values = count(blob.shape)
    if blob.parts is None:
        check_fits(_BYTES_PER_VALUE * values, f"{layer}: reading blob {index}")
    return BlobContents(index, blob.shape, values, _statistics(blob))


def _statistics(blob: StoredBlob) -> Statistics:
    """Means and squared deviations of the parts are combined by Chan's formula, which loses no digits."""
    number, mean, squares, nan, inf = 0, 0.0, 0.0, 0, 0
    least, most = np.inf, -np.inf
    for part in blob.in_parts():
        values = _finite(part)
        is_nan = int(np.isnan(part).sum())
        nan, inf = nan + is_nan, inf + part.size - values.size - is_nan
        if not values.size:
            continue
        with np.errstate(over="ignore", invalid="ignore"):  # of doubles near the largest one
            part_mean = float(values.mean())
            part_squares = float(np.square(values - part_mean).sum())
            total = number + values.size
            shift = part_mean - mean
            squares += part_squares + shift * shift * number * values.size / total
            mean += shift * values.size / total
        number = total
        least, most = min(least, float(values.min())), max(most, float(values.max()))
    if not number:
        return Statistics(None, None, None, None, nan, inf)
    return Statistics(least, mean, sqrt(squares / number), most, nan, inf)


def _finite(part: AnyArray) -> AnyArray:
    values = part.reshape(-1).astype(np.float64)
    finite: AnyArray = values[np.isfinite(values)]
    return finite
