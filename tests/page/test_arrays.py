"""Arrays within a page: nothing is lost but what half precision cannot hold."""

from __future__ import annotations

from base64 import b64decode

import numpy as np
import pytest

from prototxt.blobs import Array
from prototxt.page.arrays import (
    Dtype,
    Stored,
    choose,
    first_equal,
    half_scale,
    kept_as,
    store,
    tag_bytes,
    tags,
)
from support.helpers import floats, noise


def back(stored: Stored) -> Array:
    text = stored.tag().split(b">", 1)[1].rpartition(b"<")[0]
    numbers = np.frombuffer(b64decode(text), "<f2" if stored.dtype == "float16" else "<f4")
    return numbers.astype(np.float32).reshape(stored.values.shape) * np.float32(stored.scale)


@pytest.mark.parametrize("size", [1e-37, 1e-20, 1e-6, 1.0, 255.0, 7e4, 1e20, 3e38])
def test_half_precision_keeps_eleven_bits_at_any_size(size: float) -> None:
    values = noise(3, 4, 5)
    values *= np.float32(size / np.abs(values).max())
    np.testing.assert_allclose(
        back(Stored.of("a", "float16", values)), values, rtol=2**-11, atol=size * 2**-29
    )


def test_a_scale_changes_no_digit() -> None:
    assert half_scale(floats([3.0, -5.0])) == 2.0**-12
    values = floats([3.0, -5.0, 0.25, 1 / 1024])
    np.testing.assert_array_equal(back(Stored.of("a", "float16", values)), values)


def test_places_stay_whole_in_half_precision() -> None:
    places = floats([0.0, 2049.0, 172799.0])
    assert kept_as(places, "float16") == "float32"
    np.testing.assert_array_equal(back(store({"mask": places}, "float16", 1000)["mask"]), places)
    for values in ([0.0, 2048.0, -1.0], [2049.5, 1.0], [np.inf, 0.5], []):
        assert kept_as(floats(values), "float16") == "float16"


def test_what_is_not_finite_stays_so() -> None:
    values = floats([np.nan, np.inf, -np.inf, 2.0, 0.0])
    for dtype in ("float16", "float32"):
        np.testing.assert_array_equal(back(Stored.of("a", dtype, values)), values)


@pytest.mark.parametrize("values", [np.zeros((2, 3), np.float32), np.zeros((0, 3), np.float32), floats(7.0)])
def test_odd_arrays(values: Array) -> None:
    stored = Stored.of("a", "float16", values)
    np.testing.assert_array_equal(back(stored), values)


def test_single_precision_is_exact_and_has_no_scale() -> None:
    values = noise(7, 3).T  # in another order in memory
    stored = Stored.of("a3", "float32", values)
    np.testing.assert_array_equal(back(stored), values)
    assert stored.reference() == {"id": "a3", "dtype": "float32"}


@pytest.mark.parametrize("dtype", ["float16", "float32"])
@pytest.mark.parametrize("size", [0, 1, 2, 3, 100])
def test_sizes_are_known_before(dtype: Dtype, size: int) -> None:
    stored = Stored.of("a12345678", dtype, noise(size))
    assert len(stored.tag()) <= tag_bytes(size, dtype)


def test_the_largest_are_left_out_first() -> None:
    sizes = {"a": 5, "b": 100, "c": 30, "d": 50}
    assert choose(sizes, 185) == {"a", "b", "c", "d"}
    assert choose(sizes, 184) == {"a", "c", "d"}
    assert choose(sizes, 84) == {"a", "c"}
    assert choose(sizes, 0) == frozenset()


def test_arrays_that_are_alike_are_one() -> None:
    x = noise(4, 5)
    arrays = {"conv": x, "drop": x.copy(), "other": noise(4, 5, seed=1)}
    assert first_equal(arrays) == {"conv": "conv", "drop": "conv", "other": "other"}
    stored = store(arrays, "float32", 2 * tag_bytes(20, "float32"))
    assert stored["drop"] is stored["conv"]
    assert len(list(tags(stored))) == 2
    assert store(arrays, "float32", 2 * tag_bytes(20, "float32") - 1).keys() <= {"conv", "drop", "other"}
