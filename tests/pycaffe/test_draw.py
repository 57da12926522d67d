"""draw: Caffe's labels and colours, phases, nets of every age, with and without Graphviz and pydot."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from prototxt.caffe import TEST, TRAIN
from prototxt.caffe.draw import (
    choose_color_by_layertype,
    draw_net,
    draw_net_to_file,
    get_edge_label,
    get_layer_label,
    get_layer_lr_mult,
    get_pooling_types_dict,
    get_pydot_graph,
)
from prototxt.errors import PrototxtError
from support.helpers import layer_message, net_message

NET = """
    name: "two phases"
    layer { name: "train" type: "Data" top: "data" include { phase: TRAIN } data_param { batch_size: 64 } }
    layer { name: "test" type: "Data" top: "data" include { phase: TEST } data_param { batch_size: 10 } }
    layer { name: "conv" type: "Convolution" bottom: "data" top: "conv"
            convolution_param { num_output: 20 kernel_h: 3 kernel_w: 5 pad: 1 stride: [2, 1] } param { lr_mult: 0.5 } }
    layer { name: "relu" type: "ReLU" bottom: "conv" top: "conv" }
    layer { name: "drop" type: "Dropout" bottom: "conv" top: "dropped" exclude { phase: TEST } }
    layer { name: "fc" type: "InnerProduct" bottom: "conv" top: "fc" inner_product_param { num_output: 7 } }
