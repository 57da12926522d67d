"""Nets as boxes and arrows, and what Graphviz and Mermaid are given of them."""

from __future__ import annotations

import re
from html import unescape

from prototxt.frontend.load import Options, define_net, outline
from prototxt.views.dot import to_dot
from prototxt.views.drawing import COLOURS, Box, Drawing, Module, draw
from prototxt.views.mermaid import to_mermaid, too_much

HEAD = 'layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 1 dim: 4 dim: 5 dim: 6 } } }\n'
CONV = "convolution_param { num_output: 4 kernel_size: 1 }"


def layer(name: str, kind: str, bottom: str, top: str, more: str = "") -> str:
    bottoms = " ".join(f'bottom: "{b}"' for b in bottom.split())
    tops = " ".join(f'top: "{t}"' for t in top.split())
    return f'layer {{ name: "{name}" type: "{kind}" {bottoms} {tops} {more} }}\n'


def drawn(text: str) -> Drawing:
    return draw(outline(define_net(HEAD + text, "net"), Options()))


def boxes(module: Module) -> list[list[str]]:
    """The layers of each box."""
    collected = []
    for part in module.inside:
        collected += [[p.name for p in part.parts]] if isinstance(part, Box) else boxes(part)
    return collected


def arrows(drawing: Drawing) -> list[tuple[str, str, str]]:
    return [(a.start, a.end or a.output, a.label) for a in drawing.arrows]


def test_layers_in_place_stand_in_the_box_they_change() -> None:
    drawing = drawn(
        layer("c", "Convolution", "x", "c", CONV)
        + layer("bn", "BatchNorm", "c", "c")
        + layer("r", "ReLU", "c", "c")
        + layer("p", "Softmax", "c", "p")
    )
    assert boxes(drawing.root) == [["x"], ["c", "bn", "r"], ["p"]]
    assert arrows(drawing) == [("n0", "n1", "1x4x5x6"), ("n1", "n4", "1x4x5x6"), ("n4", "p", "1x4x5x6")]


def test_but_not_where_another_layer_reads_what_was_there_before() -> None:
    drawing = drawn(
        layer("c", "Convolution", "x", "c", CONV)
        + layer("t", "TanH", "c", "t")
        + layer("r", "ReLU", "c", "c")
    )
    assert boxes(drawing.root) == [["x"], ["c"], ["t"], ["r"]]
    assert ("n1", "n3", "1x4x5x6") in arrows(drawing)


def test_nor_in_the_box_of_a_layer_with_several_tops() -> None:
    drawing = drawn(
        layer("s", "Slice", "x", "a b") + layer("r", "ReLU", "a", "a") + layer("sum", "Eltwise", "a b", "sum")
    )
    assert boxes(drawing.root) == [["x"], ["s"], ["r"], ["sum"]]
    assert ("n1", "n2", "a 1x2x5x6") in arrows(drawing)
    assert ("n1", "n3", "b 1x2x5x6") in arrows(drawing)


def test_modules_by_slashes() -> None:
    drawing = drawn(
        layer("m/a/one", "Convolution", "x", "one", CONV)
        + layer("m/a/two", "Convolution", "x", "two", CONV)
        + layer("m/sum", "Eltwise", "one two", "sum")
        + layer("alone/relu", "ReLU", "sum", "y")
    )
    module = drawing.root.inside[1]
    assert isinstance(module, Module)
    assert (module.name, boxes(module)) == ("m", [["one"], ["two"], ["sum"]])
    assert boxes(drawing.root)[-1] == ["alone/relu"]


def test_kinds() -> None:
    drawing = drawn(
        layer(
            "c",
            "DepthwiseConvolution",
            "x",
            "c",
            "convolution_param { num_output: 4 group: 4 kernel_size: 1 }",
        )
        + layer("n", "LRN", "c", "n")
        + layer("f", "Flatten", "n", "f")
        + layer("i", "InnerProduct", "f", "i", "inner_product_param { num_output: 3 }")
        + layer("u", "Unheard", "i", "u")
    )
    kinds = [part.parts[0].kind for part in drawing.root.inside if isinstance(part, Box)]
    assert kinds == ["data", "convolution", "normalization", "other", "product", "unknown"]
    assert set(kinds) <= set(COLOURS)
    assert arrows(drawing)[-1] == ("n5", "u", "?")


NASTY = 'a\\"]; <B>&#60; \\\\ --> b`end'
"""As prototxt writes it: quotes, brackets, tags and arrows."""


def test_names_are_names_whatever_they_hold() -> None:
    drawing = drawn(f'layer {{ name: "{NASTY}" type: "ReLU" bottom: "x" top: "{NASTY}" }}')
    name = 'a"]; <B>&#60; \\ --> b`end'
    dot = to_dot(drawing)
    assert f"<B>{name}</B>".replace("\\", "\\\\") in unescape(dot)
    assert "&lt;B&gt;&amp;#60;" in dot
    assert (
        '[shape=box, style="rounded,dashed", color="#777777", label="a\\"]; <B>&amp;#60; \\\\ --> b`end"]'
        in dot
    )
    mermaid = to_mermaid(drawing)
    assert re.sub(r"#(\d+);", lambda result: chr(int(result[1])), mermaid).count(name) == 2
    quoted = re.findall(r'"[^"]*"', mermaid)
    assert len(quoted) * 2 == mermaid.count('"')
    assert not [text for text in quoted if re.search("[<>`&]", text)]


def test_long_names_are_cut() -> None:
    drawing = drawn(layer("a" * 500 + "z", "ReLU", "x", "y"))
    assert boxes(drawing.root)[1][0] == "…" + "a" * 46 + "z"


def test_dot() -> None:
    text = to_dot(drawn(layer("c", "Convolution", "x", "c", CONV)), "right")
    assert text.startswith("digraph {\n  graph [rankdir=LR")
    assert text.count("{") == text.count("}")
    assert "Convolution 1x1/1" in text
    assert 'n0 -> n1 [label=" 1x4x5x6"]' in text


def test_mermaid() -> None:
    text = to_mermaid(drawn(layer("c", "Convolution", "x", "c", CONV) + layer("r", "ReLU", "c", "c")))
    assert text.splitlines()[:5] == [
        "flowchart TB",
        '  n0["x · Input"]:::data',
        '  n1["c · Convolution 1x1/1<br/>r · ReLU"]:::convolution',
        '  n0 -->|"1x4x5x6"| n1',
        '  n1 -->|"1x4x5x6"| out1(["c"])',
    ]


def test_modules_of_mermaid() -> None:
    text = to_mermaid(drawn(layer("a/b", "TanH", "x", "y") + layer("a/c", "TanH", "y", "z")))
    assert text.splitlines()[2:7] == [
        '  subgraph g0["a#8195;#8195;"]',
        '    n1["b · TanH"]:::neuron',
        '    n2["c · TanH"]:::neuron',
        "  end",
        "  style g0 fill:#fafafa,stroke:#cccccc,color:#555555",
    ]


def test_what_mermaid_refuses() -> None:
    many = "".join(layer(f"l{i}", "TanH", "x", f"y{i}") for i in range(300))
    drawing = drawn(many)
    assert too_much(drawing, to_mermaid(drawing)).startswith("600 arrows")
    assert too_much(drawn(""), "") == ""
