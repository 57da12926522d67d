"""caffe.Net: what scripts for pycaffe ask of a net."""

from __future__ import annotations

import gc
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest

import prototxt
import prototxt.caffe as caffe
from prototxt.errors import InputError, PrototxtWarning, WeightsError
from support.pycaffe_nets import CHAIN, SIMPLE, STAGES, write_net


@pytest.fixture
def simple(tmp_path: Path) -> caffe.Net:
    net = caffe.Net(write_net(tmp_path, SIMPLE), caffe.TRAIN)
    rng = np.random.default_rng(5)
    for name in net.inputs:
        net.blobs[name].data[...] = rng.normal(size=net.blobs[name].data.shape)
    return net


@pytest.fixture
def chain(tmp_path: Path) -> caffe.Net:
    return caffe.Net(write_net(tmp_path, CHAIN), caffe.TEST)


def images(n: int) -> np.ndarray:
    return np.random.default_rng(n).normal(size=(n, 2, 4, 5)).astype(np.float32)


def expected(net: caffe.Net, data: np.ndarray) -> dict[str, np.ndarray]:
    """The outputs of prototxt's own net on these images, with the same weights."""
    own = prototxt.parse_net(CHAIN, engine="reference")
    for name, params in own.params.items():
        for param, blob in zip(params, net.params[name], strict=True):
            param.data[...] = blob.data
    own.forward(data=data)
    return {name: blob.data.copy() for name, blob in own.blobs.items()}


def test_names_in_caffes_order_with_its_splits(simple: caffe.Net) -> None:
    assert list(simple._layer_names) == [
        "data", "shift_data_1_split", "conv", "ip", "ip_blob_ip_0_split", "sum", "relu", "loss", "mean",
    ]  # fmt: skip
    assert list(simple.blobs) == [
        "data", "shift", "shift_data_1_split_0", "shift_data_1_split_1", "conv", "ip_blob",
        "ip_blob_ip_0_split_0", "ip_blob_ip_0_split_1", "sum", "loss", "mean",
    ]  # fmt: skip
    assert simple.inputs == ["data", "shift"]
    assert simple.outputs == ["loss", "mean"]


def test_tables_are_ordered_dicts(simple: caffe.Net) -> None:
    tables = ("blobs", "params", "layer_dict", "top_names", "bottom_names", "blob_loss_weights")
    assert all(isinstance(getattr(simple, name), OrderedDict) for name in tables)
    assert list(simple.params) == ["conv", "ip"]
    assert simple.top_names["shift_data_1_split"] == ["shift_data_1_split_0", "shift_data_1_split_1"]
    assert simple.bottom_names["sum"] == ["ip_blob_ip_0_split_0", "shift_data_1_split_0"]
    assert simple.bottom_names["loss"] == ["sum", "shift_data_1_split_1"]
    assert simple.bottom_names["mean"] == ["ip_blob_ip_0_split_1"]
    assert simple.blob_loss_weights["loss"] == 2
    assert sum(simple.blob_loss_weights.values()) == 2


def test_layers_have_types_and_blobs(simple: caffe.Net) -> None:
    assert [layer.type for layer in simple.layers][:4] == ["Input", "Split", "Convolution", "InnerProduct"]
    assert [blob.shape for blob in simple.layer_dict["conv"].blobs] == [(11, 2, 2, 3), (11,)]
    assert simple.layer_dict["relu"].blobs == []
    assert [simple._blob_names[i] for i in simple._bottom_ids(7)] == ["sum", "shift_data_1_split_1"]
    assert [simple._blob_names[i] for i in simple._top_ids(0)] == ["data", "shift"]


def test_blobs_tell_their_axes(simple: caffe.Net) -> None:
    blob = simple.blobs["conv"]
    assert (blob.num, blob.channels, blob.height, blob.width) == blob.shape == (5, 11, 8, 9)
    assert blob.count == 5 * 11 * 8 * 9
    assert (simple.blobs["shift"].num, simple.blobs["shift"].width) == (5, 1)
    assert blob.data.shape == blob.diff.shape
    assert blob.data.dtype == blob.diff.dtype == np.float32


