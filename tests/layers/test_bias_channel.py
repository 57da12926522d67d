"""BiasChannel: labels of images and of pixels, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from prototxt.blobs import Array
from prototxt.errors import LayerError
from prototxt.layers.base import Cost, Layer
from support.helpers import layer_from_text, noise, refused, run

TEXT = 'type: "BiasChannel" bottom: "x" bottom: "label" top: "y" bias_channel_param { %s }'


def bias(fields: str = "") -> Layer:
    return layer_from_text(TEXT % fields)


def added(layer: Layer, label: Array, shape: tuple[int, ...]) -> Array:
    x = np.zeros(shape, np.float32)
    return run(layer, x, label)[0]


def test_labels_of_images() -> None:
    label = np.array([[0, 2, -1], [3, 3, 9]], np.float32).reshape(2, 3, 1, 1)
    y = added(bias("bg_bias: 0.5 fg_bias: 3 ignore_label: 9"), label, (2, 4, 1, 2))
    assert y[:, :, 0, 0].tolist() == [[0.5, 0, 3, 0], [0, 0, 0, 6]]
    np.testing.assert_array_equal(y[..., 0], y[..., 1])


def test_labels_of_pixels() -> None:
    label = np.array([0, 1, 2, -1], np.float32).reshape(1, 1, 2, 2)
    y = added(bias("label_type: PIXEL"), label, (1, 3, 2, 2)).reshape(3, 4)
    assert y.tolist() == [[2, 0, 0, 0], [0, 2, 0, 0], [0, 0, 2, 0]]
    y = added(bias("label_type: PIXEL bg_bias: 1 background_label: 2"), label, (1, 3, 2, 2)).reshape(3, 4)
    assert y.tolist() == [[2, 0, 0, 0], [0, 2, 0, 0], [1, 1, 1, 0]]


def test_a_label_that_is_no_channel() -> None:
    with pytest.raises(LayerError, match="label 4 is no class"):
        bias().forward([noise(1, 4, 1, 1), np.full((1, 1, 1, 1), 4, np.float32)], ())


def test_cost() -> None:
    assert bias("ignore_label: 2").cost([(1, 2, 3, 4), (1, 5, 1, 1)], [(1, 2, 3, 4)]) == Cost(
        additions=24, comparisons=10
    )


@pytest.mark.parametrize(
    ("fields", "label", "field"),
    [
        ("", (2, 3, 4, 5), "bottom"),
        ("", (1, 3, 1, 1), "bottom"),
        ("label_type: PIXEL", (2, 3, 1, 1), "bottom"),
        ("label_type: PIXEL background_label: 3", (2, 1, 4, 5), "background_label"),
        ("bg_bias: -1", (2, 3, 1, 1), "bg_bias"),
        ("fg_bias: -1", (2, 3, 1, 1), "fg_bias"),
    ],
)
def test_refusals(fields: str, label: tuple[int, ...], field: str) -> None:
    assert refused(TEXT % fields, (2, 3, 4, 5), label).field == field
