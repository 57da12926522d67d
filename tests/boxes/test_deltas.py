"""Deltas: a box moved and stretched by hand, there and back, and boxes cut to an image."""

from __future__ import annotations

import math

import numpy as np
import pytest

from prototxt.blobs import Array
from prototxt.boxes.coders import clip, decode_deltas, encode_deltas
from support.helpers import noise


def boxes(number: int) -> Array:
    corners = np.random.default_rng(0).uniform(0, 100, (number, 2))
    return np.concatenate([corners, corners + 5], axis=1).astype(np.float32)


def test_by_hand() -> None:
    box = np.array([[10, 20, 19, 59]], np.float32)  # 10 x 40 pixels around 15, 40
    assert decode_deltas(box, np.zeros_like(box)).tolist() == [[10, 20, 20, 60]]
    moved = decode_deltas(box, np.array([[0.5, -0.25, math.log(2), 0]], np.float32))
    np.testing.assert_allclose(moved, [[10, 10, 30, 50]], rtol=1e-6)


def test_there_and_back() -> None:
    deltas = np.float32(0.25) * noise(20, 4)
    targets = decode_deltas(boxes(20), deltas)
    targets[:, 2:] -= 1  # the far corner is a pixel in the box again
    np.testing.assert_allclose(encode_deltas(boxes(20), targets), deltas, atol=1e-4)
    assert encode_deltas(boxes(3), boxes(3)).tolist() == [[0] * 4] * 3


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_cut_to_an_image(dtype: type) -> None:
    cut = clip(np.array([[-5, -5, 50, 50], [3, 40, 60, 45]], dtype), 30, 40)
    assert cut.dtype == dtype
    assert cut.tolist() == [[0, 0, 39, 29], [3, 29, 39, 29]]
