"""The document of a net: complete for every golden net, whatever the names are."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from prototxt.blobs import count
from prototxt.frontend.load import Options, define_net, load_graph, outline
from prototxt.graph.context import is_known
from prototxt.graph.graph import Graph
from prototxt.page.document import make_document, to_json, with_values
from prototxt.page.rule import page_rule
from prototxt.views.export import report_dict
from prototxt.views.net_rows import make_report
from support.golden import CASE_LIST, ROOT, Case
from support.report_pages import TYPES, check_entry

HOSTILE = [
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "\u2028]]>",
    "a@0",
    "\x00\x1b[31m",
    '"\\',
    "é ☃ 𝄞",
    "&lt;",
]


def check_document(document: Any, graph: Graph) -> None:
    """All that the contract asks for is there and says what Python says."""
    check_entry(document, "Report")
    table = report_dict(make_report(graph))
    ids = set(document["blobs"])
    assert {*document["inputs"], *document["outputs"]} <= ids
    assert len(document["layers"]) == len(graph.nodes)
    for node, layer, row in zip(graph.nodes, document["layers"], table["layers"], strict=True):
        check_entry(layer, "Layer")
        assert {*layer["bottoms"], *layer["tops"]} <= ids
        assert (layer["name"], layer["brief"], layer["macs"]) == (row["name"], row["brief"], row["macs"])
        assert layer["paramCount"] == row["param_count"]
        assert layer["sections"]
        for param in layer["params"]:
            check_entry(param, "Param")
        for section in layer["sections"]:
            check_entry(section, "Section")
            for line in section["lines"]:
                check_entry(line, "Line")
        assert layer["rule"]["kind"] in [*re.findall(r'kind: (?:"\w+" \| )?"(\w+)"', TYPES), "conv", "scale"]
        if is_known(graph, node):
            own = sum(count(p["shape"]) for p in layer["params"] if "owner" not in p)
            assert own == layer["paramCount"] + layer["statistics"]
    for blob in document["blobs"].values():
        check_entry(blob, "Blob")


@pytest.mark.sweep
@pytest.mark.parametrize("case", CASE_LIST, ids=str)
def test_every_golden_net_is_complete(case: Case) -> None:
    graph = case.graph()
    document = make_document(graph)
    check_document(document, graph)
    rules = [layer["rule"] for layer in json.loads(to_json(document))["layers"]]
    assert rules == [layer["rule"] for layer in document["layers"]]


def test_a_table_by_class_reaches_every_kind_of_the_contract() -> None:
    kinds = set(re.findall(r'kind: "(\w+)"', TYPES)) | set(re.findall(r'kind: "\w+" \| "(\w+)"', TYPES))
    page = ROOT / "src" / "prototxt" / "page"
    source = "".join(file.read_text() for file in [page / "rule.py", *(page / "rules").glob("*.py")])
    kinds -= {"net", "comparison"}  # documents, not rules
    assert {kind for kind in kinds if f'"{kind}"' not in source} == set()
    assert len(page_rule.registry) > 30


def test_layers_in_place_have_versions() -> None:
    graph = load_graph(ROOT / "examples" / "lenet.prototxt")
    document = make_document(graph)
    relu = next(layer for layer in document["layers"] if layer["type"] == "ReLU")
    assert (relu["bottoms"], relu["tops"]) == (["ip1@0"], ["ip1@1"])
    assert document["blobs"]["ip1@1"] == {"name": "ip1", "version": 1, "shape": [1, 500]}
    assert document["outputs"] == ["prob@0"]
    assert relu["rule"] == {"kind": "neuron", "function": "ReLU", "numbers": {"negative_slope": 0.0}}


def test_layers_that_nothing_here_can_run_are_there() -> None:
    text = """
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 5 dim: 7 } } }
    layer { name: "odd" type: "NoSuchLayer" bottom: "data" top: "y" }
    layer { name: "relu" type: "ReLU" bottom: "y" top: "y" }
    """
    document: Any = make_document(outline(define_net(text, "net"), Options()))
    assert [layer["rule"]["kind"] for layer in document["layers"]] == ["input", "unknown", "unknown"]
    assert document["blobs"]["y@1"]["shape"] is None
    assert document["outputs"] == ["y@1"]


def test_shared_parameters_name_their_owner() -> None:
    conv = 'param {{ name: "w" }} convolution_param {{ num_output: 2 kernel_size: 3 bias_term: false }}'
    text = (
        'layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 1 dim: 3 dim: 5 dim: 7 } } }'
        + "".join(
            f'layer {{ name: "{name}" type: "Convolution" bottom: "x" top: "{name}" {conv.format()} }}'
            for name in "ab"
        )
    )
    first, second = make_document(outline(define_net(text, "net"), Options()))["layers"][1:]
    assert first["params"] == [{"shape": [2, 3, 3, 3], "statistic": False}]
    assert second["params"] == [{"shape": [2, 3, 3, 3], "statistic": False, "owner": "a"}]
    assert second["paramCount"] == 0


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_ends_the_element(name: str, tmp_path: Path) -> None:
    quoted = "".join(f"\\{byte:03o}" for byte in name.encode())
    text = f"""
    name: "{quoted}"
    layer {{ name: "{quoted}" type: "Input" top: "{quoted}" input_param {{ shape {{ dim: 1 dim: 2 }} }} }}
    layer {{ name: "{quoted}2" type: "{quoted}" bottom: "{quoted}" top: "y" }}
    """
    graph = outline(define_net(text, f"{name.replace(chr(0), '')}.prototxt"), Options())
    encoded = to_json(make_document(graph))
    assert b"<" not in encoded
    document = json.loads(encoded)
    assert document["net"]["name"] == name
    assert f"{name}@0" in document["blobs"]


def test_half_a_surrogate_and_numbers_that_are_not_finite() -> None:
    encoded = to_json({"file": "a\udc80b", "x": [float("nan"), float("inf"), 1.5, True, None]})
    assert json.loads(encoded) == {"file": "a\udc80b", "x": [None, None, 1.5, True, None]}


def test_numbers_without_end_are_no_rule_of_the_page() -> None:
    text = """
    layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 1 dim: 3 } } }
    layer { name: "clip" type: "Clip" bottom: "x" top: "y" clip_param { min: 0 max: inf } }
    """
    rule = make_document(outline(define_net(text, "net"), Options()))["layers"][1]["rule"]
    assert rule == {"kind": "neuron", "function": "other", "numbers": {}}


def test_values_are_added_to_a_document() -> None:
    graph = load_graph(ROOT / "examples" / "lenet.prototxt")
    document = make_document(graph, ["first"])
    assert with_values(document, graph, {}, ["second"]) == {**document, "notes": ["first", "second"]}
