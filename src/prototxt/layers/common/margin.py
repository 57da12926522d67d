"""Scores whose own class has to keep an angular margin: the base of MarginInnerProduct and LargeMarginInnerProduct."""

from __future__ import annotations

from collections.abc import Sequence
from math import pi

from prototxt.blobs import Array, Shape
from prototxt.layers.base import Cost, Layer, Param
from prototxt.layers.common.axes import as_matrix, canonical_axis
from prototxt.layers.common.fields import check_given, check_least
from prototxt.layers.common.labels import read_labels
from prototxt.layers.common.loss import check_one_label
from prototxt.schema.caffe_pb2 import MarginInnerProductParameter
from prototxt.util.lazy import np


class MarginLayer(Layer):
    """An inner product; the score of an item's own class is moved to what a margin of m leaves of it.

    A layer type says how long the rows of the weights are taken to be (`rows`). The layer counts its forwards: lambda,
    the part that the score without a margin has, falls with their number.
    """

    kind = "product"

    def take(self, p: MarginInnerProductParameter) -> None:
        """Takes the fields. Raises LayerError without num_output."""
        self.num_output: int = p.num_output
        self.margin = int(p.type) + 1
        """By how much the angle between an item and its class is multiplied."""
        self.axis: int = p.axis
        self.weight_filler = p.weight_filler
        self.base: float = p.base
        self.gamma: float = p.gamma
        self.power: float = p.power
        self.lambda_min: float = p.lambda_min
        self.iteration: int = p.iteration
        check_given(p, "num_output")
        check_least(self.num_output, 1, "num_output")

    @property
    def stateful(self) -> bool:
        return True

    def adopt_state(self, former: Layer) -> None:
        if isinstance(former, MarginLayer):
            self.iteration = former.iteration

    def rows(self, weights: Array) -> Array:
        """The weights as the products use them."""
        raise NotImplementedError

    def matrix(self, shape: Shape) -> tuple[int, int]:
        """A bottom as a matrix: M items of K values."""
        return as_matrix(self.axis, shape)

    def params(self, bottom: Sequence[Shape]) -> tuple[Param, ...]:
        shape = (self.num_output, self.matrix(bottom[0])[1])
        return (Param(shape, self.weight_filler, name="weights"),)

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        axis = canonical_axis(self.axis, bottom[0])
        check_one_label([(self.matrix(bottom[0])[0],), bottom[1]])
        return [(*bottom[0][:axis], self.num_output), (1,)][: self.num_tops]

    def next_lambda(self) -> float:
        """The lambda of the next forward, which it counts."""
        self.iteration += 1
        with np.errstate(all="ignore"):  # what is no number in C is none here
            falling = np.float32(
                self.base * np.power(1 + np.float64(self.gamma * self.iteration), -self.power)
            )
        return max(float(falling), self.lambda_min)

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        x = bottom[0].reshape(self.matrix(bottom[0].shape))
        weights = self.rows(params[0])
        scores = x @ weights.T
        share = np.float32(self.next_lambda())
        if self.margin > 1:
            labels, _ = read_labels(bottom[1].reshape(len(x)), self.num_output)
            items = np.arange(len(x))
            own = scores[items, labels]
            size = lengths(x) * lengths(weights[labels])
            kept = size * with_margin(own / not_zero(size), self.margin)
            scores[items, labels] = (share * own + kept) / (1 + share)
        shapes = self.shapes([blob.shape for blob in bottom])
        return [scores.reshape(shapes[0]), np.array([share], np.float32)][: self.num_tops]

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        items, values = self.matrix(bottom[0])
        own = Cost(
            macs=2 * items * values,
            exponentials=3 * items,
            multiplications=4 * items,
            additions=2 * items,
            divisions=2 * items,
        )
        return Cost(macs=items * values * self.num_output) + (own if self.margin > 1 else Cost())

    def brief(self, bottom: Sequence[Shape]) -> str:
        return f"m {self.margin}"


def lengths(rows: Array) -> Array:
    """The length of each row of a matrix."""
    found: Array = np.sqrt(np.square(rows).sum(axis=1))
    return found


def not_zero(numbers: Array) -> Array:
    """The same numbers, 1 in place of 0: what is divided by them is 0 there."""
    return np.where(numbers > 0, numbers, 1).astype(np.float32)


def with_margin(cosine: Array, margin: int) -> Array:
    """(-1)^k * cos(m * t) - 2 * k of the cosines of angles t, for k * pi / m <= t <= (k + 1) * pi / m."""
    angle = np.arccos(np.clip(cosine, -1, 1))
    k = np.minimum(np.floor(angle * np.float32(margin / pi)), margin - 1)
    sign = 1 - 2 * (k % 2)
    moved: Array = (sign * np.cos(margin * angle) - 2 * k).astype(np.float32)
    return moved
