"""A small net in the shape of C3D: shapes by hand, both forms of its file, both engines, weights, and all commands."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import prototxt
from prototxt.cli.draw import main as draw
from prototxt.cli.explain.command import main as explain
from prototxt.cli.report import main as report
from prototxt.net import Net
from prototxt.schema.caffe_pb2 import NetParameter
from support.clip_nets import CLIP, SHAPES, V1, V2, WITH_NORMS
from support.clips import convolved, pooled
from support.commands import invoke
from support.helpers import noise


def with_params_of(net: Net, other: Net) -> Net:
    for name, params in other.params.items():
        for mine, theirs in zip(net.params[name], params, strict=True):
            mine.data[...] = theirs.data
    return net


@pytest.mark.parametrize("text", [V1, V2], ids=["C3D 1.0", "C3D 1.1"])
def test_shapes_by_hand(text: str) -> None:
    net = prototxt.parse_net(text)
    shapes = {blob.name: shape for blob, shape in net.graph.shapes.items()}
    assert {name: shapes[name] for name in SHAPES} == SHAPES


def test_both_forms_and_both_engines_give_the_same() -> None:
    clip = noise(*CLIP)
    first = prototxt.parse_net(V1)
    expected = {name: y.copy() for name, y in first.forward(data=clip).items()}
    for net in (prototxt.parse_net(V2), prototxt.parse_net(V2, engine="reference")):
        for name, y in with_params_of(net, first).forward(data=clip).items():
            np.testing.assert_allclose(y, expected[name], rtol=1e-4, atol=1e-5)


def test_the_first_layers_equal_plain_loops() -> None:
    net, clip = prototxt.parse_net(V1), noise(*CLIP)
    net.forward(data=clip, keep="all")
    weight, bias = (param.data for param in net.params["conv1a"])
    conv = np.maximum(convolved(clip, weight, bias, (1, 1, 1), (1, 1, 1)), 0)
    np.testing.assert_allclose(net.blobs["conv1a"].data, conv, rtol=1e-4, atol=1e-5)
    pool, _ = pooled(conv, (1, 2, 2), (1, 2, 2), (0, 0, 0), average=False, clips=False)
    np.testing.assert_allclose(net.blobs["pool1"].data, pool, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("keep", ["all", "outputs"])
def test_layers_of_any_number_of_axes_take_clips(keep: str) -> None:
    clip = noise(2, 3, 5, 7, 6)
    fast, reference = (prototxt.parse_net(WITH_NORMS, engine=engine) for engine in ("fast", "reference"))
    mean, variance, factor = (param.data for param in reference.params["bn"])
    mean[...], variance[...], factor[...] = noise(4, seed=1), abs(noise(4, seed=2)) + 1, 1
    with_params_of(fast, reference)
    expected = {name: y.copy() for name, y in reference.forward(x=clip, keep=keep).items()}
    for name, y in fast.forward(x=clip, keep=keep).items():
        np.testing.assert_allclose(y, expected[name], rtol=1e-4, atol=1e-5, err_msg=name)


def test_normalization_and_activation_are_fused_with_the_convolution() -> None:
    plan = prototxt.parse_net(WITH_NORMS).plan()
    steps = {step.nodes[0].layer.name: step for step in plan.steps}
    assert [node.layer.name for node in steps["c"].nodes][:3] == ["c", "bn", "sc"]
    assert steps["c"].folded == 2
    kernels = {name: step.kernel.name if step.kernel else "" for name, step in steps.items()}
    assert kernels["c"] == kernels["side"] == "clip_im2col_gemm"
    assert kernels["pool"] == "clip_average_pool"


def test_weights_of_five_axes_whose_biases_have_five_too(tmp_path: Path) -> None:
    trained = NetParameter()
    weight, bias = noise(4, 3, 3, 3, 3), noise(4, seed=1)
    layer = trained.layer.add(name="conv1a", type="Convolution3D")
    layer.blobs.add(shape={"dim": weight.shape}, data=weight.ravel())
    layer.blobs.add(shape={"dim": (1, 1, 1, 1, 4)}, data=bias)
    path, net_path = tmp_path / "c3d.caffemodel", tmp_path / "c3d.prototxt"
    path.write_bytes(trained.SerializeToString())
    net_path.write_text(V1)
    net = prototxt.load_net(net_path, path)
    np.testing.assert_array_equal(net.params["conv1a"][0].data, weight)
    np.testing.assert_array_equal(net.params["conv1a"][1].data, bias)


def test_commands(tmp_path: Path) -> None:
    net = tmp_path / "c3d.prototxt"
    net.write_text(V1)
    section = " ".join(invoke(explain, str(net), "conv2a").out.split())
    assert "nn.Conv3d(4, 6, kernel_size=(2, 3, 3), stride=(1, 2, 2), padding=(0, 1, 1))" in section
    assert "floor((6 - 2) / 1) + 1 = 5" in section
    assert "4 x 8 x 8 of data's 6 x 14 x 17 pixels" in section
    assert "nn.AvgPool3d(2, stride=2, ceil_mode=True)" in " ".join(
        invoke(explain, str(net), "pool2").out.split()
    )
    for layer, at in (
        ("conv2a", "1,5,2,3,4"),
        ("pool2", "0,1,2,1,2"),
        ("deconv", "1,2,5,3,0"),
        ("vox", "0,1,2,3,4"),
    ):
        value = invoke(explain, str(net), layer, "--at", at)
        assert value.code == 0
        assert "the same up to float32 rounding" in value.out
    drawing = invoke(draw, str(net)).out
    assert "Convolution3D 3x3x3+1/1" in drawing
    page = tmp_path / "c3d.html"
    assert invoke(report, str(net), "-o", str(page)).code == 0
    assert page.stat().st_size > 100_000
