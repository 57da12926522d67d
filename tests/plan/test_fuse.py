"""Layers that are fused to one step, those that must not be, and the same numbers either way."""

from __future__ import annotations

import numpy as np
import pytest

import prototxt
from prototxt.frontend.load import Options, define_net, make_graph
from prototxt.plan.fuse import fuse
from prototxt.plan.plan import resolve_keep
from support.helpers import noise

INPUT = """
layer { name: "in" type: "Input" top: "x" input_param { shape { dim: 2 dim: 3 dim: 6 dim: 5 } } }
"""
CONV = """
layer { name: "conv" type: "Convolution" bottom: "x" top: "conv"
        convolution_param { num_output: 4 kernel_h: 3 kernel_w: 2 pad: 1 weight_filler { type: "xavier" } } }
"""


def layer(kind: str, bottoms: str, top: str, rest: str = "") -> str:
    wires = " ".join(f'bottom: "{b}"' for b in bottoms.split())
    return f'layer {{ name: "{kind}_{top}" type: "{kind}" {wires} top: "{top}" {rest} }}\n'


def steps(text: str, keep: str | list[str] = "all", phase: str = "TEST") -> list[str]:
    """Each step as its layers' types, joined."""
    graph = make_graph(define_net(INPUT + text, "net"), Options(phase=phase))
    return [" ".join(n.type for n in step.nodes) for step in fuse(graph, resolve_keep(graph, keep))]


CHAIN = (
    CONV + layer("BatchNorm", "conv", "conv") + layer("Scale", "conv", "conv") + layer("ReLU", "conv", "conv")
)


def test_convolution_batch_norm_scale_and_relu_are_one_step() -> None:
    assert steps(CHAIN) == ["Convolution BatchNorm Scale ReLU"]


def test_under_other_names_too_when_nobody_keeps_them() -> None:
    text = CONV + layer("BatchNorm", "conv", "a") + layer("Scale", "a", "b") + layer("ReLU", "b", "c")
    assert steps(text, "outputs") == ["Convolution BatchNorm Scale ReLU"]
    assert steps(text, ["a"]) == ["Convolution BatchNorm", "Scale ReLU"]
    assert steps(text) == ["Convolution", "BatchNorm", "Scale", "ReLU"]


def test_not_when_the_version_before_is_kept() -> None:
    assert steps(CHAIN, ["conv@0"]) == ["Convolution", "BatchNorm Scale ReLU"]
    assert steps(CHAIN, ["conv@2"]) == ["Convolution BatchNorm Scale", "ReLU"]


def test_not_when_another_layer_reads_it() -> None:
    text = CONV + layer("TanH", "conv", "other") + layer("ReLU", "conv", "conv")
    assert steps(text, "outputs") == ["Convolution", "TanH", "ReLU"]


def test_not_when_the_same_layer_reads_it_twice() -> None:
    text = CONV + layer("Eltwise", "conv conv", "y")
    assert steps(text, "outputs") == ["Convolution", "Eltwise"]


def test_not_a_scale_with_two_bottoms() -> None:
    text = CONV + layer("Scale", "conv conv2", "y", "scale_param { axis: 0 }")
    text = CONV.replace("conv", "conv2").replace("conv2olution", "convolution") + text
    assert steps(text, "outputs") == ["Convolution", "Convolution", "Scale"]


@pytest.mark.parametrize(
    ("fields", "phase", "fused"),
    [
        ("bn_mode: INFERENCE", "TRAIN", True),
        ("bn_mode: LEARN", "TEST", False),
        ("slope_filler { value: 2 }", "TEST", True),
        ("slope_filler { value: 2 }", "TRAIN", False),
        ("slope_filler { value: 2 } frozen: true", "TRAIN", True),
    ],
)
def test_bn_of_forks_where_it_is_per_channel(fields: str, phase: str, fused: bool) -> None:
    text = CONV + layer("BN", "conv", "conv", f"bn_param {{ {fields} }}") + layer("ReLU", "conv", "conv")
    assert steps(text, phase=phase) == (["Convolution BN ReLU"] if fused else ["Convolution", "BN", "ReLU"])


