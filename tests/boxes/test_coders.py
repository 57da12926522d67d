"""Boxes as differences from prior boxes."""

from __future__ import annotations

import numpy as np
import pytest

from prototxt.boxes.coders import CODES, decode, encode
from support.helpers import floats, noise

PRIOR = floats([0.2, 0.4, 0.6, 0.6])


def test_corners() -> None:
    np.testing.assert_allclose(decode("CORNER", PRIOR, floats([0.1, 0, 0, -0.1])), [0.3, 0.4, 0.6, 0.5])


def test_corners_in_sizes() -> None:
    got = decode("CORNER_SIZE", PRIOR, floats([0.5, 0.5, 1, 0]))
    np.testing.assert_allclose(got, [0.4, 0.5, 1, 0.6], rtol=1e-6)


def test_centres_and_sizes() -> None:
    """Moved right by half a width, twice as high."""
    got = decode("CENTER_SIZE", PRIOR, floats([0.5, 0, 0, np.log(2)]))
    np.testing.assert_allclose(got, [0.4, 0.3, 0.8, 0.7], rtol=1e-6)


@pytest.mark.parametrize("code", CODES)
def test_there_and_back(code: str) -> None:
    priors, offsets = PRIOR + floats(0.1) * noise(7, 1), 0.3 * noise(5, 7, 4)
    boxes = decode(code, priors, offsets)
    assert boxes.dtype == np.float32
    np.testing.assert_allclose(encode(code, priors, boxes), offsets, atol=1e-5)


def test_a_box_too_large_for_a_number() -> None:
    assert np.isinf(decode("CENTER_SIZE", PRIOR, floats([0, 0, 1000, 0]))[2])
