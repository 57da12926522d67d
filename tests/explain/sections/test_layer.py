"""Every layer of every golden case is explained, in every form."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from rich.console import Group, RenderableType
from rich.text import Text

from prototxt.errors import InputError, PrototxtError
from prototxt.explain.sections.docstring import docstring_part, docstring_summary
from prototxt.explain.sections.layer import explain_layer
from prototxt.explain.sections.views.html import overview_html, sections_html
from prototxt.explain.sections.views.overview import make_overview, overview_json, overview_text
from prototxt.explain.sections.views.text import layer_title, sections_json, sections_text
from prototxt.frontend.load import Options, define_net, load_graph, outline
from prototxt.graph.context import find_layer, is_known
from prototxt.graph.graph import Graph
from prototxt.layers.base import Layer
from prototxt.layers.registry import all_layer_classes
from prototxt.views.columns import plain_text
from support.corpus import FOLDERS, OPENS, files, name_of, opened, verdicts
from support.explained_nets import ALEXNET, LENET, conv, graph_of, line, sections_of
from support.golden import CASE_LIST, Case, needs_shared

WIDTH = 80


def plain_rows(shown: RenderableType) -> Iterator[str]:
    """The rows of texts, without the time that a console takes to print them."""
    if isinstance(shown, Group):
        for part in shown.renderables:
            yield from plain_rows(part)
    else:
        assert isinstance(shown, Text)
        yield from shown.plain.splitlines()


def check_all(graph: Graph, every: int = 1) -> None:
    """Each layer in each form: lines that fit, plain types, one page."""
    overview = make_overview(graph)
    assert len(json.loads(overview_json(overview))["layers"]) == len(graph.nodes)
    assert plain_text(overview_text(overview, WIDTH))
    assert overview_html(overview).count("<tr>") == len(graph.nodes) + 2
    for node in graph.nodes[::every]:
        sections = explain_layer(graph, node)
        rows = list(plain_rows(sections_text(layer_title(node, ""), sections, WIDTH)))
        assert len(rows) > len(sections)
        assert all(len(row) <= WIDTH for row in rows[1:])
        assert [s["key"] for s in json.loads(sections_json(node, sections))["sections"]] == [
            s.key for s in sections
        ]
        assert sections_html(node, "", sections).count("<section") == len(sections)
        if is_known(graph, node) and node.bottoms and node.tops:
            assert {"layer", "formula", "size", "parameters", "cost"} <= {section.key for section in sections}


@pytest.mark.parametrize("case", CASE_LIST, ids=str)
def test_every_case(case: Case) -> None:
    file = case.path.with_suffix(".prototxt")
    check_all(outline(define_net(file.read_text(), str(file)), Options(dialect=case.dialect)))


@needs_shared
@pytest.mark.slow
@pytest.mark.parametrize("folder", FOLDERS)
def test_every_public_net(folder: str) -> None:
    for file in files(folder):
        if verdicts()[name_of(file)] == OPENS:
            graph = opened(file)
        else:  # layers that nothing here can run are explained too; solvers and nets without shapes are not
            try:
                graph = outline(define_net(file.read_text(errors="replace"), str(file)), Options())
            except PrototxtError:
                continue
        check_all(graph, every=max(len(graph.nodes) // 60, 1))


@pytest.mark.parametrize(
    "layer_class", all_layer_classes(), ids=lambda layer_class: f"{layer_class.type}-{layer_class.fork}"
)
def test_every_type_says_what_it_does(layer_class: type[Layer]) -> None:
    layer = layer_class.__new__(layer_class)
    assert docstring_summary(layer)
    assert docstring_part(layer, "Formula")
    assert docstring_part(layer, "Shapes")


def test_wiring() -> None:
    message = sections_of(ALEXNET, "relu2")["layer"]
    assert line(message, "reads").text == line(message, "makes").text == "conv2  1 x 256 x 27 x 27"
    assert line(message, "in place").text == "conv2 is overwritten; its value before: conv2@0"
    assert line(message, "read by").text == "norm2 (LRN)"
    assert line(sections_of(LENET, "prob")["layer"], "read by").text == "an output of the net"


def test_names_that_the_net_does_not_have() -> None:
    graph = load_graph(ALEXNET)
    with pytest.raises(InputError, match='no layer "conv22"') as error:
        find_layer(graph, "conv22")
    assert 'did you mean "conv2"' in (error.value.hint or "")
    twice = graph_of('layer { name: "first" type: "ReLU" bottom: "data" top: "made" }')
    with pytest.raises(InputError) as error:
        find_layer(twice, "made")
    assert error.value.hint == 'blob "made" is made by layer "first"'


def test_layers_that_nothing_here_can_run() -> None:
    text = (
        'layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 8 dim: 9 } } }\n'
        'layer { name: "odd" type: "Odd" bottom: "data" top: "odd" }\n'
        'layer { name: "relu" type: "ReLU" bottom: "odd" top: "relu" }\n'
    )
    graph = outline(define_net(text, "net.prototxt"), Options())
    check_all(graph)
    for name in ("odd", "relu"):
        sections = explain_layer(graph, find_layer(graph, name))
        assert [section.key for section in sections] == ["layer", "unknown"]
        assert "?" in line(sections[0], "makes").text


def test_formulas_have_the_numbers_of_the_layer() -> None:
    said = {
        'type: "ReLU" relu_param { negative_slope: 0.1 }': "y = max(x, 0) + 0.1 * min(x, 0)",
        'type: "Clip" clip_param { min: 0 max: 6 }': "y = max(0, min(x, 6))",
        'type: "Power" power_param { power: 2 scale: -1 shift: 3 }': "y = (3 + -1 * x)^2",
        'type: "ELU" elu_param { alpha: 0.5 }': "y = x for x > 0, 0.5 * (exp(x) - 1) otherwise",
        'type: "LRN" lrn_param { local_size: 3 alpha: 0.1 }': (
            "y[n, c] = x[n, c] / (1 + 0.1 / 3 * sum of x[n, c - 1]^2 to x[n, c + 1]^2)^0.75"
        ),
        'type: "Pooling" pooling_param { pool: AVE kernel_size: 2 stride: 2 }': (
            "y[n, c, i, j] = sum of x[n, c, 2*i + u, 2*j + v] / 4\n  u, v = 0..1"
        ),
    }
    for given, formula in said.items():
        graph = graph_of(f'layer {{ name: "y" {given} bottom: "data" top: "y" }}')
        assert line(sections_of(graph, "y")["formula"], "value").text == formula
    dilated = graph_of(conv("num_output: 4 kernel_h: 3 kernel_w: 2 pad_h: 2 pad_w: 0 stride: 2 dilation: 2"))
    text = line(sections_of(dilated, "y")["formula"], "value").text
    assert re.sub(r"\s+", " ", text) == (
        "y[n, o, i, j] = b[o] + sum over c = 0..2, u = 0..2, v = 0..1 of "
        "w[o, c, u, v] * x[n, c, 2*i - 2 + 2*u, 2*j + 2*v]"
    )
