"""Inputs in place of data layers: the tops that were not given follow, and what happens where they cannot."""

from __future__ import annotations

import numpy as np
import pytest

import prototxt
from prototxt.errors import InputError, LayerError
from prototxt.net import Net
from support.helpers import noise

# Remarks are PrototxtWarnings; these tests read them in Graph.notes.
pytestmark = pytest.mark.filterwarnings("ignore::prototxt.errors.PrototxtWarning")

READERS = """
layer { name: "a" type: "Power" bottom: "data" top: "y" }
layer { name: "b" type: "Power" bottom: "label" top: "l" }
"""


def net_of(layer: str, readers: str = READERS, /, **inputs: tuple[int, ...]) -> Net:
    return prototxt.parse_net(layer + readers, file="net.prototxt", inputs=inputs)


def data_layer(kind: str, fields: str = "", tops: str = 'top: "data" top: "label"') -> str:
    return f'layer {{ name: "d" type: "{kind}" {tops} {fields} }}'


@pytest.mark.parametrize("kind", ["Data", "ImageData", "WindowData", "MemoryData"])
def test_labels_follow_images(kind: str) -> None:
    net = net_of(data_layer(kind), data=(5, 3, 4, 6))
    assert net.inputs == ["data", "label"]
    assert net.blobs["label"].shape == (5,)
    assert net.graph.notes == (
        f'net.prototxt:1:1: layer "d" ({kind}): its top "label" becomes an input of 5, '
        'a label for each image of "data"',
    )
    out = net.forward(data=noise(5, 3, 4, 6), label=np.arange(5))
    assert out["l"].tolist() == [0, 1, 2, 3, 4]
    assert net.forward(data=noise(2, 3, 4, 6))["l"].shape == (2,)


def test_a_top_that_nobody_reads_goes() -> None:
    net = net_of(data_layer("Data"), READERS.split('layer { name: "b"')[0], data=(5, 3, 4, 6))
    assert net.inputs == ["data"]
    assert net.outputs == ["y"]
    assert net.graph.notes == ()


def test_all_given() -> None:
    net = net_of(data_layer("HDF5Data"), data=(5, 4), label=(5, 2))
    assert net.blobs["label"].shape == (5, 2)
    assert net.graph.notes == ()


@pytest.mark.parametrize(("kind", "given"), [("HDF5Data", "data"), ("Unheard", "data"), ("Data", "label")])
def test_a_shape_that_does_not_follow_must_be_given(kind: str, given: str) -> None:
    other = {"data": "label", "label": "data"}[given]
    with pytest.raises(
        InputError, match=f'layer "d" .{kind}. makes "{other}" too, whose shape does not'
    ) as e:
        net_of(data_layer(kind), **{given: (5,)})
    assert e.value.hint == f"give it as well: --input {other}=N,..."


def test_dummy_data_keeps_its_other_shapes() -> None:
    fields = "dummy_data_param { shape { dim: 5 dim: 3 } shape { dim: 5 } data_filler { value: 3 } }"
    net = net_of(data_layer("DummyData", fields), data=(2, 7))
    assert net.inputs == ["data", "label"]
    assert net.blobs["data"].shape == (2, 7)
    assert net.blobs["label"].shape == (5,)
    assert "becomes an input of 5, as the file says" in net.graph.notes[0]
    assert net_of(data_layer("DummyData", fields)).inputs == []
    with pytest.raises(LayerError, match=r'layer "d" \(DummyData\): 0 shape for 2 tops'):
        net_of(data_layer("DummyData"), data=(2, 7))


def test_an_assumed_shape_is_a_warning_too() -> None:
    with pytest.warns(prototxt.PrototxtWarning, match='its top "label" becomes an input of 5'):
        net_of(data_layer("Data"), data=(5, 3, 4, 6))
    with pytest.warns(prototxt.PrototxtWarning, match="with 3 channels assumed"):
        prototxt.parse_net(
            'layer { name: "d" type: "Data" top: "data" transform_param { crop_size: 7 } '
            'data_param { source: "nowhere" batch_size: 2 } }'
        )
