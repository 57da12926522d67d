"""Regions to boxes, against py-faster-rcnn's formulas written out box by box."""

from __future__ import annotations

from math import exp

import numpy as np
import pytest

from prototxt.blobs import Array
from prototxt.detection.regions import MAX_OVERLAP, MIN_SCORE, decode_regions
from prototxt.images.crops import Window
from prototxt.images.view import View
from support.helpers import noise

WHOLE = View.whole(100, 200)


def one(box: list[float], delta: list[float]) -> tuple[float, ...]:
    """A box moved and stretched, and cut to 200 x 100."""
    width, height = box[2] - box[0] + 1, box[3] - box[1] + 1
    x, y = box[0] + width / 2 + delta[0] * width, box[1] + height / 2 + delta[1] * height
    w, h = width * exp(delta[2]), height * exp(delta[3])
    corners = (x - w / 2, y - h / 2, x + w / 2, y + h / 2)
    return tuple(min(max(v, 0), most) for v, most in zip(corners, (199, 99, 199, 99), strict=True))


def overlap(a: tuple[float, ...], b: tuple[float, ...]) -> float:
    w, h = (min(a[i + 2], b[i + 2]) - max(a[i], b[i]) + 1 for i in (0, 1))
    areas = [(c[2] - c[0] + 1) * (c[3] - c[1] + 1) for c in (a, b)]
    both = max(w, 0) * max(h, 0)
    return both / (sum(areas) - both)


def random_regions(count: int, classes: int, shared: bool) -> tuple[Array, Array, Array]:
    rng = np.random.default_rng(count)
    corner = rng.random((count, 2)) * [150, 70]
    rois = np.concatenate([corner, corner + rng.random((count, 2)) * 60 + 1], axis=1)
    scores = rng.random((count, classes))
    deltas = noise(count, 8 if shared else 4 * classes) * np.float32(0.3)
    return rois.astype(np.float32), (scores / scores.sum(1, keepdims=True)).astype(np.float32), deltas


@pytest.mark.parametrize("shared", [False, True])
def test_boxes_of_every_class(shared: bool) -> None:
    rois, scores, deltas = random_regions(40, 4, shared)
    wanted = []
    for label in (1, 2, 3):
        column = 4 if shared else 4 * label
        kept: list[tuple[float, ...]] = []
        for i in np.argsort(-scores[:, label], kind="stable"):
            if scores[i, label] < MIN_SCORE:
                continue
            box = one(rois[i].tolist(), deltas[i, column : column + 4].tolist())
            if all(overlap(box, other) <= MAX_OVERLAP for other in kept):
                kept.append(box)
                wanted.append((label, float(scores[i, label]), box))
    got = decode_regions(rois, scores, deltas, WHOLE)
    assert len(got) == len(wanted) > 20
    assert [d.score for d in got] == sorted((d.score for d in got), reverse=True)
    by_score = sorted(wanted, key=lambda row: -row[1])
    assert [d.label for d in got] == [label for label, *_ in by_score]
    np.testing.assert_allclose([d.box for d in got], [box for *_, box in by_score], atol=1e-3)


def test_the_view_is_undone_first() -> None:
    """An image of 50 x 100 resized to twice its size: columns 20..39 become 10 and more, counted in whole pixels."""
    view = View((50, 100), (100, 200), Window(0, 0, 100, 200))
    rois, scores = np.array([[20, 40, 38, 78]], np.float32), np.array([[0.1, 0.9]], np.float32)
    (result,) = decode_regions(rois, scores, np.zeros((1, 8), np.float32), view)
    # x1 = 10, x2 = 19: a width of 10 around 15; the formula's right edge is after the last pixel
    assert result.box == (10, 20, 20, 40)
    assert result.label == 1
    assert result.score == pytest.approx(0.9)


def test_boxes_that_are_no_numbers_are_left_out() -> None:
    rois = np.tile(np.array([[1, 1, 9, 9]], np.float32), (3, 1))
    deltas = np.zeros((3, 8), np.float32)
    deltas[0, 4], deltas[1, 6] = np.nan, 1e30
    scores = np.array([[0, 1], [0, 0.9], [0, 0.8]], np.float32)
    result = decode_regions(rois, scores, deltas, WHOLE)
    assert [round(d.score, 1) for d in result if d.box == (1, 1, 10, 10)] == [0.8]
    assert all(np.isfinite(d.box).all() for d in result)


def test_no_regions() -> None:
    rois, scores, deltas = (np.zeros((0, n), np.float32) for n in (4, 3, 12))
    assert decode_regions(rois, scores, deltas, WHOLE) == []
