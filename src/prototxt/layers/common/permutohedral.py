"""Gaussian filters over points with many features, on the permutohedral lattice.

A point lies in a simplex of a lattice that tiles the space of its features. Its values are spread over the corners of
the simplex by its barycentric weights (splat), blurred along the axes of the lattice, and read back with the same
weights (slice): a product with exp(-|f_i - f_j|^2 / 2), f being the features, in a time that grows with the number of
points and not with its square.

Source: Adams, Baek and Davis, Fast High-Dimensional Filtering Using the Permutohedral Lattice (2010).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod, sqrt
from typing import TYPE_CHECKING

from prototxt.blobs import Array
from prototxt.errors import LayerError
from prototxt.util.lazy import np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Integers = NDArray[np.int64]
    Doubles = NDArray[np.float64]
    Positions = NDArray[np.intp]

__all__ = ["Lattice", "lattice_of"]

MAX_FEATURE = 2.0**40
"""Larger features would lose what they differ by to rounding."""


@dataclass(frozen=True, slots=True, eq=False)
class Lattice:
    """The occupied places of a lattice over N points with D features.

    `corners` (D + 1 x N) are the places that a point is spread over, `weights` its shares of them. `neighbours`
    (D + 1 x 2 x places) are the places before and after each along every axis; one that nothing occupies is the number
    of places.
    """

    corners: Positions
    weights: Array
    neighbours: Positions

    @property
    def places(self) -> int:
        return int(self.neighbours.shape[2])

    def filter(self, values: Array) -> Array:
        """Sums of N x C values, each weighted by how near the features of its point are; not normalized."""
        blurred = self._blur(self._splat(values))
        y: Array = np.zeros(values.shape, np.float32)
        for corner, weight in zip(self.corners, self.weights, strict=True):
            y += weight[:, None] * blurred[corner]
        features = len(self.corners) - 1
        y *= np.float32(1 / (1 + 2.0**-features))
        return y

    def _splat(self, values: Array) -> Array:
        """The values of every place, and a last row of zeros for the places that are not there."""
        spread = np.zeros((self.places + 1, values.shape[1]), np.float32)
        corners = self.corners.reshape(-1)
        for channel, column in enumerate(values.T):
            shares = (self.weights * column).reshape(-1)
            spread[:-1, channel] = np.bincount(corners, shares, self.places)
        return spread

    def _blur(self, values: Array) -> Array:
        """Along each axis in turn half of both neighbours is added to every place."""
        for before, after in self.neighbours:
            near = values[before]
            near += values[after]
            near *= np.float32(0.5)
            values[:-1] += near
        return values


def lattice_of(features: Array) -> Lattice:
    """The lattice over points, N x D features in units of the standard deviation of the filter.

    Raises LayerError where features are too large, or not finite.
    """
    number = features.shape[1]
    most = abs(features).max(initial=0)
    if not most < MAX_FEATURE:
        what = f"points with features of up to {most:g} standard deviations cannot be filtered"
        raise LayerError(what, field="bottom", hint="check the image; a larger theta makes features smaller")
    first, ranks, weights = _simplex(_elevated(features.astype(np.float64)))
    corners = np.stack([first + _offsets(number, i)[ranks] for i in range(number + 1)])[..., :number]
    units = _units(corners)
    codes, places = np.unique(corners @ units, return_inverse=True)
    return Lattice(
        places.reshape(corners.shape[:2]), weights.astype(np.float32), _neighbours(codes, units, number)
    )


def _units(corners: Integers) -> Integers:
    """Factors that make one number of the coordinates of a place, and of those of its neighbours.

    Where the places span a box of no more than 64 bits, they count it; otherwise they are drawn at random, modulo 2^64,
    and two of a million places get one number with a chance of one in ten million.
    """
    number = corners.shape[-1]
    spans = [int(span) + 2 * number + 3 for span in corners.max((0, 1)) - corners.min((0, 1))]
    if prod(spans) < 1 << 62:
        return np.array([prod(spans[i + 1 :]) for i in range(number)], np.int64)
    drawn: Integers = np.random.default_rng(0).integers(-(1 << 63), 1 << 63, (number,), np.int64)
    return np.bitwise_or(drawn, 1)


def _elevated(features: Doubles) -> Doubles:
    """The points in the plane of D + 1 coordinates whose sum is 0, scaled so that the blur has a deviation of 1."""
    number = features.shape[1]
    rows = np.arange(number)
    scaled = features * (sqrt(2 / 3) * (number + 1) / np.sqrt((rows + 1) * (rows + 2)))
    after = np.cumsum(scaled[:, ::-1], axis=1)[:, ::-1]  # the sum of this feature and all after it
    points = np.zeros((len(features), number + 1))
    points[:, :number] = after
    points[:, 1:] -= (rows + 1) * scaled
    return points


def _simplex(points: Doubles) -> tuple[Integers, Integers, Doubles]:
    """For each point the first corner of its simplex, the ranks of its coordinates, and D + 1 barycentric weights."""
    axes = points.shape[1]
    multiples = np.round(points / axes)
    excess = multiples.sum(1).astype(np.int64)
    ahead = points - multiples * axes
    order = np.argsort(-ahead, axis=1, kind="stable")
    ranks = np.empty(order.shape, np.int64)
    np.put_along_axis(ranks, order, np.broadcast_to(np.arange(axes), order.shape), axis=1)
    # Rounding leaves the plane by `excess` steps: those that were rounded the furthest go one back.
    ranks += excess[:, None]
    back, forth = ranks >= axes, ranks < 0
    first = (multiples + forth).astype(np.int64) - back
    ranks += axes * (forth.astype(np.int64) - back)
    first *= axes
    steps = np.zeros((axes + 1, len(points)))
    shares = (points - first) / axes
    ordered = np.empty_like(shares)
    np.put_along_axis(ordered, ranks, shares, axis=1)
    steps[:axes] += ordered.T[::-1]
    steps[1:] -= ordered.T[::-1]
    steps[0] += 1 + steps[axes]
    return first, ranks, steps[:axes]


def _offsets(number: int, corner: int) -> Integers:
    """How far corner number `corner` of a simplex lies from the first, for a coordinate of each rank."""
    ranks = np.arange(number + 1)
    return np.where(ranks <= number - corner, corner, corner - number - 1).astype(np.int64)


def _neighbours(codes: Integers, units: Integers, number: int) -> Positions:
    """The places before and after each along the D + 1 axes of the lattice."""
    steps = -units.sum() + (number + 1) * np.append(units, 0)
    wanted = codes + np.stack([steps, -steps], 1)[..., None]
    places = np.searchsorted(codes, wanted)
    there = codes[np.minimum(places, len(codes) - 1)] == wanted
    neighbours: Positions = np.where(there, places, len(codes))
    return neighbours
