"""The Python API: everything load_net, parse_net, Net, Blob and Parameter promise."""

from __future__ import annotations

import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from inspect import Parameter, signature
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import prototxt
from prototxt.blobs import Array
from prototxt.engine.watch import Timer
from prototxt.errors import InputError, LayerError, NetError, PrototxtWarning, TextError
from prototxt.frontend.net_options import NetKeywords, NetOptions
from prototxt.net import Net
from support.helpers import noise

LENET = (Path(__file__).parents[2] / "examples" / "lenet.prototxt").read_text()
TEXT = """
name: "small"
layer { name: "in" type: "Input" top: "data" input_param { shape { dim: 2 dim: 3 dim: 8 dim: 7 } } }
layer { name: "conv" type: "Convolution" bottom: "data" top: "conv" convolution_param {
  num_output: 4 kernel_h: 3 kernel_w: 2 weight_filler { type: "xavier" } bias_filler { value: 0.25 } } }
layer { name: "relu" type: "ReLU" bottom: "conv" top: "conv" }
layer { name: "pool" type: "Pooling" bottom: "conv" top: "pool" pooling_param { pool: AVE global_pooling: true } }
layer { name: "tanh" type: "TanH" bottom: "conv" top: "tanh" }
"""
WITH_IP = TEXT + """
layer { name: "ip" type: "InnerProduct" bottom: "conv" top: "ip" inner_product_param { num_output: 5 } }
"""  # fmt: skip
DROP = """
layer { name: "in" type: "Input" top: "x" input_param { shape { dim: 40 dim: 50 } } }
layer { name: "drop" type: "Dropout" bottom: "x" top: "y" dropout_param { dropout_ratio: 0.25 } }
"""
ADD = """
layer { name: "in" type: "Input" top: "a" top: "b" input_param { shape { dim: 2 dim: 3 } } }
layer { name: "sum" type: "Eltwise" bottom: "a" bottom: "b" top: "y" }
"""


def small(**options: Any) -> prototxt.Net:
    return prototxt.parse_net(TEXT, file="small.prototxt", **options)


X = noise(2, 3, 8, 7)


def expected(net: prototxt.Net, x: Array) -> Array:
    """The small net's rectified convolution, written out tap by tap."""
    weight, bias = (p.data.astype(np.float64) for p in net.params["conv"])
    h, w = x.shape[2] - 2, x.shape[3] - 1
    taps = [
        np.einsum("nchw,oc->nohw", x[:, :, u : u + h, v : v + w], weight[:, :, u, v])
        for u in range(3)
        for v in range(2)
    ]
    y: Array = np.maximum(np.sum(taps, axis=0) + bias[:, None, None], 0).astype(np.float32)
    return y


# ---- Looking ----


def test_a_net_says_its_shapes_and_counts() -> None:
    net = small()
    assert net.name == "small"
    assert net.inputs == ["data"]
    assert net.outputs == ["pool", "tanh"]
    assert [(layer.name, layer.type) for layer in net.layers] == [
        ("in", "Input"),
        ("conv", "Convolution"),
        ("relu", "ReLU"),
        ("pool", "Pooling"),
        ("tanh", "TanH"),
    ]
    assert {name: blob.shape for name, blob in net.blobs.items()} == {
        "data": (2, 3, 8, 7),
        "conv": (2, 4, 6, 6),
        "pool": (2, 4, 1, 1),
        "tanh": (2, 4, 6, 6),
    }
    assert list(net.blobs) == ["data", "conv", "pool", "tanh"]
    assert {name: [p.shape for p in params] for name, params in net.params.items()} == {
        "conv": [(4, 3, 3, 2), (4,)]
    }
    assert repr(net.blobs["conv"]) == '<Blob "conv" 2 x 4 x 6 x 6>'
    assert net.blobs["conv"].name == "conv"
    assert net.loaded is None


def test_a_net_shows_itself_in_one_line() -> None:
    flow = "data 2 x 3 x 8 x 7 -> pool 2 x 4 x 1 x 1, tanh 2 x 4 x 6 x 6"
    assert repr(small()) == f'<Net "small": 5 layers, 76 parameters, {flow}, engine fast>'
    many = "".join(f'layer {{ name: "{i}" type: "ReLU" bottom: "x" top: "y{i}" }}' for i in range(5))
    nameless = prototxt.parse_net(many, inputs={"x": (3,)})
    flow = "x 3 -> y0 3, y1 3, y2 3, 2 more"
    assert repr(nameless) == f"<Net: 6 layers, 0 parameters, {flow}, engine fast>"


