"""`input` beside the layers becomes an Input layer before them."""

from __future__ import annotations

import pytest

from prototxt.errors import LayerError, NetError
from prototxt.frontend.load import Options, define_net, make_graph

RELU = 'layer { name: "r" type: "ReLU" bottom: "x" top: "y" }'


def test_input_dim() -> None:
    text = f"""
        {RELU}
        input: "x" input_dim: 2 input_dim: 3 input_dim: 5 input_dim: 7
        input: "z" input_dim: 11 input_dim: 13 input_dim: 17 input_dim: 19
    """
    message = define_net(text, "net").message
    first, relu = message.layer
    assert (first.name, first.type, list(first.top)) == ("input", "Input", ["x", "z"])
    assert [list(shape.dim) for shape in first.input_param.shape] == [[2, 3, 5, 7], [11, 13, 17, 19]]
    assert relu.name == "r"
    assert not [field.name for field, _ in message.ListFields() if field.name.startswith("input")]


def test_input_shape_of_any_number_of_axes() -> None:
    text = f'input: "x" input: "z" input_shape {{ dim: 4 }} input_shape {{ dim: 2 dim: 3 dim: 5 }} {RELU}'
    graph = make_graph(define_net(text, "net"), Options())
    assert graph.inputs == ("x", "z")
    assert [graph.shapes[blob] for blob in graph.shapes] == [(4,), (2, 3, 5), (4,)]


def test_input_shape_goes_before_input_dim() -> None:
    text = f'input: "x" input_dim: 9 input_dim: 9 input_dim: 9 input_dim: 9 input_shape {{ dim: 4 }} {RELU}'
    (shape,) = define_net(text, "net").message.layer[0].input_param.shape
    assert list(shape.dim) == [4]


@pytest.mark.parametrize("count", [1, 3, 5, 8])
def test_a_wrong_number_of_input_dims(count: int) -> None:
    with pytest.raises(NetError, match=rf"1 `input` need 4 `input_dim` \(N, C, H, W each\), not {count}"):
        define_net(f'input: "x" {"input_dim: 2 " * count} {RELU}', "net")


@pytest.mark.parametrize("count", [1, 3])
def test_a_wrong_number_of_input_shapes(count: int) -> None:
    shapes = "input_shape { dim: 4 } " * count
    with pytest.raises(NetError, match=f"2 `input` but {count} `input_shape`"):
        define_net(f'input: "x" input: "z" {shapes} {RELU}', "net")


def test_an_input_without_dimensions_takes_the_callers() -> None:
    definition = define_net(f'input: "x" {RELU}', "net.prototxt")
    with pytest.raises(LayerError, match='no shape for its top "x"') as caught:
        make_graph(definition, Options())
    assert "--input x=N,C,H,W" in str(caught.value.hint)
    graph = make_graph(definition, Options(inputs={"x": (2, 3)}))
    assert list(graph.shapes.values()) == [(2, 3), (2, 3)]


def test_one_of_two_inputs_without_dimensions_given() -> None:
    add = 'layer { name: "a" type: "Eltwise" bottom: "x" bottom: "z" top: "y" }'
    definition = define_net(f'input: "x" input: "z" {add}', "net.prototxt")
    with pytest.raises(LayerError, match='no shape for its top "x"'):
        make_graph(definition, Options(inputs={"z": (2, 3)}))
    assert make_graph(definition, Options(inputs={"z": (2, 3), "x": (2, 3)})).outputs == ("y",)


def test_v1_layers_too() -> None:
    text = 'input: "x" input_shape { dim: 6 } layers { name: "r" type: RELU bottom: "x" top: "y" }'
    assert [layer.type for layer in define_net(text, "net").message.layer] == ["Input", "ReLU"]


def test_dimensions_without_an_input_mean_nothing() -> None:
    assert [layer.name for layer in define_net(f"input_dim: 3 {RELU}", "net").message.layer] == ["r"]
