"""Filter: the selected items, the layers after it, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

import prototxt
from prototxt.blobs import Array, Shape
from prototxt.errors import LayerError
from support.helpers import layer_from_text, noise, refused

TEXT = 'type: "Filter" bottom: "a" bottom: "b" bottom: "s" top: "fa" top: "fb"'


def test_items_whose_selector_is_not_0() -> None:
    a, b = noise(4, 3, 2), noise(4, 5, seed=1)
    layer = layer_from_text(TEXT)
    assert layer.shapes([a.shape, b.shape, (4,)]) == [(4, 3, 2), (4, 5)]
    fa, fb = layer.forward([a, b, np.array([[0], [-1], [0.5], [0]], np.float32)], ())
    np.testing.assert_array_equal(fa, a[1:3])
    np.testing.assert_array_equal(fb, b[1:3])
    assert [len(y) for y in layer.forward([a, b, np.zeros(4, np.float32)], ())] == [0, 0]


@pytest.mark.parametrize(
    ("bottom", "what"),
    [
        (((4, 3), (4, 5), (4, 2)), "the selector, its last bottom, must be N or N x 1 x 1 ..., got 4 x 2"),
        (((4, 3), (3, 5), (4,)), "the selector holds 4 values, which does not fit a bottom of 3 x 5"),
        (((4, 3), (4, 5), ()), "needs a bottom of at least 1 axes, got 0: scalar"),
    ],
)
def test_refusals(bottom: tuple[Shape, ...], what: str) -> None:
    error = refused(TEXT, *bottom)
    assert (error.what, error.field) == (what, "bottom")


def test_a_top_for_each_bottom_but_the_last() -> None:
    error = refused('type: "Filter" bottom: "a" bottom: "b" bottom: "s" top: "fa"')
    assert error.what == "needs a top for each bottom but the last, has 3 bottoms and 1 tops"
    assert error.field == "top"


NET = """
layer { name: "in" type: "Input" top: "x" top: "s" top: "t"
  input_param { shape { dim: 4 dim: 3 dim: 6 dim: 5 } shape { dim: 4 } shape { dim: 4 dim: 2 } } }
layer { name: "keep" type: "Filter" bottom: "x" bottom: "s" top: "kept" }
layer { name: "conv" type: "Convolution" bottom: "kept" top: "conv"
  convolution_param { num_output: 7 kernel_size: 3 weight_filler { type: "xavier" } } }
layer { name: "relu" type: "ReLU" bottom: "conv" top: "conv" }
layer { name: "pool" type: "Pooling" bottom: "conv" top: "pool" pooling_param { kernel_size: 2 stride: 2 } }
layer { name: "fc" type: "InnerProduct" bottom: "pool" top: "fc"
  inner_product_param { num_output: 2 weight_filler { type: "xavier" } } }
layer { name: "prob" type: "Softmax" bottom: "fc" top: "prob" }
"""


@pytest.mark.parametrize("engine", ["fast", "reference"])
@pytest.mark.parametrize("selector", [[1, 0, 0, 1], [0, 0, 0, 0], [1, 1, 1, 1]])
def test_later_layers_take_the_selected_items(engine: str, selector: list[float]) -> None:
    net = prototxt.parse_net(NET, engine=engine)
    x, on = noise(4, 3, 6, 5), np.array(selector, np.float32)
    all_of_it = net.forward(x=x, s=np.ones(4))["prob"]
    left = net.forward(x=x, s=on)["prob"]
    np.testing.assert_allclose(left, all_of_it[on != 0], rtol=1e-5)
    assert net.blobs["prob"].shape == left.shape == (on.sum(), 2)
    assert net.blobs["conv"].data.shape == (on.sum(), 7, 4, 3)


@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_a_layer_that_cannot_take_the_selected_items_says_so(engine: str) -> None:
    loss = 'layer { name: "loss" type: "EuclideanLoss" bottom: "fc" bottom: "t" top: "loss" }'
    net = prototxt.parse_net(NET + loss, file="net.prototxt", engine=engine)
    arrays: dict[str, Array] = {"x": noise(4, 3, 6, 5), "t": noise(4, 2), "s": np.ones(4, np.float32)}
    net.forward(arrays)
    with pytest.raises(LayerError) as caught:
        net.forward(arrays | {"s": np.array([1, 1, 0, 1], np.float32)})
    assert str(caught.value).startswith(
        'net.prototxt:12:44: layer "loss" (EuclideanLoss): '
        "both bottoms must have the same number of items, got 3 x 2 and 4 x 2"
    )


@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_parameters_that_depend_on_the_number_of_items(engine: str) -> None:
    text = """
    layer { name: "in" type: "Input" top: "x" top: "s" input_param { shape { dim: 4 dim: 3 } shape { dim: 4 } } }
    layer { name: "keep" type: "Filter" bottom: "x" bottom: "s" top: "kept" }
    layer { name: "fc" type: "InnerProduct" bottom: "kept" top: "fc" inner_product_param { num_output: 2 axis: 0 } }
    """
    net = prototxt.parse_net(text, engine=engine)
    with pytest.raises(LayerError, match=r'layer "fc".*parameter 0 is 2 x 12, 1 x 3 would need 2 x 3'):
        net.forward(x=noise(4, 3), s=np.array([0, 0, 1, 0]))