def test_a_loss_equals_that_of_the_split_nets_parts(simple: caffe.Net) -> None:
    outputs = simple.forward()
    ip, shift, total = (simple.blobs[name].data for name in ("ip_blob", "shift", "sum"))
    np.testing.assert_allclose(total, np.maximum(ip + shift, 0), rtol=1e-5)
    loss = ((total - shift) ** 2).sum() / (2 * 5)
    np.testing.assert_allclose(outputs["loss"], loss, rtol=1e-5)
    np.testing.assert_allclose(outputs["mean"], ip.mean(1), rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(simple._forward(0, len(simple.layers) - 1), 2 * loss, rtol=1e-5)


def test_a_loss_that_is_read_again_keeps_its_weight(tmp_path: Path) -> None:
    more = 'layer { name: "half" type: "Power" bottom: "loss" top: "half" power_param { scale: 0.5 } }'
    net = caffe.Net(write_net(tmp_path, SIMPLE + more), caffe.TEST)
    net.forward(data=np.ones((5, 2, 7, 9)), shift=np.ones((5, 11)))
    assert "loss_loss_0_split_0" in net.blobs
    whole = prototxt.parse_net(SIMPLE)
    for name, params in whole.params.items():
        for param, blob in zip(params, net.params[name], strict=True):
            param.data[...] = blob.data
    whole.forward(data=np.ones((5, 2, 7, 9)), shift=np.ones((5, 11)))
    np.testing.assert_allclose(net._forward(0, len(net.layers) - 1), whole.loss, rtol=1e-5)


def test_forward_gives_live_views(chain: caffe.Net) -> None:
    one, two = images(3), images(3) + 1
    held = chain.blobs["conv"].data
    prob = chain.forward(data=one)["prob"]
    assert prob is chain.blobs["prob"].data
    np.testing.assert_allclose(held, expected(chain, one)["conv"], rtol=1e-4, atol=1e-5)
    chain.forward(data=two)
    np.testing.assert_allclose(prob, expected(chain, two)["prob"], rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(held, expected(chain, two)["conv"], rtol=1e-4, atol=1e-5)


def test_requested_blobs_are_returned_too(chain: caffe.Net) -> None:
    assert set(chain.forward(["conv"], data=images(3))) == {"prob", "conv"}
    assert set(chain.forward(["data"], end="relu")) == {"conv", "data"}


def test_start_and_end_can_run_a_single_layer_in_place(chain: caffe.Net) -> None:
    chain.blobs["data"].data[...] = images(3)
    raw = chain.forward(end="conv")["conv"].copy()
    assert (raw < 0).any()
    assert set(chain.forward(start="relu", end="score")) == {"score"}
    np.testing.assert_array_equal(chain.blobs["conv"].data, np.maximum(raw, 0))


def test_values_written_into_a_blob_are_read_by_later_layers(chain: caffe.Net) -> None:
    chain.forward(data=images(3))
    chain.blobs["conv"].data[...] = 1
    chain.blobs["conv"].data[1] = -1
    score = chain.forward(start="score", end="score")["score"]
    weight, bias = (blob.data for blob in chain.params["score"])
    np.testing.assert_allclose(score[0], weight.sum(1) + bias, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(score[1], bias - weight.sum(1), rtol=1e-4, atol=1e-5)


def test_tops_of_a_split_are_its_bottoms_memory(simple: caffe.Net) -> None:
    simple.forward()
    assert simple.blobs["ip_blob_ip_0_split_1"].data is simple.blobs["ip_blob"].data
    simple.blobs["ip_blob"].data[...] = np.arange(11)
    np.testing.assert_allclose(simple.forward(start="mean")["mean"], [5] * 5)


def test_weights_written_are_used(chain: caffe.Net) -> None:
    chain.forward(data=images(3))
    chain.params["conv"][0].data[...] = 0
    chain.params["conv"][1].data[...] = [3, -1, 2, 0]
    chain.forward()
    np.testing.assert_array_equal(chain.blobs["conv"].data[2, :, 1, 3], [3, 0, 2, 0])


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"image": images(3)}, "Input blob arguments do not match net inputs."),
        ({"data": images(2)}, "Input is not batch sized"),
    ],
)
def test_keywords_are_checked_in_caffes_words(
    chain: caffe.Net, arrays: dict[str, np.ndarray], message: str
) -> None:
    with pytest.raises(Exception, match=message):
        chain.forward(**arrays)  # type: ignore[arg-type]


