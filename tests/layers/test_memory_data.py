"""MemoryData: its tops are the net's inputs."""

from __future__ import annotations

import numpy as np
import pytest

import prototxt
from prototxt.errors import LayerError
from prototxt.net import Net
from support.helpers import layer_from_text, noise

# Remarks are PrototxtWarnings; these tests read them in Graph.notes.
pytestmark = pytest.mark.filterwarnings("ignore::prototxt.errors.PrototxtWarning")

FIELDS = "batch_size: 2 channels: 3 height: 4 width: 5"


def net_of(engine: str = "fast", more: str = "") -> Net:
    return prototxt.parse_net(
        f"""
        layer {{ name: "m" type: "MemoryData" top: "data" top: "label" {more} memory_data_param {{ {FIELDS} }} }}
        layer {{ name: "double" type: "Power" bottom: "data" top: "y" power_param {{ scale: 2 }} }}
        layer {{ name: "minus" type: "Power" bottom: "label" top: "l" power_param {{ scale: -1 }} }}
        """,
        engine=engine,
    )


@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_arrays_are_given_to_forward(engine: str) -> None:
    net = net_of(engine)
    assert net.inputs == ["data", "label"]
    assert net.blobs["data"].shape == (2, 3, 4, 5)
    assert net.blobs["label"].shape == (2,)
    x = noise(2, 3, 4, 5)
    out = net.forward(data=x, label=[3, 4])
    np.testing.assert_array_equal(out["y"], 2 * x)
    assert out["l"].tolist() == [-3, -4]


def test_blobs_can_be_written() -> None:
    net = net_of()
    net.blobs["label"].data[...] = [8, 9]
    assert net.forward()["l"].tolist() == [-8, -9]


def test_another_batch_size() -> None:
    net = net_of()
    assert net.forward(data=noise(5, 3, 4, 5))["l"].shape == (5,)
    assert net.forward(data=noise(3, 3, 4, 5), label=[1, 2, 3])["l"].tolist() == [-1, -2, -3]


def test_a_transform_is_not_applied() -> None:
    net = net_of(more="transform_param { scale: 3 }")
    assert "transform_param (Caffe) is not applied: arrays that are given are" in net.graph.notes[0]
    x = noise(2, 3, 4, 5)
    np.testing.assert_array_equal(net.forward(data=x)["y"], 2 * x)


@pytest.mark.parametrize("field", ["batch_size", "channels", "height", "width"])
def test_every_field_is_needed(field: str) -> None:
    kept = " ".join(f"{n}: {0 if n == field else 2}" for n in ("batch_size", "channels", "height", "width"))
    with pytest.raises(LayerError, match=f"{field} must be at least 1, not 0"):
        layer_from_text(f'name: "m" type: "MemoryData" top: "a" top: "b" memory_data_param {{ {kept} }}')
