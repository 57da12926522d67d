"""The permutohedral lattice against sums over all pairs of points."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from prototxt.blobs import Array
from prototxt.errors import LayerError
from prototxt.layers.common.permutohedral import Lattice, lattice_of
from support.helpers import floats, noise


def exact(features: Array, values: Array) -> Any:
    """Sums over all points with weights exp(-|difference|^2 / 2)."""
    sums = np.zeros(values.shape)
    for i, mine in enumerate(features.astype(float)):
        for j, other in enumerate(features.astype(float)):
            sums[i] += np.exp(-((mine - other) ** 2).sum() / 2) * values[j]
    return sums


def averages(lattice: Lattice, values: Array) -> Array:
    return lattice.filter(values) / lattice.filter(np.ones((len(values), 1), np.float32))


def one_by_one(features: Array, values: Array) -> Any:
    """The lattice point by point with a dictionary of places, as in the paper's figures 4 and 5."""
    number = features.shape[1]
    deviation = np.sqrt(2 / 3) * (number + 1)
    spread: dict[tuple[int, ...], Any] = {}
    corners: list[list[tuple[tuple[int, ...], float]]] = []
    for feature, value in zip(features.astype(float), values.astype(float), strict=True):
        elevated, before = [0.0] * (number + 1), 0.0
        for j in range(number, 0, -1):
            scaled = feature[j - 1] * deviation / np.sqrt(j * (j + 1))
            elevated[j] = before - j * scaled
            before += scaled
        elevated[0] = before
        nearest = [(number + 1) * round(x / (number + 1)) for x in elevated]
        rest = [x - near for x, near in zip(elevated, nearest, strict=True)]
        rank = [
            sum(rest[j] > rest[i] or (rest[j] == rest[i] and j < i) for j in range(number + 1))
            for i in range(number + 1)
        ]
        excess = sum(nearest) // (number + 1)
        for i in range(number + 1):
            rank[i] += excess
            if rank[i] < 0:
                rank[i] += number + 1
                nearest[i] += number + 1
            elif rank[i] > number:
                rank[i] -= number + 1
                nearest[i] -= number + 1
        ordered = [0.0] * (number + 1)
        for i in range(number + 1):
            ordered[rank[i]] = (elevated[i] - nearest[i]) / (number + 1)
        weights = [1 + ordered[number] - ordered[0]]
        weights += [ordered[number - k] - ordered[number - k + 1] for k in range(1, number + 1)]
        mine = []
        for k, weight in enumerate(weights):
            steps = (k if rank[i] <= number - k else k - (number + 1) for i in range(number + 1))
            place = tuple(near + step for near, step in zip(nearest, steps, strict=True))
            mine.append((place, weight))
            spread[place] = spread.get(place, np.zeros(values.shape[1])) + weight * value
        corners.append(mine)
    for axis in range(number + 1):
        before_axis = dict(spread)
        for place in spread:
            for sign in (1, -1):
                other = tuple(x - sign + sign * (number + 1) * (i == axis) for i, x in enumerate(place))
                spread[place] = spread[place] + 0.5 * before_axis.get(other, np.zeros(values.shape[1]))
    alpha = 1 / (1 + 2.0**-number)
    return floats([alpha * sum(weight * spread[place] for place, weight in mine) for mine in corners])


def averages_of(filtered: Callable[[Array, Array], Array], features: Array, values: Array) -> Array:
    return filtered(features, values) / filtered(features, np.ones((len(values), 1), np.float32))


