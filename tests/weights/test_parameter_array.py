"""`net.params[layer][i].data`: an array like any other, whose writes the next forward sees; reading costs nothing."""

from __future__ import annotations

import copy
import io
import pickle
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import prototxt
from prototxt.blobs import Array
from prototxt.engine.packed_weights import PackedWeightsCache
from prototxt.weights.parameter_array import ParameterArray, ParameterMemory
from support.helpers import noise

NET = """
layer { name: "in" type: "Input" top: "x" input_param { shape { dim: 2 dim: 3 dim: 9 dim: 8 } } }
layer { name: "c" type: "Convolution" bottom: "x" top: "c"
        convolution_param { num_output: 6 kernel_h: 3 kernel_w: 2 weight_filler { type: "xavier" } } }
layer { name: "s" type: "Scale" bottom: "c" top: "c" scale_param { bias_term: true } }
layer { name: "ip" type: "InnerProduct" bottom: "c" top: "y"
        inner_product_param { num_output: 5 weight_filler { type: "xavier" } } }
"""
SHAPE = (6, 3, 3, 2)
X = noise(2, 3, 9, 8)
NEW = noise(*SHAPE, seed=3)


def assign_flat(w: Any) -> None:
    w.flat = NEW.flat


def assign_flat_part(w: Any) -> None:
    w.flat[3:7] = 2


def assign_rows(w: Any) -> None:
    for row in w:
        row[...] = 2


def add_in_place(w: Any) -> None:
    w += 1


def multiply_a_view_in_place(w: Any) -> None:
    view = w[1:3, ::-1]
    view *= 3


def set_bits(w: Any) -> None:
    w.view(np.uint32)[0, 0] ^= 1 << 31


def fill_diagonal(w: Any) -> None:
    np.fill_diagonal(w.reshape(18, 6), 7)


WRITES: dict[str, Callable[[Any], Any]] = {
    "all": lambda w: w.__setitem__(..., NEW),
    "one value": lambda w: w.__setitem__((0, 1, 2, 1), 9),
    "by a mask": lambda w: w.__setitem__(w > 0, 9),
    "by places": lambda w: w.__setitem__(([0, 5], [1, 2]), 9),
    "with itself": lambda w: w.__setitem__(..., w[::-1] * 2),
    "a row": lambda w: w[0].__setitem__(..., 3),
    "a row of a row": lambda w: w[1][2].__setitem__(..., 3),
    "rows": assign_rows,
    "its transpose": lambda w: w.T.__setitem__(..., 4),
    "another shape": lambda w: w.reshape(-1).__setitem__(slice(5), 4),
    "raveled": lambda w: w.ravel().__setitem__(slice(5), 4),
    "a plain slice upside down": lambda w: w[::-2, ::-1].__setitem__(..., 4),
    "np.reshape": lambda w: np.reshape(w, (18, 6)).__setitem__(0, 4),
    "np.moveaxis": lambda w: np.moveaxis(w, 0, -1).__setitem__(0, 4),
    "np.split": lambda w: np.split(w, 2)[1].__setitem__(..., 4),
    "bits": set_bits,
    "flat": assign_flat,
    "a part of flat": assign_flat_part,
    "+=": add_in_place,
    "*= of a view": multiply_a_view_in_place,
    "out of a ufunc": lambda w: np.add(NEW, 1, out=w),
    "out of a reduction": lambda w: np.sum(NEW, axis=0, out=w[0]),
    "out of einsum": lambda w: np.einsum("abcd->abcd", NEW, out=w),
    "out of clip": lambda w: w.clip(-0.01, 0.01, out=w),
    "ufunc.at": lambda w: np.add.at(w, (0, 0), 5),
    "copyto": lambda w: np.copyto(w, NEW),
    "copyto by name": lambda w: np.copyto(dst=w, src=NEW, where=NEW > 0),
    "put": lambda w: np.put(w, [3, 4], 9),
    "put method": lambda w: w.put([3, 4], 9),
    "place": lambda w: np.place(w, NEW > 0, [1, 2]),
    "putmask": lambda w: np.putmask(w, NEW > 0, NEW),
    "put_along_axis": lambda w: np.put_along_axis(w, np.zeros((1, 3, 3, 2), int), 8, 0),
    "fill_diagonal": fill_diagonal,
    "nan_to_num": lambda w: (w.__setitem__(0, np.nan), np.nan_to_num(w, copy=False, nan=5)),
    "fill": lambda w: w.fill(2),
    "sort": lambda w: w.sort(axis=0),
    "partition": lambda w: w.partition(2, axis=0),
    "byteswap": lambda w: w[:1].byteswap(inplace=True),
    "setfield": lambda w: w.setfield(3, np.float32),
}


