"""Layers that Intel's Caffe fuses become plain ones, under names of their own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

import prototxt
from prototxt.caffe.proto import caffe_pb2
from prototxt.frontend.load import Options, define_net, make_graph, outline
from support.helpers import noise

INPUT = 'input: "x" input_shape { dim: 2 dim: 3 dim: 5 dim: 4 }\n'
CONV = """layer { name: "c" type: "Convolution" bottom: "x" top: "c"
  convolution_param { num_output: 3 kernel_size: 1 %s } }
"""


def names(text: str) -> list[str]:
    graph = make_graph(define_net(INPUT + text, "net.prototxt"), Options())
    return [f"{node.name} {node.type}" for node in graph.nodes[1:]]


@pytest.mark.parametrize(
    ("text", "layers"),
    [
        (CONV % "", ["c Convolution"]),
        (CONV % "relu: false negative_slope: 0.5", ["c Convolution"]),
        (CONV % "relu: true", ["c Convolution", "c/relu ReLU"]),
        (
            'layer { name: "b" type: "BatchNorm" bottom: "x" top: "x" batch_norm_param { relu: true } }',
            ["b BatchNorm", "b/relu ReLU"],
        ),
        (
            'layer { name: "i" type: "InnerProduct" bottom: "x" top: "i" '
            "inner_product_param { num_output: 2 relu: true } }",
            ["i InnerProduct", "i/relu ReLU"],
        ),
    ],
)
def test_a_fused_relu_is_a_layer(text: str, layers: Sequence[str]) -> None:
    assert names(text) == layers


def test_its_name_is_new_and_its_place_that_of_the_layer() -> None:
    text = 'layer { name: "c/relu" type: "ReLU" bottom: "c" top: "c" }\n'
    graph = make_graph(define_net(INPUT + CONV % "relu: true" + text, "net.prototxt"), Options())
    assert [node.name for node in graph.nodes[1:]] == ["c", "c/relu2", "c/relu"]
    assert str(graph.nodes[2].place) == "net.prototxt:2:1"


def test_every_top_has_its_relu() -> None:
    two = CONV.replace('bottom: "x" top: "c"', 'bottom: "x" bottom: "x" top: "c" top: "d"')
    assert names(two % "relu: true") == ["c Convolution", "c/relu ReLU", "c/relu2 ReLU"]
    net = prototxt.parse_net(INPUT + two % "relu: true weight_filler { type: 'gaussian' std: 1 }")
    blobs = net.forward(x=noise(2, 3, 5, 4))
    assert blobs["c"].min() == blobs["d"].min() == 0


@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_a_fused_sum(engine: str) -> None:
    text = CONV.replace('bottom: "x"', 'bottom: "x" bottom: "z"') % "relu: true fusion_type: SUM_FUSION"
    second = 'input: "z" input_shape { dim: 2 dim: 3 dim: 5 dim: 4 }\n'
    assert names(second + text)[-3:] == ["c Convolution", "c/sum Eltwise", "c/relu ReLU"]
    net = prototxt.parse_net(INPUT + second + text, engine=engine)
    x, z, weight = noise(2, 3, 5, 4), noise(2, 3, 5, 4, seed=1), noise(3, 3, 1, 1, seed=2)
    net.params["c"][0].data[...] = weight
    summed = np.einsum("oc,nchw->nohw", weight[:, :, 0, 0], x) + z
    np.testing.assert_allclose(net.forward(x=x, z=z)["c"], np.maximum(summed, 0), rtol=1e-5, atol=1e-5)


def test_weights_load_and_save_under_the_layers_own_name(tmp_path: Path) -> None:
    stored = caffe_pb2.NetParameter()
    layer = stored.layer.add(name="c", type="Convolution")
    for values, shape in ((np.arange(9), (3, 3, 1, 1)), (np.full(3, -1), (3,))):
        blob = layer.blobs.add()
        blob.shape.dim.extend(shape)
        blob.data.extend(values.tolist())
    weights, file = tmp_path / "w.caffemodel", tmp_path / "net.prototxt"
    weights.write_bytes(stored.SerializeToString())
    file.write_text(INPUT + CONV % "relu: true")
    net = prototxt.load_net(file, weights)
    x = np.ones((2, 3, 5, 4), np.float32)
    np.testing.assert_array_equal(net.forward(x=-x)["c"][0, :, 0, 0], [0, 0, 0])
    np.testing.assert_array_equal(net.forward(x=x)["c"][0, :, 0, 0], [2, 11, 20])
    net.save(tmp_path / "again.caffemodel")
    again = prototxt.load_net(file, tmp_path / "again.caffemodel")
    np.testing.assert_array_equal(again.forward(x=x)["c"][0, :, 0, 0], [2, 11, 20])


def test_concat_of_flattened_bottoms() -> None:
    text = 'layer { name: "j" type: "Concat" bottom: "x" bottom: "x" top: "j" concat_param { per_fla_fuse: true } }'
    layers = ["j/x/perm Permute", "j/x/flat Reshape", "j/x/perm2 Permute", "j/x/flat2 Reshape", "j Concat"]
    assert names(text) == layers
    x = noise(2, 3, 5, 4)
    flat = np.array([[x[n, c, h, w] for h in range(5) for w in range(4) for c in range(3)] for n in range(2)])
    joined = prototxt.parse_net(INPUT + text).forward(x=x)["j"]
    np.testing.assert_array_equal(joined[:, :, 0, 0], np.hstack([flat, flat]))


def test_a_part_that_does_not_fit_names_the_whole() -> None:
    text = (
        'input: "a" input_shape { dim: 2 dim: 3 }\n'
        'layer { name: "c" type: "Concat" bottom: "a" top: "c" concat_param { per_fla_fuse: true } }'
    )
    (error,) = outline(define_net(text, "net.prototxt"), Options()).missing
    assert error.hint == 'it is a part of layer "c" (Concat): docs/forks.md, "Layers that a fork fuses"'
