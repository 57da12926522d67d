"""BatchNorm of NVCaffe: scale and bias in the layer, both orders of its weights files, and Intel's fields."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

import prototxt
from prototxt.blobs import TEST, TRAIN, Array
from prototxt.caffe.proto import caffe_pb2
from prototxt.errors import WeightsError
from prototxt.layers.base import Cost, Layer
from prototxt.layers.batch_norm_nvcaffe import NVCaffeBatchNorm
from support.helpers import layer_from_text, noise, run

MEAN, VARIANCE, FACTOR, SCALE, BIAS = [1, 2, 3], [4, 1, 9], [1], [2, 3, 4], [10, 20, 30]
NET = """input: "x" input_shape { dim: 2 dim: 3 dim: 1 dim: 4 }
layer { name: "bn" type: "BatchNorm" bottom: "x" top: "bn" batch_norm_param { eps: 0.00001 %s } }"""


def batch_norm(fields: str = "scale_bias: true", phase: int = TEST) -> Layer:
    text = f'name: "bn" type: "BatchNorm" bottom: "x" top: "y" batch_norm_param {{ {fields} }}'
    return layer_from_text(text, phase)


def arrays(*values: list[int]) -> list[Array]:
    return [np.array(value, np.float32) for value in values]


def test_scale_and_bias_by_hand() -> None:
    x = np.array([[[5], [5], [6]]], np.float32)
    (y,) = run(batch_norm(), x, params=arrays(MEAN, VARIANCE, FACTOR, SCALE, BIAS))
    np.testing.assert_allclose(
        y.ravel(), [(5 - 1) / 2 * 2 + 10, (5 - 2) * 3 + 20, (6 - 3) / 3 * 4 + 30], rtol=1e-5
    )


@pytest.mark.parametrize(
    "fields", ["scale_bias: true", "scale_filler {}", "bias_filler {}", "use_weight_bias: true"]
)
def test_fields_that_mean_it(fields: str) -> None:
    layer = batch_norm(fields)
    assert isinstance(layer, NVCaffeBatchNorm)
    assert [param.shape for param in layer.params([(2, 3, 4)])] == [(3,), (3,), (1,), (3,), (3,)]
    assert [param.statistic for param in layer.params([(2, 3, 4)])] == [True, True, True, False, False]


@pytest.mark.parametrize("fields", ["", "scale_bias: false", "use_weight_bias: false", "eps: 1"])
def test_fields_that_do_not(fields: str) -> None:
    assert not isinstance(batch_norm(fields), NVCaffeBatchNorm)


def test_fillers_start_at_one_and_zero() -> None:
    net = prototxt.parse_net(NET % "scale_bias: true")
    assert [param.data[0] for param in net.params["bn"]] == [0, 0, 0, 1, 0]
    net = prototxt.parse_net(NET % "scale_filler { value: 3 } bias_filler { value: 5 }")
    assert [param.data[0] for param in net.params["bn"]] == [0, 0, 0, 3, 5]


def test_training_copies_the_first_statistics_and_averages_later_ones() -> None:
    layer, params = (
        batch_norm("scale_bias: true moving_average_fraction: 0.75", TRAIN),
        arrays(MEAN, VARIANCE, [1], SCALE, BIAS),
    )
    for seed in range(2):
        x = noise(4, 3, 5, seed=seed)
        run(layer, x, params=params)
        np.testing.assert_allclose(params[0], x.mean((0, 2)), rtol=1e-4, atol=1e-6)
        np.testing.assert_allclose(params[1], x.var((0, 2)), rtol=1e-4)
    last, x = params[0].copy(), noise(4, 3, 5, seed=9)
    run(layer, x, params=params)
    np.testing.assert_allclose(params[0], 0.75 * last + 0.25 * x.mean((0, 2)), rtol=1e-4, atol=1e-6)


def test_cost() -> None:
    plain, shape = batch_norm(""), [(2, 3, 4)]
    assert batch_norm().cost(shape, shape) == plain.cost(shape, shape) + Cost(
        multiplications=24, additions=24
    )


def save(path: Path, *values: list[int], shapes: Sequence[tuple[int, ...]] | None = None) -> str:
    net = caffe_pb2.NetParameter()
    layer = net.layer.add(name="bn", type="BatchNorm")
    for i, array in enumerate(arrays(*values)):
        blob = layer.blobs.add()
        blob.shape.dim.extend(shapes[i] if shapes else array.shape)
        blob.data.extend(array.tolist())
    path.write_bytes(net.SerializeToString())
    return str(path)


@pytest.mark.parametrize("fields", ["scale_bias: true", ""])
def test_both_orders_of_weights_files(tmp_path: Path, fields: str) -> None:
    """Also where the net does not say that it scales: the number of stored arrays does."""
    new = save(tmp_path / "new.caffemodel", MEAN, VARIANCE, FACTOR, SCALE, BIAS)
    old = save(
        tmp_path / "old.caffemodel",
        SCALE,
        BIAS,
        MEAN,
        VARIANCE,
        FACTOR,
        shapes=[(1, 3, 1, 1)] * 4 + [(1, 1, 1, 1)],
    )
    x = noise(2, 3, 1, 4)
    answers = []
    for weights in (new, old):
        net = prototxt.load_net(_net_file(tmp_path, fields), weights)
        answers.append(net.forward(x=x)["bn"])
        assert [param.data.tolist() for param in net.params["bn"]] == [MEAN, VARIANCE, FACTOR, SCALE, BIAS]
    c = np.array(MEAN), np.sqrt(np.array(VARIANCE) + 1e-5), np.array(SCALE), np.array(BIAS)
    mean, deviation, scale, bias = (values[:, None, None] for values in c)
    np.testing.assert_allclose(answers[0], (x - mean) / deviation * scale + bias, rtol=1e-5, atol=1e-5)
    np.testing.assert_array_equal(answers[0], answers[1])


def test_weights_of_another_number_of_channels_are_refused(tmp_path: Path) -> None:
    wrong = save(tmp_path / "w.caffemodel", [1, 2], [1, 2], [1], [1, 2], [1, 2])
    with pytest.raises(WeightsError, match=r"has 2, .* needs 3"):
        prototxt.load_net(_net_file(tmp_path, "scale_bias: true"), wrong)


def _net_file(folder: Path, fields: str) -> str:
    file = folder / "net.prototxt"
    file.write_text(NET % fields)
    return str(file)
