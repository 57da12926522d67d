"""Law: every case in every engine, and every case through every kernel that says it applies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib import import_module
from itertools import product
from typing import Any

import numpy as np
import pytest

import prototxt
from prototxt.engine.packed_weights import PackedWeightsCache
from prototxt.engine.session import Session
from prototxt.kernels import winograd
from prototxt.plan.choose_kernel import ListKernels
from prototxt.plan.kernel import Kernel, numpy_kernels
from support.case_index import HAS_NUMBA, cases_with, compiled_pairs, kernel_pairs, plans_with
from support.golden import CASE_LIST, CASES, Case, part, refused_cases

RTOL, ATOL = 1e-4, 1e-5

ENGINES = ("fast", "numba", "reference") if HAS_NUMBA else ("fast", "reference")


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("case", CASE_LIST, ids=str)
def test_every_blob_equals_the_reference(case: Case, engine: str) -> None:
    stored = case.arrays()
    net = case.net(stored, engine)
    batches = [truth for truth in (part(stored, "output"), part(stored, "output1")) if truth]
    for truth in batches:  # some data layers have a second one
        outputs = net.forward(part(stored, "input"))
        assert set(outputs) <= set(truth) | set(net.inputs)
        for name, want in truth.items():
            got = net.blobs[name].data
            assert got.dtype == np.float32
            assert got.shape == want.shape == net.blobs[name].shape
            np.testing.assert_allclose(got, want, RTOL, ATOL, err_msg=f"{name} in the {engine} engine")
    for layer, params in net.params.items():
        for i, want in part(stored, f"param_after/{layer}").items():
            np.testing.assert_allclose(params[int(i)].data, want, RTOL, ATOL, err_msg=f"{layer} {i}")


@pytest.mark.parametrize("case", [case for case in CASE_LIST if case.path.parent.name == "net"], ids=str)
def test_keeping_only_outputs_changes_nothing(case: Case) -> None:
    stored = case.arrays()
    inputs = part(stored, "input")
    everything = case.net(stored).forward(inputs)
    only_outputs = case.net(stored).forward(inputs, keep="outputs")
    assert everything.keys() == only_outputs.keys()
    for name, want in everything.items():
        np.testing.assert_array_equal(only_outputs[name], want)


@pytest.mark.parametrize("engine", ["fast", "reference"])
@pytest.mark.parametrize("keep", ["all", "outputs"])
@pytest.mark.parametrize("case", cases_with("losses"), ids=str)
def test_the_loss_is_the_weighted_sum_of_the_reference_blobs(case: Case, keep: str, engine: str) -> None:
    stored = case.arrays()
    net, truth = case.net(stored, engine), part(stored, "output")
    net.forward(part(stored, "input"), keep=keep)
    want = sum(weight * truth[blob.name].sum() for blob, weight in net.graph.losses.items())
    assert net.loss == pytest.approx(want, rel=RTOL)


def spoil(session: Session) -> None:
    """A step reads only values written in this forward: all memory holds NaN before it."""
    session.arena.memory[...] = np.nan
    for memory in session.scratch_memory:
        memory[...] = np.nan


@pytest.mark.parametrize("case", [c for c in CASE_LIST if str(c).startswith("convolution")], ids=str)
def test_winograd_with_kernels_larger_than_a_cache(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(winograd, "MAX_CACHED_BYTES", 0)
    monkeypatch.setattr(winograd, "MAX_BLOCK_TILES", 8)
    stored = case.arrays()
    net = case.net(stored)
    session = net.session("outputs")
    for _ in range(2):
        spoil(session)
        for name, values in part(stored, "input").items():
            session.entries[net.graph.last[name]][...] = values
        for blob, got in session.run().items():
            np.testing.assert_allclose(got, part(stored, "output")[blob.name], 1e-3, 1e-4)


def pairs(which: Iterable[tuple[Case, str]]) -> list[Any]:
    """A test id for every case and kernel."""
    return [pytest.param(case, kernel, id=f"{case}-{kernel}") for case, kernel in which]


@pytest.mark.parametrize(("case", "kernel"), pairs(kernel_pairs()))
def test_every_kernel_that_applies(case: Case, kernel: str) -> None:
    check_kernel(case, kernel, numpy_kernels)


if HAS_NUMBA:

    @pytest.mark.parametrize(("case", "kernel"), pairs(compiled_pairs()))
    def test_every_compiled_kernel_that_applies(case: Case, kernel: str) -> None:
        from prototxt.plan.compiled import numba_kernels

        check_kernel(case, kernel, numba_kernels)


def check_kernel(case: Case, kernel: str, kernels: ListKernels) -> None:
    """One of these kernels, wherever it runs a step of a case, gives the reference's blobs with 1 and 3 threads."""
    stored = case.arrays()
    plans = plans_with(case.graph(), kernel, kernels)
    compared = 0
    for plan, threads in product(plans, (1, 3)):
        net = case.net(stored)  # layers with a state start again
        session = Session(plan, net._params, PackedWeightsCache(), threads)
        spoil(session)
        for name, values in part(stored, "input").items():
            session.entries[net.graph.last[name]][...] = values
        blobs = {blob.name: values for blob, values in session.run().items()}
        for name, want in part(stored, "output").items():
            if name in blobs:
                np.testing.assert_allclose(
                    blobs[name], want, RTOL, ATOL, err_msg=f"{name} by {kernel}, threads: {threads}"
                )
                compared += 1
    assert compared


def kernel_classes(base: type[Kernel] = Kernel) -> Iterator[type[Kernel]]:
    """Every class of a kernel that has a name."""
    for kind in base.__subclasses__():
        if "name" in vars(kind):
            yield kind
        yield from kernel_classes(kind)


def test_kernel_names_are_unique() -> None:
    if HAS_NUMBA:
        import_module("prototxt.plan.compiled")
    names = [kind.name for kind in kernel_classes() if kind.__module__.startswith("prototxt.")]
    assert sorted(names) == sorted(set(names))
    assert {"im2col_gemm", "deconv_gemm", "depthwise", "deconv_depthwise"} <= set(names)


def test_no_case_is_empty() -> None:
    assert all(part(case.arrays(), "output") for case in CASE_LIST)


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
