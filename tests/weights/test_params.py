"""Parameters from a weights file where it holds them, from fillers where it does not; shared arrays are one."""

from __future__ import annotations

import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import prototxt
from prototxt.blobs import Array
from prototxt.errors import InputError, LayerError, WeightsError
from prototxt.formats.npz import write_npz
from prototxt.frontend.load import Options, define_net, make_graph
from prototxt.schema.caffe_pb2 import NetParameter
from prototxt.weights.params import Loaded, LoadedFile, make_params, read_files

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


def store(path: Path, layers: dict[str, list[Array]], name: str = "stored") -> Path:
    """A .caffemodel with these layers."""
    message = NetParameter(name=name)
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
    arrays, loaded = make_params(make_graph(define_net(TEXT, "net"), Options()), 0, ())
    assert loaded is None
    assert len(arrays) == 4
    assert [[a.shape for a in own] for own in arrays] == [[], [(3, 3), (3,)], [], [(4, 3), (4,)]]
    assert [[a.shape for a in own] for own in arrays[1:3]] == [[(3, 3), (3,)], []]
    assert arrays.shapes(3) == ((4, 3), (4,))
    assert all(a.dtype == np.float32 and a.flags.c_contiguous for own in arrays for a in own)
    np.testing.assert_array_equal(arrays[1][1], [0.5] * 3)
    np.testing.assert_array_equal(arrays[3][1], [0] * 4)
    assert np.abs(arrays[3][0]).max() <= 1
    assert arrays[1][0].std() > 0


def test_a_file_fills_what_it_holds(tmp_path: Path) -> None:
    weight, bias = counted(4, 3, start=1), counted(4, start=50)
    path = store(tmp_path / "w.caffemodel", {"b": [weight, bias], "extra": [bias], "bare": []})
    arrays, loaded = make_params(make_graph(define_net(TEXT, "net"), Options()), 7, read_files(path))
    np.testing.assert_array_equal(arrays[3][0], weight)
    np.testing.assert_array_equal(arrays[3][1], bias)
    filled, _ = make_params(make_graph(define_net(TEXT, "net"), Options()), 7, ())
    np.testing.assert_array_equal(arrays[1][0], filled[1][0])
    assert loaded is not None
    assert loaded == Loaded((LoadedFile(str(path), ("b",), ("extra",)),), missing=("a",))
    assert (loaded.file, loaded.layers, loaded.unused) == (str(path), ("b",), ("extra",))


def test_of_several_files_the_later_wins(tmp_path: Path) -> None:
    first = store(
        tmp_path / "1",
        {"a": [counted(3, 3), counted(3)], "b": [counted(4, 3), counted(4)], "old": [counted(2)]},
    )
    second = store(
        tmp_path / "2", {"b": [counted(4, 3, start=9), counted(4)], "head": [counted(2)], "old": []}
    )
    net = prototxt.parse_net(TEXT, [first, second])
    np.testing.assert_array_equal(net.params["a"][0].data, counted(3, 3))
    np.testing.assert_array_equal(net.params["b"][0].data, counted(4, 3, start=9))
    used = LoadedFile(str(first), ("a",), ("old",)), LoadedFile(str(second), ("b",), ("head",))
    assert net.loaded == Loaded(used, missing=())
    assert (net.loaded.file, net.loaded.layers) == (f"{first}, {second}", ("a", "b"))
    np.testing.assert_array_equal(
        prototxt.parse_net(TEXT, (second, first)).params["b"][0].data, counted(4, 3)
    )
    assert prototxt.parse_net(TEXT, []).loaded is None


def test_the_wrong_one_of_several_files_is_named(tmp_path: Path) -> None:
    good = store(tmp_path / "good", {"a": [counted(3, 3), counted(3)]})
    with pytest.raises(WeightsError) as caught:
        prototxt.parse_net(
            TEXT, [good, store(tmp_path / "bad", {"b": [counted(5, 3), counted(5)]})], file="it"
        )
    assert f"{tmp_path / 'bad'} has 5 x 3, it needs 4 x 3 (blob 0)" in str(caught.value)
    with pytest.raises(WeightsError, match=r"another net: .*/bad has"):
        prototxt.parse_net(TEXT, [store(tmp_path / "bad", {"z": [counted(5)]}), good])


def wide(tmp_path: Path) -> tuple[str, Path, int]:
    """A net with 2.4 MB of parameters in two layers, and a file that holds them."""
    text = TEXT.replace("dim: 3", "dim: 600").replace("num_output: 3", "num_output: 1000")
    path = store(tmp_path / "wide.caffemodel", {"a": [counted(1000, 600), counted(1000)],
                 "b": [counted(4, 1000), counted(4)]})  # fmt: skip
    return text, path, 4 * 1000 * 600


