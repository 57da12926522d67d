"""The net's loss: weights, tops that loss layers make by themselves, whatever is kept, whatever is fused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

import prototxt
from prototxt.cli.run.command import main
from prototxt.errors import LayerError, NetError
from prototxt.graph.graph import BlobId
from prototxt.net import Net
from support.helpers import layer_from_text, noise

INPUTS = """
layer { name: "in" type: "Input" top: "x" top: "t"
  input_param { shape { dim: 4 dim: 3 dim: 5 dim: 6 } shape { dim: 4 dim: 2 } } }
layer { name: "fc" type: "InnerProduct" bottom: "x" top: "fc"
  inner_product_param { num_output: 2 weight_filler { type: "xavier" } } }
"""
EUCLIDEAN = 'layer {{ name: "{0}" type: "EuclideanLoss" bottom: "fc" bottom: "t" {1} }}\n'
ARRAYS = {"x": noise(4, 3, 5, 6), "t": noise(4, 2, seed=1)}

engines = pytest.mark.parametrize("engine", ["fast", "reference"])
keeps = pytest.mark.parametrize("keep", ["all", "outputs", ["fc"]])


def net(*layers: str, engine: str = "fast") -> Net:
    return prototxt.parse_net(INPUTS + "".join(layers), file="net.prototxt", engine=engine)


def half_squared_distance(result: Net) -> float:
    return float(np.square(result.blobs["fc"].data - ARRAYS["t"]).sum() / 8)


@engines
@keeps
def test_a_loss_without_a_top_counts_and_nobody_sees_its_top(engine: str, keep: str | list[str]) -> None:
    result = net(EUCLIDEAN.format("loss", ""), engine=engine)
    assert result.loss == 0.0
    assert result.outputs == []
    assert result.graph.nodes[-1].tops == (BlobId("(automatic)"),)
    assert result.forward(ARRAYS, keep=keep) == {}
    loss = result.loss
    result.forward(ARRAYS)
    assert loss == pytest.approx(half_squared_distance(result), rel=1e-6)


def test_every_automatic_top_has_a_name_that_no_layer_can_read_or_has() -> None:
    power = 'layer { name: "p" type: "Power" bottom: "fc" top: "(automatic)" }\n'
    result = net(EUCLIDEAN.format("a", ""), EUCLIDEAN.format("b", ""), power)
    assert [str(node.tops[0]) for node in result.graph.nodes[2:]] == [
        "(automatic 2)@0",
        "(automatic 3)@0",
        "(automatic)@0",
    ]
    assert result.outputs == ["(automatic)"]
    with pytest.raises(NetError, match=r'no layer makes bottom "\(automatic\)"'):
        net(EUCLIDEAN.format("a", ""), 'layer { name: "p" type: "Power" bottom: "(automatic)" top: "y" }')


@engines
@keeps
def test_weights_multiply(engine: str, keep: str | list[str]) -> None:
    mean = """layer { name: "mean" type: "Reduction" bottom: "fc" top: "mean" loss_weight: -3
      reduction_param { operation: MEAN } }"""
    layers = [
        EUCLIDEAN.format("a", 'top: "a"'),
        EUCLIDEAN.format("b", 'top: "b" loss_weight: 0.5'),
        EUCLIDEAN.format("c", 'top: "c" loss_weight: 0'),
    ]
    result = net(*layers, mean, engine=engine)
    assert result.graph.losses == {BlobId("a"): 1, BlobId("b"): 0.5, BlobId("mean"): -3}
    result.forward(ARRAYS, keep=keep)
    loss = result.loss
    result.forward(ARRAYS)
    want = 1.5 * half_squared_distance(result) - 3 * result.blobs["fc"].data.mean()
    assert loss == pytest.approx(want, rel=1e-5)


@engines
def test_a_blob_is_summed_as_it_was_before_a_write_in_place(engine: str) -> None:
    text = """
    layer { name: "in" type: "Input" top: "x" input_param { shape { dim: 2 dim: 3 dim: 5 dim: 6 } } }
    layer { name: "conv" type: "Convolution" bottom: "x" top: "y" loss_weight: 2
      convolution_param { num_output: 4 kernel_size: 1 weight_filler { type: "xavier" } } }
    layer { name: "relu" type: "ReLU" bottom: "y" top: "y" }
    """
    result, x = prototxt.parse_net(text, engine=engine), noise(2, 3, 5, 6)
    result.forward(x=x, keep="outputs")
    raw = np.einsum("oc,nchw->nohw", result.params["conv"][0].data[:, :, 0, 0], x)
    assert result.loss == pytest.approx(2 * raw.sum(), rel=1e-4)


def test_a_new_shape_and_a_new_forward_start_again() -> None:
    result = net(EUCLIDEAN.format("loss", 'top: "loss"'))
    first = (result.forward(ARRAYS), result.loss)[1]
    result.forward(ARRAYS)
    assert result.loss == first
    result.reshape(x=(2, 3, 5, 6), t=(2, 2))
    assert result.loss == 0.0
    result.forward({name: array[:2] for name, array in ARRAYS.items()})
    assert 0 < result.loss != first


def test_a_second_top_counts_only_with_a_weight() -> None:
    tops = 'type: "SoftmaxWithLoss" bottom: "x" bottom: "l" top: "loss" top: "prob" '
    assert layer_from_text(tops).loss_weights == (1, 0)
    assert layer_from_text(tops + "loss_weight: 0 loss_weight: 2").loss_weights == (0, 2)
    assert layer_from_text('type: "Split" bottom: "x" top: "a" top: "b"').loss_weights == (0, 0)


def test_a_wrong_number_of_weights_is_refused() -> None:
    with pytest.raises(
        LayerError, match="2 values of loss_weight for 1 tops; give one each, or none"
    ) as caught:
        net(EUCLIDEAN.format("loss", "loss_weight: 1 loss_weight: 2"))
    assert str(caught.value).startswith("net.prototxt:6:69: ")


@engines
def test_a_label_that_is_no_class_is_refused_with_its_place(engine: str) -> None:
    text = """
    layer { name: "in" type: "Input" top: "x" top: "l" input_param { shape { dim: 4 dim: 3 } shape { dim: 4 } } }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "x" bottom: "l" }
    """
    result = prototxt.parse_net(text, file="net.prototxt", engine=engine)
    with pytest.raises(
        LayerError, match=r'^net\.prototxt:3:50: layer "loss" \(SoftmaxWithLoss\): label 3 is no'
    ):
        result.forward(x=noise(4, 3), l=[0, 1, 2, 3])


def test_the_command_prints_it(tmp_path: Path) -> None:
    image, file, without = (tmp_path / name for name in ("i.png", "net.prototxt", "without.prototxt"))
    Image.new("RGB", (6, 5), (200, 10, 90)).save(image)
    without.write_text(INPUTS)
    file.write_text(INPUTS + EUCLIDEAN.format("loss", ""))
    words = [str(image), "--phase", "TRAIN"]
    printed = CliRunner().invoke(main, [str(file), *words])
    assert printed.exit_code == 0, printed.output
    document = json.loads(CliRunner().invoke(main, [str(file), *words, "--json"]).stdout)
    assert document["loss"] > 0
    assert f"\nloss: {document['loss']:g}\n" in printed.output
    assert "loss:" not in CliRunner().invoke(main, [str(without), *words]).output
    assert json.loads(CliRunner().invoke(main, [str(without), *words, "--json"]).stdout)["loss"] is None