def test_public_names_are_listed() -> None:
    assert set(prototxt.__all__) <= set(dir(prototxt))
    assert {"load_net", "Net", "NetOptions", "__version__"} <= set(dir(prototxt))
    for name in prototxt.__all__:
        assert getattr(prototxt, name) is not None


def test_every_option_is_a_keyword() -> None:
    assert set(NetKeywords.__annotations__) == {field.name for field in fields(NetOptions)}
    with pytest.raises(TypeError, match="engin"):
        prototxt.parse_net(TEXT, engin="fast")  # type: ignore[call-arg]


@pytest.mark.parametrize("function", [prototxt.load_net, prototxt.parse_net])
def test_help_shows_every_option_with_its_default(function: Callable[..., Net]) -> None:
    parameters = signature(function).parameters
    for field in fields(NetOptions):
        assert parameters[field.name].default == field.default, field.name
        assert parameters[field.name].kind is Parameter.KEYWORD_ONLY
    assert all(parameter.kind is not Parameter.VAR_KEYWORD for parameter in parameters.values())


def test_blobs_are_zeros_before_the_first_forward() -> None:
    for blob in small(keep="outputs").blobs.values():
        assert blob.data.shape == blob.shape
        assert blob.data.dtype == np.float32
        assert not blob.data.any()


def test_the_summary_is_a_table() -> None:
    text = small().summary()
    for word in ("conv", "Convolution", "2 x 4 x 6 x 6", "76", "tanh"):  # 4 * 3 * 3 * 2 + 4 parameters
        assert word in text


def test_load_net_reads_a_file(tmp_path: Path) -> None:
    path = tmp_path / "small.prototxt"
    path.write_text(TEXT)
    for name in (path, str(path)):
        net = prototxt.load_net(name, seed=3)
        assert net.graph.file == str(path)
        np.testing.assert_array_equal(net.params["conv"][0].data, small(seed=3).params["conv"][0].data)
    with pytest.raises(prototxt.PrototxtError, match=r"gone\.prototxt"):
        prototxt.load_net(tmp_path / "gone.prototxt")


# ---- Running ----


@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_forward_with_a_keyword_or_a_mapping(engine: str) -> None:
    net = small(engine=engine)
    assert net.engine == engine
    outputs = net.forward(data=X)
    assert list(outputs) == ["pool", "tanh"]
    truth = expected(net, X)
    np.testing.assert_allclose(net.blobs["conv"].data, truth, 1e-5, 1e-6)
    np.testing.assert_allclose(outputs["tanh"], np.tanh(truth), 1e-5, 1e-6)
    np.testing.assert_allclose(outputs["pool"], truth.mean((2, 3), keepdims=True), 1e-5, 1e-6)
    np.testing.assert_array_equal(net.forward({"data": X})["tanh"], outputs["tanh"])


@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_forward_after_writing_the_inputs_blob(engine: str) -> None:
    net = small(engine=engine)
    net.blobs["data"].data[...] = X
    outputs = net.forward()
    np.testing.assert_allclose(outputs["tanh"], np.tanh(expected(net, X)), 1e-5, 1e-6)
    net.blobs["data"].data[...] = 0
    np.testing.assert_allclose(net.forward()["tanh"], np.full((2, 4, 6, 6), np.tanh(0.25)), 1e-5)


def test_an_input_that_is_not_given_keeps_its_values() -> None:
    net = prototxt.parse_net(ADD)
    np.testing.assert_array_equal(
        net.forward(a=np.ones((2, 3)), b=np.full((2, 3), 2))["y"], np.full((2, 3), 3)
    )
    np.testing.assert_array_equal(net.forward(a=np.full((2, 3), 5))["y"], np.full((2, 3), 7))


def test_a_mapping_and_keywords_together() -> None:
    y = prototxt.parse_net(ADD).forward({"a": np.ones((2, 3))}, b=np.ones((2, 3)))["y"]
    np.testing.assert_array_equal(y, np.full((2, 3), 2))


def test_names_that_are_no_identifiers() -> None:
    net = prototxt.parse_net(ADD.replace('"a"', '"self"').replace('"b"', '"keep"'))
    y = net.forward({"self": np.ones((2, 3)), "keep": np.ones((2, 3))})["y"]
    np.testing.assert_array_equal(y, np.full((2, 3), 2))


