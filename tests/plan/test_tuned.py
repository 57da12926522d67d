"""The choice by what was measured: by geometry, and only among kernels that can run the layer."""

from __future__ import annotations

import pytest

from prototxt.graph.graph import Graph
from prototxt.net import parse_net
from prototxt.plan.choose_kernel import candidates, choose
from prototxt.plan.tuned import choose_tuned, tuning_key

CONV = """
layer { name: "in" type: "Input" top: "data" input_param { shape { dim: 2 dim: 4 dim: 9 dim: 11 } } }
layer { name: "conv" type: "Convolution" bottom: "data" top: "conv"
  convolution_param { num_output: 6 kernel_size: 3 GIVEN } }
"""


def graph(given: str = "") -> Graph:
    return parse_net(CONV.replace("GIVEN", given)).graph


def key(result: Graph) -> str:
    node = result.nodes[1]
    return tuning_key(node.layer, result.bottom_shapes(node))


def test_a_geometry() -> None:
    assert key(graph("pad_h: 2 group: 2")) == "Convolution 3x3+2x0/1 g2: 2x4x9x11 -> 2x6x11x9"


def test_geometries_differ_where_times_may() -> None:
    given = ["", "pad: 1", "stride: 2", "dilation: 2", "group: 2"]
    keys = {key(graph(text)) for text in given}
    assert len(keys) == len(given)
    assert key(graph("bias_term: false")) in keys  # a bias goes into what follows


@pytest.mark.parametrize("name", ["im2col_gemm", "winograd"])
def test_what_was_measured_is_chosen(name: str) -> None:
    built = graph()
    node, shapes = built.nodes[1], built.bottom_shapes(built.nodes[1])
    chosen = choose_tuned({key(built): name})(node.layer, shapes)
    assert chosen is not None
    assert chosen.name == name


@pytest.mark.parametrize("name", ["depthwise", "no such kernel"])
def test_a_kernel_that_cannot_run_the_layer_is_not_chosen(name: str) -> None:
    built = graph()
    node, shapes = built.nodes[1], built.bottom_shapes(built.nodes[1])
    chosen = choose_tuned({key(built): name})(node.layer, shapes)
    assert chosen is not None
    assert chosen.name == candidates(node.layer, shapes)[0].name


def test_nothing_measured() -> None:
    assert choose_tuned({}) is choose
