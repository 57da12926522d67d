"""What is said of maps, parameters, cost and matrices, against figures that are known."""

from __future__ import annotations

import random
import re

import pytest

from prototxt.explain.sections.groups import Groups
from prototxt.frontend.load import load_graph
from prototxt.views.numbers import human_bytes, ranges, share
from support.explained_nets import ALEXNET, CORPUS, LENET, conv, graph_of, line, pool, sections_of
from support.golden import needs_shared

GOOGLENET = CORPUS / "bvlc" / "models" / "bvlc_googlenet" / "deploy.prototxt"
MOBILENET = CORPUS / "mobilenet" / "mobilenet_deploy.prototxt"


def test_conv2_of_lenet_makes_50_maps_out_of_20() -> None:
    message = sections_of(LENET, "conv2")
    assert line(message["connectivity"], "kernel sees").text == "20 x 5 x 5 = 500 values of pool1, and a bias"
    assert line(message["formula"], "map").text.splitlines() == [
        "O_0 = I_0 * K_0,0 + ... + I_19 * K_0,19 + B_0",
        "...",
        "O_49 = I_0 * K_49,0 + ... + I_19 * K_49,19 + B_49",
    ]
    assert line(message["formula"], "value").text.startswith(
        "y[n, o, i, j] = b[o] + sum over c = 0..19, u, v = 0..4 of"
    )
    assert "50 maps, not 50 x 20" in line(message["connectivity"], "kernels").text


def test_conv2_of_alexnet_in_two_groups() -> None:
    section = sections_of(ALEXNET, "conv2")["connectivity"]
    assert line(section, "kernel sees").text.startswith("48 x 5 x 5 = 1,200 values")
    assert line(section, "inputs").text == "0-47 → outputs 0-127\n48-95 → outputs 128-255"
    assert line(section, "joined").values == {"pairs": 12288}
    rows = section.picture.splitlines()
    assert rows[0] == " output   input 0-95, 2 per column"
    assert rows[1].endswith("█" * 24 + "·" * 24)
    assert rows[8].endswith("·" * 24 + "█" * 24)
    assert line(sections_of(ALEXNET, "conv2")["formula"], "map").text.splitlines() == [
        "O_0 = I_0 * K_0,0 + ... + I_47 * K_0,47 + B_0",
        "...",
        "O_127 = I_0 * K_127,0 + ... + I_47 * K_127,47 + B_127",
        "O_128 = I_48 * K_128,0 + ... + I_95 * K_128,47 + B_128",
        "...",
        "O_255 = I_48 * K_255,0 + ... + I_95 * K_255,47 + B_255",
    ]


def test_maps_of_one_map_each() -> None:
    def maps(param: str) -> list[str]:
        graph = graph_of(conv(param), data=(1, 3, 9, 8))
        return line(sections_of(graph, "y")["formula"], "map").text.splitlines()

    depthwise = ["O_0 = I_0 * K_0,0 + B_0", "O_1 = I_1 * K_1,0 + B_1", "O_2 = I_2 * K_2,0 + B_2"]
    assert maps("num_output: 3 group: 3 kernel_size: 3") == depthwise
    assert maps("num_output: 1 kernel_size: 3 bias_term: false") == [
        "O_0 = I_0 * K_0,0 + I_1 * K_0,1 + I_2 * K_0,2"
    ]


def test_formulas_say_nothing_of_single_taps() -> None:
    def value(param: str) -> str:
        return line(sections_of(graph_of(conv(param), data=(1, 4, 9, 8)), "y")["formula"], "value").text

    assert value("num_output: 2 kernel_size: 1") == (
        "y[n, o, i, j] = b[o] + sum over c = 0..3 of\n  w[o, c, 0, 0] * x[n, c, i, j]"
    )
    assert value("num_output: 2 kernel_h: 3 kernel_w: 1 pad_h: 1 bias_term: false") == (
        "y[n, o, i, j] = sum over c = 0..3, u = 0..2 of\n  w[o, c, u, 0] * x[n, c, i - 1 + u, j]"
    )
    assert value("num_output: 4 group: 4 kernel_size: 1 stride: 2") == (
        "y[n, o, i, j] = b[o] + w[o, 0, 0, 0] * x[n, g, 2*i, 2*j]"
    )