def test_an_unknown_layer_is_a_value_error(chain: caffe.Net) -> None:
    with pytest.raises(ValueError, match="nowhere"):
        chain.forward(end="nowhere")


@pytest.mark.parametrize("n", [1, 3, 7])
def test_forward_all_takes_odd_batches(chain: caffe.Net, n: int) -> None:
    data = images(n)
    outputs = chain.forward_all(["conv"], data=data)
    result = expected(chain, data)
    assert outputs["prob"].shape == (n, 6)
    for name in ("prob", "conv"):
        np.testing.assert_allclose(outputs[name], result[name], rtol=1e-4, atol=1e-6)
    kept = outputs["prob"].copy()
    chain.forward(data=images(3) + 9)
    np.testing.assert_array_equal(outputs["prob"], kept)


def test_forward_all_refuses_inputs_of_different_lengths(simple: caffe.Net) -> None:
    with pytest.raises(Exception, match="different lengths: 4, 6"):
        simple.forward_all(data=np.zeros((6, 2, 7, 9)), shift=np.zeros((4, 11)))


def test_reshape_through_the_input_blob(chain: caffe.Net) -> None:
    chain.blobs["data"].reshape(7, 2, 4, 5)
    chain.reshape()
    assert chain.blobs["conv"].shape == chain.blobs["conv"].data.shape == (7, 4, 4, 5)
    chain.blobs["data"].data[...] = images(7)
    np.testing.assert_allclose(
        chain.forward()["prob"], expected(chain, images(7))["prob"], rtol=1e-4, atol=1e-6
    )


def test_forward_reshapes_by_itself(chain: caffe.Net) -> None:
    chain.forward(data=images(3))
    chain.blobs["data"].reshape(2, 2, 4, 5)
    chain.blobs["data"].data[...] = images(2)
    assert chain.forward()["prob"].shape == (2, 6)


def test_reshape_says_which_layer_cannot(chain: caffe.Net) -> None:
    chain.blobs["data"].reshape(3, 2, 6, 5)
    with pytest.raises(InputError, match='"score"'):
        chain.reshape()


def test_arrays_outlive_the_net(simple: caffe.Net) -> None:
    simple.forward()
    blobs, params = list(simple.blobs.values()), [blob for blobs in simple.params.values() for blob in blobs]
    arrays = [blob.data for blob in blobs + params] + [blob.diff for blob in blobs + params]
    kept = [array.copy() for array in arrays]
    del simple, blobs, params
    gc.collect()
    for array, copy in zip(arrays, kept, strict=True):
        np.testing.assert_array_equal(array, copy)
    for array in arrays:
        array += 1


def test_diffs_are_zeros_that_can_be_written_and_cleared(simple: caffe.Net) -> None:
    diff = simple.params["conv"][0].diff
    assert diff.shape == (11, 2, 2, 3)
    assert not diff.any()
    diff[...] = 4
    assert (simple.params["conv"][0].diff == 4).all()
    simple.clear_param_diffs()
    assert not diff.any()


