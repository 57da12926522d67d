"""ShuffleChannel: channels dealt out by hand, four axes always, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

from prototxt.blobs import Array
from prototxt.layers.base import Layer
from support.helpers import layer_from_text, noise, refused, run

TEXT = 'type: "ShuffleChannel" bottom: "x" top: "y" shuffle_channel_param { %s }'


def shuffle(fields: str) -> Layer:
    return layer_from_text(TEXT % fields)


@pytest.mark.parametrize(
    ("fields", "order"),
    [
        ("group: 2", [0, 3, 1, 4, 2, 5]),
        ("group: 3", [0, 2, 4, 1, 3, 5]),
        ("group: 6", [0, 1, 2, 3, 4, 5]),
        ("", [0, 1, 2, 3, 4, 5]),
    ],
)
def test_order(fields: str, order: list[int]) -> None:
    x = noise(2, 6, 3, 5)
    (y,) = run(shuffle(fields), x)
    np.testing.assert_array_equal(y, x[:, order])


@pytest.mark.parametrize("x", [noise(4, 6), noise(4, 6, 5)], ids=["two", "three"])
def test_four_axes_always(x: Array) -> None:
    (y,) = run(shuffle("group: 2"), x)
    assert y.shape == (*x.shape, 1, 1)[:4]
    np.testing.assert_array_equal(y.reshape(x.shape), x[:, [0, 3, 1, 4, 2, 5]])


def test_the_other_number_of_groups_turns_it_back() -> None:
    x = noise(1, 12, 2, 3)
    (y,) = run(shuffle("group: 3"), *run(shuffle("group: 4"), x))
    np.testing.assert_array_equal(y, x)


def test_brief() -> None:
    assert shuffle("group: 3").brief([(1, 6)]) == "g3"


def test_refusals() -> None:
    assert refused(TEXT % "group: 0", (1, 6, 2, 3)).what == "group must be at least 1, not 0"
    error = refused(TEXT % "group: 4", (1, 6, 2, 3))
    assert (error.what, error.field) == ("6 channels are not divisible by group 4", "group")
    assert refused(TEXT % "group: 2", (1, 6, 2, 3, 4)).field == "bottom"
