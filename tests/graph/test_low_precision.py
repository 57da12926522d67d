"""Layers that a fork runs in low precision: they run in float32, a note says so, and their numbers are shown."""

from __future__ import annotations

import numpy as np
import pytest

import prototxt
from prototxt.explain.sections.layer import explain_layer
from prototxt.frontend.load import Options, define_net, outline
from prototxt.graph.graph import Graph
from prototxt.views.net_rows import make_report
from support.helpers import noise

# Remarks are PrototxtWarnings; these tests read them in Graph.notes.
pytestmark = pytest.mark.filterwarnings("ignore::prototxt.errors.PrototxtWarning")

IMAGES = 'layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 2 dim: 3 dim: 5 dim: 7 } } }'

NAMESAKES = {
    "ConvolutionRistretto": ("Convolution", "convolution_param { num_output: 4 kernel_size: 3 }"),
    "DeconvolutionRistretto": (
        "Deconvolution",
        "convolution_param { num_output: 4 kernel_size: 2 stride: 2 }",
    ),
    "FcRistretto": ("InnerProduct", "inner_product_param { num_output: 4 }"),
    "LRNRistretto": ("LRN", "lrn_param { local_size: 3 }"),
}


def net_text(layer: str, head: str = "") -> str:
    return f'{head} {IMAGES}\nlayer {{ name: "y" bottom: "x" top: "y" {layer} }}'


def graph_of(layer: str, head: str = "") -> Graph:
    return outline(define_net(net_text(layer, head), "net.prototxt"), Options())


@pytest.mark.parametrize("engine", ["fast", "reference"])
@pytest.mark.parametrize("type_name", NAMESAKES)
def test_ristretto_runs_as_its_float_namesake(type_name: str, engine: str) -> None:
    float_type, param = NAMESAKES[type_name]
    net = prototxt.parse_net(net_text(f'type: "{type_name}" {param}'), file="net.prototxt")
    plain = prototxt.parse_net(net_text(f'type: "{float_type}" {param}'))
    for own, other in zip(net.params.get("y", ()), plain.params.get("y", ()), strict=True):
        own.data[...] = other.data[...] = noise(*own.data.shape)
    net.engine = plain.engine = engine
    x = noise(2, 3, 5, 7, seed=1)
    np.testing.assert_array_equal(net.forward(x=x)["y"], plain.forward(x=x)["y"])
    assert net.graph.shapes == plain.graph.shapes
    (note,) = net.graph.notes
    assert note == f'net.prototxt:2:40: layer "y" ({type_name}): run as {float_type}, in float32'


FIXED = "bw_layer_in: 8 bw_layer_out: 16 bw_params: 4 fl_layer_in: 7 fl_layer_out: 3 fl_params: 5"


@pytest.mark.parametrize(
    ("param", "token", "lines"),
    [
        (
            FIXED,
            "8/4/16-bit",
            [
                ("precision", "dynamic fixed point, rounded to nearest"),
                ("input", "8 bits, of which after the point 7"),
                ("weights", "4 bits, of which after the point 5"),
                ("output", "16 bits, of which after the point 3"),
            ],
        ),
        (
            "bw_layer_in: 8 bw_layer_out: 8 bw_params: 8 scale_in: 14.5 scale_out: 2 scale_params: 9 scale_params: 3 "
            "scale_params: 5 scale_params: 7.5 scale_params: 4 is_negative_input: true",
            "8-bit",
            [
                ("precision", "dynamic fixed point, rounded to nearest"),
                ("input", "8 bits, scale 14.5"),
                ("weights", "8 bits, scale 3 to 9 (5 of them)"),
                ("output", "8 bits, scale 2"),
                ("sign", "the input may be negative"),
            ],
        ),
        (
            "precision: MINIFLOAT mant_bits: 2 exp_bits: 5 rounding_scheme: STOCHASTIC",
            "minifloat 8-bit",
            [
                ("precision", "minifloat, rounded at random"),
                ("minifloat", "1 sign bit, 5 bits of exponent, 2 of mantissa"),
            ],
        ),
        (
            "precision: INTEGER_POWER_OF_2_WEIGHTS bw_layer_in: 8 bw_layer_out: 8 exp_min: -6",
            "power-of-2 weights",
            [
                ("precision", "integer power of 2 weights, rounded to nearest"),
                ("input", "8 bits"),
                ("weights", "a sign and a power of 2, from 2^-6 to 2^-1"),
                ("output", "8 bits"),
            ],
        ),
    ],
)  # fmt: skip
def test_quantization_is_shown(param: str, token: str, lines: list[tuple[str, str]]) -> None:
    layer = f'type: "Convolution" convolution_param {{ num_output: 4 kernel_size: 3 }} quantization_param {{ {param} }}'
    graph = graph_of(layer)
    assert make_report(graph).rows[1].brief == f"3x3/1 {token}"
    (section,) = (s for s in explain_layer(graph, graph.nodes[1]) if s.key == "precision")
    assert [(line.label, line.text) for line in section.lines[:-1]] == lines
    assert "computed in float32" in section.lines[-1].text
    (note,) = graph.notes
    assert "quantization_param (Intel Caffe, Ristretto) is not applied" in note


def test_blobs_in_float16_are_shown() -> None:
    graph = graph_of('type: "ReLU" forward_type: FLOAT16 forward_math: FLOAT')
    assert make_report(graph).rows[1].brief == "fp16"
    (section,) = (s for s in explain_layer(graph, graph.nodes[1]) if s.key == "precision")
    assert [(line.label, line.text) for line in section.lines[:-1]] == [
        ("forward type", "FLOAT16"),
        ("forward math", "FLOAT"),
    ]


def test_layers_in_float32_have_no_such_section() -> None:
    graph = graph_of('type: "ReLU"')
    assert all(section.key != "precision" for section in explain_layer(graph, graph.nodes[1]))
