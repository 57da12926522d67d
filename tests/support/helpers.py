"""Shared by many tests: layers and nets from prototxt text, and arrays to feed them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from google.protobuf import text_format

from prototxt.blobs import TEST, Array, Shape
from prototxt.errors import LayerError
from prototxt.layers.base import Layer, LayerSettings
from prototxt.layers.registry import make_layer
from prototxt.schema.caffe_pb2 import LayerParameter, NetParameter


def net_message(text: str) -> Any:
    """A NetParameter from prototxt text."""
    return text_format.Parse(text, NetParameter())


def layer_message(text: str) -> Any:
    """A LayerParameter from the text between the braces of `layer { }`."""
    return text_format.Parse(text, LayerParameter())


def layer_from_text(text: str, phase: int = TEST, seed: int = 0, **settings: Any) -> Layer:
    """The layer of the text between the braces of `layer { }`."""
    return make_layer(layer_message(text), LayerSettings(phase=phase, seed=seed, **settings))


def refused(text: str, *bottom: Shape) -> LayerError:
    """The error of a layer with this text, or of its shapes for these bottoms."""
    with pytest.raises(LayerError) as caught:
        layer_from_text(text).shapes(list(bottom))
    return caught.value


def noise(*shape: int, seed: int = 0) -> Array:
    """Values around 0, the same at every call."""
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


def floats(values: Any) -> Array:
    """Numbers as Caffe holds them."""
    return np.array(values, np.float32)


def run(layer: Layer, *bottom: Array, params: Sequence[Array] = ()) -> list[Array]:
    """One forward; checks that shapes() foretold it, that it is float32, and that no bottom has changed."""
    before = [x.copy() for x in bottom]
    shapes: list[Shape] = layer.shapes([x.shape for x in bottom])
    top = layer.forward(list(bottom), list(params))
    assert [y.shape for y in top] == shapes
    assert all(y.dtype == np.float32 for y in top)
    for x, old in zip(bottom, before, strict=True):
        np.testing.assert_array_equal(x, old)
    return top
