"""Every ledger gives what the engines give and what the reference computed, wherever one looks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from zlib import crc32

import numpy as np
import pytest

import prototxt
from prototxt.blobs import Shape
from prototxt.explain.breakdown.model import Breakdown, Place
from prototxt.explain.breakdown.rules import (
    explainable_types,
    has_rule,
    reason_against,
)
from prototxt.explain.breakdown.values import Values, blob_name, explain_value, run_for
from prototxt.graph.graph import BlobId, Node
from prototxt.layers.base import Layer
from prototxt.layers.common.window import Window
from prototxt.layers.registry import all_layer_classes
from prototxt.net import Net
from support.breakdowns import ATOL, RTOL, classes_with_rules, with_breakdown
from support.case_index import cases_with
from support.golden import CASE_LIST, SHARED, Case, needs_shared, part

DRAWN = 2
"""Places of each top besides its first and its last corner."""

ROUNDING = 3e-5
"""Of a blob's root mean square: sums in another order leave that of values that nearly cancel out, however small."""

ROOT = Path(__file__).parents[3]
LENET = ROOT / "examples" / "lenet.prototxt"


def places(shape: Shape, seed: str) -> list[Place]:
    """Both corners, and some others; nothing of an empty blob."""
    if 0 in shape:
        return []
    rng = np.random.default_rng(crc32(seed.encode()))
    drawn = [tuple(int(rng.integers(size)) for size in shape) for _ in range(DRAWN)]
    return [(0,) * len(shape), tuple(size - 1 for size in shape), *drawn]


EXPLAINED = cases_with("breakdowns")


def breakdowns(case: Case, engine: str) -> Iterator[tuple[BlobId, bool, Breakdown]]:
    """Of every layer, at some places: the blob, whether it is the net's last version of it, the ledger."""
    stored = case.arrays()
    net = case.net(stored, engine)
    for name in [node.name for node in with_breakdown(net.graph)]:
        if net.graph.stateful:
            net = case.net(stored, engine)  # as it starts
        values = run_for(net, name, feeds=part(stored, "input"))
        for top, blob in enumerate(values.node.tops):
            for at in places(values.blobs[blob].shape, f"{case} {blob}"):
                yield blob, values.graph.last[blob.name] == blob, values.breakdown(at, top)


# With the reference engine's own values, too, as a slow test: tests/laws/test_engines.py holds them to the same truth.
@pytest.mark.parametrize("engine", ["fast", pytest.param("reference", marks=pytest.mark.slow)])
@pytest.mark.parametrize("case", EXPLAINED, ids=str)
def test_the_ledger_gives_what_the_engine_and_the_reference_give(case: Case, engine: str) -> None:
    truth = part(case.arrays(), "output")
    for blob, is_last, breakdown in breakdowns(case, engine):
        assert breakdown.agrees, (breakdown.layer, breakdown.at, breakdown.value, breakdown.stored)
        if is_last and blob.name in truth:
            want = truth[blob.name][breakdown.at]
            np.testing.assert_allclose(
                np.float32(breakdown.value), want, RTOL, ATOL, err_msg=breakdown.formula
            )


def test_more_than_a_thousand_places_are_looked_at() -> None:
    looked = 0
    for case in EXPLAINED:
        graph = case.graph()
        looked += sum(
            len(places(graph.shapes[top], "")) for node in with_breakdown(graph) for top in node.tops
        )
    assert looked > 2_000


def test_every_class_with_a_rule_is_checked() -> None:
    covered = {type(node.layer) for case in EXPLAINED for node in with_breakdown(case.graph())}
    for kind in classes_with_rules():
        assert kind.golden or any(issubclass(layer_class, kind) for layer_class in covered), kind


