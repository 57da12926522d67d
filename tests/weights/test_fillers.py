"""Fillers: the distributions of filler.hpp, the same numbers for the same seed."""

from __future__ import annotations

import tracemalloc
from math import sqrt
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from prototxt.blobs import Shape
from prototxt.errors import LayerError
from prototxt.layers.fillers import fill, rng_for
from prototxt.schema.caffe_pb2 import FillerParameter


def filled(shape: Shape, seed: int = 1, **fields: Any) -> NDArray[np.float32]:
    array = fill(shape, FillerParameter(**fields), rng_for(seed, "ip", 0))
    assert array.dtype == np.float32
    assert array.shape == shape
    return array


def test_constant_is_the_default() -> None:
    assert not fill((2, 3), None, rng_for(1, "a", 0)).any()
    assert not filled((2, 3)).any()
    assert (filled((2, 3), value=0.5) == 0.5).all()
    assert filled((), value=3) == 3


def test_uniform() -> None:
    x = filled((300, 200), type="uniform", min=-2, max=6)
    assert -2 <= x.min() < -1.99
    assert 5.99 < x.max() <= 6
    assert abs(x.mean() - 2) < 0.05
    assert abs(x.std() - 8 / sqrt(12)) < 0.05


def test_gaussian() -> None:
    x = filled((300, 200), type="gaussian", mean=3, std=0.5)
    assert abs(x.mean() - 3) < 0.01
    assert abs(x.std() - 0.5) < 0.01
    assert (filled((3, 2), type="gaussian", mean=3, std=0) == 3).all()


def test_sparse_keeps_that_many_per_output_on_average() -> None:
    x = filled((50, 4000), type="gaussian", std=1, sparse=5)
    assert abs((x != 0).mean() - 5 / 50) < 0.005
    assert not filled((50, 4), type="gaussian", sparse=0).any()
    assert filled((50, 4), type="gaussian", sparse=50).all()


def test_positive_unitball() -> None:
    x = filled((7, 3, 5), type="positive_unitball")
    assert (x > 0).all()
    np.testing.assert_allclose(x.sum(axis=(1, 2)), 1, rtol=1e-6)
    assert (filled((4,), type="positive_unitball") == 1).all()


@pytest.mark.parametrize(("norm", "fan"), [(0, 30), (1, 80), (2, 55)])
def test_fans(norm: int, fan: float) -> None:
    shape = (400, 150, 5, 1)
    fan *= 25  # count / 400 = 750 = 30 * 25, count / 150 = 2000 = 80 * 25
    x = filled(shape, type="xavier", variance_norm=norm)
    assert abs(np.abs(x).max() / sqrt(3 / fan) - 1) < 1e-3
    assert abs(x.std() / sqrt(1 / fan) - 1) < 0.01
    y = filled(shape, type="msra", variance_norm=norm)
    assert abs(y.std() / sqrt(2 / fan) - 1) < 0.01


def test_fan_out_of_one_axis_is_the_count() -> None:
    x = filled((10_000,), type="xavier", variance_norm=1)
    assert 0.99 * sqrt(3 / 10_000) < x.max() < sqrt(3 / 10_000)


def test_bilinear() -> None:
    x = filled((3, 2, 4, 4), type="bilinear")
    ramp = np.array([0.25, 0.75, 0.75, 0.25], np.float32)
    assert (x == np.outer(ramp, ramp)).all()
    odd = filled((1, 1, 3, 3), type="bilinear")[0, 0]
    np.testing.assert_allclose(odd[1], [0.5, 1, 0.5])


@pytest.mark.parametrize("factor", range(1, 9))
def test_bilinear_of_an_upsampling_kernel_adds_up_to_one(factor: int) -> None:
    size = 2 * factor - factor % 2
    kernel = filled((1, 1, size, size), type="bilinear")[0, 0].sum(axis=0)
    for phase in range(factor):
        total = kernel[phase::factor].sum() / kernel[::factor].sum()
        assert abs(total - 1) < 1e-6


@pytest.mark.parametrize(
    ("shape", "fields", "what"),
    [
        ((2, 3), {"type": "xaver"}, 'did you mean "xavier"'),
        ((2, 3), {"type": "bilinear"}, "needs 4 axes, got 2 x 3"),
        ((1, 1, 2, 3), {"type": "bilinear"}, "square kernel, got 2 x 3"),
        ((2, 3), {"type": "uniform", "min": 2, "max": 1}, "min 2 is above max 1"),
        ((2, 3), {"type": "uniform", "min": float("nan")}, "min nan"),
        ((2, 3), {"type": "gaussian", "std": -1}, "std must not be negative"),
        ((2, 3), {"type": "gaussian", "sparse": -2}, "sparse must be at least -1"),
        ((2, 3), {"type": "gaussian", "sparse": 3}, "sparse 3 is more than the 2 outputs"),
        ((2, 3), {"type": "xavier", "sparse": 1}, "sparse works with"),
    ],
)
def test_refusals(shape: Shape, fields: dict[str, Any], what: str) -> None:
    with pytest.raises(LayerError, match=what):
        filled(shape, **fields)


def test_arrays_without_values() -> None:
    for kind in ("uniform", "gaussian", "positive_unitball", "xavier", "msra"):
        assert filled((0, 3), type=kind).size == 0


def test_every_array_has_its_own_generator() -> None:
    def draw(seed: int, layer: str, index: int) -> float:
        return float(rng_for(seed, layer, index).random())

    assert draw(1, "conv1", 0) == draw(1, "conv1", 0)
    assert len({draw(1, "conv1", 0), draw(2, "conv1", 0), draw(1, "conv2", 0), draw(1, "conv1", 1)}) == 4
    assert draw(-1, "conv1", 0) != draw(1, "conv1", 0)


@pytest.mark.parametrize("kind", ["uniform", "gaussian", "xavier", "msra"])
def test_no_temporary_array_of_the_full_size(kind: str) -> None:
    tracemalloc.start()
    array = filled((2000, 1000), type=kind)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1.1 * array.nbytes


@pytest.mark.parametrize("kind", ["uniform", "gaussian", "positive_unitball", "xavier", "msra"])
@pytest.mark.parametrize("shape", [(), (4,)], ids=["scalar", "one axis"])
def test_axes_a_shape_lacks_count_as_one(kind: str, shape: Shape) -> None:
    assert np.isfinite(filled(shape, type=kind, max=2)).all()