@pytest.mark.parametrize("kind", [np.float64, np.uint8, np.int64, list])
def test_any_numbers_will_do(kind: Any) -> None:
    values = np.arange(6).reshape(2, 3)
    given = values.tolist() if kind is list else values.astype(kind)
    y = prototxt.parse_net(ADD).forward(a=given, b=given)["y"]
    assert y.dtype == np.float32
    np.testing.assert_array_equal(y, 2 * values)


def test_inputs_that_are_no_numbers() -> None:
    with pytest.raises(InputError, match='input "a" is not an array of numbers'):
        prototxt.parse_net(ADD).forward(a="cat.jpg")
    with pytest.raises(InputError, match='input "a" is not an array of numbers'):
        prototxt.parse_net(ADD).forward(a=[[1, 2, 3], [4, 5]])


@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_the_callers_array_is_the_callers_own(engine: str) -> None:
    net = prototxt.parse_net(DROP, engine=engine)  # at TEST its output is its input
    mine = noise(40, 50)
    before = mine.copy()
    y = net.forward(x=mine)["y"]
    mine[...] = 9
    np.testing.assert_array_equal(net.blobs["x"].data, before)
    np.testing.assert_array_equal(y, before)
    y[...] = 5
    np.testing.assert_array_equal(mine, np.full((40, 50), 9))


@pytest.mark.parametrize("engine", ["fast", "reference"])
@pytest.mark.parametrize(
    "text", [DROP, ADD.replace("Eltwise", "Concat"), ADD.replace('bottom: "b" ', 'bottom: "a" ')]
)
def test_outputs_stay_what_they_were(engine: str, text: str) -> None:
    """The next forward, or writing an input's blob for it, changes no output that was given before."""
    net = prototxt.parse_net(text, engine=engine)
    name = net.inputs[0]
    given = noise(*net.blobs[name].shape)
    first = net.forward({name: given})
    before = {key: value.copy() for key, value in first.items()}
    net.blobs[name].data[...] = 3
    net.forward()
    for key, value in before.items():
        np.testing.assert_array_equal(first[key], value)


def test_outputs_are_apart_from_one_another() -> None:
    text = 'layer { name: "s" type: "Split" bottom: "x" top: "a" top: "b" }'
    outputs = prototxt.parse_net(text, inputs={"x": (4,)}).forward(x=np.ones(4))
    outputs["a"][...] = 7
    np.testing.assert_array_equal(outputs["b"], np.ones(4))


def test_watchers_see_every_step() -> None:
    timer = Timer()
    small().forward(data=X, watchers=[timer])
    assert set(timer.seconds) == {1, 3, 4}
    assert timer.fused == {2}


def test_overflow_is_infinite_without_a_warning() -> None:
    text = 'layer { name: "p" type: "Power" bottom: "x" top: "y" power_param { power: 2 } }'
    for engine in ("fast", "reference"):
        net = prototxt.parse_net(text, inputs={"x": (2,)}, engine=engine)
        np.testing.assert_array_equal(net.forward(x=[1e30, 2])["y"], [np.inf, 4])


# ---- Parameters ----


@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_parameters_are_written_and_used(engine: str) -> None:
    net = small(engine=engine)
    first = net.forward(data=X)["tanh"]
    net.params["conv"][0].data[...] = noise(4, 3, 3, 2, seed=5)
    net.params["conv"][1].data[2] = -3
    second = net.forward(data=X)["tanh"]
    assert np.abs(first - second).max() > 0.1
    np.testing.assert_allclose(second, np.tanh(expected(net, X)), 1e-5, 1e-6)


def test_the_seed_decides() -> None:
    same, again, other = small(seed=1), small(seed=1), small(seed=2)
    assert (same.seed, other.seed) == (1, 2)
    np.testing.assert_array_equal(same.params["conv"][0].data, again.params["conv"][0].data)
    assert (same.params["conv"][0].data != other.params["conv"][0].data).all()
    np.testing.assert_array_equal(other.params["conv"][1].data, [0.25] * 4)
    assert same.params["conv"][0].data.std() > 0