@pytest.mark.parametrize("held", [False, True], ids=["fetched", "held"])
@pytest.mark.parametrize("write", WRITES)
def test_every_write_counts_in_the_next_forward(write: str, held: bool) -> None:
    net, plain = prototxt.parse_net(NET), prototxt.parse_net(NET, engine="reference")
    mine = net.params["c"][0].data
    net.forward(x=X)
    if not held:
        del mine
        mine = net.params["c"][0].data
    want = np.array(mine)
    WRITES[write](want)
    assert (want != mine).any()
    with np.errstate(all="ignore"):
        WRITES[write](mine)
    np.testing.assert_array_equal(mine, want)
    np.testing.assert_array_equal(net.params["c"][0].data, want)
    plain.params["c"][0].data[...] = want
    np.testing.assert_allclose(net.forward(x=X)["y"], plain.forward(x=X)["y"], 1e-4, 1e-4)


RAW: dict[str, Callable[[Any], Any]] = {
    "np.asarray": lambda w: np.asarray(w).__setitem__(..., 0),
    "view": lambda w: w.view(np.ndarray).fill(0),
    "memoryview": lambda w: memoryview(w).cast("B").__setitem__(0, 0),
    "readinto": lambda w: io.BytesIO(bytes(w.nbytes)).readinto(w),
    "setflags": lambda w: w.setflags(write=True),
    "flags": lambda w: setattr(w.flags, "writeable", True),
    "flags of a plain view": lambda w: np.asarray(w).setflags(write=True),
    "shuffle": lambda w: np.random.default_rng(1).shuffle(w),
    "random numbers": lambda w: np.random.default_rng(0).standard_normal(SHAPE, np.float32, out=w),
}


@pytest.mark.parametrize("write", RAW)
def test_a_write_that_would_not_count_is_refused(write: str) -> None:
    array = prototxt.parse_net(NET).params["c"][0].data
    before = array.copy()
    with pytest.raises((ValueError, TypeError, BufferError)):
        RAW[write](array)
    np.testing.assert_array_equal(array, before)


READS: dict[str, Callable[[Any], Any]] = {
    "sum": lambda w: w.sum(axis=0),
    "mean": lambda w: w.mean(axis=(1, 2)),
    "times": lambda w: 2 * w,
    "minus": lambda w: -w,
    "compared": lambda w: w > 0,
    "product": lambda w: w.reshape(6, 18) @ np.ones((18, 2), np.float32),
    "tensordot": lambda w: np.tensordot(w, w, 4),
    "copy": lambda w: w.copy(),
    "np.array": lambda w: np.array(w),
    "np.asarray": lambda w: np.asarray(w),
    "astype": lambda w: w.astype(np.float64),
    "flatten": lambda w: w.flatten(),
    "by places": lambda w: w[[0, 2]],
    "by a mask": lambda w: w[w > 0],
    "sorted": lambda w: np.sort(w, axis=0),
    "places of the sorted": lambda w: w.argsort(axis=0),
    "concatenate": lambda w: np.concatenate([w, w]),
    "stack": lambda w: np.stack([w, w]),
    "zeros_like": lambda w: np.zeros_like(w),
    "empty_like": lambda w: np.empty_like(w)[:0],
    "copied": lambda w: copy.copy(w),
    "deeply copied": lambda w: copy.deepcopy(w),
    "pickled": lambda w: pickle.loads(pickle.dumps(w, 5)),
    "where": lambda w: np.where(w > 0, w, 0),
    "clip": lambda w: np.clip(w, 0, 1),
    "pad": lambda w: np.pad(w, 1),
    "divmod": lambda w: np.divmod(w, 2)[0],
    "out is another array": lambda w: np.add(w, 1, out=np.empty(SHAPE, np.float32)),
    "flat": lambda w: np.array(w.flat),
    "take": lambda w: w.take([0, 1], axis=0),
}


@pytest.mark.parametrize("read", READS)
def test_results_are_plain_arrays_and_count_as_no_write(read: str) -> None:
    memory = ParameterMemory(NEW.copy())
    result = READS[read](memory.borrow(SHAPE))
    np.testing.assert_array_equal(result, READS[read](NEW))
    assert type(result) is type(READS[read](NEW))
    assert memory.version == 0
    if isinstance(result, np.ndarray) and read != "np.asarray":
        result[...] = 0  # the caller's own
        np.testing.assert_array_equal(memory.array, NEW)
        assert memory.version == 0


