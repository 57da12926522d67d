"""Lifetimes and peak memory, worked out by hand."""

from __future__ import annotations

import pytest

from prototxt.graph.wiring import BlobId
from prototxt.plan.memory import Access, deaths, peak_bytes
from prototxt.plan.plan import make_plan, resolve_keep
from prototxt.reading import Options, define_net, make_graph

X, A, B, C, Y = (BlobId(name) for name in "xabcy")

# a = f(x), b = g(a), c = h(a), y = k(b, c): a diamond
DIAMOND: list[Access] = [((X,), (A,)), ((A,), (B,)), ((A,), (C,)), ((B, C), (Y,))]
SIZES = {X: (10,), A: (2, 50), B: (3,), C: (5, 1, 1), Y: (1,)}


def test_a_blob_dies_after_its_last_reader() -> None:
    assert deaths(DIAMOND, {Y}) == [(X,), (), (A,), (B, C)]


def test_kept_blobs_do_not_die() -> None:
    assert deaths(DIAMOND, {Y, A, X}) == [(), (), (), (B, C)]
    assert deaths(DIAMOND, {X, A, B, C, Y}) == [(), (), (), ()]


def test_what_nobody_reads_dies_at_once() -> None:
    assert deaths([((X,), (A, B)), ((A,), (Y,))], {Y}) == [(X, B), (A,)]


def test_a_blob_read_twice_by_one_step_dies_once() -> None:
    assert deaths([((X, X), (Y,))], {Y}) == [(X,)]


@pytest.mark.parametrize(
    ("kept", "elements"),
    # x a | a b | a b c | b c y: 110, 103, 108, 9; with everything kept 10 + 100 + 3 + 5 + 1
    [({Y}, 110), ({Y, X}, 118), ({X, A, B, C, Y}, 119), ({Y, B}, 110)],
)
def test_the_peak(kept: set[BlobId], elements: int) -> None:
    assert peak_bytes([X], DIAMOND, deaths(DIAMOND, kept), SIZES) == 4 * elements


def test_an_input_that_nobody_reads_stays() -> None:
    accesses: list[Access] = [((X,), (Y,))]
    assert peak_bytes([X, A], accesses, deaths(accesses, {Y}), SIZES) == 4 * 111


NET = """
layer { name: "in" type: "Input" top: "x" input_param { shape { dim: 1 dim: 2 dim: 3 dim: 4 } } }
layer { name: "c1" type: "Convolution" bottom: "x" top: "c1" convolution_param { num_output: 5 kernel_size: 1 } }
layer { name: "r1" type: "ReLU" bottom: "c1" top: "c1" }
layer { name: "c2" type: "Convolution" bottom: "c1" top: "c2" convolution_param { num_output: 3 kernel_size: 1 } }
layer { name: "t" type: "TanH" bottom: "c2" top: "t" }
"""


@pytest.mark.parametrize(
    ("keep", "dead", "elements"),
    [
        # 12 positions: x 24, c1 60, c2 36, t 36
        ("outputs", [("x@0",), ("c1@1",), ("c2@0",)], 60 + 36),
        (["x"], [(), ("c1@1",), ("c2@0",)], 24 + 60 + 36),
        (["c1@0"], [("x@0",), (), ("c1@1",), ("c2@0",)], 60 + 60 + 36),
        ("all", [(), (), ()], 24 + 60 + 36 + 36),
    ],
)
def test_a_nets_plan(keep: str | list[str], dead: list[tuple[str, ...]], elements: int) -> None:
    graph = make_graph(define_net(NET, "net"), Options())
    plan = make_plan(graph, resolve_keep(graph, keep))
    assert [tuple(map(str, blobs)) for blobs in plan.dead] == dead
    assert plan.peak_bytes == 4 * elements
