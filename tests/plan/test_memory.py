"""Lifetimes and peak memory, worked out by hand."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pytest
from nets import NETS

from prototxt.blobs import Shape, count
from prototxt.frontend.load import Options, define_net, make_graph
from prototxt.graph.graph import BlobId
from prototxt.plan.memory import Access, Lifetime, allocate, last_uses, lifetimes
from prototxt.plan.plan import Plan, make_plan, resolve_keep

X, A, B, C, Y = (BlobId(name) for name in "xabcy")

# a = f(x), b = g(a), c = h(a), y = k(b, c): a diamond
DIAMOND: list[Access] = [((X,), (A,)), ((A,), (B,)), ((A,), (C,)), ((B, C), (Y,))]
SIZES: dict[BlobId, Shape] = {X: (10,), A: (2, 50), B: (3,), C: (5, 1, 1), Y: (1,)}


def max_live(buffers: Iterable[Lifetime]) -> int:
    """The largest sum of sizes needed at one time: no arena can be smaller."""
    buffers = list(buffers)
    times = range(max(buffer.last for buffer in buffers) + 1)
    return max(sum(b.size for b in buffers if b.first <= t <= b.last) for t in times)


def test_a_blob_is_last_used_by_its_last_reader() -> None:
    assert last_uses(DIAMOND, {Y}) == [(X,), (), (A,), (B, C)]


def test_kept_blobs_have_no_last_use() -> None:
    assert last_uses(DIAMOND, {Y, A, X}) == [(), (), (), (B, C)]
    assert last_uses(DIAMOND, {X, A, B, C, Y}) == [(), (), (), ()]


def test_what_nobody_reads_is_last_used_where_it_is_written() -> None:
    assert last_uses([((X,), (A, B)), ((A,), (Y,))], {Y}) == [(X, B), (A,)]


def test_a_blob_read_twice_by_one_step_is_listed_once() -> None:
    assert last_uses([((X, X), (Y,))], {Y}) == [(X,)]


@pytest.mark.parametrize(
    ("kept", "numbers"),
    # x a | a b | a b c | b c y, x outside: 100, 103, 108, 9; with everything kept 100 + 3 + 5 + 1
    [({Y}, 108), ({X, A, B, C, Y}, 109), ({Y, A}, 109)],
)
def test_what_lives_at_one_time(kept: set[BlobId], numbers: int) -> None:
    assert max_live(lifetimes(DIAMOND, kept, SIZES, {}, {X}).values()) == numbers


def test_memory_is_used_again() -> None:
    # 64 numbers each: the third may lie where the first did
    buffers = [Lifetime(64, 0, 1), Lifetime(64, 1, 2), Lifetime(64, 2, 3)]
    offsets, arena = allocate(buffers)
    assert arena == 128
    assert offsets[0] == offsets[2] != offsets[1]


def test_buffers_needed_at_one_time_do_not_overlap_in_memory() -> None:
    rng = np.random.default_rng(0)
    for _ in range(200):
        buffers = []
        for _ in range(rng.integers(1, 30)):
            first, length = rng.integers(0, 20), rng.integers(0, 6)
            buffers.append(Lifetime(int(rng.integers(1, 500)), int(first), int(first + length)))
        offsets, arena = allocate(buffers)
        for i, one in enumerate(buffers):
            assert 0 <= offsets[i] <= arena - one.size
            assert offsets[i] % 16 == 0  # a cache line
            for j, other in enumerate(buffers[:i]):
                apart = offsets[i] + one.size <= offsets[j] or offsets[j] + other.size <= offsets[i]
                assert apart or not one.overlaps(other)


def plan_of(text: str, keep: str | list[str] = "outputs") -> Plan:
    graph = make_graph(define_net(text, "net"), Options())
    return make_plan(graph, resolve_keep(graph, keep))


CHAIN = """
layer { name: "in" type: "Input" top: "x" input_param { shape { dim: 1 dim: 16 dim: 3 dim: 4 } } }
layer { name: "c1" type: "Convolution" bottom: "x" top: "c1" convolution_param { num_output: 32 kernel_size: 1 } }
layer { name: "r1" type: "ReLU" bottom: "c1" top: "c1" }
layer { name: "c2" type: "Convolution" bottom: "c1" top: "c2" convolution_param { num_output: 64 kernel_size: 1 } }
layer { name: "t" type: "TanH" bottom: "c2" top: "t" }
layer { name: "c3" type: "Convolution" bottom: "t" top: "c3" convolution_param { num_output: 16 kernel_size: 1 } }
"""


@pytest.mark.parametrize(
    ("keep", "numbers"),
    [
        # 12 positions: c1 384, then t (TanH is the epilogue of c2) 768, then c3 192
        ("outputs", 384 + 768),
        (["c1"], 384 + 768 + 192),
        (["c1@0"], 384 + 384 + 768),
        ("all", 384 + 768 + 768 + 192),
    ],
)
def test_a_nets_arena(keep: str | list[str], numbers: int) -> None:
    plan = plan_of(CHAIN, keep)
    assert plan.arena == numbers
    assert plan.peak_bytes == 4 * (numbers + 16 * 12)


FIRE = """
layer { name: "in" type: "Input" top: "x" input_param { shape { dim: 2 dim: 3 dim: 5 dim: 6 } } }
layer { name: "s" type: "Convolution" bottom: "x" top: "s" convolution_param { num_output: 4 kernel_size: 1 } }
layer { name: "a" type: "Convolution" bottom: "s" top: "a" convolution_param { num_output: 7 kernel_size: 1 } }
layer { name: "b" type: "Convolution" bottom: "s" top: "b" convolution_param { num_output: 9 kernel_size: 3 pad: 1 } }
layer { name: "y" type: "Concat" bottom: "a" bottom: "b" top: "y" }
layer { name: "l" type: "Slice" bottom: "y" top: "l" top: "r" slice_param { slice_point: 2 } }
"""


def test_what_a_concat_joins_and_a_slice_cuts_shares_memory() -> None:
    plan = plan_of(FIRE, "all")
    assert {blob.name for blob in plan.aliases} == {"a", "b", "l", "r"}
    assert len(plan.offsets) == 2  # s and y


@pytest.mark.parametrize("name", ["squeezenet", "googlenet", "alexnet", "resnet50", "mobilenet", "vgg16"])
def test_keeping_outputs_only_the_arena_is_hardly_larger_than_what_is_needed_at_one_time(name: str) -> None:
    plan = plan_of(NETS[name]())
    graph = plan.graph
    # What must live at one time when steps run one after the other, in the file's order.
    steps = sorted(plan.steps, key=lambda step: step.nodes[0].index)
    accesses = [(step.reads, step.tops) for step in steps]
    alive = lifetimes(accesses, plan.kept, graph.shapes, plan.aliases, graph.entries)
    assert plan.arena <= 1.3 * max_live(alive.values())
    assert plan.arena < sum(count(shape) for shape in graph.shapes.values()) / 2
