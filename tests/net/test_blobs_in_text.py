"""Values of parameters, and phases, that stand in the layers of the net's own file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from prototxt.errors import LayerError, PrototxtWarning
from prototxt.frontend.stored_net import stored_definition
from prototxt.net import parse_net
from prototxt.schema.caffe_pb2 import LayerParameter, NetParameter

PRODUCT = """
input: "x" input_shape { dim: 3 dim: 2 }
layer {
  name: "ip" type: "InnerProduct" bottom: "x" top: "y"
  inner_product_param { num_output: 1 weight_filler { type: "xavier" } }
  %s
}
"""
WEIGHTS = "blobs { shape { dim: 1 dim: 2 } data: 3 data: 4 }"
X = np.array([[1, 1], [2, 0], [0, -1]], np.float32)


@pytest.mark.parametrize(
    "weights",
    [
        WEIGHTS,
        "blobs { num: 1 channels: 1 height: 1 width: 2 data: [3, 4] }",
        "blobs { shape { dim: 1 dim: 2 } double_data: [3, 4] }",
    ],
)
def test_blobs_are_the_values_of_parameters(weights: str) -> None:
    """3 x0 + 4 x1 + 0.5"""
    net = parse_net(PRODUCT % (weights + " blobs { shape { dim: 1 } data: 0.5 }"))
    np.testing.assert_array_equal(net.forward(x=X)["y"], [[7.5], [6.5], [-3.5]])


@pytest.mark.parametrize(
    ("blobs", "what"),
    [
        (WEIGHTS, "1 blobs for the layer's 2 arrays of parameters; give one each, or none"),
        (
            "blobs { shape { dim: 1 dim: 3 } data: [1, 2, 3] } blobs { data: 1 }",
            "3 values in blobs for an array of 1 x 2 = 2 values",
        ),
    ],
)
def test_blobs_that_do_not_fit(blobs: str, what: str) -> None:
    with pytest.raises(LayerError) as caught:
        parse_net(PRODUCT % blobs, file="net.prototxt")
    assert str(caught.value) == f'net.prototxt:6:3: layer "ip" (InnerProduct): {what}'


DROPOUT = """
input: "x" input_shape { dim: 1 dim: 200 }
layer { name: "a" type: "Dropout" bottom: "x" top: "a" phase: TRAIN }
layer { name: "b" type: "Dropout" bottom: "x" top: "b" }
layer { name: "c" type: "Dropout" bottom: "x" top: "c" phase: TEST }
"""


def test_a_layer_runs_in_the_phase_that_it_names() -> None:
    note = (
        r':3:56: layer "a" runs in TRAIN, as `phase` in the file says, not in TEST like the rest of the net'
    )
    with pytest.warns(PrototxtWarning, match=note):
        net = parse_net(DROPOUT)
    out = net.forward(x=np.ones((1, 200)))
    assert set(np.unique(out["a"])) == {0, 2}
    assert set(np.unique(out["b"])) == set(np.unique(out["c"])) == {1}


def test_a_saved_net_has_the_phase_that_is_chosen(tmp_path: Path) -> None:
    """Caffe writes the phase of the net that it saves into every layer."""
    layer = LayerParameter(name="a", type="Dropout", bottom=["x"], top=["a"], phase="TRAIN")
    file = tmp_path / "net.caffemodel"
    file.write_bytes(NetParameter(layer=[layer]).SerializeToString())
    definition = stored_definition(file)
    assert definition is not None
    assert not definition.message.layer[0].HasField("phase")
