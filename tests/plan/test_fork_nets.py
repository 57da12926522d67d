"""Every layer type of the forks in a net whose input shapes change: the fast engine equals the reference engine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.util import find_spec
from typing import Any

import numpy as np
import pytest
from google.protobuf import text_format

import prototxt
from prototxt.blobs import Array
from prototxt.layers.base import Layer
from prototxt.layers.forks import DIALECTS
from support.fork_layers import FORK_LAYERS, layer_id, sample

pytestmark = [pytest.mark.sweep, pytest.mark.filterwarnings("ignore::prototxt.PrototxtWarning")]

Resize = Callable[[Sequence[Array]], Sequence[Array]]


def same(bottoms: Sequence[Array]) -> Sequence[Array]:
    return bottoms


def fewer(bottoms: Sequence[Array]) -> Sequence[Array]:
    """The first item of each bottom."""
    return [x[:1] for x in bottoms]


def twice(bottoms: Sequence[Array]) -> Sequence[Array]:
    """Twice as many items in each bottom that has several."""
    return [np.concatenate([x, x]) if len(x) > 1 else x for x in bottoms]


def larger(bottoms: Sequence[Array]) -> Sequence[Array]:
    """Images twice as high and three times as wide."""
    return [
        np.tile(x, (1, 1, 2, 3)) if x.ndim == 4 and x.shape[3] > 1 and x.shape[1] > 1 else x for x in bottoms
    ]


def dialect_of(layer_class: type[Layer]) -> str:
    """A dialect in which the type means this layer class."""
    return next((name for name, forks in DIALECTS.items() if layer_class.fork in forks), "")


def net_text(layer_class: type[Layer]) -> tuple[str, list[Array]]:
    """The layer between others, so that its bottoms and tops lie in the plan's memory."""
    param, bottoms = sample(layer_class)
    tops = layer_class.tops[0]
    layers = []
    for i, x in enumerate(bottoms):
        dims = " ".join(f"dim: {n}" for n in x.shape)
        layers.append(
            f'layer {{ name: "in{i}" type: "Input" top: "x{i}" input_param {{ shape {{ {dims} }} }} }}'
        )
        layers.append(
            f'layer {{ name: "before{i}" type: "Power" bottom: "x{i}" top: "b{i}" power_param {{ scale: 2 }} }}'
        )
    layers.append(f"layer {{ {text_format.MessageToString(param)} }}")
    for i in range(tops):
        layers.append(
            f'layer {{ name: "after{i}" type: "Power" bottom: "t{i}" top: "y{i}" power_param {{ scale: 2 }} }}'
        )
        layers.append(f'layer {{ name: "relu{i}" type: "ReLU" bottom: "y{i}" top: "z{i}" }}')
    return "\n".join(layers), [x * np.float32(0.5) for x in bottoms]


def takes(layer_class: type[Layer], bottoms: Sequence[Array]) -> bool:
    """Whether the layer class takes bottoms of these shapes."""
    layer = layer_class(sample(layer_class)[0])
    try:
        layer.shapes([x.shape for x in bottoms])
    except prototxt.LayerError:
        return False
    return True


@pytest.mark.parametrize(
    "engine",
    ["fast", pytest.param("numba", marks=pytest.mark.skipif(find_spec("numba") is None, reason="no numba"))],
)
@pytest.mark.parametrize("layer_class", FORK_LAYERS, ids=layer_id)
def test_fast_equals_reference(layer_class: type[Layer], engine: str) -> None:
    text, bottoms = net_text(layer_class)
    options: dict[str, Any] = {"dialect": dialect_of(layer_class), "seed": 3}
    truth = prototxt.parse_net(text, engine="reference", **options)
    fast = prototxt.parse_net(text, engine=engine, threads=2, **options)
    assert type(next(n for n in truth.layers if n.name == "l").layer) is layer_class
    for resize in (same, larger, fewer, twice, same):
        given = resize(bottoms)
        if not takes(layer_class, given):
            continue
        feeds = {f"x{i}": x for i, x in enumerate(given)}
        for keep in ("all", "outputs", ["t0"], "all"):
            want, got = truth.forward(feeds, keep=keep), fast.forward(feeds, keep=keep)
            for name, right in want.items():
                np.testing.assert_allclose(got[name], right, 1e-4, 1e-5)
        for name, blob in truth.blobs.items():
            np.testing.assert_allclose(fast.blobs[name].data, blob.data, 1e-4, 1e-5, err_msg=name)