"""


def dot(text: str = NET, rankdir: str = "LR", **options: Any) -> str:
    return draw_net(net_message(text), rankdir, "dot", **options).decode()


@pytest.mark.parametrize(
    ("layer", "label"),
    [
        ('name: "r" type: "ReLU"', "r|(ReLU)"),
        ('name: "p" type: "Pooling" pooling_param { pool: AVE kernel_size: 3 stride: 2 }',
         "p|(Pooling AVE)|kernel size: 3|stride: 2|pad: 0"),
        ('name: "p" type: "Pooling" pooling_param { kernel_h: 3 kernel_w: 5 pad_h: 1 pad_w: 2 }',
         "p|(Pooling MAX)|kernel size: 3x5|stride: 1|pad: 1x2"),
        ('name: "p" type: "Pooling" pooling_param { pool: AVE global_pooling: true }', "p|(Pooling AVE)|global"),
        ('name: "d" type: "Deconvolution" convolution_param { kernel_size: 4 kernel_size: 6 stride: 2 }',
         "d|(Deconvolution)|kernel size: 4x6|stride: 2|pad: 0"),
        ('name: "c" type: "Convolution"', "c|(Convolution)|kernel size: 1|stride: 1|pad: 0"),
    ],
)  # fmt: skip
def test_labels(layer: str, label: str) -> None:
    message = layer_message(layer)
    assert get_layer_label(message, "LR") == f'"{label}"'.replace("|", r"\n")
    assert get_layer_label(message, "TB") == f'"{label}"'.replace("|", " ")


@pytest.mark.parametrize(
    ("params", "rates"),
    [
        ("", (1, 1)),
        ("param { lr_mult: 0.5 }", (0.5, 1)),
        ("param { lr_mult: 0 } param { lr_mult: 2 }", (0, 2)),
    ],
)
def test_learning_rates(params: str, rates: tuple[float, float]) -> None:
    layer = layer_message(f'name: "f" type: "InnerProduct" {params}')
    assert get_layer_lr_mult(layer) == rates
    rates_text = f"lr mult: {rates[0]:.1f}, {rates[1]:.1f}"
    assert get_layer_label(layer, "BT", display_lrm=True) == f'"f (InnerProduct) {rates_text}"'
    assert get_layer_label(layer, "BT") == '"f (InnerProduct)"'


def test_frozen_layers_tell_no_rates() -> None:
    layer = layer_message('name: "f" type: "InnerProduct" param { lr_mult: 0 } param { lr_mult: 0 }')
    assert "lr mult" not in get_layer_label(layer, "TB", display_lrm=True)
    assert "lr mult" not in get_layer_label(layer_message('name: "r" type: "PReLU"'), "TB", display_lrm=True)
    with pytest.raises(ValueError, match="PReLU layers do not have a learning rate multiplier"):
        get_layer_lr_mult(layer_message('type: "PReLU"'))
    with pytest.raises(ValueError, match='Could not parse the learning rate multiplier: "f" has 3 param'):
        get_layer_lr_mult(layer_message('name: "f" type: "Convolution" param {} param {} param {}'))


def test_edges_colours_methods() -> None:
    layers = net_message(NET).layer
    assert [get_edge_label(layer) for layer in layers] == ["Batch 64", "Batch 10", "20", '""', '""', "7"]
    assert choose_color_by_layertype("Convolution") == choose_color_by_layertype("Deconvolution") == "#FF5050"
    assert (choose_color_by_layertype("Pooling"), choose_color_by_layertype("InnerProduct")) == (
        "#FF9900",
        "#CC33FF",
    )
    assert choose_color_by_layertype("Softmax") == "#6495ED"
    assert get_pooling_types_dict() == {0: "MAX", 1: "AVE", 2: "STOCHASTIC"}


@pytest.mark.parametrize(
    ("phase", "drawn"),
    [
        (None, {"train", "test", "conv", "drop", "fc"}),
        (TRAIN, {"train", "conv", "drop", "fc"}),
        (TEST, {"test", "conv", "fc"}),
    ],
)  # fmt: skip
def test_phases(phase: int | None, drawn: set[str]) -> None:
    text = dot(phase=phase)
    assert {name for name in ("train", "test", "conv", "drop", "fc") if f'label="{name}\n(' in text} == drawn


def test_a_rule_without_a_phase_holds_in_both() -> None:
    rules = ('include { stage: "s" }', 'exclude { stage: "s" }')
    text = "".join(f'layer {{ name: "a" type: "ReLU" {rule} }}' for rule in rules)
    for phase in (TRAIN, TEST):
        assert dot(text, phase=phase).count("(ReLU)") == 2
    with pytest.raises(ValueError, match="layer a has both include and exclude specified"):
        dot('layer { name: "a" include { phase: TEST } exclude { phase: TEST } }', phase=TEST)


def test_the_text() -> None:
    text = dot(display_lrm=True)
    assert text.startswith('digraph "two phases" {\n  rankdir=LR\n')
    assert 'label="conv\n(Convolution)\nkernel size: 3x5\nstride: 2x1\npad: 1\nlr mult: 0.5, 1.0"' in text
    assert 'layer2 -> blob1 [label="20"]' in text
    assert 'layer3 [label="relu\n(ReLU)", shape="box", fillcolor="#90EE90"' in text
    assert text.count("octagon") == 4
    assert dot("", rankdir="TB") == 'digraph "Net" {\n  rankdir=TB\n}\n'


def test_nets_of_older_forms_are_drawn_too() -> None:
    text = dot('input: "data" layers { name: "c" type: CONVOLUTION bottom: "data" top: "c" }')
    assert "(Convolution)" in text
    assert "(Input)" in text
    assert "(Pooling AVE)" in dot(
        'layers { layer { name: "p" type: "pool" pool: AVE } bottom: "a" top: "b" }'
    )


def test_names_that_mean_something_to_graphviz() -> None:
    layer = r'layer { name: "a\"|b\\n<c>" type: "ReLU" bottom: "x:y" top: "x\n" }'
    assert r'label="a\"|b\\n<c>' in dot(layer)
    if shutil.which("dot"):
        assert draw_net(net_message(layer), "LR", "svg").startswith(b"<?xml")


def test_pictures(tmp_path: Path) -> None:
    if not shutil.which("dot"):
        pytest.skip("Graphviz is not installed")
    net = net_message(NET)
    assert draw_net(net, "TB").startswith(b"\x89PNG")
    draw_net_to_file(net, tmp_path / "net.SVG", "LR", TEST)
    assert b"Batch 10" in (tmp_path / "net.SVG").read_bytes()
    with pytest.raises(PrototxtError, match="dot failed"):
        draw_net(net, "LR", "xyz")


def test_files_of_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    net = net_message(NET)
    for name in ("net.raw", "net.dot", "net.gv"):
        draw_net_to_file(net, str(tmp_path / name), "BT")
        assert (tmp_path / name).read_text() == dot(rankdir="BT")
    with pytest.raises(PrototxtError, match="not installed here"):
        draw_net_to_file(net, tmp_path / "net.png")
    assert not (tmp_path / "net.png").exists()
    with pytest.raises(PrototxtError, match="the suffix says what to draw"):
        draw_net_to_file(net, tmp_path / "net")
    with pytest.raises(ValueError, match='rankdir is one of LR, TB, BT, RL, not "down"'):
        draw_net(net, "down", "dot")


class FakeGraph:
    """As much of pydot.Dot as is used."""

    def __init__(self, name: str, **attributes: str) -> None:
        self.name, self.attributes = name, attributes
        self.nodes: list[dict[str, str]] = []
        self.edges: list[tuple[str, str, str]] = []

    def add_node(self, node: dict[str, str]) -> None:
        self.nodes.append(node)

    def add_edge(self, edge: tuple[str, str, str]) -> None:
        self.edges.append(edge)


def test_pydot_graph(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = SimpleNamespace(
        Dot=FakeGraph,
        Node=lambda name, **style: {"name": name, **style},
        Edge=lambda a, b, label: (a["name"], b["name"], label),
    )
    monkeypatch.setitem(sys.modules, "pydot", fake)
    graph = get_pydot_graph(net_message(NET), "LR", phase=TEST)
    assert (graph.name, graph.attributes) == ('"two phases"', {"graph_type": "digraph", "rankdir": "LR"})
    assert ("layer1", "blob1", '"20"') in graph.edges
    assert len(graph.nodes) == 4 + 3
    plain = get_pydot_graph(net_message(NET), "LR", label_edges=False)
    assert {label for _, _, label in plain.edges} == {'""'}


def test_real_pydot() -> None:
    pytest.importorskip("pydot")
    assert "(Convolution)" in get_pydot_graph(net_message(NET), "TB").to_string()


def test_without_pydot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pydot", None)
    with pytest.raises(ImportError, match=r"pip install pydot.*draw_net and draw_net_to_file do not"):
        get_pydot_graph(net_message(NET), "LR")