def test_a_dropout_that_samples_is_a_step_of_its_own() -> None:
    drop = layer("Dropout", "conv", "conv", "dropout_param { sample_weights_test: true }")
    assert steps(CONV + drop) == ["Convolution", "Dropout"]
    assert steps(CONV + layer("Dropout", "conv", "conv")) == ["Convolution Dropout"]


def test_not_a_batch_norm_with_the_batchs_statistics() -> None:
    norm = layer("BatchNorm", "conv", "conv", "batch_norm_param { use_global_stats: false }")
    assert steps(CONV + norm) == ["Convolution", "BatchNorm"]
    assert steps(CONV + layer("BatchNorm", "conv", "conv"), phase="TRAIN") == ["Convolution", "BatchNorm"]


def test_not_after_a_layer_whose_top_is_its_bottom() -> None:
    text = (
        layer("Dropout", "x", "d")
        + layer("ReLU", "d", "d")
        + layer("Flatten", "d", "f")
        + layer("ReLU", "f", "f")
    )
    assert steps(text) == ["Dropout", "ReLU", "Flatten", "ReLU"]


def test_not_after_a_layer_with_two_tops() -> None:
    text = 'layer { name: "p" type: "Pooling" bottom: "x" top: "p" top: "mask" pooling_param { kernel_size: 2 } }'
    assert steps(text + layer("ReLU", "p", "p")) == ["Pooling", "ReLU"]


WEIGHTS = layer("Pooling", "conv", "a", "pooling_param { global_pooling: true pool: AVE }")


def test_a_weighted_sum_is_the_epilogue_of_the_branch_that_it_scales() -> None:
    weights = layer("Pooling", "x", "p", "pooling_param { global_pooling: true pool: AVE }") + layer(
        "InnerProduct", "p", "a", "inner_product_param { num_output: 4 }"
    )
    other = CONV.replace('"conv"', '"other"')
    text = weights + other + CONV + layer("Axpy", "a conv other", "z") + layer("ReLU", "z", "z")
    assert steps(text, "outputs") == ["Pooling", "InnerProduct", "Convolution", "Convolution Axpy ReLU"]
    # Not what it adds, nor the weights themselves.
    text = weights + other + CONV + layer("Axpy", "a other conv", "z") + layer("ReLU", "z", "z")
    assert steps(text, "outputs") == ["Pooling", "InnerProduct", "Convolution", "Convolution", "Axpy ReLU"]


def test_a_weighted_sum_whose_weights_depend_on_its_branch_is_a_step_of_its_own() -> None:
    other = CONV.replace('"conv"', '"other"')
    text = other + CONV + WEIGHTS + layer("Sigmoid", "a", "a") + layer("Axpy", "a conv other", "z")
    assert steps(text, "outputs") == ["Convolution", "Convolution", "Pooling Sigmoid", "Axpy"]
    fast, truth = prototxt.parse_net(INPUT + text), prototxt.parse_net(INPUT + text, engine="reference")
    for name, params in truth.params.items():
        fast.params[name][0].data[...] = params[0].data
    x = noise(2, 3, 6, 5)
    np.testing.assert_allclose(fast.forward(x=x)["z"], truth.forward(x=x)["z"], 1e-4, 1e-5)


def test_inputs_are_no_steps() -> None:
    assert steps(layer("TanH", "x", "y")) == ["TanH"]


