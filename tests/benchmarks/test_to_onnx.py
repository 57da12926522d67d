"""ONNX files of nets: their operators, computed by ONNX Runtime, give the net's numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from nets import NETS

import prototxt
from prototxt.errors import LayerError
from prototxt.net import Net

onnx = pytest.importorskip("onnx", reason="onnx is not installed; it is what the benchmarks' peers need")
onnxruntime = pytest.importorskip("onnxruntime", reason="onnxruntime is not installed; it runs the files")

# Odd sizes: windows that hang over (pool1, pool2), groups, pads and strides that differ per axis, all the layers.
SMALL = """
name: "small"
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 2 dim: 4 dim: 22 dim: 17 } } }
layer { name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
        convolution_param { num_output: 6 kernel_h: 3 kernel_w: 5 pad_h: 1 pad_w: 2 stride_h: 1 stride_w: 2 group: 2 } }
layer { name: "relu1" type: "ReLU" bottom: "conv1" top: "conv1" }
layer { name: "norm1" type: "LRN" bottom: "conv1" top: "norm1" lrn_param { local_size: 3 alpha: 0.3 beta: 0.75 k: 2 } }
layer { name: "pool1" type: "Pooling" bottom: "norm1" top: "pool1"
        pooling_param { pool: MAX kernel_size: 3 stride: 2 } }
layer { name: "pool2" type: "Pooling" bottom: "norm1" top: "pool2"
        pooling_param { pool: MAX kernel_size: 2 stride: 2 pad: 1 } }
layer { name: "conv2" type: "Convolution" bottom: "pool1" top: "conv2"
        convolution_param { num_output: 5 kernel_size: 3 pad: 1 bias_term: false } }
layer { name: "bn2" type: "BatchNorm" bottom: "conv2" top: "conv2" batch_norm_param { eps: 0.01 } }
layer { name: "scale2" type: "Scale" bottom: "conv2" top: "conv2" scale_param { bias_term: true } }
layer { name: "conv3" type: "Convolution" bottom: "pool1" top: "conv3"
        convolution_param { num_output: 5 kernel_size: 3 pad: 2 dilation: 2 } }
layer { name: "sum" type: "Eltwise" bottom: "conv2" bottom: "conv3" top: "sum" }
layer { name: "scale3" type: "Scale" bottom: "sum" top: "scale3" }
layer { name: "joined" type: "Concat" bottom: "scale3" bottom: "pool1" bottom: "sum" top: "joined" }
layer { name: "drop" type: "Dropout" bottom: "joined" top: "joined" }
layer { name: "mean" type: "Pooling" bottom: "joined" top: "mean" pooling_param { pool: AVE kernel_size: 3 stride: 1 } }
layer { name: "all" type: "Pooling" bottom: "mean" top: "all" pooling_param { pool: AVE global_pooling: true } }
layer { name: "fc" type: "InnerProduct" bottom: "mean" top: "fc" inner_product_param { num_output: 7 } }
layer { name: "prob" type: "Softmax" bottom: "fc" top: "prob" }
"""


def draw(net: Net) -> None:
    rng = np.random.default_rng(0)
    for layer, params in net.params.items():
        for param in params:
            param.data[...] = 0.3 * rng.standard_normal(param.shape)
        if layer.startswith("bn"):  # sums of 8 batches: a variance above zero, and the factor that divides
            params[1].data[...] = 8 * rng.uniform(0.5, 1.5, params[1].shape)
            params[2].data[...] = 8


def evaluate(model: Any, images: np.ndarray[Any, Any]) -> dict[str, np.ndarray[Any, Any]]:
    """By ONNX Runtime: the LRN of the evaluator that comes with onnx loops over the wrong axis."""
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    names = [output.name for output in model.graph.output]
    return dict(zip(names, session.run(names, {"data": images}), strict=True))


def test_every_layer_gives_the_nets_numbers() -> None:
    from to_onnx import make_model

    net = prototxt.parse_net(SMALL, engine="reference")
    draw(net)
    model = make_model(net)
    onnx.checker.check_model(model, full_check=True)
    for batch in (2, 3):
        images = np.random.default_rng(batch).standard_normal((batch, 4, 22, 17)).astype(np.float32)
        expected, result = net.forward(data=images), evaluate(model, images)
        assert set(result) == set(expected) == {"all", "pool2", "prob"}
        for name, values in expected.items():
            np.testing.assert_allclose(result[name], values, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("name", NETS)
def test_six_nets_have_their_shapes(name: str) -> None:
    """ONNX's own inference gives every blob the shape it has here."""
    from to_onnx import blob_name, make_model

    net = prototxt.parse_net(NETS[name](), file=name)
    model = onnx.shape_inference.infer_shapes(make_model(net), strict_mode=True)
    shapes = {
        value.name: tuple(dim.dim_value for dim in value.type.tensor_type.shape.dim[1:])
        for value in (*model.graph.value_info, *model.graph.output)
    }
    for blob, shape in net.graph.shapes.items():
        if blob.name != "data":
            assert shapes[blob_name(blob)] == shape[1:]


@pytest.mark.parametrize(
    ("layer", "what"),
    [
        ('type: "TanH"', "cannot be written as ONNX here; what can be: BatchNorm, Concat"),
        ('type: "ReLU" relu_param { negative_slope: 0.1 }', "negative_slope"),
        ('type: "Eltwise" bottom: "data" eltwise_param { operation: MAX }', "plain sum of two"),
        ('type: "Pooling" pooling_param { pool: AVE kernel_size: 3 stride: 2 }', "within the image"),
        ('type: "LRN" lrn_param { norm_region: WITHIN_CHANNEL }', "ACROSS_CHANNELS"),
    ],
)
def test_what_cannot_be_written_is_named(layer: str, what: str, tmp_path: Path) -> None:
    from to_onnx import save_onnx

    text = (
        'layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 2 dim: 3 dim: 6 dim: 8 } } }\n'
        f'layer {{ name: "odd" bottom: "data" top: "odd" {layer} }}'
    )
    with pytest.raises(LayerError, match=what) as caught:
        save_onnx(prototxt.parse_net(text), tmp_path / "net.onnx")
    assert 'layer "odd"' in str(caught.value)
    assert not list(tmp_path.iterdir())