@pytest.mark.parametrize("call", ["backward", "forward_backward_all"])
def test_the_backward_pass_says_that_it_is_not_built(simple: caffe.Net, call: str) -> None:
    with pytest.raises(NotImplementedError, match="training is not built yet"):
        getattr(simple, call)()


@pytest.mark.parametrize(("save", "load"), [("save", "copy_from"), ("save_hdf5", "load_hdf5")])
def test_weights_saved_are_weights_loaded(chain: caffe.Net, tmp_path: Path, save: str, load: str) -> None:
    if save == "save_hdf5":
        pytest.importorskip("h5py")
    path = str(tmp_path / "weights.of.mine")
    getattr(chain, save)(path)
    other = caffe.Net(write_net(tmp_path, CHAIN, "other.prototxt"), caffe.TEST)
    other.params["conv"][0].data[...] = 7
    view = other.params["conv"][0].data
    other.forward(data=images(3))
    getattr(other, load)(path)
    np.testing.assert_array_equal(view, chain.params["conv"][0].data)
    for name in ("conv", "score"):
        for a, b in zip(other.params[name], chain.params[name], strict=True):
            np.testing.assert_array_equal(a.data, b.data)
    np.testing.assert_array_equal(other.forward()["prob"], chain.forward(data=images(3))["prob"])


def test_a_net_opens_with_weights_in_both_orders(chain: caffe.Net, tmp_path: Path) -> None:
    path, weights = str(tmp_path / "net.prototxt"), str(tmp_path / "net.caffemodel")
    chain.params["score"][1].data[...] = range(6)
    chain.save(weights)
    nets = [
        caffe.Net(path, weights, caffe.TEST),
        caffe.Net(path, caffe.TEST, weights=weights),
        caffe.Net(path, phase=caffe.TEST, weights=weights),
        caffe.Net(path, caffe.TEST, 0, None, weights),
    ]
    assert all(list(net.params["score"][1].data) == [0, 1, 2, 3, 4, 5] for net in nets)


def test_copying_weights_that_do_not_fit_changes_nothing(chain: caffe.Net, tmp_path: Path) -> None:
    weights = str(tmp_path / "net.caffemodel")
    chain.save(weights)
    narrow = CHAIN.replace("num_output: 6", "num_output: 5")
    other = caffe.Net(write_net(tmp_path, narrow, "other.prototxt"), caffe.TEST)
    before = other.params["conv"][0].data.copy()
    with pytest.raises(WeightsError, match="6 x 80"):
        other.copy_from(weights)
    np.testing.assert_array_equal(other.params["conv"][0].data, before)


def test_nets_share_one_memory(chain: caffe.Net, tmp_path: Path) -> None:
    wider = CHAIN.replace("num_output: 6", "num_output: 5").replace('"score"', '"other_score"')
    other = caffe.Net(write_net(tmp_path, wider, "other.prototxt"), caffe.TEST)
    other.forward(data=images(3))
    other.share_with(chain)
    assert np.shares_memory(other.params["conv"][0].data, chain.params["conv"][0].data)
    assert not np.shares_memory(other.params["other_score"][0].data, chain.params["score"][0].data)
    for net, value in ((chain, 0.25), (other, -0.5)):
        net.params["conv"][0].data[...] = value
        results = [n.forward(end="conv", data=images(3))["conv"].copy() for n in (chain, other)]
        np.testing.assert_array_equal(results[0], results[1])
        inner = value * images(3)[2, :, 0:3, 1:4].sum()
        np.testing.assert_allclose(results[0][2, 1, 1, 2], inner, rtol=1e-4)


def test_nets_of_other_shapes_share_nothing(chain: caffe.Net, tmp_path: Path) -> None:
    narrow = CHAIN.replace("num_output: 6", "num_output: 5")
    other = caffe.Net(write_net(tmp_path, narrow, "other.prototxt"), caffe.TEST)
    with pytest.raises(InputError, match="5 x 80"):
        other.share_with(chain)
    assert not np.shares_memory(other.params["conv"][0].data, chain.params["conv"][0].data)


