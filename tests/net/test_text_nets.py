"""Small nets in the shape of CRNN (caffe_ocr) and CTPN: shapes by hand, run, explained, drawn, reported."""

from __future__ import annotations

import json

import numpy as np
import pytest

import prototxt
from prototxt.blobs import Shape
from prototxt.explain.breakdown.values import run_for
from prototxt.explain.sections.layer import explain_layer
from prototxt.page.document import make_document, to_json
from prototxt.views.dot import to_dot
from prototxt.views.drawing import draw
from support.helpers import floats, noise

CRNN = """
name: "crnn"
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 2 dim: 3 dim: 16 dim: 44 } } }
layer { name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
  convolution_param { num_output: 6 kernel_size: 5 pad: 2 stride: 2 weight_filler { type: "msra" } } }
layer { name: "block1" type: "DenseBlock" bottom: "conv1" top: "block1"
  denseblock_param { numTransition: 3 initChannel: 6 growthRate: 2
    Filter_Filler { type: "msra" }
    BN_Scaler_Filler { type: "constant" value: 1 } BN_Bias_Filler { type: "constant" } } }
layer { name: "pool1" type: "Pooling" bottom: "block1" top: "pool1"
  pooling_param { pool: AVE kernel_size: 2 stride: 2 } }
layer { name: "block2" type: "DenseBlock" bottom: "pool1" top: "block2"
  denseblock_param { numTransition: 2 growthRate: 3 use_BC: true
    Filter_Filler { type: "msra" }
    BN_Scaler_Filler { type: "constant" value: 1 } BN_Bias_Filler { type: "constant" } } }
layer { name: "rows" type: "Pooling" bottom: "block2" top: "rows"
  pooling_param { pool: AVE kernel_h: 4 kernel_w: 1 stride: 1 } }
layer { name: "columns" type: "Transpose" bottom: "rows" top: "columns"
  transpose_param { dim: 3 dim: 2 dim: 0 dim: 1 } }
layer { name: "steps" type: "Reshape" bottom: "columns" top: "steps"
  reshape_param { shape { dim: -1 } axis: 1 num_axes: 2 } }
layer { name: "lstm" type: "Lstm" bottom: "steps" top: "lstm"
  lstm_param { num_output: 5 weight_filler { type: "gaussian" std: 0.3 } } }
layer { name: "there" type: "Reverse" bottom: "steps" top: "backwards" reverse_param { axis: 0 } }
layer { name: "rlstm" type: "Lstm" bottom: "backwards" top: "rlstm"
  lstm_param { num_output: 5 weight_filler { type: "gaussian" std: 0.3 } } }
layer { name: "back" type: "Reverse" bottom: "rlstm" top: "forwards" reverse_param { axis: 0 } }
layer { name: "blstm" type: "Concat" bottom: "lstm" bottom: "forwards" top: "blstm" concat_param { axis: 2 } }
layer { name: "fc" type: "InnerProduct" bottom: "blstm" top: "fc"
  inner_product_param { num_output: 7 axis: 2 weight_filler { type: "xavier" } } }
layer { name: "result" type: "CTCGreedyDecoder" bottom: "fc" top: "result" }
"""

