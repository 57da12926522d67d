"""Texts that no net has: very long, very many, very deep; refused or read in a time and memory that grow with them."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from time import perf_counter

import pytest

from prototxt.errors import PrototxtError, TextError
from prototxt.frontend.load import Options, define_net, make_graph
from prototxt.text import build as building
from prototxt.text import parse as parsing
from prototxt.text.build import build
from prototxt.text.files import read_text
from prototxt.text.parse import parse
from prototxt.text.tree import Field, Message, Scalar

pytestmark = pytest.mark.sweep

DATA = (
    'layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 2 dim: 3 dim: 8 dim: 9 } } }\n'
)
MANY = 4_000


def chain(of: str) -> str:
    """MANY layers one after the other."""
    names = pairwise(["data", *map(str, range(MANY))])
    return DATA + "".join(
        f'layer {{ name: "{top}" bottom: "{bottom}" top: "{top}" {of} }}\n' for bottom, top in names
    )


def listed(n: int, field: str) -> str:
    return "".join(f'{field}: "{i}" ' for i in range(n))


TEXTS: dict[str, Callable[[], str]] = {
    "layers": lambda: chain('type: "ReLU"'),
    "layers that share": lambda: chain(
        'type: "Convolution" param { name: "w" } convolution_param { num_output: 3 kernel_size: 1 }'
    ),
    "layers in place": lambda: DATA + 'layer { name: "r" type: "ReLU" bottom: "data" top: "data" }\n' * MANY,
    "losses": lambda: (
        DATA + 'layer { name: "l" type: "EuclideanLoss" bottom: "data" bottom: "data" }\n' * MANY
    ),
    "V1 layers": lambda: (
        'input: "x" input_dim: [2, 3, 8, 9] '
        + 'layers { name: "r" type: RELU bottom: "x" top: "x" blobs_lr: 1 }\n' * MANY
    ),
    "V0 layers": lambda: (
        'input: "x" input_dim: [2, 3, 8, 9] '
        + 'layers { layer { name: "r" type: "relu" kernelsize: 3 } bottom: "x" top: "x" }\n' * MANY
    ),
    "inputs": lambda: (
        "".join(f'input: "{i}" input_dim: [1, 2, 3, 4] ' for i in range(MANY))
        + 'layer { name: "s" type: "Silence" bottom: "0" }'
    ),
    "tops": lambda: DATA + f'layer {{ name: "s" type: "Split" bottom: "data" {listed(MANY, "top")} }}',
    "bottoms": lambda: DATA + 'layer { name: "s" type: "Silence" ' + 'bottom: "data" ' * MANY + "}",
    "rules": lambda: (
        DATA
        + 'layer { name: "r" type: "ReLU" bottom: "data" top: "r" '
        + 'include { stage: "a" } ' * MANY
        + "include { phase: TEST } }"
    ),
    "stages of a layer that is left out": lambda: (
        DATA
        + 'layer { name: "r" type: "ReLU" bottom: "data" top: "r" '
        + "".join(f'include {{ stage: "{i}" }} ' for i in range(MANY))
        + "}"
    ),
    "unknown fields": lambda: DATA + "".join(f"layr_{'x' * 80}{i}: 1\n" for i in range(MANY)),
    "unknown fields of a layer": lambda: (
        DATA + 'layer { name: "r" type: "ReLU" bottom: "data" top: "r" ' + "near: 1 " * 10 * MANY + "}"
    ),
    "a long name": lambda: DATA + f'name: "{"n" * 100 * MANY}"',
    "a long number": lambda: DATA + f"unknown: 1{'0' * 100 * MANY}",
    "a string in parts": lambda: DATA + "name: " + '"a" ' * 10 * MANY,
}


@pytest.mark.parametrize("what", TEXTS)
def test_many_of_one_thing(what: str) -> None:
    """Whatever took time with the square of their number would take minutes."""
    text = TEXTS[what]()
    start = perf_counter()
    graph = make_graph(define_net(text, "net.prototxt"), Options())
    assert perf_counter() - start < 20
    assert graph.nodes


DIMS = "dim: 9223372036854775807 " * MANY

REFUSED: dict[str, tuple[Callable[[], str], str]] = {
    "dims of an input": (
        lambda: f'layer {{ name: "i" type: "Input" top: "i" input_param {{ shape {{ {DIMS} }} }} }}',
        f"{MANY} axes, more than the 32",
    ),
    "dims of a reshape": (
        lambda: (
            DATA + f'layer {{ name: "i" type: "Reshape" bottom: "data" top: "i" '
            f"reshape_param {{ shape {{ {DIMS} }} }} }}"
        ),
        f"{MANY} dims are more than the 32",
    ),
    "values that enums do not have": (
        lambda: chain('type: "Pooling" pooling_param { pool: AVG }'),
        f"nothing here can run {MANY} layers",
    ),
    "negative dims": (
        lambda: (
            f'layer {{ name: "i" type: "Input" top: "i" input_param {{ shape {{ {"dim: -1 " * MANY} }} }} }}'
        ),
        "every dim",
    ),
    "an early end": (lambda: DATA + "layer { a { " * 40, "is never closed"),
    "too deep": (lambda: "a {" * MANY, "nested more than 100 deep"),
    "too deep, in lists": (lambda: "a: [{" * MANY, "nested more than 100 deep"),
    "a string without end": (lambda: 'name: "' + r"\n" * 10 * MANY, "never closed"),
    "an escape that is none, far into the file": (
        lambda: 'name: "' + r"\n" * 10 * MANY + r'\q"',
        r'no escape "\q"',
    ),
    "a comma for ever": (lambda: "a: [1" + ",1" * MANY, '"[" opened at line 1'),
}


@pytest.mark.parametrize("what", REFUSED)
def test_refused_at_once(what: str) -> None:
    make, part = REFUSED[what]
    text = make()
    start = perf_counter()
    with pytest.raises(PrototxtError) as caught:
        make_graph(define_net(text, "net.prototxt"), Options())
    assert perf_counter() - start < 10
    assert part in str(caught.value)
    assert len(str(caught.value)) < 2000


@pytest.mark.parametrize(
    "unit",
    ["#\n", "#x\r\n", "\n", " ", "\t", "# a: 1\n \n"],
    ids=["#", "#x", "line", "blank", "tab", "mixed"],
)
def test_empty_text_takes_no_memory(unit: str, tmp_path: Path) -> None:
    text = DATA + unit * (2_000_000 // len(unit)) + 'name: "n"'
    (tmp_path / "net.prototxt").write_text(text, newline="")
    assert traced(lambda: parse(text)) < 2 * len(text)
    assert traced(lambda: read_text(tmp_path / "net.prototxt")) < 5 * len(text)


@pytest.mark.parametrize("unit", ["n", "é", r"\n", r"\303\251"])
def test_a_string_takes_a_few_times_its_size(unit: str) -> None:
    text = 'name: "' + unit * (1_000_000 // len(unit)) + '"'
    assert traced(lambda: parse(text)) < 10 * len(text)


def traced(call: Callable[[], object]) -> int:
    """The most bytes that are in use while a call runs."""
    parse("warm: 1")
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_the_number_of_tokens_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parsing, "MAX_TOKENS", 100)
    assert len(parse("a { }\n" * 33).fields) == 33
    assert len(parse("a: 1\n" * 5000).fields) == 5000
    with pytest.raises(TextError, match=r"net:34:3: the text has more than 100 fields, values and brackets"):
        parse("a { }\n" * 34, "net")
    assert len(parse("a { b: 1 }\n" * 64 + "# a run ends here\n" + "a { b: 1 }\n" * 34).fields) == 98
    with pytest.raises(TextError, match=r"net:65:1: the text has more than 100 fields, values and brackets"):
        parse("a { b: 1 }\n" * 99, "net")


@pytest.mark.parametrize(
    ("inside", "line", "column"),
    [
        ("b: 1", 101, 3),  # the last "a {" itself
        ("b { c: 1 }", 101, 3),
        ("\nb { c: 1 d { e: 2 } }", 101, 12),
        ("\nb { c: 1 d { } }", 101, 12),
    ],
)
def test_the_depth_has_a_bound_within_runs_too(inside: str, line: int, column: int) -> None:
    levels = 100 - inside.count("{")
    assert parse("a {\n" * levels + inside + "}" * levels).fields
    with pytest.raises(TextError, match="messages are nested more than 100 deep") as caught:
        parse("a {\n" * (levels + 1) + inside + "}" * (levels + 1), "net")
    place = caught.value.place
    assert place
    assert (place.line, place.column) == (line, column)


def test_the_number_of_layers_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(building, "MAX_LAYERS", 3)
    assert len(build(parse("layer { }\n" * 3), "net").message.layer) == 3
    with pytest.raises(TextError, match=r"^net:4:1: the file has more than 3 layers"):
        build(parse("layer { }\n" * 4), "net")
    with pytest.raises(TextError, match=r"^net:4:1: the file has more than 3 layers"):
        build(parse("layers { }\n" * 4), "net")


def test_notes_have_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(building, "MAX_NOTES", 2)
    notes = build(parse("x: 1 y: 1"), "net").notes
    assert [note[:26] for note in notes] == ['net:1:1: unknown field "x"', 'net:1:6: unknown field "y"']
    more = build(parse("x: 1 y: 1 z: 1 x { a: 1 }"), "net").notes
    assert more == (*notes, "net: 2 more unknown fields")
    with pytest.raises(TextError, match='unknown field "x"'):
        build(parse("x: 1 y: 1 z: 1"), "net", strict=True)


def test_runs_of_fields_are_read_as_one_by_one() -> None:
    """200 fields of every plain form, some apart, some in one line; a comment ends a run."""
    forms = ["a: 1", 'b :"x"', "c: - 2", "d: -inf;", "e:'y',", "f: .5f", "g: TRUE # 1", 'h: "p" "q"', "i:\n3"]
    text = "".join(
        forms[i % len(forms)] + ("\n" if i % 4 else " \t ") for i in range(200) if i % 4 or i % 9 != 6
    )
    fields = parse(text).fields
    lines = text.split("\n")
    for field in fields:
        assert lines[field.line - 1].startswith(field.name, field.column - 1)
        (value,) = field.values
        assert isinstance(value, Scalar)
        shown = lines[value.line - 1][value.column - 1 :]
        assert shown.startswith(('"', "'") if value.kind == "string" else value.text[:1])
    single = [field for line in forms for field in parse(f"{line}\n").fields]
    written = {
        field.name: [(v.kind, v.text) for v in field.values if isinstance(v, Scalar)] for field in single
    }
    assert len(fields) > 150
    for field in fields:
        assert [(v.kind, v.text) for v in field.values if isinstance(v, Scalar)] == written[field.name]


NESTED = """\
name: "n" input_dim: [1, 2]
m { a: -1.5 b { c: "x" d: MAX; } e: 8f }
param { lr_mult: 1 }, param: { lr_mult: 2 };
layer {
  name: 'conv'
  convolution_param
  {
    num_output: 96 weight_filler { type: "gaussian" std: .01 }
    bias_filler {
      type: "constant" }
    deep { er { and { deeper: 1 } } }
    none { }
  }
}
layer { name: "r" type: "ReLU" } m { a: 2 }
"""


def test_messages_within_runs_are_read_as_by_the_rules() -> None:
    """A comment at the end of every line ends every run there, and moves nothing."""
    tree = parse(NESTED)
    assert parse(NESTED.replace("\n", " # no run\n")) == tree
    assert without_places(parse(NESTED.replace(" ", " #\n"))) == without_places(tree)


def without_places(node: Message | Field | Scalar) -> object:
    match node:
        case Message():
            return [without_places(field) for field in node.fields]
        case Field():
            return node.name, [without_places(value) for value in node.values]
    return node.kind, node.text, node.data


@pytest.mark.parametrize("around", ["{}", "m {{ {} }}", "m {{ n {{ {} }} }}", "layer {{ {} }}"])
def test_an_error_within_a_message_of_a_run(around: str) -> None:
    text = "a: 1\n" + around.format("b: 2 c: 08 d: 3")
    at = text.index("08") - len("a: 1\n") + 1
    with pytest.raises(TextError, match=rf'net:2:{at}: "08" is not a number'):
        parse(text, "net")
    with pytest.raises(TextError, match=rf'net:2:{at}: unexpected "="'):
        parse(text.replace("08", "= 8"), "net")
    with pytest.raises(TextError, match=rf'net:2:{at + 1}: there is no escape "\\q"'):
        parse(text.replace("08", r'"\q"'), "net")


def test_an_error_after_a_run_of_fields() -> None:
    text = "a: 1\n" * 150 + "b: 2 c: 08 d: 3\n"
    with pytest.raises(TextError, match=r'net:151:9: "08" is not a number'):
        parse(text, "net")
    with pytest.raises(TextError, match=r'net:151:6: unexpected ":" after the value 2'):
        parse(text.replace(" c: 08", " : 8"), "net")
    with pytest.raises(TextError, match=r'net:151:5: there is no escape "\\q"'):
        parse(text.replace("08", r'"\q"').replace("b: 2 c", "c"), "net")


def test_a_message_holds_its_runs() -> None:
    (field,) = parse("m { " + "a: 1 " * 70 + "n { b: 2 } " + "c: 3 }").fields
    (value,) = field.values
    assert isinstance(value, Message)
    assert [f.name for f in value.fields] == ["a"] * 70 + ["n", "c"]