def test_hooks_see_every_layer_and_its_blobs(chain: caffe.Net) -> None:
    distinct: list[tuple[str, int]] = []
    signs: list[bool] = []
    chain.before_forward(lambda i: distinct.append(("before", i)))
    chain.after_forward(lambda i: distinct.append(("after", i)))
    chain.after_forward(
        lambda i: signs.append(bool((chain.blobs["conv"].data < 0).any())) if i in (1, 2) else None
    )
    chain.forward(data=images(3), end="score")
    assert distinct == [(when, i) for i in range(4) for when in ("before", "after")]
    assert signs == [True, False]


@pytest.mark.parametrize(
    ("phase", "level", "stages", "layers"),
    [
        (caffe.TRAIN, 0, None, ["train", "low"]),
        (caffe.TEST, 0, ["A"], ["test", "a", "low"]),
        (caffe.TEST, 1, ["B"], ["test", "b", "low"]),
        (caffe.TEST, 2, ["A", "B"], ["test", "a", "b", "a_and_b", "high"]),
    ],
)
def test_phases_levels_and_stages(
    tmp_path: Path, phase: int, level: int, stages: list[str] | None, layers: list[str]
) -> None:
    net = caffe.Net(write_net(tmp_path, STAGES), phase, level=level, stages=stages)
    assert [name for name in net._layer_names if "split" not in name] == ["data", *layers]


def test_a_blob_read_once_in_this_phase_is_not_split(tmp_path: Path) -> None:
    text = STAGES.replace("include { max_level: 1 }", 'include { stage: "C" }')
    assert list(caffe.Net(write_net(tmp_path, text), caffe.TEST).blobs) == ["data", "test"]


@pytest.mark.parametrize("name", ["net", "weights"])
def test_a_missing_file_is_a_runtime_error(tmp_path: Path, name: str) -> None:
    net = write_net(tmp_path, CHAIN)
    missing = str(tmp_path / "missing")
    with pytest.raises(RuntimeError, match=r"Could not open file .*missing"):
        caffe.Net(*((missing, caffe.TEST) if name == "net" else (net, missing, caffe.TEST)))


@pytest.mark.parametrize(
    ("args", "kwargs"),
    [
        ((), {}),
        ((2,), {}),
        ((1, 0, None, None, 5), {}),
        (("w",), {}),
        ((1,), {"phase": 1}),
        ((1,), {"wieghts": ""}),
    ],
)
def test_other_arguments_are_refused(
    tmp_path: Path, args: tuple[object, ...], kwargs: dict[str, object]
) -> None:
    with pytest.raises(TypeError, match="Net takes"):
        caffe.Net(write_net(tmp_path, CHAIN), *args, **kwargs)


def test_memory_data_takes_arrays(tmp_path: Path) -> None:
    text = CHAIN.replace(
        'type: "Input" top: "data" input_param { shape { dim: 3 dim: 2 dim: 4 dim: 5 } }',
        'type: "MemoryData" top: "data" top: "label" '
        "memory_data_param { batch_size: 3 channels: 2 height: 4 width: 5 }",
    )
    net = caffe.Net(write_net(tmp_path, text), caffe.TEST)
    assert net.inputs == []
    net.set_input_arrays(images(3), np.array([2, 0, 1], np.float32))
    net.forward()
    np.testing.assert_allclose(net.blobs["prob"].data, expected(net, images(3))["prob"], rtol=1e-4, atol=1e-6)
    assert list(net.blobs["label"].data) == [2, 0, 1]


