"""WarpCTCLoss: the sum over all rows of labels, known losses, lines that are too long, and what it refuses."""

from __future__ import annotations

from itertools import groupby, product
from math import exp, log

import numpy as np
import pytest

import prototxt
from prototxt.blobs import Array, Shape
from prototxt.errors import LayerError
from prototxt.layers.base import Cost, Layer
from support.helpers import floats, layer_from_text, noise, refused, run

TEXT = 'type: "WarpCTCLoss" bottom: "x" bottom: "label" top: "y" ctc_decoder_param { %s }'


def loss(fields: str = "") -> Layer:
    return layer_from_text(TEXT % fields)


def by_enumeration(x: Array, line: list[int], blank: int) -> float:
    """-log P of T x C scores: every row of T labels that becomes the line adds its probability."""
    steps, classes = x.shape
    p = [[exp(v) / sum(map(exp, row)) for v in row] for row in x.astype(float).tolist()]
    total = 0.0
    for labels in product(range(classes), repeat=steps):
        if [label for label, _ in groupby(labels) if label != blank] == line:
            total += float(np.prod([p[t][label] for t, label in enumerate(labels)]))
    return -log(total)


LINES = [[1], [1, 2], [2, 2], [], [2, 1, 2], [1, 1, 2]]


@pytest.mark.parametrize("blank", [0, 1, 3, -1])
def test_every_row_of_labels_that_becomes_the_line(blank: int) -> None:
    where = 3 if blank < 0 else blank
    letter = [c for c in range(4) if c != where]
    lines = [[letter[label] for label in line] for line in LINES]
    x = noise(5, 6, 4, seed=7)
    rows = [line + [where] * (4 - len(line)) for line in lines]
    (y,) = run(loss(f"blank_index: {blank}"), x, floats(rows))
    wanted = [by_enumeration(x[:, n], line, where) for n, line in enumerate(lines)]
    np.testing.assert_allclose(y, sum(wanted) / 6, rtol=1e-5)


@pytest.mark.parametrize("n", range(6))
def test_one_line(n: int) -> None:
    x = 3 * noise(5, 1, 3, seed=n)
    (y,) = run(loss(), x, floats([LINES[n] + [0] * (3 - len(LINES[n]))]))
    np.testing.assert_allclose(y, by_enumeration(x[:, 0], LINES[n], 0), rtol=1e-5)


def test_known_losses() -> None:
    """Scores that are all alike: 3 of 4 rows of 2 steps and 2 classes spell a 1, and 1 of them nothing."""
    x = np.zeros((2, 2, 2), np.float32)
    (y,) = run(loss(), x, floats([[1], [0]]))
    np.testing.assert_allclose(y, (log(4 / 3) + log(4)) / 2, rtol=1e-6)


def test_a_line_that_does_not_fit_counts_nothing() -> None:
    x = noise(3, 2, 3)
    (y,) = run(loss(), x, floats([[1, 1, 2], [1, 2, 0]]))  # 112 takes 4 steps: 1 blank 1 2
    np.testing.assert_allclose(y, by_enumeration(x[:, 1], [1, 2], 0) / 2, rtol=1e-5)


def test_scores_may_be_large() -> None:
    x = 1000 * noise(40, 2, 5)
    labels = noise(2, 7, seed=1)
    (y,) = run(loss(), x, np.clip(np.trunc(3 * abs(labels)), 0, 4))
    assert np.isfinite(y)
    assert y > 0


def test_further_axes_of_1_and_a_shift_change_nothing() -> None:
    x, labels = noise(5, 2, 4), floats([[1, 2, 0], [3, 1, 1]])
    (y,) = run(loss(), x, labels)
    (again,) = run(loss(), (x + 5).reshape(5, 2, 4, 1), labels.reshape(2, 3, 1, 1))
    np.testing.assert_allclose(again, y, rtol=1e-5)


@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_it_is_the_loss_of_a_net(engine: str) -> None:
    net = prototxt.parse_net(
        """
layer { name: "x" type: "Input" top: "x" top: "label" input_param {
  shape { dim: 5 dim: 2 dim: 4 } shape { dim: 2 dim: 3 } } }
layer { name: "loss" type: "WarpCTCLoss" bottom: "x" bottom: "label" top: "loss" loss_weight: 1 }
layer { name: "acc" type: "CTCGreedyDecoder" bottom: "x" bottom: "label" top: "acc" }
""",
        engine=engine,
    )
    x, labels = noise(5, 2, 4), [[1, 2, 0], [3, 1, 1]]
    tops = net.forward({"x": x, "label": floats(labels)})
    wanted = by_enumeration(x[:, 0], [1, 2], 0) + by_enumeration(x[:, 1], [3, 1, 1], 0)
    np.testing.assert_allclose(tops["loss"], wanted / 2, rtol=1e-5)


def test_cost() -> None:
    states = 5 * 2 * 7
    assert loss().cost([(5, 2, 4), (2, 3)], [()]) == Cost(
        comparisons=40, additions=80 + 6 * states, exponentials=40 + 4 * states, divisions=40
    )


@pytest.mark.parametrize(
    ("fields", "shapes", "what"),
    [
        ("", ((5, 2), (2, 3)), "needs a bottom of at least 3 axes, got 2: 5 x 2"),
        ("", ((0, 2, 4), (2, 3)), "needs scores of at least 1 step, got 0 x 2 x 4"),
        ("", ((5, 2, 4), (3, 2)), "scores of 5 x 2 x 4 need 2 rows of labels, got 3 x 2"),
        ("blank_index: 9", ((5, 2, 4), (2, 3)), "blank_index 9 is no class: there are 4, counted from 0"),
    ],
)
def test_refused(fields: str, shapes: tuple[Shape, ...], what: str) -> None:
    assert refused(TEXT % fields, *shapes).what == what


def test_a_label_that_is_no_class() -> None:
    with pytest.raises(LayerError, match="label 4 is no class"):
        loss().forward([noise(5, 1, 4), floats([[1, 4]])], [])
