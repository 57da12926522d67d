"""ONNX files: every case in ONNX Runtime beside the reference's numbers, any batch, and what is refused."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import prototxt
from prototxt.blobs import TEST, Array
from prototxt.errors import InputError, LayerError, PrototxtError
from prototxt.export.onnx import write
from prototxt.export.onnx.draft import LayerDraft
from prototxt.export.onnx.rule import Values, onnx_rule
from prototxt.layers.base import Layer
from prototxt.layers.relu import ReLU
from prototxt.net import Net
from support.extras import needs
from support.golden import CASE_LIST, Case, part

onnx = needs("onnx")
onnxruntime = needs("onnxruntime")

pytestmark = pytest.mark.filterwarnings("ignore::prototxt.PrototxtWarning")

REFUSED = {
    "BiasChannel", "BoxAnnotatorOHEM", "Filter", "LSTM", "LSTMUnit", "PSROIPooling", "Proposal", "RNN", "SegAccuracy",
    "SpatialProduct", "UniqueLabel", "YoloDetectionOutput", "Yolov3DetectionOutput",
}  # fmt: skip
"""Types without a rule."""

REFUSED_CASES = {
    "convolution/axis2",  # channels on another axis
    "segnet/bn/learn_mean_top",
    "ssd/detection_output/adaptive_nms",
    "ssd/detection_output/loop_refinedet",
    "rfcn/net/faster_rcnn_test",
    "rfcn/net/rfcn_head_from_kernel",
    "yolo/net/yolov3_tail",
}


def results(file: Path, inputs: dict[str, Array]) -> dict[str, Any]:
    """The outputs of a file in ONNX Runtime."""
    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    wanted = {value.name for value in session.get_inputs()}
    names = [value.name for value in session.get_outputs()]
    given = {name: np.asarray(values, np.float32) for name, values in inputs.items() if name in wanted}
    return dict(zip(names, session.run(names, given), strict=True))


def operators(file: Path) -> list[str]:
    return [node.op_type for node in onnx.load(file).graph.node]


def refusal(net: Net, file: Path) -> PrototxtError | None:
    """Writes the file; the error where that is refused."""
    try:
        prototxt.export_onnx(net, file, check=False)
    except PrototxtError as error:
        return error
    return None


@pytest.mark.parametrize("case", CASE_LIST, ids=str)
def test_every_case(case: Case, tmp_path: Path) -> None:
    """At TEST: the numbers of the reference Caffe, or a refusal of a type that is known to be refused."""
    stored = case.arrays()
    net = case.net(stored)
    file = tmp_path / "net.onnx"
    if net.graph.phase != TEST:
        pytest.skip("a net of the phase TRAIN")
    error = refusal(net, file)
    if isinstance(error, LayerError):
        assert error.layer_type in REFUSED or str(case) in REFUSED_CASES or "wholly outside" in str(error)
        assert not file.exists()
        return
    if error is not None and "no layer is left to write" in str(error):
        pytest.skip("losses and data alone")
    assert error is None
    onnx.checker.check_model(onnx.load(file), full_check=True)
    got = results(file, part(stored, "input"))
    truth = part(stored, "output")
    assert got
    for name, values in got.items():
        want = truth[name]
        scale = max(1, np.abs(want).max(initial=0))
        np.testing.assert_allclose(values, want, 1e-4, 1e-5 * scale, err_msg=name)


NET = """
name: "folds"
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 2 dim: 3 dim: 9 dim: 7 } } }
layer { name: "conv" type: "Convolution" bottom: "data" top: "conv" convolution_param {
  num_output: 6 kernel_size: 3 bias_term: false weight_filler { type: "xavier" } } }