CTPN = """
name: "ctpn"
input: "data"
input_shape { dim: 1 dim: 3 dim: 64 dim: 80 }
input: "im_info"
input_shape { dim: 1 dim: 3 }
layer { name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
  convolution_param { num_output: 4 kernel_size: 8 stride: 8 weight_filler { type: "msra" } } }
layer { name: "relu1" type: "ReLU" bottom: "conv1" top: "conv1" }
layer { name: "pool1" type: "Pooling" bottom: "conv1" top: "pool1"
  pooling_param { pool: MAX kernel_size: 2 stride: 2 } }
layer { name: "im2col" type: "Im2col" bottom: "pool1" top: "im2col"
  convolution_param { pad: 1 kernel_size: 3 } }
layer { name: "im2col_transpose" type: "Transpose" bottom: "im2col" top: "im2col_transpose"
  transpose_param { dim: 3 dim: 2 dim: 0 dim: 1 } }
layer { name: "lstm_input" type: "Reshape" bottom: "im2col_transpose" top: "lstm_input"
  reshape_param { shape { dim: -1 } axis: 1 num_axes: 2 } }
layer { name: "lstm" type: "Lstm" bottom: "lstm_input" top: "lstm"
  lstm_param { num_output: 6 weight_filler { type: "gaussian" std: 0.1 } bias_filler { type: "constant" } } }
layer { name: "rlstm_input" type: "Reverse" bottom: "lstm_input" top: "rlstm_input" reverse_param { axis: 0 } }
layer { name: "rlstm_output" type: "Lstm" bottom: "rlstm_input" top: "rlstm_output"
  lstm_param { num_output: 6 weight_filler { type: "gaussian" std: 0.1 } bias_filler { type: "constant" } } }
layer { name: "rlstm" type: "Reverse" bottom: "rlstm_output" top: "rlstm" reverse_param { axis: 0 } }
layer { name: "merge" type: "Concat" bottom: "lstm" bottom: "rlstm" top: "merge" concat_param { axis: 2 } }
layer { name: "lstm_output" type: "Reshape" bottom: "merge" top: "lstm_output"
  reshape_param { shape { dim: -1 dim: 1 } axis: 1 num_axes: 1 } }
layer { name: "lstm_map" type: "Transpose" bottom: "lstm_output" top: "lstm_map"
  transpose_param { dim: 2 dim: 3 dim: 1 dim: 0 } }
layer { name: "fc" type: "Convolution" bottom: "lstm_map" top: "fc"
  convolution_param { num_output: 8 kernel_size: 1 weight_filler { type: "msra" } } }
layer { name: "relu2" type: "ReLU" bottom: "fc" top: "fc" }
layer { name: "rpn_cls_score" type: "Convolution" bottom: "fc" top: "rpn_cls_score"
  convolution_param { num_output: 20 kernel_size: 1 weight_filler { type: "msra" } } }
layer { name: "rpn_bbox_pred" type: "Convolution" bottom: "fc" top: "rpn_bbox_pred"
  convolution_param { num_output: 20 kernel_size: 1 weight_filler { type: "msra" } } }
layer { name: "rpn_cls_score_reshape" type: "Reshape" bottom: "rpn_cls_score" top: "rpn_cls_score_reshape"
  reshape_param { shape { dim: 0 dim: 2 dim: -1 dim: 0 } } }
layer { name: "rpn_cls_prob" type: "Softmax" bottom: "rpn_cls_score_reshape" top: "rpn_cls_prob" }
layer { name: "rpn_cls_prob_reshape" type: "Reshape" bottom: "rpn_cls_prob" top: "rpn_cls_prob_reshape"
  reshape_param { shape { dim: 0 dim: 20 dim: -1 dim: 0 } } }
layer { name: "proposal" type: "Python" bottom: "rpn_cls_prob_reshape" bottom: "rpn_bbox_pred" bottom: "im_info"
  top: "rois" top: "scores"
  python_param { module: "layers.text_proposal_layer" layer: "ProposalLayer" param_str: "'feat_stride': 16" } }
"""

