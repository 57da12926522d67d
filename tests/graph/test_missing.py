"""Nets with layers that nothing here can run: all else has its shape, and running them is refused by name."""

from __future__ import annotations

import json

import pytest

import prototxt
from prototxt.errors import DataError, LayerError, MissingLayerError, UnknownShapeError
from prototxt.frontend.load import Options, define_net, make_graph, outline
from prototxt.graph.graph import BlobId, Graph
from prototxt.layers.unknown import can_stand
from prototxt.views.export import report_dict, to_csv, to_json, to_markdown
from prototxt.views.net_rows import make_report
from prototxt.views.table import table_text

TEXT = """
name: "odd"
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 2 dim: 3 dim: 20 dim: 31 } } }
layer { name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
  convolution_param { num_output: 8 kernel_size: 3 } }
layer { name: "warp" type: "Zonk" bottom: "conv1" top: "warp" top: "where" }
layer { name: "relu" type: "ReLU" bottom: "warp" top: "warp" }
layer { name: "side" type: "Convolution" bottom: "conv1" top: "side"
  convolution_param { num_output: 4 kernel_size: 1 } }
layer { name: "sum" type: "Eltwise" bottom: "warp" bottom: "side" top: "sum" }
layer { name: "mine" type: "Python" bottom: "sum" top: "out" python_param { module: "mine" layer: "Mine" } }
layer { name: "again" type: "Zonk" bottom: "side" top: "again" }
"""


def graph() -> Graph:
    return outline(define_net(TEXT, "net.prototxt"), Options())


def test_all_else_has_its_shape() -> None:
    report = make_report(graph())
    assert report.blobs == {
        "data": (2, 3, 20, 31), "conv1": (2, 8, 18, 29), "warp": None, "where": None, "side": (2, 4, 18, 29),
        "sum": None, "out": None, "again": None,
    }  # fmt: skip
    assert [row.name for row in report.rows if row.missing] == ["warp", "mine", "again"]
    assert report.totals.params == 8 * 3 * 9 + 8 + 4 * 8 + 4
    assert report.images == 2


def test_every_view_shows_unknown_shapes() -> None:
    report = make_report(graph())
    rows = {row["name"]: row for row in report_dict(report)["layers"]}
    assert rows["warp"]["shapes"] == [None, None]
    assert rows["sum"]["shapes"] == [None]
    (warp, mine, again) = json.loads(to_json(report))["missing"]
    assert (warp["layer"], warp["type"], warp["place"]) == ("warp", "Zonk", "net.prototxt:6:22")
    assert "allow-python-layers" in mine["hint"]
    assert again["what"] == 'unknown layer type "Zonk"'
    assert "warp,Zonk,,conv1,warp where,? ?," in to_csv(report)
    assert "| sum | Eltwise | warp, side → sum | ? |" in to_markdown(report)


def test_the_table_ends_with_the_missing_layers() -> None:
    table = table_text(make_report(graph()))
    assert "Zonk (unknown)" in table
    last = table[table.index("3 layers are not implemented") :].splitlines()
    assert last[0] == (
        "3 layers are not implemented; the shapes of 2 other layers depend on that (?); "
        "totals are those of the rest"
    )
    assert last[1] == '  net.prototxt:6:22: layer "warp" and 1 more: unknown layer type "Zonk"'
    assert "own-layers.md" in last[2]


def test_running_it_is_refused_by_name() -> None:
    with pytest.raises(MissingLayerError) as caught:
        prototxt.parse_net(TEXT, file="net.prototxt")
    message = str(caught.value)
    assert message.startswith("net.prototxt:6:22: nothing here can run 3 layers of this net:\n")
    for name in ("warp", "mine", "again"):
        assert f'layer "{name}"' in message


def test_one_missing_layer_is_the_error_itself() -> None:
    with pytest.raises(MissingLayerError) as caught:
        make_graph(define_net(without("mine", "again"), "net.prototxt"), Options())
    assert caught.value.layer == "warp"


def test_a_net_without_such_layers_misses_nothing() -> None:
    text = without("warp", "relu", "sum", "mine", "again")
    report = make_report(outline(define_net(text, "net.prototxt"), Options()))
    assert report.missing == ()
    assert "not implemented" not in table_text(report)


