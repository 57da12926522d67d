"""Embed: rows of a table by index, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

from prototxt.errors import LayerError
from prototxt.layers.base import Cost, Layer
from support.helpers import layer_from_text, noise, refused, run

TEXT = 'type: "Embed" bottom: "x" top: "y" embed_param { %s }'


def embed(fields: str = "") -> Layer:
    return layer_from_text(TEXT % f"input_dim: 6 num_output: 4 {fields}")


WORDS = np.array([[0, 5, 2.9], [2, 2, 1]], np.float32)


def test_by_hand() -> None:
    table, bias = noise(6, 4), noise(4, seed=1)
    (y,) = run(embed(), WORDS, params=[table, bias])
    np.testing.assert_array_equal(y[0, 1], table[5] + bias)
    np.testing.assert_array_equal(y[0, 2], table[2] + bias)  # cut to 2, as a C cast does
    (y,) = run(embed("bias_term: false"), WORDS, params=[table])
    np.testing.assert_array_equal(y[1], table[[2, 2, 1]])


def test_params_cost_and_brief() -> None:
    assert [p.shape for p in embed().params([(2, 3)])] == [(6, 4), (4,)]
    assert [p.shape for p in embed("bias_term: false").params([(2, 3)])] == [(6, 4)]
    assert embed().cost([(2, 3)], [(2, 3, 4)]) == Cost(additions=24)
    assert embed("bias_term: false").cost([(2, 3)], [(2, 3, 4)]) == Cost()
    assert embed().brief([(2, 3)]) == "of 6"


@pytest.mark.parametrize("word", [6, -1, np.nan])
def test_indices_out_of_range(word: float) -> None:
    with pytest.raises(LayerError, match=f"index {word:g} is out of range: it must be 0 to 5") as caught:
        embed().forward([np.array([0, word], np.float32)], [noise(6, 4), noise(4)])
    assert caught.value.field == "bottom"


@pytest.mark.parametrize(
    ("fields", "what", "field"),
    [
        ("input_dim: 3", "no num_output", "num_output"),
        ("num_output: 3", "no input_dim", "input_dim"),
        ("num_output: 0 input_dim: 3", "num_output must be at least 1, not 0", "num_output"),
        ("num_output: 3 input_dim: 0", "input_dim must be at least 1, not 0", "input_dim"),
    ],
)
def test_refusals(fields: str, what: str, field: str) -> None:
    error = refused(TEXT % fields, (2, 3))
    assert (error.what, error.field) == (what, field)
