"""The size section: every formula works out, unused positions are searched one by one."""

from __future__ import annotations

import random
import re
from math import ceil, floor, trunc

import pytest

from prototxt.explain.sections.section import Section
from prototxt.explain.sections.size import size_section
from prototxt.frontend.load import Options, define_net, outline
from prototxt.graph.context import LayerContext, is_known
from prototxt.layers.common.window import MAX_TAPS, Axis
from support.explained_nets import ALEXNET, conv, graph_of, line, look_at, pool, sections_of
from support.golden import CASE_LIST, Case


def section_of(*layers: str, data: tuple[int, ...] = (1, 3, 28, 32)) -> Section:
    section = size_section(look_at(graph_of(*layers, data=data), "y"))
    assert section is not None
    return section


def works_out(text: str) -> bool | None:
    """Whether what stands before each = is what stands after it; None where there is no formula."""
    text = re.sub(
        r", without the last: (\d+)", r" - 1 = \1", re.sub(r" = (\d+), without", r", without", text)
    )
    left, *right = text.split(" = ")
    if not right or re.sub(r"[\d\s().,+*/x-]|floor|ceil|trunc", "", left):
        return None
    value = eval(re.sub(r"(?<=\d) x (?=\d)", " * ", left), {"floor": floor, "ceil": ceil, "trunc": trunc})
    return all(value == int(re.match(r"[\d,]+", part)[0].replace(",", "")) for part in right)  # type: ignore[index]


@pytest.mark.parametrize("case", CASE_LIST, ids=str)
def test_formulas_give_the_size(case: Case) -> None:
    file = case.path.with_suffix(".prototxt")
    graph = outline(define_net(file.read_text(), str(file)), Options(dialect=case.dialect))
    for node in graph.nodes:
        if is_known(graph, node):
            section = size_section(LayerContext(graph, node))
            for one in section.lines if section else ():
                assert works_out(one.text) in (True, None), one.text
                if "out" in one.values:
                    assert works_out(one.text) is True, one.text


def test_the_three_questions() -> None:
    assert (
        line(sections_of(ALEXNET, "conv1")["size"], "height, width").text == "floor((227 - 11) / 4) + 1 = 55"
    )
    assert (
        line(sections_of(ALEXNET, "conv2")["size"], "height, width").text
        == "floor((27 + 2*2 - 5) / 1) + 1 = 27"
    )
    pooled = line(sections_of(ALEXNET, "pool2")["size"], "height, width")
    assert pooled.text == "ceil((27 - 3) / 2) + 1 = 13"
    assert pooled.note.splitlines()[0] == "the first window, then 12 steps of 2"


def test_what_is_left_over() -> None:
    one = line(
        section_of(conv("num_output: 4 kernel_size: 7 stride: 2 pad: 3"), data=(1, 3, 224, 225)), "height"
    )
    assert one.text == "floor((224 + 2*3 - 7) / 2) + 1 = 112"
    assert "223 / 2 = 111.5 is rounded down: 1 row of padding left over" in one.note
    assert "the first window sees 3 rows of padding, the last 2" in one.note
    assert one.note.endswith("every row is seen")
    one = line(section_of(conv("num_output: 4 kernel_size: 5 stride: 3"), data=(1, 3, 13, 12)), "height")
    assert one.note.endswith("no window sees rows 11-12 (2 of 13)")


def test_a_1x1_in_steps_of_2_looks_at_a_quarter() -> None:
    one = line(section_of(conv("num_output: 4 kernel_size: 1 stride: 2"), data=(1, 3, 8, 8)), "height, width")
    assert one.values["unseen"] == [1, 3, 5, 7]
    assert "no window sees rows and columns 1, 3, 5 ... (4 of 8)" in one.note


def test_dilation() -> None:
    one = line(
        section_of(conv("num_output: 4 kernel_size: 3 pad: 2 dilation: 2"), data=(1, 3, 60, 60)),
        "height, width",
    )
    assert one.text == "floor((60 + 2*2 - 5) / 1) + 1 = 60"
    assert "the kernel's 3 taps lie 2 apart and span 2*(3 - 1) + 1 = 5" in one.note


def test_pooling_rounds_up_and_clips() -> None:
    section = section_of(pool("kernel_size: 3 stride: 2"), data=(1, 3, 112, 113))
    rows = line(section, "height")
    assert rows.text == "ceil((112 - 3) / 2) + 1 = 56"
    assert (
        "109 / 2 = 54.5 is rounded up; rounded down, as convolutions and other programs do, it would be 55"
        in rows.note
    )
    assert "the last window extends past the edge: 1 of its 3 lie outside" in rows.note
    clipped = line(section_of(pool("kernel_size: 2 stride: 2 pad: 1"), data=(1, 3, 7, 7)), "height, width")
    assert clipped.text == "ceil((7 + 2*1 - 2) / 2) + 1 = 5, without the last: 4"
    assert "clipped: window 4 would start at row and column 7, in the padding after the 7" in clipped.note


def test_deconvolution() -> None:
    one = line(
        section_of(conv("num_output: 4 kernel_size: 4 stride: 2 pad: 1", kind="Deconvolution")), "height"
    )
    assert one.text == "2 * (28 - 1) + 4 - 2*1 = 56"
    uneven = line(section_of(conv("num_output: 4 kernel_size: 3 stride: 2", kind="Deconvolution")), "height")
    assert "some rows are the sum of 2 kernels, others of 1, which shows as a checkerboard" in uneven.note


def test_unseen_places_by_looking() -> None:
    rng = random.Random(1)
    for _ in range(2000):
        size, kernel, stride, pad, dilation = (
            rng.randint(a, b) for a, b in [(1, 30), (1, 6), (1, 7), (0, 4), (1, 4)]
        )
        slack = size + 2 * pad - dilation * (kernel - 1) - 1
        if slack < 0:
            continue
        axis = Axis(size, kernel, stride, pad, dilation, slack // stride + 1)
        visited = {i * stride - pad + u * dilation for i in range(axis.out) for u in range(kernel)}
        assert axis.unseen() == [place for place in range(size) if place not in visited]


def test_too_much_is_not_looked_at() -> None:
    huge = MAX_TAPS + 1
    assert Axis(huge, 1, 1, 0, 1, huge).unseen() is None
