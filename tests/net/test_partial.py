"""Partial runs: forward(start=, end=) in both engines."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import prototxt
from prototxt.errors import InputError
from prototxt.net import Net
from support.helpers import noise

NET = """
name: "parts"
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 2 dim: 3 dim: 9 dim: 7 } } }
layer {
  name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
  convolution_param { num_output: 4 kernel_h: 3 kernel_w: 2 weight_filler { type: "xavier" } }
}
layer { name: "relu1" type: "ReLU" bottom: "conv1" top: "conv1" }
layer {
  name: "pool1" type: "Pooling" bottom: "conv1" top: "pool1"
  pooling_param { pool: MAX kernel_size: 2 stride: 2 }
}
layer {
  name: "conv2" type: "Convolution" bottom: "pool1" top: "conv2"
  convolution_param { num_output: 5 kernel_size: 2 weight_filler { type: "xavier" } }
}
layer { name: "sum" type: "Eltwise" bottom: "conv2" bottom: "conv2" top: "sum" }
layer {
  name: "ip" type: "InnerProduct" bottom: "sum" top: "ip"
  inner_product_param { num_output: 6 weight_filler { type: "xavier" } }
}
"""
X = noise(2, 3, 9, 7)


@pytest.fixture(params=["fast", "reference"])
def make(request: pytest.FixtureRequest) -> Callable[..., Net]:
    def make(**options: object) -> Net:
        return prototxt.parse_net(NET, engine=request.param, **options)  # type: ignore[arg-type]

    return make


def test_two_halves_are_the_whole(make: Callable[..., Net]) -> None:
    whole = make().forward(data=X)
    net = make()
    first = net.forward(data=X, end="pool1")
    assert list(first) == ["pool1"]
    second = net.forward(start="conv2")
    np.testing.assert_allclose(second["ip"], whole["ip"], 1e-6)


def test_layers_after_the_end_have_not_run(make: Callable[..., Net]) -> None:
    net = make()
    before = net.forward(data=X, end="conv1")["conv1"]
    assert before.min() < 0
    np.testing.assert_array_equal(net.blobs["conv1"].data, before)
    after = net.forward(start="relu1", end="relu1")["conv1"]
    np.testing.assert_array_equal(after, np.maximum(before, 0))
    np.testing.assert_array_equal(net.blobs["conv1"].data, after)


def test_a_part_after_the_whole_forgets_later_writes_in_place(make: Callable[..., Net]) -> None:
    net = make()
    net.forward(data=X)
    kept = net.blobs["pool1"].data.copy()
    before = net.forward(data=2 * X, end="conv1")["conv1"]
    np.testing.assert_array_equal(net.blobs["conv1"].data, before)
    assert before.min() < 0
    np.testing.assert_array_equal(net.blobs["pool1"].data, kept)


def test_values_in_the_middle_can_be_given(make: Callable[..., Net]) -> None:
    net = make()
    pool1 = noise(*net.blobs["pool1"].shape, seed=1)
    given = net.forward(pool1=pool1, start="conv2", end="conv2")["conv2"]
    written = make()
    written.blobs["pool1"].data[...] = pool1
    np.testing.assert_array_equal(written.forward(start="conv2", end="conv2")["conv2"], given)
    weights, bias = (p.data for p in net.params["conv2"])
    by_hand = np.tensordot(weights, pool1[1, :, 0:2, 1:3], 3) + bias
    np.testing.assert_allclose(given[1, :, 0, 1], by_hand, 1e-5, 1e-6)


def test_keeping_in_a_part(make: Callable[..., Net]) -> None:
    net = make(keep=["conv1:before-relu", "sum"])
    net.forward(data=X, end="pool1")
    assert net.blobs["conv1@0"].data.min() < 0
    with pytest.raises(InputError, match="did not keep"):
        _ = net.blobs["conv2"].data


def test_an_image_without_its_first_axis(make: Callable[..., Net]) -> None:
    with pytest.raises(InputError, match='input "data" is 2 x 3 x 9 x 7, the array 3 x 9 x 7') as caught:
        make().forward(data=X[0])
    assert "array[None]" in str(caught.value.hint)


def test_an_end_reshapes_too(make: Callable[..., Net]) -> None:
    assert make().forward(data=X[:1], end="pool1")["pool1"].shape == (1, 4, 4, 3)


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ({"start": "conv3"}, 'no layer "conv3"'),
        ({"end": "Conv1"}, 'did you mean "conv1"'),
        ({"start": "conv2", "end": "pool1"}, 'layer "pool1" comes before layer "conv2"'),
        ({"start": "conv2"}, 'read blob "pool1", which no forward has left behind'),
        ({"start": "conv2", "data": X}, 'these layers have no input "data"'),
        (
            {"start": "conv2", "pool1": X},
            '"pool1" is computed inside the net as 2 x 4 x 4 x 3, not 2 x 3 x 9 x 7',
        ),
        ({"end": "conv1", "keep": ["nothing"]}, 'no blob "nothing"'),
    ],
)
def test_wrong_parts_are_refused(make: Callable[..., Net], options: dict[str, object], what: str) -> None:
    with pytest.raises(InputError) as caught:
        make().forward(**options)  # type: ignore[arg-type]
    assert what in str(caught.value)