def test_memory_data_takes_batch_after_batch_and_begins_again(tmp_path: Path) -> None:
    text = """
    layer { name: "in" type: "MemoryData" top: "x" top: "label"
      memory_data_param { batch_size: 2 channels: 1 height: 1 width: 1 } }
    layer { name: "twice" type: "Power" bottom: "x" top: "y" power_param { scale: 2 } }"""
    net = caffe.Net(write_net(tmp_path, text), caffe.TEST)
    given = np.arange(4, dtype=np.float32).reshape(4, 1, 1, 1)
    net.set_input_arrays(given, np.arange(4))
    assert [net.forward()["y"].ravel().tolist() for _ in range(3)] == [[0, 2], [4, 6], [0, 2]]
    given[3] = 10
    assert net.forward()["y"].ravel().tolist() == [4, 20]
    assert net.blobs["label"].data.tolist() == [2, 3]
    net.after_forward(print)
    assert net.forward()["y"].ravel().tolist() == [0, 2]


@pytest.mark.parametrize(
    ("shape", "labels", "words"),
    [
        ((4, 2, 4, 5), 4, "must be a multiple of batch size: 4, 3"),
        ((0, 2, 4, 5), 0, "must be a multiple of batch size"),
        ((3, 2, 4, 6), 3, "data array must be N x 2 x 4 x 5, not 3 x 2 x 4 x 6"),
        ((3, 2, 4, 5), 6, "the same first dimension"),
    ],
)
def test_memory_data_refuses(tmp_path: Path, shape: tuple[int, ...], labels: int, words: str) -> None:
    text = """layer { name: "in" type: "MemoryData" top: "x" top: "label"
      memory_data_param { batch_size: 3 channels: 2 height: 4 width: 5 } }"""
    net = caffe.Net(write_net(tmp_path, text), caffe.TEST)
    with pytest.raises(RuntimeError, match=words):
        net.set_input_arrays(np.zeros(shape), np.zeros(labels))


def test_attributes_that_converters_read(chain: caffe.Net) -> None:
    assert all(type(blobs) is caffe._caffe.BlobVec for blobs in chain.params.values())
    assert [blob.count for blob in chain._blobs] == [blob.count for blob in chain.blobs.values()]
    assert [chain._blob_names[i] for i in chain._inputs] == chain.inputs
    assert [chain._blob_names[i] for i in chain._outputs] == chain.outputs
    assert chain._blob_loss_weights == [0.0] * len(chain.blobs)
    chain.name = "another"
    assert chain.name == "another"


def test_only_memory_data_takes_arrays(chain: caffe.Net) -> None:
    with pytest.raises(RuntimeError, match="MemoryDataLayer"):
        chain.set_input_arrays(images(3), np.zeros(3))


INPUT = 'layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 2 dim: 3 } } } '


def power(name: str, bottom: str, top: str, shift: int = 0) -> str:
    return f'layer {{ name: "{name}" type: "Power" bottom: "{bottom}" top: "{top}" power_param {{ shift: {shift} }} }} '


def opened(folder: Path, text: str) -> caffe.Net:
    (folder / "net.prototxt").write_text(text)
    return caffe.Net(folder / "net.prototxt", caffe.TEST)


def test_layers_that_have_not_run_have_zeros(tmp_path: Path) -> None:
    net = opened(tmp_path, INPUT + power("a", "data", "a", 1) + power("b", "a", "b", 2))
    np.testing.assert_array_equal(net.forward(end="a")["a"], np.ones((2, 3)))
    assert not net.blobs["b"].data.any()
    fresh = opened(tmp_path, INPUT + power("a", "data", "a", 1) + power("b", "a", "b", 2))
    np.testing.assert_array_equal(fresh.forward(start="b")["b"], np.full((2, 3), 2))


def test_a_part_reads_the_current_bottom_of_its_split(tmp_path: Path) -> None:
    chain = power("a", "data", "a", 1) + power("b", "a", "b") + power("c", "a", "c") + power("d", "c", "d")
    net = opened(tmp_path, INPUT + chain)
    net.forward()
    net.forward(data=np.ones((2, 3)), end="a")
    np.testing.assert_array_equal(net.forward(start="b")["d"], np.full((2, 3), 2))