def test_numbers_stay_in_the_file_until_they_are_used(tmp_path: Path) -> None:
    text, path, size = wide(tmp_path)
    prototxt.parse_net(text, path)  # modules that are imported on the way
    tracemalloc.start()
    try:
        net = prototxt.parse_net(text, path)
        assert net.params["a"][0].shape == (1000, 600)
        assert tracemalloc.get_traced_memory()[1] < size // 4
        assert net.params["b"][0].data.shape == (4, 1000)
        assert tracemalloc.get_traced_memory()[1] < size // 4
        net.forward(x=counted(2, 600))
        assert tracemalloc.get_traced_memory()[1] > size
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_what_is_written_is_there_at_the_next_forward(tmp_path: Path, engine: str) -> None:
    text, path, _ = wide(tmp_path)
    net = prototxt.parse_net(text, path, engine=engine)
    net.params["b"][0].data[...] = 0
    net.params["b"][1].data[...] = [1, 2, 3, 4]
    for _ in range(2):
        np.testing.assert_array_equal(net.forward(x=counted(2, 600))["b"], [[1, 2, 3, 4]] * 2)
        net.params["b"][1].data[1] -= 2
        net.params["b"][1].data[1] += 2


def test_threads_that_ask_at_once_get_one_array(tmp_path: Path) -> None:
    text, path, _ = wide(tmp_path)
    net = prototxt.parse_net(text, path)
    with ThreadPoolExecutor(4) as pool:
        arrays = list(pool.map(lambda _: net.params["a"][0].data, range(8)))
    assert all(np.shares_memory(arrays[0], array) for array in arrays[1:])


def test_a_damaged_array_is_an_error_when_it_is_used(tmp_path: Path) -> None:
    path = tmp_path / "w.npz"
    values = counted(3, 3000)
    arrays = {"a/0": values, "a/1": counted(3), "b/0": counted(4, 3), "b/1": counted(4)}
    with path.open("wb") as file:
        write_npz(file, arrays.items())
    path.write_bytes(path.read_bytes().replace(values[-1, -9:].tobytes(), bytes(36)))
    net = prototxt.parse_net(TEXT.replace("dim: 3", "dim: 3000"), path)
    for _ in range(2):
        with pytest.raises(WeightsError, match=r'w.npz: layer "a": .*CRC'):
            net.forward()


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


def test_a_file_with_only_a_sharer_fills_the_owner(tmp_path: Path) -> None:
    path = store(tmp_path / "w.caffemodel", {"b": [counted(3, 3, start=20), counted(3)]})
    net = prototxt.parse_net(SHARED, path)
    np.testing.assert_array_equal(net.params["a"][0].data, counted(3, 3, start=20))


def test_a_layer_is_missing_when_no_file_gives_one_of_its_arrays(tmp_path: Path) -> None:
    net = prototxt.parse_net(SHARED, store(tmp_path / "b", {"b": [counted(3, 3), counted(3)]}))
    assert net.loaded is not None
    assert (net.loaded.layers, net.loaded.missing) == (("b",), ("a",))  # the bias of a
    both = SHARED.replace("param { }", 'param { name: "b" }')
    net = prototxt.parse_net(both, store(tmp_path / "b", {"b": [counted(3, 3), counted(3)]}))
    assert net.loaded is not None
    assert net.loaded.missing == ()


def test_hdf5_holds_what_layers_share_once(tmp_path: Path) -> None:
    """As Caffe writes it: layer b's weights are layer a's, and only its bias is in the file."""
    h5py: Any = pytest.importorskip("h5py", reason="HDF5 weights need the extra data")
    with h5py.File(tmp_path / "w.h5", "w") as file:
        for key in ("a/0", "a/1", "b/1"):
            file[f"data/{key}"] = counted(*(3, 3) if key == "a/0" else (3,), start=len(file))
    net = prototxt.parse_net(SHARED, tmp_path / "w.h5")
    assert net.loaded is not None
    assert (net.loaded.layers, net.loaded.missing) == (("a", "b"), ())
    np.testing.assert_array_equal(net.params["b"][0].data, net.params["a"][0].data)
    alone = TEXT.replace("num_output: 4", "num_output: 3")
    with pytest.raises(WeightsError, match=r"has 1 blob \(1: 3\), two needs 2 blobs \(3 x 3, 3\)"):
        prototxt.parse_net(alone, tmp_path / "w.h5", file="two")


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