def test_layers_of_one_shape_start_from_different_numbers() -> None:
    rest = 'inner_product_param { num_output: 6 weight_filler { type: "xavier" } }'
    text = "".join(
        f'layer {{ name: "{n}" type: "InnerProduct" bottom: "x" top: "{n}" {rest} }}' for n in "ab"
    )
    net = prototxt.parse_net(text, inputs={"x": (1, 5)})
    assert (net.params["a"][0].data != net.params["b"][0].data).all()


# ---- Keeping ----


@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_a_blob_that_was_not_kept_says_so(engine: str) -> None:
    net = small(engine=engine, keep="outputs")
    everything = small(engine=engine).forward(data=X)
    outputs = net.forward(data=X)
    for name, want in everything.items():
        np.testing.assert_array_equal(outputs[name], want)
        np.testing.assert_array_equal(net.blobs[name].data, want)
    np.testing.assert_array_equal(net.blobs["data"].data, X)
    with pytest.raises(InputError, match='the latest forward did not keep blob "conv"') as caught:
        _ = net.blobs["conv"].data
    assert 'keep=["conv"]' in str(caught.value.hint)


def test_a_list_of_names_is_kept() -> None:
    net = small(keep=["conv"])
    net.forward(data=X)
    np.testing.assert_allclose(net.blobs["conv"].data, expected(net, X), 1e-5, 1e-6)
    assert net.blobs["tanh"].data.any()


def test_one_run_may_keep_something_else() -> None:
    net = small(keep="outputs")
    net.forward(data=X, keep="all")
    np.testing.assert_allclose(net.blobs["conv"].data, expected(net, X), 1e-5, 1e-6)
    net.forward(data=X)
    with pytest.raises(InputError, match='did not keep blob "conv"'):
        _ = net.blobs["conv"].data


def test_an_unknown_name_to_keep() -> None:
    for make in (lambda: small(keep=["cnv"]), lambda: small().forward(data=X, keep=["cnv"])):
        with pytest.raises(InputError, match='no blob "cnv"') as caught:
            make()
        assert str(caught.value.hint).startswith('did you mean "conv"')


# ---- Reshaping ----


@pytest.mark.parametrize("shape", [(5, 3, 8, 7), (2, 3, 11, 9), (1, 3, 3, 2)])
def test_another_size_reshapes_the_net(shape: tuple[int, ...]) -> None:
    net = small()
    x = noise(*shape)
    outputs = net.forward(data=x)
    n, _, h, w = shape
    assert net.blobs["data"].shape == shape
    assert net.blobs["conv"].shape == outputs["tanh"].shape == (n, 4, h - 2, w - 1)
    np.testing.assert_allclose(outputs["tanh"], np.tanh(expected(net, x)), 1e-5, 1e-6)
    np.testing.assert_array_equal(net.params["conv"][0].data, small().params["conv"][0].data)


def test_reshape_clears_the_blobs() -> None:
    net = small()
    net.params["conv"][1].data[...] = 7
    net.forward(data=X)
    net.reshape(data=(1, 3, 9, 9))
    assert net.blobs["tanh"].shape == (1, 4, 7, 8)
    assert not net.blobs["tanh"].data.any()
    np.testing.assert_array_equal(net.params["conv"][1].data, [7] * 4)
    assert net.forward()["tanh"].shape == (1, 4, 7, 8)


def test_one_reshape_after_another() -> None:
    net = prototxt.parse_net(ADD.replace("Eltwise", "Concat"))
    net.reshape(a=(2, 5))
    net.reshape(b=(2, 7))
    assert {name: blob.shape for name, blob in net.blobs.items()} == {"a": (2, 5), "b": (2, 7), "y": (2, 12)}


def test_an_inner_product_holds_the_size() -> None:
    net = prototxt.parse_net(WITH_IP, file="ip.prototxt")
    with pytest.raises(InputError) as caught:
        net.forward(data=noise(2, 3, 9, 7))
    text = str(caught.value)
    assert 'ip.prototxt: input "data" 2 x 3 x 9 x 7 does not fit: layer "ip" (InnerProduct)' in text
    assert "5 x 144 and would need 5 x 168" in text
    assert net.blobs["data"].shape == (2, 3, 8, 7)
    assert net.forward(data=noise(3, 3, 8, 7))["ip"].shape == (3, 5)