layer { name: "bn" type: "BatchNorm" bottom: "conv" top: "conv" }
layer { name: "scale" type: "Scale" bottom: "conv" top: "conv" scale_param { bias_term: true } }
layer { name: "relu" type: "ReLU" bottom: "conv" top: "conv" }
layer { name: "drop" type: "Dropout" bottom: "conv" top: "conv" }
layer { name: "pool" type: "Pooling" bottom: "conv" top: "pool" pooling_param { kernel_size: 3 stride: 2 } }
layer { name: "ip" type: "InnerProduct" bottom: "pool" top: "ip" inner_product_param {
  num_output: 5 weight_filler { type: "xavier" } } }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "ip" bottom: "label" top: "loss" }
"""


def folds() -> Net:
    """A net whose statistics and factors change something."""
    net = prototxt.parse_net(NET, file="folds.prototxt", inputs={"label": (2,)})
    r = np.random.default_rng(3)
    for layer in ("bn", "scale"):
        for parameter in net.params[layer]:
            parameter.data[...] = r.uniform(0.5, 2, parameter.shape)
    return net


@pytest.mark.parametrize("fold", [True, False])
def test_any_batch_from_one_file_and_folding(fold: bool, tmp_path: Path) -> None:
    net, file = folds(), tmp_path / "net.onnx"
    report = prototxt.export_onnx(net, file, fold=fold)
    assert operators(file) == (
        ["Conv", "Relu", "MaxPool", "Flatten", "Gemm"] if fold else
        ["Conv", "Mul", "Add", "Mul", "Add", "Relu", "MaxPool", "Flatten", "Gemm"]
    )  # fmt: skip
    assert report.inputs == (("data", ("N", 3, 9, 7)),)
    assert report.outputs == (("ip", ("N", 5)),)
    assert [check.name for check in report.checks] == ["ip"]
    for batch in (1, 3, 8):
        x = np.random.default_rng(batch).standard_normal((batch, 3, 9, 7)).astype(np.float32)
        want = net.forward(data=x, label=np.zeros(batch))
        del want
        np.testing.assert_allclose(results(file, {"data": x})["ip"], net.blobs["ip"].data, 1e-4, 1e-5)


def test_a_fixed_batch_and_blobs_from_within(tmp_path: Path) -> None:
    net, file = folds(), tmp_path / "net.onnx"
    report = prototxt.export_onnx(net, file, batch=4, outputs=["conv", "pool"])
    assert report.outputs == (("conv", (4, 6, 7, 5)), ("pool", (4, 6, 3, 2)))
    x = np.random.default_rng(1).standard_normal((4, 3, 9, 7)).astype(np.float32)
    got = results(file, {"data": x})
    net.forward(data=x, label=np.zeros(4))
    for name, values in got.items():
        np.testing.assert_allclose(values, net.blobs[name].data, 1e-4, 1e-5)


def test_layers_that_share_a_name_or_weights_stay_apart(tmp_path: Path) -> None:
    """Two layers of one name, a blob called like an operator, a convolution of two bottoms before two BatchNorms."""
    text = """
    layer { name: "x" type: "Input" top: "x" top: "z" top: "unread"
      input_param { shape { dim: 2 dim: 3 dim: 5 dim: 4 } } }
    layer { name: "same" type: "ReLU" bottom: "x" top: "a" }
    layer { name: "same" type: "Sigmoid" bottom: "z" top: "same/Relu_1" }
    layer { name: "conv" type: "Convolution" bottom: "a" bottom: "same/Relu_1" top: "c" top: "d"
      convolution_param { num_output: 4 kernel_size: 2 weight_filler { type: "xavier" } } }
    layer { name: "bn" type: "BatchNorm" bottom: "c" top: "c" }
    layer { name: "bn2" type: "BatchNorm" bottom: "d" top: "d" }
    layer { name: "sum" type: "Eltwise" bottom: "c" bottom: "d" top: "y" }
    """
    net, file = prototxt.parse_net(text), tmp_path / "net.onnx"
    r = np.random.default_rng(4)
    for layer in ("bn", "bn2"):
        for parameter in net.params[layer]:
            parameter.data[...] = r.uniform(0.5, 2, parameter.shape)
    report = prototxt.export_onnx(net, file)
    onnx.checker.check_model(onnx.load(file), full_check=True)
    assert [name for name, _ in report.inputs] == ["x", "z"]
    x, z = (r.standard_normal((2, 3, 5, 4)).astype(np.float32) for _ in range(2))
    want = net.forward(x=x, z=z)["y"]
    np.testing.assert_allclose(results(file, {"x": x, "z": z})["y"], want, 1e-4, 1e-5)


def test_the_net_itself_is_left_alone(tmp_path: Path) -> None:
    net = folds()
    x = np.random.default_rng(1).standard_normal((2, 3, 9, 7)).astype(np.float32)
    before = net.forward(data=x, label=np.zeros(2))["loss"]
    prototxt.export_onnx(net, tmp_path / "net.onnx", batch=5)
    assert net.blobs["data"].shape == (2, 3, 9, 7)
    np.testing.assert_array_equal(net.forward(data=x, label=np.zeros(2))["loss"], before)


def test_values_that_several_names_have(tmp_path: Path) -> None:
    """An input that is an output too, and two outputs of one value."""
    text = """
    layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 2 dim: 3 } } }
    layer { name: "s" type: "Split" bottom: "x" top: "a" top: "b" }
    layer { name: "r" type: "ReLU" bottom: "b" top: "b" }
    layer { name: "t" type: "Split" bottom: "b" top: "c" top: "d" }
    """
    file = tmp_path / "net.onnx"
    prototxt.export_onnx(prototxt.parse_net(text), file)
    onnx.checker.check_model(onnx.load(file), full_check=True)
    x = np.array([[1, -2, 3], [-4, 5, -6]], np.float32)
    got = results(file, {"x": x})
    np.testing.assert_array_equal(got["a"], x)
    for name in ("c", "d"):
        np.testing.assert_array_equal(got[name], np.maximum(x, 0))


def test_a_layer_without_a_rule_is_named_with_its_place(tmp_path: Path) -> None:
    net = prototxt.parse_net(
        'layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 2 dim: 3 dim: 4 dim: 5 } } }\n'
        'layer { name: "f" type: "Filter" bottom: "x" bottom: "x" top: "f" }',
        file="net.prototxt",
        inputs={"x": (2, 1, 1, 1)},
    )
    file = tmp_path / "net.onnx"
    with pytest.raises(
        LayerError, match=r'net.prototxt:2:1.*: layer "f" \(Filter\): cannot be written as ONNX'
    ):
        prototxt.export_onnx(net, file)
    assert not file.exists()


def test_what_cannot_be_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    net, file = folds(), tmp_path / "net.onnx"
    with pytest.raises(InputError, match="opset must be 17 to 23, not 9"):
        prototxt.export_onnx(net, file, opset=9)
    with pytest.raises(InputError, match='no blob "pol"') as refused:
        prototxt.export_onnx(net, file, outputs=["pol"])
    assert "pool" in str(refused.value)
    with pytest.raises(LayerError, match="SoftmaxWithLoss"):
        prototxt.export_onnx(net, file, keep_losses=True)
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(InputError, match="needs the Python library onnx"):
        prototxt.export_onnx(net, file)
    assert not list(tmp_path.iterdir())


def test_a_file_that_differs_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(layer: Layer, draft: LayerDraft) -> Values:
        return draft.x if isinstance(layer, ReLU) else onnx_rule(layer, draft)

    monkeypatch.setattr(write, "onnx_rule", wrong)
    file = tmp_path / "net.onnx"
    with pytest.raises(InputError, match=r'"ip", by .*the first blob that differs is "conv"'):
        prototxt.export_onnx(folds(), file)
    assert not list(tmp_path.iterdir())
    assert prototxt.export_onnx(folds(), file, check=False).unchecked == "not asked for"
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    assert prototxt.export_onnx(folds(), file).unchecked == "onnxruntime is not installed"