def test_a_dilated_kernel_reaches_further_for_the_same_cost() -> None:
    plain, dilated = (
        sections_of(graph_of(conv(f"num_output: 2 kernel_size: 3 dilation: {d}")), "y")["connectivity"]
        for d in (1, 4)
    )
    assert line(plain, "kernel sees").text == line(dilated, "kernel sees").text
    assert line(dilated, "kernel sees").note == "its taps span 9x9 of a map, at the cost of 3x3"


def test_pairs_of_a_block_by_counting() -> None:
    rng = random.Random(2)
    for _ in range(300):
        number, i, o = rng.randint(1, 5), rng.randint(1, 4), rng.randint(1, 4)
        groups = Groups(number * i, number * o, number)
        a, b = sorted(rng.sample(range(number * i + 1), 2))
        c, d = sorted(rng.sample(range(number * o + 1), 2))
        counted = sum(x // i == y // o for x in range(a, b) for y in range(c, d))
        assert groups.connected(a, b, c, d) == counted
        assert groups.connected(0, number * i, 0, number * o) == groups.pairs


def test_sharing_saves() -> None:
    section = sections_of(ALEXNET, "conv1")["parameters"]
    assert line(section, "together").text == "(3 x 11 x 11 + 1) x 96 = 34,944"
    assert line(section, "unshared").text == "(3 x 11 x 11 + 1) x 96 x 55 x 55 = 105,705,600"
    assert line(section, "fully connected").values == {"count": (3 * 227 * 227 + 1) * 96 * 55 * 55}


def test_every_convention_of_cost() -> None:
    small = sections_of(LENET, "conv2")["cost"]
    counts = {
        label: line(small, label).values["count"] for label in ("MAC", "with bias", "2 x MAC", "OpenCV")
    }
    assert counts == {"MAC": 1_600_000, "with bias": 1_603_200, "2 x MAC": 3_200_000, "OpenCV": 3_203_200}
    grouped = sections_of(ALEXNET, "conv2")["cost"]
    assert line(grouped, "MAC").text == "256 x 27 x 27 values x 1,200 = 223,948,800"
    assert line(grouped, "with bias").values == {"count": 224_135_424}
    assert line(grouped, "OpenCV").values == {"count": 895_981_824}
    assert "it ignores group" in line(grouped, "OpenCV").note
    assert line(sections_of(LENET, "ip1")["cost"], "OpenCV").values == {"count": 1_200_000}


def test_tools_that_count_a_deconvolution_by_its_output() -> None:
    layer = conv("num_output: 21 group: 21 kernel_size: 64 stride: 32 bias_term: false", kind="Deconvolution")
    section = sections_of(graph_of(layer, data=(1, 21, 16, 16)), "y")["cost"]
    assert line(section, "MAC").values == {"count": 22_020_096}
    assert line(section, "by output").values == {"count": 25_455_230_976}


def test_numbers_are_per_image() -> None:
    one, many = (
        sections_of(graph_of(conv("num_output: 4 kernel_size: 3"), data=(n, 3, 9, 8)), "y")["cost"]
        for n in (1, 5)
    )
    assert line(one, "MAC").values == line(many, "MAC").values
    assert line(many, "batch").text == "all numbers are for one of 5 images"


def test_a_bottleneck() -> None:
    """The question itself: a 5x5 convolution of 128 maps of 100 x 100 to 256, through 32 maps or not."""
    graph = graph_of(
        conv("num_output: 32 kernel_size: 1", "narrow"),
        'layer { name: "relu" type: "ReLU" bottom: "narrow" top: "narrow" }',
        conv("num_output: 256 kernel_size: 5 pad: 2", "wide", "narrow"),
        data=(1, 128, 100, 100),
    )
    message = line(sections_of(graph, "narrow")["cost"], "bottleneck")
    assert message.values == {"with": 40_960_000 + 2_048_000_000, "without": 8_192_000_000}
    assert message.text == "128 → 32 maps, then wide: 40,960,000 + 2,048,000,000 = 2,088,960,000"
    assert message.note == "its 5x5 on all 128 maps: 8,192,000,000, 3.9 times as many"


def test_im2col() -> None:
    section = sections_of(ALEXNET, "conv2")["im2col"]
    assert line(section, "weights").values == {"rows": 128, "columns": 1200}
    assert line(section, "columns").values == {"rows": 1200, "columns": 729}
    assert line(section, "memory").values == {"bytes": 2 * 1200 * 729 * 4}
    assert "once per group" in line(section, "product").note
    one = sections_of(graph_of(conv("num_output: 4 kernel_size: 1")), "y")["im2col"]
    assert line(one, "memory").values == {"bytes": 0}
    assert "nothing is copied" in line(one, "columns").text


def test_the_columns_of_im2col_as_numpy_lays_them() -> None:
    """Every entry that is written down, against windows cut out of an array that holds its own places."""
    graph = graph_of(conv("num_output: 1 kernel_size: 2 stride: 2 pad: 1"), data=(1, 2, 3, 4))
    rows = [
        re.split(r"\s{2,}", row)
        for row in sections_of(graph, "y")["im2col"].picture.split("\n\n")[1].splitlines()
    ]
    assert rows[0] == ["columns", "y[o,0,0]", "y[o,0,1]", "...", "y[o,1,2]"]
    padded = {(c, i + 1, j + 1): f"x[{c},{i},{j}]" for c in range(2) for i in range(3) for j in range(4)}
    for row in rows[1:]:
        c, u, v = map(int, re.findall(r"\d+", row[0]))
        windows = [(0, 0), (0, 1), None, (1, 2)]
        assert row[1:] == [
            "..." if at is None else padded.get((c, 2 * at[0] + u, 2 * at[1] + v), "0") for at in windows
        ]
    assert len(rows) == 9


def test_pooling_mixes_no_maps() -> None:
    message = sections_of(graph_of(pool("kernel_size: 3 stride: 2")), "y")
    assert line(message["connectivity"], "maps").text == "3, each on its own: pooling mixes no maps"
    assert [row[-3:] for row in message["connectivity"].picture.splitlines()[1:]] == ["█··", "·█·", "··█"]
    assert line(message["parameters"], "learned").text == "nothing"
    assert "im2col" not in message


def test_statistics_are_told_from_what_is_learned() -> None:
    message = sections_of(graph_of('layer { name: "y" type: "BatchNorm" % }'), "y")["parameters"]
    assert [(one.label, one.note) for one in message.lines[:3]] == [
        ("mean", "measured, not learned"),
        ("variance", "measured, not learned"),
        ("factor", "measured, not learned"),
    ]


def test_shared_arrays_are_told() -> None:
    share_one = 'param { name: "w" }'
    first = conv("num_output: 2 kernel_size: 3", "a").replace(
        "convolution_param", f"{share_one} convolution_param"
    )
    graph = graph_of(first, first.replace('"a"', '"y"'))
    message = line(sections_of(graph, "y")["parameters"], "weights")
    assert message.note == 'shared with layer a, whose parameter has the same name "w"'


def test_concat_says_where_its_maps_come_from() -> None:
    graph = graph_of(
        conv("num_output: 4 kernel_size: 1", "a"),
        'layer { name: "y" type: "Concat" bottom: "a" bottom: "data" top: "y" }',
    )
    message = sections_of(graph, "y")
    assert [(one.label, one.text) for one in message["connectivity"].lines[:2]] == [
        ("0-3", "a, copied"),
        ("4-6", "data, copied"),
    ]
    assert line(message["size"], "axis 1").text == "4 + 3 = 7"


@needs_shared
def test_public_nets() -> None:
    reduce = sections_of(GOOGLENET, "inception_4a/3x3_reduce")["cost"]
    assert "4.0 times as many" in line(reduce, "bottleneck").note
    depthwise = sections_of(MOBILENET, "conv2_1/dw")["connectivity"]
    assert line(depthwise, "kernels").text == "32, one map each: the maps are not mixed"
    assert load_graph(MOBILENET).nodes


@pytest.mark.parametrize(
    ("places", "text"), [([5], "5"), ([1, 2, 3], "1-3"), ([0, 2, 3, 7, 9], "0, 2-3, 7 ...")]
)
def test_ranges(places: list[int], text: str) -> None:
    assert ranges(places) == text


def test_words() -> None:
    assert [share(1, 3), share(1, 3000), share(0, 5), share(1, 0)] == ["33.3%", "0.03%", "0.0%", "0.0%"]
    assert [human_bytes(n) for n in (12, 1200, 7_000_000)] == ["12 B", "1.2 KB", "7.0 MB"]