SHAPES: dict[str, dict[str, Shape]] = {
    CRNN: {
        "conv1": (2, 6, 8, 22),  # (16 + 4 - 5) // 2 + 1, (44 + 4 - 5) // 2 + 1
        "block1": (2, 12, 8, 22),  # 6 + 3 * 2
        "pool1": (2, 12, 4, 11),
        "block2": (2, 18, 4, 11),  # 12 + 2 * 3
        "rows": (2, 18, 1, 11),
        "columns": (11, 1, 2, 18),
        "steps": (11, 2, 18),
        "lstm": (11, 2, 5),
        "backwards": (11, 2, 18),
        "rlstm": (11, 2, 5),
        "forwards": (11, 2, 5),
        "blstm": (11, 2, 10),
        "fc": (11, 2, 7),
        "result": (2, 11, 1, 1),
    },
    CTPN: {
        "conv1": (1, 4, 8, 10),
        "pool1": (1, 4, 4, 5),
        "im2col": (1, 36, 4, 5),
        "im2col_transpose": (5, 4, 1, 36),
        "lstm_input": (5, 4, 36),
        "lstm": (5, 4, 6),
        "merge": (5, 4, 12),
        "lstm_output": (5, 4, 1, 12),
        "lstm_map": (1, 12, 4, 5),
        "fc": (1, 8, 4, 5),
        "rpn_cls_score": (1, 20, 4, 5),
        "rpn_cls_prob_reshape": (1, 20, 4, 5),
        "rois": (200, 4),
        "scores": (200, 1),
    },
}
INPUTS = {
    CRNN: {"data": noise(2, 3, 16, 44)},
    CTPN: {"data": noise(1, 3, 64, 80), "im_info": floats([[64, 80, 1]])},
}
NETS = pytest.mark.parametrize("text", [CRNN, CTPN], ids=["crnn", "ctpn"])


@NETS
def test_shapes_by_hand(text: str) -> None:
    graph = prototxt.parse_net(text).graph
    shapes = {blob.name: shape for blob, shape in graph.shapes.items()}
    assert {name: shapes[name] for name in SHAPES[text]} == SHAPES[text]


def test_parameters_by_hand() -> None:
    counts = {
        name: sum(p.data.size for p in params) for name, params in prototxt.parse_net(CRNN).params.items()
    }
    assert counts == {
        "conv1": 6 * 3 * 25 + 6,
        "block1": 2 * 9 * (6 + 8 + 10) + 4 * (6 + 8 + 10) + 1,
        "block2": 2 * 3 * 12 * 9 + 4 * (12 + 15) + 12 * (12 + 15) + 4 * 2 * 12 + 1,
        "lstm": 20 * 18 + 20 * 5 + 20,
        "rlstm": 20 * 18 + 20 * 5 + 20,
        "fc": 7 * 10 + 7,
    }


@NETS
def test_engines_agree(text: str) -> None:
    fast, reference = (prototxt.parse_net(text, engine=engine) for engine in ("fast", "reference"))
    tops, wanted = fast.forward(INPUTS[text]), reference.forward(INPUTS[text])
    assert tops.keys() == wanted.keys()
    for name, top in tops.items():
        np.testing.assert_allclose(top, wanted[name], rtol=1e-4, atol=1e-4)
        assert len(np.unique(top)) > 1


def test_a_line_depends_on_its_own_image_only() -> None:
    net, x = prototxt.parse_net(CRNN), INPUTS[CRNN]["data"]
    both = net.forward({"data": x}, end="fc")["fc"].copy()
    swapped = net.forward({"data": x[::-1]}, end="fc")["fc"]
    np.testing.assert_allclose(swapped, both[:, ::-1], rtol=1e-4, atol=1e-5)


def test_slices_lie_in_the_image() -> None:
    net = prototxt.parse_net(CTPN)
    slices = net.forward(INPUTS[CTPN])["rois"]
    assert set(np.unique(slices[:, 0])) == {0, 16, 32, 48, 64}
    assert (slices >= 0).all()
    assert (slices <= [79, 63, 79, 63]).all()


@NETS
def test_every_layer_is_explained(text: str) -> None:
    net = prototxt.parse_net(text)
    for name, array in INPUTS[text].items():
        net.blobs[name].data[...] = array
    for node in net.layers:
        assert "unknown" not in {section.key for section in explain_layer(net.graph, node)}
        if node.bottoms:
            values = run_for(net, node.name)
            shape = values.blobs[node.tops[0]].shape
            assert values.breakdown(tuple(n - 1 for n in shape)).agrees, node.name


@NETS
def test_it_is_drawn_and_reported(text: str) -> None:
    graph = prototxt.parse_net(text).graph
    dot = to_dot(draw(graph))
    assert all(node.name in dot for node in graph.nodes)
    assert {layer["type"] for layer in json.loads(to_json(make_document(graph)))["layers"]} >= {
        "Lstm",
        "Reverse",
    }
