"""The rows behind every view: counted by hand, and adding up to the totals."""

from __future__ import annotations

from pathlib import Path

import pytest

from prototxt.frontend.load import Options, define_net, load_graph, make_graph
from prototxt.views.net_rows import Report, Row, make_report
from support.golden import CASE_LIST, Case

EXAMPLES = Path(__file__).parents[2] / "examples"

TEXT = """
name: "rows"
layer { name: "in" type: "Input" top: "data" input_param { shape { dim: 3 dim: 4 dim: 9 dim: 11 } } }
layer { name: "conv" type: "Convolution" bottom: "data" top: "conv"
  param { name: "w" } param { name: "b" }
  convolution_param { num_output: 6 kernel_h: 3 kernel_w: 5 group: 2 stride_h: 2 stride_w: 1 } }
layer { name: "again" type: "Convolution" bottom: "data" top: "again"
  param { name: "w" } param { }
  convolution_param { num_output: 6 kernel_h: 3 kernel_w: 5 group: 2 stride_h: 2 stride_w: 1 } }
layer { name: "norm" type: "BatchNorm" bottom: "conv" top: "conv" }
layer { name: "scale" type: "Scale" bottom: "conv" top: "conv" scale_param { bias_term: true } }
layer { name: "relu" type: "ReLU" bottom: "conv" top: "rectified" }
layer { name: "two" type: "Slice" bottom: "again" top: "left" top: "right" slice_param { slice_point: 2 } }
layer { name: "ip" type: "InnerProduct" bottom: "rectified" top: "ip"
  inner_product_param { num_output: 10 bias_term: false } }
"""


def report() -> Report:
    return make_report(make_graph(define_net(TEXT, "rows.prototxt"), Options()))


def rows() -> dict[str, Row]:
    return {row.name: row for row in report().rows}


def test_the_net() -> None:
    result = report()
    assert (result.name, result.phase, result.images) == ("rows", "TEST", 3)
    assert result.inputs == {"data": (3, 4, 9, 11)}
    assert result.outputs == ("ip", "left", "right")
    # Rows: (9 - 3) / 2 + 1 = 4; columns: 11 - 5 + 1 = 7
    assert result.blobs == {
        "data": (3, 4, 9, 11),
        "conv": (3, 6, 4, 7),
        "again": (3, 6, 4, 7),
        "rectified": (3, 6, 4, 7),
        "left": (3, 2, 4, 7),
        "right": (3, 4, 4, 7),
        "ip": (3, 10),
    }
    assert list(result.blobs) == ["data", "conv", "again", "rectified", "left", "right", "ip"]
    assert [row.index for row in result.rows] == list(range(8))


def test_a_convolution_with_groups() -> None:
    conv = rows()["conv"]
    assert (conv.type, conv.bottoms, conv.tops, conv.shapes) == (
        "Convolution", ("data",), ("conv",), ((3, 6, 4, 7),),
    )  # fmt: skip
    assert conv.params == ((6, 2, 3, 5), (6,))
    assert conv.param_count == 6 * 2 * 3 * 5 + 6
    assert conv.macs == 6 * 4 * 7 * 2 * 3 * 5  # one image, though the batch is 3
    assert conv.activation_bytes == 4 * 3 * 6 * 4 * 7  # the whole batch
    assert conv.shared_with == ()
    assert "3x5" in conv.brief
    assert "g2" in conv.brief


def test_what_is_shared_is_counted_once() -> None:
    again = rows()["again"]
    assert again.params == ((6, 2, 3, 5), (6,))
    assert again.param_count == 6
    assert again.shared_with == ("conv",)
    assert again.macs == rows()["conv"].macs


def test_statistics_are_no_parameters() -> None:
    norm = rows()["norm"]
    assert (norm.param_count, norm.statistics, norm.params) == (0, 6 + 6 + 1, ((6,), (6,), (1,)))
    assert (rows()["scale"].param_count, rows()["scale"].statistics) == (12, 0)


def test_in_place() -> None:
    assert [row.name for row in report().rows if row.in_place] == ["norm", "scale"]
    assert rows()["norm"].activation_bytes == 0
    assert rows()["relu"].activation_bytes == 4 * 3 * 6 * 4 * 7


def test_several_tops() -> None:
    two = rows()["two"]
    assert (two.tops, two.shapes) == (("left", "right"), ((3, 2, 4, 7), (3, 4, 4, 7)))
    assert two.activation_bytes == 4 * 3 * 6 * 4 * 7


def test_the_totals() -> None:
    totals = report().totals
    assert totals.params == 186 + 6 + 12 + 6 * 4 * 7 * 10
    assert totals.statistics == 13
    assert totals.macs == 2 * 6 * 28 * 30 + 168 * 10
    # data, conv, again, rectified, left and right, ip
    assert totals.activation_bytes == 4 * 3 * (4 * 9 * 11 + 4 * 6 * 28 + 10)


def test_a_batch_changes_neither_parameters_nor_costs_of_an_image() -> None:
    definition = define_net(TEXT, "rows.prototxt")
    small, large = (
        make_report(make_graph(definition, Options(inputs={"data": (n, 4, 9, 11)}))).totals for n in (1, 5)
    )
    assert (small.params, small.statistics, small.macs) == (large.params, large.statistics, large.macs)
    assert 5 * small.activation_bytes == large.activation_bytes


def test_the_phase_by_name() -> None:
    text = 'layer { name: "r" type: "ReLU" bottom: "x" top: "y" }'
    graph = make_graph(define_net(text, "net"), Options(phase="TRAIN", inputs={"x": (2,)}))
    assert make_report(graph).phase == "TRAIN"


@pytest.mark.parametrize("case", CASE_LIST[::10], ids=str)
def test_rows_add_up(case: Case) -> None:
    built = make_report(load_graph(case.path.with_suffix(".prototxt")))
    for total in ("params", "statistics", "macs", "activation_bytes"):
        column = "param_count" if total == "params" else total
        assert getattr(built.totals, total) == sum(getattr(row, column) for row in built.rows)


@pytest.mark.parametrize(
    ("example", "params", "macs"),
    # Figures that netscope and the papers agree on
    [("lenet", 431_080, 2_293_000), ("alexnet", 60_965_224, 724_406_816)],
)
def test_known_nets(example: str, params: int, macs: int) -> None:
    totals = make_report(load_graph(EXAMPLES / f"{example}.prototxt")).totals
    assert (totals.params, totals.macs, totals.statistics) == (params, macs, 0)


def test_the_figures_users_ask_about() -> None:
    """AlexNet's first layer with shared weights, its second with two groups; LeNet's second."""
    alexnet = {row.name: row for row in make_report(load_graph(EXAMPLES / "alexnet.prototxt")).rows}
    lenet = {row.name: row for row in make_report(load_graph(EXAMPLES / "lenet.prototxt")).rows}
    assert alexnet["conv1"].param_count == 34_944
    assert alexnet["conv2"].macs == 223_948_800
    assert alexnet["conv2"].params[0] == (256, 48, 5, 5)
    assert lenet["conv2"].macs == 1_600_000