def test_terms_are_the_values_that_lie_at_their_places() -> None:
    for case in EXPLAINED[::7]:
        stored = case.arrays()
        net = case.net(stored)
        name = with_breakdown(net.graph)[0].name
        values = run_for(net, name, feeds=part(stored, "input"))
        blobs = {blob_name(values.graph, b): x for b, x in values.blobs.items()}
        top = values.blobs[values.node.tops[0]]
        for at in places(top.shape, str(case)):
            for group in values.breakdown(at).groups:
                for term in group.terms:
                    assert term.value == (0 if term.at is None else float(blobs[group.bottom][term.at]))


def geometry(node: Node, window: Window) -> set[str]:
    """What is special about a layer with a window."""
    properties = {
        "pad": any(window.pad),
        "stride": set(window.stride) - {1},
        "dilation": set(window.dilation) - {1},
        "groups": getattr(node.layer, "group", 1) > 1,
        "three axes": len(window.kernel) == 3,
        "one axis": len(window.kernel) == 1,
    }
    return {name for name, is_so in properties.items() if is_so}


def test_windows_of_every_geometry_are_looked_at() -> None:
    collected: dict[str, set[str]] = {}
    for case in EXPLAINED:
        for node in with_breakdown(case.graph()):
            if node.window is not None:
                collected.setdefault(node.type, set()).update(geometry(node, node.window))
    assert collected["Convolution"] >= {"pad", "stride", "dilation", "groups", "three axes", "one axis"}
    assert collected["Deconvolution"] >= {"pad", "stride", "dilation", "groups"}
    assert collected["Pooling"] >= {"pad", "stride"}


def lenet() -> Net:
    net = prototxt.load_net(LENET, ROOT / "examples" / "lenet.caffemodel")
    net.blobs["data"].data[...] = np.random.default_rng(0).random(net.blobs["data"].shape)
    return net


def test_lenet_conv2_is_twenty_subtotals_of_twenty_five_products() -> None:
    net = lenet()
    breakdown = explain_value(net, "conv2", (0, 17, 3, 4))
    assert [len(group) for group in breakdown.groups] == [25] * 20
    assert all(group.shape == (5, 5) and group.bottom == "pool1" for group in breakdown.groups)
    pool1 = run_for(net, "conv2").blobs[BlobId("pool1")]
    weight, bias = (param.data for param in net.params["conv2"])
    for channel, group in enumerate(breakdown.groups):
        window = pool1[0, channel, 3:8, 4:9].astype(np.float64)
        np.testing.assert_array_equal(group.values.reshape(5, 5), window)
        assert group.factors is not None
        np.testing.assert_array_equal(group.factors.reshape(5, 5), weight[17, channel])
        assert group.subtotal == pytest.approx(float((window * weight[17, channel]).sum()), abs=1e-12)
    assert [step.text for step in breakdown.steps] == ["sum of 20 subtotals", "+ bias[17]"]
    total = sum(group.subtotal for group in breakdown.groups)
    assert breakdown.value == pytest.approx(total + float(bias[17]), abs=1e-12)
    assert breakdown.agrees
    assert breakdown.formula.endswith("w[17, c, u, v] * pool1[0, c, 3 + u, 4 + v]")


def test_a_wrong_value_is_told() -> None:
    breakdown = explain_value(lenet(), "conv2", (0, 17, 3, 4))
    near = breakdown.value + 5e-5 * breakdown.size
    for stored in (near, 0.0, -breakdown.stored, float("nan"), float("inf")):
        assert not replace(breakdown, stored=stored).agrees
    assert not replace(breakdown, stored=1.0, size=float("inf")).agrees
    assert not replace(breakdown, stored=1.0, size=float("nan")).agrees


def test_what_is_not_finite_must_be_so_in_both() -> None:
    breakdown = explain_value(lenet(), "conv2", (0, 17, 3, 4))
    nan, inf = float("nan"), float("inf")
    assert replace(breakdown, value=nan, stored=nan).agrees
    assert replace(breakdown, value=1e39, stored=inf).agrees
    assert not replace(breakdown, value=1e39, stored=-inf).agrees


