"""Nearest: the best true box of each, ties, none at all, and true boxes in runs."""

from __future__ import annotations

import numpy as np
import pytest

from prototxt.blobs import Array
from prototxt.boxes import nearest as module
from prototxt.boxes.nearest import nearest

BOXES = np.array(
    [[0, 0, 9, 9], [0, 0, 9, 4], [20, 20, 29, 29], [50, 50, 59, 59], [20, 20, 29, 29]], np.float32
)


@pytest.fixture(params=[1, 2**20], autouse=True)
def together(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BLOCK_VALUES", request.param)


def test_the_best_of_each() -> None:
    truths = np.array([[0, 0, 9, 4], [0, 0, 9, 9], [20, 20, 29, 24]], np.float32)
    near = nearest(BOXES, truths)
    np.testing.assert_allclose(near.share, [1, 1, 0.5, 0, 0.5])
    assert near.truth.tolist() == [1, 0, 2, 0, 2]
    assert near.chosen.tolist() == [True, True, True, False, True]


def test_of_equals_the_first() -> None:
    near = nearest(BOXES[:1], np.array([[0, 0, 9, 4], [0, 5, 9, 9]], np.float32))
    assert (near.truth[0], near.share[0]) == (0, 0.5)


def test_a_true_box_that_none_overlaps_has_none() -> None:
    near = nearest(BOXES, np.array([[80, 80, 90, 90]], np.float32))
    assert not near.chosen.any()
    assert not near.share.any()


@pytest.mark.parametrize(("boxes", "truths"), [(BOXES, BOXES[:0]), (BOXES[:0], BOXES)])
def test_none(boxes: Array, truths: Array) -> None:
    near = nearest(boxes, truths)
    assert near.share.shape == near.truth.shape == near.chosen.shape == (len(boxes),)
    assert not near.share.any()