def test_it_is_an_array_like_any_other(tmp_path: Path) -> None:
    data = prototxt.parse_net(NET).params["c"][0].data
    data[...] = NEW
    assert isinstance(data, np.ndarray)
    assert data.dtype == np.float32
    assert (data.shape, data.ndim, data.nbytes) == (SHAPE, 4, 4 * 108)
    assert data.flags.c_contiguous
    assert repr(data) == repr(NEW)
    assert str(data) == str(NEW)
    assert isinstance(data[0, 0, 0, 0], np.float32)
    assert data.flat[5] == NEW.flat[5]
    assert list(data.flat) == list(NEW.flat)
    assert data.tolist() == NEW.tolist()
    np.save(tmp_path / "w.npy", data)
    np.testing.assert_array_equal(np.load(tmp_path / "w.npy"), NEW)
    np.savez(tmp_path / "w.npz", w=data)
    np.testing.assert_array_equal(np.load(tmp_path / "w.npz")["w"], NEW)
    with pytest.raises(ZeroDivisionError):
        data[0] = 1 / 0
    with pytest.raises(ValueError, match="broadcast"):
        data[...] = np.zeros(7)


@pytest.mark.parametrize("shape", [(), (0, 3), (1,)])
def test_odd_shapes(shape: tuple[int, ...]) -> None:
    memory = ParameterMemory(np.ones(shape, np.float32))
    array: Any = memory.borrow(shape)
    array[...] = 5
    array += 1
    np.testing.assert_array_equal(memory.array, np.full(shape, 6))


def test_a_view_keeps_the_memory_alive() -> None:
    view = prototxt.parse_net(NET, seed=3).params["c"][0].data[2:4]
    want = prototxt.parse_net(NET, seed=3).params["c"][0].data[2:4]
    np.testing.assert_array_equal(view, want)
    view[...] = 1
    assert (view == 1).all()


def test_reading_every_parameter_costs_nothing_later(monkeypatch: pytest.MonkeyPatch) -> None:
    net = prototxt.parse_net(NET)
    net.forward(x=X)
    session, bound = net.session(), net.session()._bound
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        held = [param.data for params in net.params.values() for param in params]
        assert sum(float(array.sum()) for array in held)
        net.forward(x=X)
        assert tracemalloc.get_traced_memory()[0] - before < 20_000
    finally:
        tracemalloc.stop()
    assert net.session() is session
    assert session._bound is bound  # nothing was packed or bound again
    held[0][0] = 0
    net.forward(x=X)
    assert session._bound is not bound


def test_a_write_packs_only_what_was_written_again(monkeypatch: pytest.MonkeyPatch) -> None:
    packed: list[Any] = []
    get = PackedWeightsCache.get

    def counting(self: PackedWeightsCache, key: Any, memories: Any, pack: Callable[[], Any]) -> Any:
        def count() -> Any:
            packed.append(key)
            return pack()

        return get(self, key, memories, count)

    monkeypatch.setattr(PackedWeightsCache, "get", counting)
    net = prototxt.parse_net(NET)
    net.forward(x=X)
    first = len(packed)
    assert first >= 2
    net.params["c"][1].data[...] = 1
    net.forward(x=X)
    net.forward(x=X)
    assert len(packed) == first + 1


def test_clones_and_sharing_nets_see_a_write() -> None:
    net, other = prototxt.parse_net(NET, seed=1), prototxt.parse_net(NET, seed=2)
    clone = net.clone()
    for each in (net, clone, other):
        each.forward(x=X)
    other.share(net)
    np.testing.assert_allclose(other.forward(x=X)["y"], net.forward(x=X)["y"], 1e-5, 1e-5)
    held: Array = other.params["ip"][0].data
    for layer, slot in (("c", 0), ("ip", 0), ("ip", 1)):
        net.params[layer][slot].data[...] *= 2
        want = net.forward(x=X)["y"]
        np.testing.assert_array_equal(clone.forward(x=X)["y"], want)
        np.testing.assert_array_equal(other.forward(x=X)["y"], want)
    assert isinstance(held, ParameterArray)
    np.testing.assert_array_equal(held, net.params["ip"][0].data)