STARTS = {
    "Convolution": CONV,
    "depthwise": CONV.replace("num_output: 4", "num_output: 3 group: 3"),
    "1x1": CONV.replace("kernel_h: 3 kernel_w: 2 pad: 1", "kernel_size: 1"),
    "DepthwiseConvolution": CONV.replace("num_output: 4", "num_output: 3 group: 3").replace(
        "Conv", "DepthwiseConv"
    ),
    "ConvolutionDepthwise": CONV.replace('"Convolution"', '"ConvolutionDepthwise"'),
    "ShuffleChannel": layer("ShuffleChannel", "x", "conv", "shuffle_channel_param { group: 3 }"),
    "Axpy": layer("Pooling", "x", "a", "pooling_param { global_pooling: true pool: AVE }")
    + layer("Axpy", "a x x", "conv"),
    "Deconvolution": CONV.replace('"Convolution"', '"Deconvolution"'),
    "InnerProduct": layer(
        "InnerProduct", "x", "conv", 'inner_product_param { num_output: 7 weight_filler { type: "xavier" } }'
    ),
    "Pooling": layer("Pooling", "x", "conv", "pooling_param { kernel_size: 1 }"),
    "average": layer("Pooling", "x", "conv", "pooling_param { pool: AVE kernel_size: 1 }"),
    "LRN": layer("LRN", "x", "conv"),
    "Eltwise": layer("Eltwise", "x x", "conv"),
    "MAX": layer("Eltwise", "x x", "conv", "eltwise_param { operation: MAX }"),
}
NORM, RELU = layer("BatchNorm", "conv", "conv"), layer("ReLU", "conv", "conv")
ENDS = {
    "ReLU": RELU,
    "ReLU6": layer("ReLU6", "conv", "conv"),
    "leaky 6": layer("ReLU6", "conv", "conv", "relu6_param { negative_slope: 0.125 }"),
    "leaky": layer("ReLU", "conv", "conv", "relu_param { negative_slope: 0.125 }"),
    "Scale": layer("Scale", "conv", "conv"),
    "BatchNorm": NORM,
    "all": NORM + layer("Scale", "conv", "conv", "scale_param { bias_term: true }") + RELU,
    "from an axis": layer("Scale", "conv", "conv", "scale_param { axis: 0 num_axes: 2 bias_term: true }"),
    "from the end": layer("Scale", "conv", "conv", "scale_param { axis: -1 bias_term: true }") + RELU,
    "to the end": layer("Scale", "conv", "conv", "scale_param { axis: 1 num_axes: -1 }"),
    "one factor": layer("Scale", "conv", "conv", "scale_param { num_axes: 0 bias_term: true }") + RELU,
}

NOT_PER_CHANNEL = {"from an axis", "from the end", "to the end", "one factor"}


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("start", STARTS)
def test_fused_equals_unfused(start: str, end: str) -> None:
    text = INPUT + STARTS[start] + ENDS[end]
    fast, truth = prototxt.parse_net(text), prototxt.parse_net(text, engine="reference")
    assert end in NOT_PER_CHANNEL or len(fast.plan().steps) == (2 if start == "Axpy" else 1)
    for name, params in truth.params.items():
        for i, param in enumerate(params):
            param.data[...] = noise(*param.shape, seed=i) ** 2 + 0.1
            fast.params[name][i].data[...] = param.data
    x = noise(2, 3, 6, 5)
    np.testing.assert_allclose(fast.forward(x=x)["conv"], truth.forward(x=x)["conv"], 1e-4, 1e-5)
    np.testing.assert_array_equal(fast.blobs["x"].data, x)


@pytest.mark.parametrize(
    "slope",
    [
        0.0,
        2.0,
        0.01,
        0.25,
        -0.5,
    ],
)
def test_a_fused_relu_treats_infinities_alike(slope: float) -> None:
    text = INPUT + layer("Eltwise", "x x", "y", "eltwise_param { operation: MAX }")
    text += layer("ReLU", "y", "y", f"relu_param {{ negative_slope: {slope} }}")
    x = noise(2, 3, 6, 5)
    x[0, 0, 0, :2] = [np.inf, -np.inf]
    fast, truth = prototxt.parse_net(text), prototxt.parse_net(text, engine="reference")
    assert len(fast.plan().steps) == 1
    np.testing.assert_allclose(fast.forward(x=x)["y"], truth.forward(x=x)["y"], 1e-5)
