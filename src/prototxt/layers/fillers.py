"""Fillers: the arrays a layer starts with where no weights file gives them."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from math import ceil, prod, sqrt

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from prototxt.blobs import Shape, format_shape
from prototxt.errors import LayerError, did_you_mean
from prototxt.schema.caffe_pb2 import FillerParameter

Array = NDArray[np.float32]

_CHUNK = 1 << 20
"""Values worked on at once where a temporary array is needed."""


def rng_for(seed: int, layer: str, index: int) -> Generator:
    """The generator of one array: the same for the same net seed, layer name and blob index.

    An array does not depend on the other layers of the net, so adding a layer leaves all others as they were.
    Negative seeds (Caffe's "no seed" is -1) count modulo 2**64.
    """
    return np.random.default_rng([seed % (1 << 64), zlib.crc32(layer.encode()), index])


def fill(shape: Shape, filler: FillerParameter | None, rng: Generator) -> Array:
    """A new float32 array of `shape` with the values a FillerParameter asks for; None means constant 0.

    Types, n being the fan that variance_norm chooses (FAN_IN = count / shape[0], FAN_OUT = count / shape[1],
    AVERAGE of both):
        constant           value
        uniform            U(min, max)
        gaussian           N(mean, std^2); with sparse >= 0 kept with probability sparse / shape[0], else 0
        positive_unitball  U(0, 1), then every row (first axis) divided by its sum
        xavier             U(-sqrt(3 / n), sqrt(3 / n))
        msra               N(0, 2 / n)
        bilinear           (1 - |x/f - c|) * (1 - |y/f - c|), f = ceil(k / 2), c = (k - 1) / (2 f);
                           4 axes, the last two k x k

    The distributions are Caffe's, the drawn numbers are not (another random generator).

    Raises LayerError for an unknown type, parameters out of range, or a shape the type cannot fill.

    Source: caffe/include/caffe/filler.hpp.
    """
    if filler is None:
        return np.zeros(shape, np.float32)
    if filler.type not in _FILLERS:
        known = "the types are " + ", ".join(_FILLERS)
        hint = did_you_mean(filler.type, _FILLERS)
        raise LayerError(f'unknown filler type "{filler.type}"; {known}', field="type", hint=hint)
    if filler.sparse != -1 and filler.type != "gaussian":
        raise LayerError(
            f'sparse works with filler type "gaussian" only, not "{filler.type}"', field="sparse"
        )
    out = np.empty(shape, np.float32)
    _FILLERS[filler.type](out, filler, rng)
    return out


def _constant(out: Array, filler: FillerParameter, _rng: Generator) -> None:
    out.fill(filler.value)


def _uniform(out: Array, filler: FillerParameter, rng: Generator) -> None:
    if not filler.min <= filler.max:
        raise LayerError(f"filler: min {filler.min:g} is above max {filler.max:g}", field="min")
    _draw_uniform(out, filler.min, filler.max, rng)


def _draw_uniform(out: Array, low: float, high: float, rng: Generator) -> None:
    rng.random(out=out, dtype=np.float32)
    out *= np.float32(high - low)
    out += np.float32(low)


def _gaussian(out: Array, filler: FillerParameter, rng: Generator) -> None:
    if not filler.std >= 0:
        raise LayerError(f"filler: std must not be negative, got {filler.std:g}", field="std")
    if filler.sparse < -1:
        raise LayerError(f"filler: sparse must be at least -1, got {filler.sparse}", field="sparse")
    _draw_gaussian(out, filler.mean, filler.std, rng)
    if filler.sparse >= 0:
        _thin_out(out, filler.sparse, rng)


def _draw_gaussian(out: Array, mean: float, std: float, rng: Generator) -> None:
    rng.standard_normal(out=out, dtype=np.float32)
    out *= np.float32(std)
    out += np.float32(mean)


def _thin_out(out: Array, sparse: int, rng: Generator) -> None:
    outputs = _legacy_axis(out.shape, 0)
    if sparse > outputs:
        raise LayerError(f"filler: sparse {sparse} is more than the {outputs} outputs", field="sparse")
    for part in _chunks(out):
        part *= rng.random(part.size, dtype=np.float32) < sparse / outputs


def _chunks(out: Array) -> Iterator[Array]:
    flat = out.reshape(-1)
    return (flat[i : i + _CHUNK] for i in range(0, flat.size, _CHUNK))


def _positive_unitball(out: Array, _filler: FillerParameter, rng: Generator) -> None:
    # 1 - U[0, 1) is U(0, 1]: a row of one value must not be divided by 0.
    _draw_uniform(out, 1.0, 0.0, rng)
    if out.size:
        rows = out.reshape(_legacy_axis(out.shape, 0), -1)
        rows /= rows.sum(axis=1, keepdims=True)


def _xavier(out: Array, filler: FillerParameter, rng: Generator) -> None:
    if out.size:
        edge = sqrt(3 / _fan(out.shape, filler.variance_norm))
        _draw_uniform(out, -edge, edge, rng)


def _msra(out: Array, filler: FillerParameter, rng: Generator) -> None:
    if out.size:
        _draw_gaussian(out, 0.0, sqrt(2 / _fan(out.shape, filler.variance_norm)), rng)


def _fan(shape: Shape, variance_norm: FillerParameter.VarianceNorm) -> float:
    count = prod(shape)
    fan_in, fan_out = count // _legacy_axis(shape, 0), count // _legacy_axis(shape, 1)
    if variance_norm == FillerParameter.AVERAGE:
        return (fan_in + fan_out) / 2
    return fan_in if variance_norm == FillerParameter.FAN_IN else fan_out


def _legacy_axis(shape: Shape, axis: int) -> int:
    """An axis the blob may lack counts as 1, as in blob.hpp (LegacyShape)."""
    return shape[axis] if axis < len(shape) else 1


def _bilinear(out: Array, _filler: FillerParameter, _rng: Generator) -> None:
    if out.ndim != 4:
        raise LayerError(f"filler type bilinear needs 4 axes, got {format_shape(out.shape)}", field="type")
    height, width = out.shape[2:]
    if height != width:
        raise LayerError(f"filler type bilinear needs a square kernel, got {height} x {width}", field="type")
    if not out.size:
        return
    f = ceil(width / 2)
    ramp = 1 - np.abs(np.arange(width) / f - (width - 1) / (2 * f))
    out[:] = np.outer(ramp, ramp)


_FILLERS: dict[str, Callable[[Array, FillerParameter, Generator], None]] = {
    "constant": _constant,
    "uniform": _uniform,
    "gaussian": _gaussian,
    "positive_unitball": _positive_unitball,
    "xavier": _xavier,
    "msra": _msra,
    "bilinear": _bilinear,
}
