"""Fully connected layers as convolutions: shapes, maps of scores, weights, and that both nets give the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from prototxt.errors import InputError, LayerError
from prototxt.explain.surgery.fc_as_conv import Converted, at_size, fc_as_conv, own_size
from prototxt.explain.surgery.fc_weights import prove, save_converted
from prototxt.explain.surgery.views.fc_as_conv import fc_as_conv_sections
from prototxt.frontend.load import Options, define_net
from prototxt.net import Net, load_net, parse_net
from prototxt.text.files import read_text
from prototxt.text.write import write
from support.helpers import noise

EXAMPLES = Path(__file__).parents[3] / "examples"

NET = """
layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 2 dim: 3 dim: 7 dim: 6 } } }
layer { name: "c" type: "Convolution" bottom: "x" top: "c" convolution_param { num_output: 4 kernel_size: 3 } }
layer { name: "flat" type: "Flatten" bottom: "c" top: "flat" }
layer { name: "r" type: "ReLU" bottom: "flat" top: "flat" }
layer { name: "f1" type: "InnerProduct" bottom: "flat" top: "f1" inner_product_param { num_output: 5 transpose: true } }
layer { name: "r1" type: "ReLU" bottom: "f1" top: "f1" }
layer {
  name: "f2" type: "InnerProduct" bottom: "f1" top: "f2" param { lr_mult: 3 }
  inner_product_param { num_output: 3 bias_term: false }
}
layer { name: "prob" type: "Softmax" bottom: "f2" top: "prob" }
"""


def converted(text: str = NET, file: str = "net") -> Converted:
    return fc_as_conv(define_net(text, file), Options())


def test_alexnet_and_a_larger_image() -> None:
    file = str(EXAMPLES / "alexnet.prototxt")
    result = converted(read_text(file), file)
    assert [(t.layer, t.weight) for t in result.layers] == [
        ("fc6", (4096, 256, 6, 6)), ("fc7", (4096, 4096, 1, 1)), ("fc8", (1000, 4096, 1, 1)),
    ]  # fmt: skip
    assert own_size(result) == (227, 227)
    assert at_size(result, (227, 227)).scores == {"prob": (1, 1000, 1, 1)}
    assert at_size(result, (227, 227)).macs == 724_406_816
    assert at_size(result, (384, 384)).scores == {"prob": (1, 1000, 6, 6)}
    assert at_size(result, (451, 451)).scores == {"prob": (1, 1000, 8, 8)}
    assert "kernel" in at_size(result, (100, 100)).why


def test_flatten_goes_and_everything_else_stays() -> None:
    result = converted()
    assert result.dropped == ("flat",)
    assert [(t.layer, t.weight) for t in result.layers] == [("f1", (5, 4, 5, 4)), ("f2", (3, 5, 1, 1))]
    layers = {layer.name: layer for layer in result.definition.message.layer}
    assert (layers["r"].bottom[0], layers["r"].top[0]) == ("c", "c")
    assert (layers["f1"].convolution_param.kernel_h, layers["f1"].convolution_param.kernel_w) == (5, 4)
    assert layers["f2"].param[0].lr_mult == 3
    assert not layers["f2"].convolution_param.bias_term
    assert not any(layer.HasField("inner_product_param") for layer in layers.values())


@pytest.mark.parametrize("form", ["caffemodel", "npz"])
def test_both_nets_give_the_same(form: str, tmp_path: Path) -> None:
    net = parse_net(NET, seed=3)
    for params in net.params.values():
        for i, param in enumerate(params):
            param.data[...] = noise(*param.shape, seed=i)
    old, new = tmp_path / "old.npz", tmp_path / f"new.{form}"
    net.save(old)
    definition = define_net(NET, "net")
    result = fc_as_conv(definition, Options())
    save_converted(result, str(old), str(new))
    proofs = prove(definition, result, str(old), str(new))
    assert [proof.blob for proof in proofs] == ["f1@0", "f2", "prob"]
    assert all(proof.agrees and proof.largest > 0 for proof in proofs)
    # A larger image: the first score is that of its first 7 x 6 pixels, for nothing is padded.
    large = load_net_of(result, new)
    x = noise(1, 3, 9, 9)
    scores = large.forward(x=x)["prob"]
    assert scores.shape == (1, 3, 3, 4)
    for i, j in ((0, 0), (2, 3), (1, 2)):
        small = net.forward(x=x[:, :, i : i + 7, j : j + 6])["prob"]
        np.testing.assert_allclose(scores[0, :, i, j], small[0], rtol=1e-4, atol=1e-6)


def load_net_of(result: Converted, weights: Path) -> Net:
    path = weights.with_name("net.prototxt")
    path.write_text(write(result.definition.message))
    return load_net(path, weights)


def test_lenet_with_its_weights(tmp_path: Path) -> None:
    file, weights = str(EXAMPLES / "lenet.prototxt"), str(EXAMPLES / "lenet.caffemodel")
    definition = define_net(read_text(file), file)
    result = fc_as_conv(definition, Options())
    save_converted(result, weights, str(tmp_path / "conv.caffemodel"))
    assert all(p.agrees for p in prove(definition, result, weights, str(tmp_path / "conv.caffemodel")))


def test_wrong_weights_are_found_out(tmp_path: Path) -> None:
    file, weights = str(EXAMPLES / "lenet.prototxt"), str(EXAMPLES / "lenet.caffemodel")
    definition = define_net(read_text(file), file)
    result = fc_as_conv(definition, Options())
    save_converted(result, weights, str(tmp_path / "conv.npz"))
    net = load_net_of(result, tmp_path / "conv.npz")
    net.params["ip1"][0].data[3, 2, 1, 0] += 1
    net.save(tmp_path / "wrong.npz")
    assert not all(p.agrees for p in prove(definition, result, weights, str(tmp_path / "wrong.npz")))


def test_what_cannot_be_converted() -> None:
    mlp = NET[: NET.index('layer { name: "c"')].replace("dim: 3 dim: 7 dim: 6", "dim: 9")
    mlp += (
        'layer { name: "f" type: "InnerProduct" bottom: "x" top: "f" inner_product_param { num_output: 5 } }'
    )
    with pytest.raises(InputError) as caught:
        converted(mlp)
    assert '"f": its input is 2 x 9, not maps' in str(caught.value.hint)
    with pytest.raises(InputError, match="no InnerProduct"):
        converted(NET[: NET.index('layer { name: "flat"')])


def test_a_flattened_blob_that_others_read_too_stays() -> None:
    text = NET + 'layer { name: "sum" type: "Reduction" bottom: "flat" top: "sum" }'
    with pytest.raises(InputError) as caught:
        converted(text)
    assert '"f1": its input is 2 x 80, not maps' in str(caught.value.hint)


def test_a_layer_that_cannot_take_maps_is_named() -> None:
    text = NET + (
        'layer { name: "w" type: "Input" top: "w" input_param { shape { dim: 2 dim: 3 } } }'
        'layer { name: "sum" type: "Eltwise" bottom: "f2" bottom: "w" top: "sum" }'
    )
    with pytest.raises(LayerError) as caught:
        converted(text)
    assert caught.value.layer == "sum"
    assert caught.value.place is not None


def test_what_is_said() -> None:
    layers, scores = fc_as_conv_sections(converted(), [(7, 6), (9, 9)])
    assert [line.label for line in layers.lines] == ["f1", "f2", "flat"]
    assert scores.lines[1].text == "prob 2 x 3 x 3 x 4"
    assert scores.lines[-1].text == "a score for every 1x1 pixels"
    assert scores.lines[-1].note == "each sees 7x6 of the image, padding included"


SE = """
layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 2 dim: 3 dim: 7 dim: 6 } } }
layer { name: "c" type: "Convolution" bottom: "x" top: "c" convolution_param { num_output: 4 kernel_size: 3 } }
layer { name: "mean" type: "Pooling" bottom: "c" top: "mean" pooling_param { pool: AVE global_pooling: true } }
layer { name: "flat" type: "Flatten" bottom: "mean" top: "flat" }
layer { name: "down" type: "InnerProduct" bottom: "flat" top: "down" inner_product_param { num_output: 2 } }
layer { name: "r" type: "ReLU" bottom: "down" top: "down" }
layer { name: "up" type: "InnerProduct" bottom: "down" top: "up" inner_product_param { num_output: 4 } }
layer { name: "gate" type: "Sigmoid" bottom: "up" top: "gate" }
"""

GATES = {
    "Scale": 'layer { name: "se" type: "Scale" bottom: "c" bottom: "gate" top: "se" scale_param { axis: 0 } }',
    "Axpy": 'layer { name: "se" type: "Axpy" bottom: "gate" bottom: "c" bottom: "c" top: "se" }',
}

SCORE = 'layer { name: "f" type: "InnerProduct" bottom: "se" top: "f" inner_product_param { num_output: 3 } }'


@pytest.mark.parametrize("gate", GATES)
def test_products_of_a_squeeze_and_excitation_block_stay(gate: str, tmp_path: Path) -> None:
    text = SE + GATES[gate] + SCORE
    net = parse_net(text, seed=3)
    for params in net.params.values():
        for i, param in enumerate(params):
            param.data[...] = noise(*param.shape, seed=i)
    net.save(tmp_path / "old.npz")
    definition = define_net(text, "net")
    result = fc_as_conv(definition, Options())
    assert [t.layer for t in result.layers] == ["f"]
    assert result.kept == {
        "down": "its input is 2 x 4 for an image of any size", "up": "its input is 2 x 2 for an image of any size",
    }  # fmt: skip
    assert not result.dropped
    assert at_size(result, (14, 12)).scores == {"f": (2, 3, 8, 7)}
    save_converted(result, str(tmp_path / "old.npz"), str(tmp_path / "new.npz"))
    assert all(
        proof.agrees
        for proof in prove(definition, result, str(tmp_path / "old.npz"), str(tmp_path / "new.npz"))
    )
    # At a larger size: the convolution over the gated maps that the old net has there.
    x = noise(2, 3, 9, 9)
    large = load_net_of(result, tmp_path / "new.npz")
    scores = large.forward(x=x)["f"]
    gated = parse_net(SE + GATES[gate], str(tmp_path / "old.npz"), inputs={"x": x.shape}).forward(x=x)["se"]
    weight, bias = (param.data for param in net.params["f"])
    window = gated[:, :, 2:7, 3:7].reshape(2, -1)
    np.testing.assert_allclose(scores[:, :, 2, 3], window @ weight.T + bias, rtol=1e-4, atol=1e-5)


def test_a_net_whose_products_read_the_same_of_any_image_is_told_so() -> None:
    with pytest.raises(InputError, match="no InnerProduct") as caught:
        converted(SE)
    assert '"down": its input is 2 x 4 for an image of any size' in str(caught.value.hint)