def test_layers_of_one_name_keep_their_own_arrays_and_run_one_by_one(tmp_path: Path) -> None:
    inner = """layer { name: "x" type: "InnerProduct" bottom: "%s" top: "%s"
        inner_product_param { num_output: %d weight_filler { type: "constant" value: 1 } } } """
    net = opened(tmp_path, INPUT + inner % ("data", "a", 2) + inner % ("a", "b", 4))
    assert [[blob.shape for blob in layer.blobs] for layer in net.layers[1:]] == [
        [(2, 3), (2,)],
        [(4, 2), (4,)],
    ]
    assert net.params["x"] is net.layers[2].blobs
    ran: list[int] = []
    net.after_forward(ran.append)
    np.testing.assert_array_equal(net.forward(data=np.ones((2, 3)))["b"], np.full((2, 4), 6))
    assert ran == [0, 1, 2]


def test_params_in_hand_show_the_arrays_that_are_shared(tmp_path: Path) -> None:
    text = (
        INPUT
        + 'layer { name: "x" type: "InnerProduct" bottom: "data" inner_product_param { num_output: 2 } top: "x" }'
    )
    mine, other = opened(tmp_path, text), opened(tmp_path, text)
    weights = mine.params["x"][0]
    assert not weights.data.any()
    mine.share_with(other)
    other.params["x"][0].data[...] = 5
    assert np.shares_memory(weights.data, other.params["x"][0].data)
    np.testing.assert_array_equal(mine.forward(data=np.ones((2, 3)))["x"], np.full((2, 2), 15))


def test_files_that_a_net_names_are_written_where_that_is_allowed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("h5py")
    label = 'layer { name: "l" type: "Input" top: "label" input_param { shape { dim: 2 } } } '
    output = """layer { name: "o" type: "HDF5Output" bottom: "data" bottom: "label"
        hdf5_output_param { file_name: "%s" } }"""
    text = INPUT + label + output % (tmp_path / "out.h5").as_posix()
    with pytest.warns(PrototxtWarning, match="PROTOTXT_ALLOW_WRITES=1"):
        opened(tmp_path, text).forward()
    assert not (tmp_path / "out.h5").exists()
    monkeypatch.setenv("PROTOTXT_ALLOW_WRITES", "1")
    opened(tmp_path, text).forward()
    assert (tmp_path / "out.h5").exists()


def test_blobs_that_no_forward_has_reached_are_zeros(chain: caffe.Net) -> None:
    first = chain._layer_names[1]
    chain.blobs["data"].data[...] = images(3)
    chain.forward(end=first)
    assert not chain.blobs["prob"].data.any()
    assert chain.blobs[chain.top_names[first][0]].data.any()


def test_a_forward_may_begin_where_none_has_been(tmp_path: Path) -> None:
    net = caffe.Net(write_net(tmp_path, CHAIN), caffe.TEST)
    start = net._layer_names[2]
    from_zeros = net.forward(start=start)["prob"].copy()
    net.blobs[net.bottom_names[start][0]].data[...] = 0
    np.testing.assert_array_equal(net.forward(start=start)["prob"], from_zeros)


def test_a_blob_inside_may_have_another_shape(tmp_path: Path) -> None:
    net = caffe.Net(write_net(tmp_path, CHAIN), caffe.TEST)
    net.blobs["data"].data[...] = images(3)
    want = net.forward()["prob"].copy()
    start = net._layer_names[2]
    blob = net.blobs[net.bottom_names[start][0]]
    values = blob.data.copy()
    blob.reshape(2, *blob.shape[1:])
    blob.data[...] = values[:2]
    np.testing.assert_allclose(net.forward(start=start)["prob"], want[:2], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(net.forward()["prob"], want, rtol=1e-5, atol=1e-6)
