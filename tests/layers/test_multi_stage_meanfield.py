"""MultiStageMeanfield: rounds by hand where averages are known, and against sums over all pairs of pixels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import prototxt
from prototxt.blobs import Array, Shape
from prototxt.layers.base import Cost
from support.helpers import floats, layer_from_text, noise, refused, run

FIELDS = (
    "num_iterations: 2 compatibility_mode: POTTS threshold: 2 theta_alpha: {} theta_beta: {} theta_gamma: {} "
    "spatial_filter_weight: 3 bilateral_filter_weight: 5"
)
TEXT = (
    'type: "MultiStageMeanfield" bottom: "unary" bottom: "q0" bottom: "image" top: "y" '
    "multi_stage_meanfield_param {{ {} }}"
)

Average = Callable[[Any], Any]


def crf(alpha: float, beta: float, gamma: float) -> str:
    return TEXT.format(FIELDS.format(alpha, beta, gamma))


def rounds(
    unary: Array, scores: Array, matrices: list[Array], spatial: Average, bilateral: Average, number: int
) -> Array:
    """The scores of one image, C x pixels, after some rounds in double precision, class by class."""
    ws, wb, m = (matrix[0, 0].astype(float) for matrix in matrices)
    classes = len(unary)
    for _ in range(number):
        powers = np.exp(scores - scores.max(0))
        q = powers / powers.sum(0)
        near, alike = np.stack([spatial(row) for row in q]), np.stack([bilateral(row) for row in q])
        message = np.zeros_like(q)
        for i in range(classes):
            for k in range(classes):
                message[i] += ws[i, k] * near[k] + wb[i, k] * alike[k]
        scores = np.stack(
            [unary[i] - sum(m[i, k] * message[k] for k in range(classes)) for i in range(classes)]
        )
    return scores


def exact(features: Any) -> Average:
    """Averages over all pairs of pixels."""
    near = np.exp(-((features[:, None].astype(float) - features[None]) ** 2).sum(-1) / 2)
    return lambda row: near @ row / near.sum(1)


def flat(x: Array) -> Array:
    return x.reshape(len(x), -1).astype(float)


UNARY, START = noise(2, 3, 5, 7), noise(2, 3, 5, 7, seed=1)
MATRICES = [noise(1, 1, 3, 3, seed=i) for i in (4, 5, 6)]


@pytest.mark.parametrize(
    ("thetas", "spatial", "bilateral"),
    [
        # No pixel reaches another: averages are the values themselves.
        ((0.01, 100, 0.01), "own", "own"),
        ((100, 0.01, 0.01), "own", "own"),
        # Every pixel reaches all others alike: averages are means.
        ((1e6, 1e6, 1e6), "mean", "mean"),
        ((1e6, 1e6, 0.01), "own", "mean"),
        ((0.01, 1, 1e6), "mean", "own"),
    ],
)
def test_averages_that_are_known(thetas: tuple[float, float, float], spatial: str, bilateral: str) -> None:
    def own(row: Array) -> Array:
        return row

    def mean(row: Array) -> Array:
        return np.full_like(row, row.mean())

    by_name = {"own": own, "mean": mean}
    image = 10 * noise(2, 3, 5, 7, seed=3)
    (y,) = run(layer_from_text(crf(*thetas)), UNARY, START, image, params=MATRICES)
    for n in range(2):
        want = rounds(flat(UNARY[n]), flat(START[n]), MATRICES, by_name[spatial], by_name[bilateral], 2)
        np.testing.assert_allclose(flat(y[n]), want, rtol=1e-4, atol=1e-4)


def test_against_sums_over_all_pairs() -> None:
    """An image of two halves; scores differ by less than 3% of the largest."""
    image = np.where(np.arange(9) < 4, 20, 90) + 5 * noise(1, 3, 8, 9)
    unary, start = noise(1, 4, 8, 9), noise(1, 4, 8, 9, seed=1)
    matrices = [floats(np.eye(4) * scale)[None, None] for scale in (3, 5, -1)]
    (y,) = run(layer_from_text(crf(4, 13, 2)), unary, start, floats(image), params=matrices)
    places = np.indices((8, 9)).reshape(2, -1).T
    colours = np.concatenate([places / 4, image[0].reshape(3, -1).T / 13], 1)
    want = rounds(flat(unary[0]), flat(start[0]), matrices, exact(places / 2), exact(colours), 2)
    assert abs(flat(y[0]) - want).max() < 0.03 * abs(want).max()
    # Without the image's half the result is another one: the tolerance tells them apart.
    blind = rounds(flat(unary[0]), flat(start[0]), matrices, exact(places / 2), exact(places / 4), 2)
    assert abs(blind - want).max() > 0.1 * abs(want).max()


NET = (
    'layer {{ name: "in" type: "Input" top: "u" top: "q" top: "im" input_param {{ shape {{ dim: [1, 2, 3, 4] }} '
    "shape {{ dim: [1, 2, 3, 4] }} shape {{ dim: [1, 3, 3, 4] }} }} }}\n"
    'layer {{ name: "crf" type: "MultiStageMeanfield" bottom: "u" bottom: "q" bottom: "im" top: "y" '
    "multi_stage_meanfield_param {{ {} }} }}"
)


def test_what_the_matrices_begin_with() -> None:
    net = prototxt.parse_net(NET.format(FIELDS.format(160, 3, 3)))
    spatial, bilateral, compatibility = (blob.data for blob in net.params["crf"])
    assert spatial.shape == (1, 1, 2, 2)
    assert spatial[0, 0].tolist() == [[3, 0], [0, 3]]
    assert bilateral[0, 0].tolist() == [[5, 0], [0, 5]]
    assert compatibility[0, 0].tolist() == [[-1, 0], [0, -1]]


def test_the_old_form() -> None:
    """`layers { type: MULTI_STAGE_MEANFIELD }`, as the files of 2015 have it."""
    head, tail = NET.format(FIELDS.format(160, 3, 3)).split('\nlayer { name: "crf"')
    inputs = 'input: "u" input_dim: [1, 2, 3, 4] input: "q" input_dim: [1, 2, 3, 4] input: "im" input_dim: [1, 3, 3, 4]'
    old = inputs + '\nlayers { name: "crf"' + tail.replace('"MultiStageMeanfield"', "MULTI_STAGE_MEANFIELD")
    net = prototxt.parse_net(old)
    assert net.layers[-1].type == "MultiStageMeanfield"
    assert net.blobs["y"].shape == (1, 2, 3, 4)
    assert head


def test_cost_and_brief() -> None:
    layer = layer_from_text(crf(160, 3, 3))
    shapes: list[Shape] = [(2, 5, 3, 4), (2, 5, 3, 4), (2, 3, 3, 4)]
    # Two rounds of 120 values: 3 and 6 corners twice, three products with 5 classes.
    assert layer.cost(shapes, [shapes[0]]) == Cost(
        macs=2 * 120 * (18 + 15), additions=960, comparisons=240, divisions=720, exponentials=240
    )
    assert layer.brief(shapes) == "POTTS x2"


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("num_iterations: 2", "", "no num_iterations"),
        ("num_iterations: 2", "num_iterations: 0", "at least 1, not 0"),
        ("num_iterations: 2", "num_iterations: 1001", "at most 1,000, not 1,001"),
        ("theta_alpha: 160", "", "no theta_alpha"),
        ("theta_beta: 3", "theta_beta: 0", "theta_beta must be above 0, not 0"),
        ("theta_gamma: 3", "theta_gamma: -1", "theta_gamma must be above 0, not -1"),
    ],
)
def test_fields_that_are_refused(old: str, new: str, what: str) -> None:
    assert what in refused(crf(160, 3, 3).replace(old, new), (1, 2, 3, 4), (1, 2, 3, 4), (1, 3, 3, 4)).what


@pytest.mark.parametrize(
    ("start", "image", "what"),
    [
        (
            (1, 2, 4, 3),
            (1, 3, 3, 4),
            "Q0 is 1 x 2 x 4 x 3; for a unary term of 1 x 2 x 3 x 4 it must be 1 x 2 x 3 x 4",
        ),
        (
            (1, 2, 3, 4),
            (1, 1, 3, 4),
            "the image is 1 x 1 x 3 x 4; for a unary term of 1 x 2 x 3 x 4 it must be 1 x 3 x",
        ),
    ],
)
def test_shapes_that_are_refused(start: Shape, image: Shape, what: str) -> None:
    assert what in refused(crf(160, 3, 3), (1, 2, 3, 4), start, image).what


@pytest.mark.parametrize("bad", [np.nan, np.inf, 3e38])
def test_images_without_an_answer(bad: float) -> None:
    image = noise(2, 3, 5, 7)
    image[1, 2, 3, 4] = bad
    with pytest.raises(prototxt.PrototxtError, match="cannot be filtered"), np.errstate(all="ignore"):
        layer_from_text(crf(160, 0.5, 3)).forward([UNARY, START, image], MATRICES)