REFUSED = """
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 2 dim: 3 dim: 20 dim: 31 } } }
layer { name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
  convolution_param { num_output: 8 kernel_size: 3 group: 2 } }
layer { name: "relu" type: "ReLU" bottom: "conv1" top: "conv1" }
layer { name: "side" type: "Convolution" bottom: "data" top: "side"
  convolution_param { num_output: 4 kernel_size: 1 } }
layer { name: "one" type: "Concat" bottom: "side" top: "a" top: "b" }
layer { name: "drop" type: "Dropout" bottom: "side" top: "drop"
  dropout_param { dropout_ratio: 2 } }
layer { name: "loss" type: "EuclideanLoss" bottom: "side" bottom: "data" loss_weight: 3 }
"""
"""Layers that their types refuse: by a bottom's shape, the number of tops, a parameter; the last makes a top itself."""


def test_a_layer_that_its_type_refuses_hides_nothing_else() -> None:
    graph = outline(define_net(REFUSED, "net.prototxt"), Options())
    assert [str(error).splitlines()[0] for error in graph.refused] == [
        'net.prototxt:4:52: layer "conv1" (Convolution): 3 input channels are not divisible by group 2',
        'net.prototxt:8:60: layer "one" (Concat): takes 1 top, has 2',
        'net.prototxt:10:19: layer "drop" (Dropout): dropout_ratio must be at least 0 and below 1, not 2',
        'net.prototxt:11:44: layer "loss" (EuclideanLoss): both bottoms must hold as many values, '
        "got 2 x 4 x 20 x 31 (2480 values an item) and 2 x 3 x 20 x 31 (1860 values an item)",
    ]
    report = make_report(graph)
    assert report.blobs == {
        "data": (2, 3, 20, 31), "conv1": None, "side": (2, 4, 20, 31), "a": None, "b": None, "drop": None,
        "(automatic)": None,
    }  # fmt: skip
    assert report.totals.params == 4 * 3 + 4
    assert graph.outputs == ("a", "b", "conv1", "drop")
    assert graph.losses == {BlobId("(automatic)"): 3.0}
    table = table_text(report)
    assert "Dropout (cannot run)" in table
    assert "4 layers cannot run; the shapes of 1 other layer depend on that (?)" in table
    assert '  net.prototxt:10:19: layer "drop": dropout_ratio must be' in table


def test_running_it_is_refused_with_the_first_reason() -> None:
    with pytest.raises(LayerError, match="3 input channels are not divisible by group 2") as caught:
        prototxt.parse_net(REFUSED, file="net.prototxt")
    assert caught.value.layer == "conv1"
    with pytest.raises(LayerError, match='unknown layer type "Zonk"'):
        prototxt.parse_net(without("mine", "again"), file="net.prototxt")


def test_a_file_that_is_wrong_is_an_error_at_once() -> None:
    assert not can_stand(DataError("no such list"))


def test_a_shape_that_everything_needs_is_asked_for_at_once() -> None:
    text = 'layer { name: "data" type: "Input" top: "data" }' + REFUSED.partition("\n")[2].partition("\n")[2]
    with pytest.raises(UnknownShapeError, match='no shape for its top "data"'):
        outline(define_net(text, "net.prototxt"), Options())


TWO_INPUTS = (
    REFUSED
    + """
layer { name: "boxes" type: "Input" top: "boxes" }
layer { name: "pool" type: "ROIPooling" bottom: "side" bottom: "boxes" top: "pool"
  roi_pooling_param { pooled_h: 2 pooled_w: 3 } }
layer { name: "relu2" type: "ReLU" bottom: "side" top: "last" }
"""
)


def test_a_shape_that_some_layers_need_hides_nothing_else() -> None:
    graph = outline(define_net(TWO_INPUTS, "net.prototxt"), Options())
    shapes = make_report(graph).blobs
    assert (shapes["boxes"], shapes["pool"], shapes["last"]) == (None, None, (2, 4, 20, 31))
    with pytest.raises(UnknownShapeError, match='no shape for its top "boxes"') as caught:
        graph.raise_refused()
    assert caught.value.place is not None
    assert caught.value.place.line == 13
    assert "--input boxes=N,C,H,W" in str(caught.value.hint)
    table = table_text(make_report(graph))
    assert "Input (shape needed)" in table
    assert "--input boxes=N,C,H,W" in table


def test_the_shape_of_a_file_that_is_not_here_hides_nothing_else() -> None:
    data = 'layer { name: "db" type: "Data" top: "more" data_param { source: "none" batch_size: 3 } }'
    graph = outline(define_net(REFUSED + data, "net.prototxt"), Options())
    assert [error.layer for error in graph.missing][-1] == "db"
    assert graph.shapes[BlobId("side")] == (2, 4, 20, 31)
    with pytest.raises(UnknownShapeError):
        make_graph(define_net(REFUSED + data, "net.prototxt"), Options())


def without(*layers: str) -> str:
    return "layer {".join(
        part for part in TEXT.split("layer {") if not part.startswith(tuple(f' name: "{n}"' for n in layers))
    )