def test_a_wrong_number_of_channels_names_both_shapes_and_the_layer() -> None:
    net = small()
    with pytest.raises(InputError) as caught:
        net.forward(data=noise(2, 1, 8, 7))
    text = str(caught.value)
    assert '"data" 2 x 1 x 8 x 7' in text
    assert 'layer "conv" (Convolution)' in text
    assert "4 x 3 x 3 x 2" in text
    assert "4 x 1 x 3 x 2" in text
    np.testing.assert_allclose(net.forward(data=X)["tanh"], np.tanh(expected(net, X)), 1e-5, 1e-6)


def test_a_size_a_layer_cannot_take() -> None:
    net = small()
    with pytest.raises(LayerError) as caught:
        net.forward(data=noise(2, 3, 2, 7))
    assert caught.value.layer == "conv"
    assert net.blobs["data"].shape == (2, 3, 8, 7)


def test_an_image_without_its_batch_axis() -> None:
    with pytest.raises(prototxt.PrototxtError):
        small().forward(data=noise(3, 8, 7))


@pytest.mark.parametrize(
    "use",
    [lambda net: net.forward(dta=X), lambda net: net.forward({"dta": X}), lambda net: net.reshape(dta=(1,))],
)
def test_an_unknown_input(use: Callable[[prototxt.Net], Any]) -> None:
    with pytest.raises(InputError, match=r'small\.prototxt: the net has no input "dta"') as caught:
        use(small())
    assert caught.value.hint == 'did you mean "data"?'


def test_a_blob_inside_the_net_is_no_input() -> None:
    with pytest.raises(InputError, match='no input "conv"') as caught:
        small().forward(conv=noise(2, 4, 6, 6))
    assert caught.value.hint is not None
    assert '"data"' in caught.value.hint


def test_input_shapes_may_be_given_at_once() -> None:
    assert small(inputs={"data": (1, 3, 5, 4)}).blobs["tanh"].shape == (1, 4, 3, 3)
    headless = "\n".join(line for line in TEXT.splitlines() if '"Input"' not in line)
    with pytest.raises(NetError, match='no layer makes bottom "data"'):
        prototxt.parse_net(headless)
    net = prototxt.parse_net(headless, inputs={"data": (1, 3, 5, 4)})
    assert net.inputs == ["data"]
    assert net.forward(data=noise(6, 3, 5, 4))["tanh"].shape == (6, 4, 3, 3)


# ---- Phases, stages ----


def test_dropout_in_training_is_seeded() -> None:
    ones = np.ones((40, 50))
    first, second = (prototxt.parse_net(DROP, phase="TRAIN", seed=4).forward(x=ones)["y"] for _ in range(2))
    np.testing.assert_array_equal(first, second)
    other = prototxt.parse_net(DROP, phase="TRAIN", seed=5).forward(x=ones)["y"]
    assert (first != other).any()
    assert set(np.unique(first)) == {np.float32(0), np.float32(1 / 0.75)}
    # 2000 draws with a chance of 1/4: four standard deviations are 0.04
    assert abs((first == 0).mean() - 0.25) < 0.04


def test_dropout_draws_again_in_every_forward() -> None:
    net = prototxt.parse_net(DROP, phase="TRAIN")
    ones = np.ones((40, 50))
    assert (net.forward(x=ones)["y"] != net.forward()["y"]).any()


def test_phase_level_and_stages_choose_layers() -> None:
    text = ADD + """
        layer { name: "train" type: "ReLU" bottom: "y" top: "y" include { phase: TRAIN } }
        layer { name: "deep" type: "TanH" bottom: "y" top: "z" include { min_level: 2 } }
        layer { name: "staged" type: "AbsVal" bottom: "y" top: "abs" include { stage: "deploy" } }
    """  # fmt: skip

    def names(**options: Any) -> list[str]:
        return [layer.name for layer in prototxt.parse_net(text, **options).layers][2:]

    assert names() == []
    assert names(phase="TRAIN") == ["train"]
    assert names(level=2, stages=["deploy"]) == ["deep", "staged"]
    with pytest.raises(InputError, match='"TRAIN" or "TEST"'):
        names(phase="train")


# ---- What is odd, what is wrong ----


def test_unknown_fields_warn_or_with_strict_raise() -> None:
    text = TEXT.replace("num_output: 4", "num_output: 4\n    engin: CAFFE")
    with pytest.warns(PrototxtWarning, match=r'odd\.prototxt:6:5: .*unknown field "engin"') as caught:
        net = prototxt.parse_net(text, file="odd.prototxt")
    assert caught[0].filename == __file__
    assert net.blobs["conv"].shape == (2, 4, 6, 6)
    with pytest.raises(TextError, match='unknown field "engin"'):
        prototxt.parse_net(text, strict=True)


