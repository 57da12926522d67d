"""Law: every case in every engine, and every case through every kernel that says it applies."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec

import numpy as np
import pytest

import prototxt
from prototxt.blobs import Shape
from prototxt.engine.packed_weights import PackedWeightsCache
from prototxt.engine.session import Session
from prototxt.kernels import winograd
from prototxt.layers.base import Layer
from prototxt.plan.choose import KERNELS, Table, candidates
from prototxt.plan.kernel import Kernel
from prototxt.plan.plan import make_plan, resolve_keep
from support.golden import CASE_LIST, CASES, Case, part, refused_cases

RTOL, ATOL = 1e-4, 1e-5

needs_numba = pytest.mark.skipif(find_spec("numba") is None, reason="numba is not installed (the extra fast)")
NUMBA = pytest.param("numba", marks=needs_numba)


@pytest.mark.parametrize("engine", ["fast", NUMBA, "reference"])
@pytest.mark.parametrize("case", CASE_LIST, ids=str)
def test_every_blob_equals_the_reference(case: Case, engine: str) -> None:
    stored = case.arrays()
    net = case.net(stored, engine)
    outputs = net.forward(part(stored, "input"))
    truth = part(stored, "output")
    assert set(outputs) <= set(truth) | set(net.inputs)
    for name, want in truth.items():
        got = net.blobs[name].data
        assert got.dtype == np.float32
        assert got.shape == want.shape == net.blobs[name].shape
        np.testing.assert_allclose(got, want, RTOL, ATOL, err_msg=f"{name} in the {engine} engine")


@pytest.mark.parametrize("case", CASE_LIST, ids=str)
def test_keeping_only_outputs_changes_nothing(case: Case) -> None:
    stored = case.arrays()
    inputs = part(stored, "input")
    everything = case.net(stored).forward(inputs)
    only_outputs = case.net(stored).forward(inputs, keep="outputs")
    assert everything.keys() == only_outputs.keys()
    for name, want in everything.items():
        np.testing.assert_array_equal(only_outputs[name], want)


LOSSES = [case for case in CASE_LIST if case.net(case.arrays()).graph.losses]


@pytest.mark.parametrize("engine", ["fast", "reference"])
@pytest.mark.parametrize("keep", ["all", "outputs"])
@pytest.mark.parametrize("case", LOSSES, ids=str)
def test_the_loss_is_the_weighted_sum_of_the_reference_blobs(case: Case, keep: str, engine: str) -> None:
    stored = case.arrays()
    net, truth = case.net(stored, engine), part(stored, "output")
    net.forward(part(stored, "input"), keep=keep)
    want = sum(weight * truth[blob.name].sum() for blob, weight in net.graph.losses.items())
    assert net.loss == pytest.approx(want, rel=RTOL)


def by_kernel(kernel: Kernel, table: Table) -> Callable[[Layer, list[Shape]], Kernel | None]:
    """A choice that takes this kernel wherever it applies."""

    def choose_it(layer: Layer, bottom: list[Shape]) -> Kernel | None:
        able = candidates(layer, bottom, table)
        return kernel if kernel in able else next(iter(able), None)

    return choose_it


def spoil(session: Session) -> None:
    """What a step reads must have been written in this forward: all memory holds NaN before it."""
    session.arena.memory[...] = np.nan
    for memory in session.scratch_memory:
        memory[...] = np.nan


@pytest.mark.parametrize("case", [c for c in CASE_LIST if str(c).startswith("convolution")], ids=str)
def test_winograd_with_kernels_larger_than_a_cache(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(winograd, "CACHED", 0)
    monkeypatch.setattr(winograd, "TOGETHER", 8)
    stored = case.arrays()
    net = case.net(stored)
    session = net.session("outputs")
    for _ in range(2):
        spoil(session)
        for name, values in part(stored, "input").items():
            session.entries[net.graph.last[name]][...] = values
        for blob, got in session.run().items():
            np.testing.assert_allclose(got, part(stored, "output")[blob.name], 1e-3, 1e-4)


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("case", CASE_LIST, ids=str)
def test_every_kernel_that_applies(case: Case, threads: int) -> None:
    check_kernels(case, threads, KERNELS)


@needs_numba
@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("case", CASE_LIST, ids=str)
def test_every_compiled_kernel_that_applies(case: Case, threads: int) -> None:
    from prototxt.plan.compiled import COMPILED

    check_kernels(case, threads, COMPILED)


def check_kernels(case: Case, threads: int, table: Table) -> None:
    """Every kernel of a table, wherever it applies, gives the reference's blobs."""
    stored = case.arrays()
    net = case.net(stored)
    graph = net.graph
    able = {k for node in graph.nodes for k in candidates(node.layer, graph.bottom_shapes(node), table)}
    for kernel in able:
        net = case.net(stored)  # layers that remember start anew
        for keep in ("all", "outputs"):
            plan = make_plan(
                net.graph, resolve_keep(net.graph, keep), by_kernel(kernel, {**KERNELS, **table})
            )
            session = Session(plan, net._arrays, PackedWeightsCache(), threads)
            spoil(session)
            for name, values in part(stored, "input").items():
                session.entries[net.graph.last[name]][...] = values
            blobs = {blob.name: values for blob, values in session.run().items()}
            for name, want in part(stored, "output").items():
                if name in blobs:
                    np.testing.assert_allclose(
                        blobs[name], want, RTOL, ATOL, err_msg=f"{name} by {kernel.name}"
                    )
            if net.graph.stateful:
                break


def test_no_case_is_empty() -> None:
    assert len(CASE_LIST) > 200
    assert all(part(case.arrays(), "output") for case in CASE_LIST)
    assert len(LOSSES) > 20


def test_versions_before_in_place_layers_can_be_kept() -> None:
    case = next(c for c in CASE_LIST if str(c) == "net/in_place_chain")
    stored = case.arrays()
    net = case.net(stored)
    net.forward(part(stored, "input"), keep=["y@0", "y"])
    raw, last = net.blobs["y@0"].data, net.blobs["y"].data
    assert (raw < 0).any()
    np.testing.assert_allclose(last, 2 * np.maximum(raw, 0) + 1, RTOL, ATOL)


REFUSED = refused_cases(CASES / "caffe")


@pytest.mark.parametrize(("case", "reason"), REFUSED, ids=[str(case) for case, _ in REFUSED])
def test_nets_that_the_reference_refuses_are_refused_by_layer_and_line(case: Case, reason: str) -> None:
    text = case.path.with_suffix(".prototxt").read_text()
    with pytest.raises(prototxt.LayerError) as caught:
        prototxt.parse_net(text, file="net.prototxt")
    assert caught.value.layer == "op", reason
    assert str(caught.value).startswith("net.prototxt:")
    assert 'layer "op"' in str(caught.value)