def photo(height: int, width: int, theta: float) -> Array:
    """Place and colour of the pixels of four flat areas with a little noise."""
    rows, columns = np.indices((height, width))
    area = 2 * (rows >= height // 2) + (columns >= width // 3)
    colours = np.array([[0, 0, 0], [90, 20, 0], [30, 120, 60], [200, 210, 190]])[area]
    colours = colours + 2 * noise(height, width, 3)
    return floats(np.concatenate([np.stack([rows, columns], 2) / 6, colours / theta], 2)).reshape(-1, 5)


@pytest.mark.parametrize(
    ("features", "mean", "most"),
    [
        (4 * np.random.default_rng(0).random((300, 1)), 0.01, 0.04),
        (4 * np.random.default_rng(1).random((300, 2)), 0.01, 0.04),
        (4 * np.random.default_rng(2).random((300, 3)), 0.01, 0.05),
        (3 * np.random.default_rng(3).random((300, 5)), 0.01, 0.10),
        (photo(14, 19, 3), 0.015, 0.30),
        (photo(14, 19, 30), 0.01, 0.10),
    ],
)
def test_averages_are_close_to_those_over_all_pairs(features: Array, mean: float, most: float) -> None:
    features, values = floats(features), floats(np.random.default_rng(9).random((len(features), 4)))
    want = exact(features, values) / exact(features, np.ones((len(features), 1), np.float32))
    error = abs(averages(lattice_of(features), values) - want) / want
    assert error.mean() < mean
    assert error.max() < most


def test_sums_have_the_size_of_those_over_all_pairs() -> None:
    """A lattice smooths a little more than the Gaussian: its sums over a plane are the same up to a constant factor."""
    features = floats(np.indices((40, 44)).reshape(2, -1).T / 4)
    inner = (abs(features - [5, 5.5]) < 2).all(1)
    ratio = (
        lattice_of(features).filter(np.ones((len(features), 1), np.float32))[inner] / (2 * np.pi * 16)
    ).ravel()
    assert ratio.std() / ratio.mean() < 0.02
    assert 0.8 < ratio.mean() < 1.1


def test_weights_are_shares() -> None:
    """Barycentric: none below 0, 1 in all; a point on the lattice belongs to one place alone."""
    lattice = lattice_of(5 * noise(200, 3))
    assert lattice.weights.min() > -1e-6
    np.testing.assert_allclose(lattice.weights.sum(0), 1, atol=1e-6)
    assert lattice_of(np.zeros((1, 4), np.float32)).weights[:, 0].tolist() == [1, 0, 0, 0, 0]


@pytest.mark.parametrize(("number", "scale"), [(1, 9.0), (2, 3.0), (3, 5.0), (5, 0.5), (5, 4.0)])
def test_point_by_point_as_published(number: int, scale: float) -> None:
    features, values = scale * noise(70, number), noise(70, 3, seed=1)
    np.testing.assert_allclose(
        lattice_of(features).filter(values), one_by_one(features, values), rtol=1e-4, atol=1e-5
    )


def test_points_far_apart_share_nothing() -> None:
    features, values = floats(np.arange(6).reshape(6, 1) * 50), noise(6, 3)
    np.testing.assert_allclose(averages(lattice_of(features), values), values, rtol=1e-6)


def test_points_of_one_place_share_all() -> None:
    values = noise(7, 2)
    want = np.broadcast_to(values.mean(0), (7, 2))
    np.testing.assert_allclose(
        averages(lattice_of(np.full((7, 3), 0.3, np.float32)), values), want, rtol=1e-5
    )


def test_points_spread_over_more_places_than_64_bits_count() -> None:
    """Pairs of near points, each pair far from all others: averages within a pair, as among pairs close together."""
    pairs = np.repeat(noise(30, 5), 2, 0) + 0.3 * noise(60, 5, seed=1)
    far = floats(pairs + np.repeat(4000 * noise(30, 5, seed=2).round(), 2, 0))
    values = noise(60, 3, seed=3)
    got = averages(lattice_of(far), values)
    np.testing.assert_allclose(got, averages_of(one_by_one, far, values), rtol=1e-3, atol=1e-4)
    assert abs(got[::2] - values[::2]).max() > 0.1


@pytest.mark.parametrize("bad", [np.nan, np.inf, 1e13])
def test_features_that_are_refused(bad: float) -> None:
    with pytest.raises(LayerError, match="cannot be filtered"):
        lattice_of(floats([[0, 0, 0, 0, 0], [0, 0, bad, 0, 0]]))