def test_a_warning_of_load_net_points_at_its_caller(tmp_path: Path) -> None:
    path = tmp_path / "odd.prototxt"
    path.write_text(TEXT.replace("num_output: 4", "num_output: 4 engin: CAFFE"))
    with pytest.warns(PrototxtWarning) as caught:
        prototxt.load_net(path)
    assert caught[0].filename == __file__


def test_an_unknown_engine() -> None:
    with pytest.raises(InputError, match='engine is "fast", "numba" or "reference", not "gpu"'):
        small(engine="gpu")


def test_an_engine_whose_library_is_not_here_or_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "prototxt.plan.compiled", None)
    with pytest.raises(InputError, match=r'^engine "numba" needs the Python library numba\n') as caught:
        small(engine="numba")
    assert caught.value.hint == "pip install prototxt[fast]"
    monkeypatch.setitem(sys.modules, "prototxt.plan.compiled", ModuleType("prototxt.plan.compiled"))
    with pytest.raises(InputError, match="numba, which cannot be used: cannot import name"):
        small(engine="numba")


def test_a_forward_the_machine_cannot_hold() -> None:
    text = 'layer { name: "r" type: "ReLU" bottom: "x" top: "y0" }'
    for i in range(300):
        text += f'layer {{ name: "{i}" type: "ReLU" bottom: "y{i}" top: "y{i + 1}" }}\n'
    net = prototxt.parse_net(text, inputs={"x": (2**31 - 1,)}, file="wide")
    with pytest.raises(InputError, match=r"wide: this forward needs [\d,.]+ GB, this machine has"):
        net.forward()


# ---- Many nets ----


def test_nets_in_threads_give_what_one_gives() -> None:
    images = [noise(3, 1, 28, 28, seed=i) for i in range(6)]
    one = prototxt.parse_net(LENET, seed=9)
    want = [one.forward(data=image)["prob"] for image in images]

    def work(image: Array) -> Array:
        net = prototxt.parse_net(LENET, seed=9)
        first = net.forward(data=image)["prob"]
        np.testing.assert_array_equal(net.forward(data=image)["prob"], first)
        return first

    with ThreadPoolExecutor(4) as pool:
        for got, truth in zip(pool.map(work, images), want, strict=True):
            np.testing.assert_allclose(got, truth, 1e-5, 1e-7)


def test_one_forward_after_another_gives_the_same() -> None:
    net = small()
    first = net.forward(data=X)["tanh"]
    net.forward(data=noise(2, 3, 8, 7, seed=8))
    np.testing.assert_array_equal(net.forward(data=X)["tanh"], first)


HWC = (
    'layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 2 dim: 3 dim: 20 dim: 31 } } }'
)


@pytest.mark.parametrize(
    ("shape", "form", "how"),
    [
        ((20, 31, 3), "H x W x C", "array.transpose(2, 0, 1)[None]"),
        ((11, 13, 3), "H x W x C", "array.transpose(2, 0, 1)[None]"),
        ((2, 20, 31, 3), "N x H x W x C", "array.transpose(0, 3, 1, 2)"),
        ((5, 9, 8, 3), "N x H x W x C", "array.transpose(0, 3, 1, 2)"),
    ],
)
def test_channels_last_are_named_as_such(shape: tuple[int, ...], form: str, how: str) -> None:
    net = prototxt.parse_net(HWC + 'layer { name: "r" type: "ReLU" bottom: "data" top: "r" }')
    array = np.ones(shape, np.float32)
    with pytest.raises(InputError) as caught:
        net.forward(data=array)
    given = " x ".join(map(str, shape))
    assert f'input "data" takes N x C x H x W, 2 x 3 x 20 x 31; the array {given} looks like {form}' in str(
        caught.value
    )
    assert caught.value.hint == f"move the channels before the rows: {how}"
    moved = eval(how.replace("array", "array_"), {"array_": array})  # the hint, followed
    assert net.forward(data=moved)["r"].shape[1] == 3
    assert net.forward(data=np.ones((1, 3, 8, 3), np.float32))["r"].shape == (1, 3, 8, 3)  # a narrow image
