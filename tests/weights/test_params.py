"""Parameters from a weights file where it holds them, from fillers where it does not; shared arrays are one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import prototxt
from prototxt.errors import InputError, LayerError, WeightsError
from prototxt.layers.base import Array
from prototxt.reading import Options, define_net, make_graph
from prototxt.schema import message_class
from prototxt.weights.params import make_params

TEXT = """
name: "two"
layer { name: "in" type: "Input" top: "x" input_param { shape { dim: 2 dim: 3 } } }
layer { name: "a" type: "InnerProduct" bottom: "x" top: "a" inner_product_param {
  num_output: 3 weight_filler { type: "gaussian" std: 1 } bias_filler { type: "constant" value: 0.5 } } }
layer { name: "r" type: "ReLU" bottom: "a" top: "a" }
layer { name: "b" type: "InnerProduct" bottom: "a" top: "b" inner_product_param {
  num_output: 4 weight_filler { type: "uniform" min: -1 max: 1 } } }
"""
SHARED = TEXT.replace(
    'bottom: "x" top: "a"', 'bottom: "x" top: "a" param { name: "w" } param { name: "b" }'
).replace('num_output: 4', "num_output: 3").replace(
    'bottom: "a" top: "b"', 'bottom: "a" top: "b" param { name: "w" } param { }'
)  # fmt: skip


def store(path: Path, layers: dict[str, list[Array]]) -> Path:
    """A .caffemodel with these layers."""
    message = message_class("NetParameter")(name="stored")
    for name, arrays in layers.items():
        layer = message.layer.add(name=name, type="InnerProduct")
        for array in arrays:
            blob = layer.blobs.add(data=array.ravel().tolist())
            blob.shape.dim.extend(array.shape)
    path.write_bytes(message.SerializeToString())
    return path


def counted(*shape: int, start: float = 0) -> Array:
    return (np.arange(np.prod(shape), dtype=np.float32) + np.float32(start)).reshape(shape)


def test_without_weights_the_fillers_fill() -> None:
    arrays, loaded = make_params(make_graph(define_net(TEXT, "net"), Options()), 0, None)
    assert loaded is None
    assert [[a.shape for a in own] for own in arrays] == [[], [(3, 3), (3,)], [], [(4, 3), (4,)]]
    assert all(a.dtype == np.float32 and a.flags.c_contiguous for own in arrays for a in own)
    np.testing.assert_array_equal(arrays[1][1], [0.5] * 3)
    np.testing.assert_array_equal(arrays[3][1], [0] * 4)
    assert np.abs(arrays[3][0]).max() <= 1
    assert arrays[1][0].std() > 0


def test_a_file_fills_what_it_holds(tmp_path: Path) -> None:
    weight, bias = counted(4, 3, start=1), counted(4, start=50)
    path = store(tmp_path / "w.caffemodel", {"b": [weight, bias], "extra": [bias], "bare": []})
    arrays, loaded = make_params(make_graph(define_net(TEXT, "net"), Options()), 7, path)
    np.testing.assert_array_equal(arrays[3][0], weight)
    np.testing.assert_array_equal(arrays[3][1], bias)
    filled, _ = make_params(make_graph(define_net(TEXT, "net"), Options()), 7, None)
    np.testing.assert_array_equal(arrays[1][0], filled[1][0])
    assert loaded is not None
    assert (loaded.file, loaded.layers, loaded.missing, loaded.unused) == (
        str(path),
        ("b",),
        ("a",),
        ("extra",),
    )


def test_a_round_trip(tmp_path: Path) -> None:
    first = prototxt.parse_net(TEXT, seed=3)
    layers = {name: [p.data for p in params] for name, params in first.params.items()}
    second = prototxt.parse_net(TEXT, store(tmp_path / "w.caffemodel", layers), seed=4)
    x = counted(2, 3)
    np.testing.assert_array_equal(first.forward(x=x)["b"], second.forward(x=x)["b"])
    assert second.loaded is not None
    assert (second.loaded.layers, second.loaded.missing, second.loaded.unused) == (("a", "b"), (), ())


def test_two_nets_of_one_file_share_nothing(tmp_path: Path) -> None:
    path = store(
        tmp_path / "w.caffemodel", {"a": [counted(3, 3), counted(3)], "b": [counted(4, 3), counted(4)]}
    )
    before = path.read_bytes()
    first, second = prototxt.parse_net(TEXT, path), prototxt.parse_net(TEXT, path)
    for params in first.params.values():
        for param in params:
            param.data[...] = -1
    assert path.read_bytes() == before
    for params in second.params.values():
        for param in params:
            np.testing.assert_array_equal(param.data, counted(*param.shape))
    np.testing.assert_array_equal(prototxt.parse_net(TEXT, path).params["a"][0].data, counted(3, 3))


def test_the_weights_of_another_net(tmp_path: Path) -> None:
    path = store(tmp_path / "w.caffemodel", {"conv1": [counted(3, 3)]})
    with pytest.raises(WeightsError, match=r'the weights of another net: .* has "conv1"; .* needs "a", "b"'):
        prototxt.parse_net(TEXT, path)


def test_other_shapes(tmp_path: Path) -> None:
    path = store(tmp_path / "w.caffemodel", {"a": [counted(3, 4), counted(3)]})
    with pytest.raises(WeightsError) as caught:
        prototxt.parse_net(TEXT, path, file="two.prototxt")
    assert "has 3 x 4, two.prototxt needs 3 x 3 (blob 0)" in str(caught.value)
    assert caught.value.layer == "a"


def test_shared_parameters_are_one_array() -> None:
    net = prototxt.parse_net(SHARED)
    net.params["a"][0].data[1, 2] = 99
    assert net.params["b"][0].data[1, 2] == 99
    net.params["a"][1].data[...] = 7
    assert not net.params["b"][1].data.any()


def test_a_shared_parameter_is_filled_as_its_owners() -> None:
    alone, shared = prototxt.parse_net(TEXT, seed=2), prototxt.parse_net(SHARED, seed=2)
    np.testing.assert_array_equal(shared.params["b"][0].data, alone.params["a"][0].data)


def test_a_permissive_sharer_sees_the_same_numbers_in_its_own_shape() -> None:
    text = TEXT.replace('bottom: "x" top: "a"', 'bottom: "x" top: "a" param { name: "w" }').replace(
        'bottom: "a" top: "b"', 'bottom: "x" top: "b" param { name: "w" share_mode: PERMISSIVE }'
    )
    text = text.replace("num_output: 4", "num_output: 3 transpose: true").replace(
        "dim: 2 dim: 3", "dim: 2 dim: 5"
    )
    net = prototxt.parse_net(text)
    first, second = net.params["a"][0], net.params["b"][0]
    assert (first.shape, second.shape) == ((3, 5), (5, 3))
    first.data[...] = counted(3, 5)
    np.testing.assert_array_equal(second.data, counted(5, 3))


def test_the_later_of_two_stored_sharers_wins(tmp_path: Path) -> None:
    layers = {"a": [counted(3, 3), counted(3)], "b": [counted(3, 3, start=20), counted(3, start=5)]}
    net = prototxt.parse_net(SHARED, store(tmp_path / "w.caffemodel", layers))
    np.testing.assert_array_equal(net.params["a"][0].data, counted(3, 3, start=20))
    assert np.shares_memory(net.params["a"][0].data, net.params["b"][0].data)
    np.testing.assert_array_equal(net.params["a"][1].data, counted(3))


def test_a_sharer_alone_in_the_file_fills_the_owner(tmp_path: Path) -> None:
    path = store(tmp_path / "w.caffemodel", {"b": [counted(3, 3, start=20), counted(3)]})
    net = prototxt.parse_net(SHARED, path)
    np.testing.assert_array_equal(net.params["a"][0].data, counted(3, 3, start=20))


def test_a_filler_that_cannot_fill() -> None:
    text = TEXT.replace('type: "uniform"', 'type: "unifrom"')
    with pytest.raises(LayerError) as caught:
        prototxt.parse_net(text, file="two.prototxt")
    assert str(caught.value).startswith("two.prototxt:8:")
    assert caught.value.layer == "b"
    assert "unifrom" in caught.value.what


def test_more_than_the_machine_holds_is_refused() -> None:
    wide = "num_output: 40000 weight_filler { } } }\n"
    layers = 'layer { name: "in" type: "Input" top: "y0" input_param { shape { dim: 1 dim: 40000 } } }\n'
    for i in range(2000):
        layers += f'layer {{ name: "{i}" type: "InnerProduct" bottom: "y{i}" top: "y{i + 1}" '
        layers += f"inner_product_param {{ {wide}"
    with pytest.raises(InputError, match=r"net: holding the parameters needs 12,800.* GB, this machine has"):
        prototxt.parse_net(layers, file="net")
