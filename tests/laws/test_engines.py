"""Law: every case in every engine, and every case through every kernel that says it applies."""

from __future__ import annotations

import numpy as np
import pytest

import prototxt
from golden import CASE_LIST, CASES, Case, part
from prototxt.layers.base import Array, Layer, Shape
from prototxt.plan.choose import candidates

RTOL, ATOL = 1e-4, 1e-5


@pytest.mark.parametrize("engine", ["fast", "reference"])
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


def assert_foretold(got: Array, shape: Shape, layer: Layer) -> None:
    """shapes() told the shape, or the most it can be where the first axis depends on values."""
    if layer.data_dependent:
        assert got.shape[1:] == shape[1:]
        assert len(got) <= shape[0]
    else:
        assert got.shape == shape


@pytest.mark.parametrize("case", CASE_LIST, ids=str)
def test_every_kernel_that_applies(case: Case) -> None:
    stored = case.arrays()
    net = case.net(stored, "reference")
    fresh = case.net(stored, "reference").graph.nodes  # recurrent layers remember: these have not run yet
    versions = [str(blob) for blob in net.graph.shapes]
    net.forward(part(stored, "input"), keep=versions)
    values = {blob: net._value(blob) for blob in net.graph.shapes}
    for node in net.graph.nodes:
        if node.type == "Input" or net.graph.phase == 0:
            continue
        bottom = [values[blob] for blob in node.bottoms]
        params = [p.data for p in net.params.get(node.name, [])]
        for kernel in candidates(node.layer, net.graph.bottom_shapes(node)):
            before = [x.copy() for x in bottom]
            layer = fresh[node.index].layer
            for blob, got in zip(node.tops, kernel.run(layer, bottom, params), strict=True):
                assert_foretold(got, net.graph.shapes[blob], layer)
                assert got.shape == values[blob].shape
                assert got.dtype == np.float32
                np.testing.assert_allclose(
                    got, values[blob], RTOL, ATOL, err_msg=f"{node.name} by {kernel.name}"
                )
            for x, old in zip(bottom, before, strict=True):
                np.testing.assert_array_equal(x, old, err_msg=f"{kernel.name} wrote into a bottom")


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


REFUSED = [line.split("\t") for line in (CASES / "refused.tsv").read_text().splitlines()]


@pytest.mark.parametrize(("case", "reason"), REFUSED, ids=[case for case, _ in REFUSED])
def test_nets_that_the_reference_refuses_are_refused_by_layer_and_line(case: str, reason: str) -> None:
    text = (CASES / f"{case}.prototxt").read_text()
    with pytest.raises(prototxt.LayerError) as caught:
        prototxt.parse_net(text, file="net.prototxt")
    assert caught.value.layer == "op", reason
    assert str(caught.value).startswith("net.prototxt:")
    assert 'layer "op"' in str(caught.value)