def test_padding_is_marked_and_adds_nothing() -> None:
    net = prototxt.load_net(ROOT / "examples" / "alexnet.prototxt", keep="outputs")
    first, *_, last = explain_value(net, "conv2", (0, 200, 0, 0)).groups
    assert (first.title, last.title) == ("channel 48", "channel 95")
    terms = list(first.terms)
    assert [term.at is None for term in terms] == [u < 2 or v < 2 for u in range(5) for v in range(5)]
    assert all(term.value == term.part == 0 for term in terms if term.at is None)
    assert all(term.factor for term in terms)


def test_values_in_place_are_those_from_before() -> None:
    case = next(c for c in CASE_LIST if str(c) == "net/in_place_chain")
    net = case.net(case.arrays())
    (last,) = [node for node in net.layers if net.graph.last["y"] in node.tops]
    values = run_for(net, last.name, 4, part(case.arrays(), "input"))
    at = max(np.ndindex(net.blobs["y"].shape), key=lambda place: net.blobs["y"].data[place])
    breakdown = values.breakdown(at)
    versions = [breakdown.blob]
    while breakdown.groups[0].bottom.startswith("y"):
        (branch,) = values.follow(breakdown, 2)
        assert branch.breakdown is not None
        assert branch.breakdown.agrees
        assert branch.breakdown.stored == branch.term.value
        breakdown = branch.breakdown
        versions.append(breakdown.blob)
    assert versions == ["y", "y@1", "y@0"]


@pytest.mark.sweep
@needs_shared
@pytest.mark.parametrize("model", ["squeezenet", "open_nsfw", "res10_ssd"])
def test_trained_nets_on_noise(model: str) -> None:
    """Large windows, Winograd, values that cancel out: every layer with a ledger, in every version.

    A kept version is not fused with what follows: its breakdown agrees within 1e-5 of the terms' size at each place.
    An ordinary forward folds factors into weights and rounds differently: each value is within the engines' accuracy.
    """
    folder = SHARED / "models" / model
    net = prototxt.load_net(folder / "deploy.prototxt", next(folder.glob("*.caffemodel")))
    rng = np.random.default_rng(0)
    feeds = {name: 255 * rng.random(net.blobs[name].shape, np.float32) - 110 for name in net.inputs}
    every = {str(blob): blob for node in net.layers for blob in (*node.bottoms, *node.tops)}
    net.forward(feeds, keep=list(every))
    kept = net.blobs
    blobs = {blob: kept[name if name in kept else blob.name].data for name, blob in every.items()}
    net.forward(feeds)  # as it runs for nobody: what works in place is fused with the layer before
    fused = {net.graph.last[name]: blob.data for name, blob in net.blobs.items()}
    for node in with_breakdown(net.graph):
        params = {node.index: tuple(p.data for p in net.params.get(node.name, ()))}
        whole = Values(net.graph, node, blobs, params)
        for at in places(blobs[node.tops[0]].shape, node.name):
            breakdown = whole.breakdown(at)
            assert breakdown.agrees, (node.name, at, breakdown.value, breakdown.stored)
    for blob, values in fused.items():
        rounding = ROUNDING * float(np.sqrt(np.square(blobs[blob], dtype=np.float64).mean()))
        np.testing.assert_allclose(values, blobs[blob], RTOL, min(ATOL, rounding), err_msg=str(blob))


def test_the_page_lists_the_types() -> None:
    page = (ROOT / "docs" / "one-value.md").read_text(encoding="utf-8")
    (listed,) = re.findall(
        r"## Which layer types have a breakdown\n\n(.*?)\.\s+For any other type", page, re.DOTALL
    )
    assert re.split(r",\s+", listed) == explainable_types()


def test_every_layer_type_has_a_rule_or_a_reason() -> None:
    """All types that compute tops from bottoms."""
    no_reason = reason_against.dispatch(Layer)
    for layer_class in all_layer_classes():
        if layer_class.tops != (0, 0) and layer_class.bottoms != (0, 0) and not has_rule(layer_class):
            assert reason_against.dispatch(layer_class) is not no_reason, layer_class
