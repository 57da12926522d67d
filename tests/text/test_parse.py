"""The text format, form by form: what is read, and where it says each thing stands."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from prototxt.text.parse import parse
from prototxt.text.tree import Field, Message, Scalar


def only(text: str) -> Field:
    (field,) = parse(text).fields
    return field


def scalar(text: str) -> Scalar:
    (value,) = only(f"a: {text}").values
    assert isinstance(value, Scalar)
    return value


@pytest.mark.parametrize(
    ("written", "kind", "text"),
    [
        ("5", "int", "5"),
        ("-5", "int", "-5"),
        ("- 5", "int", "-5"),
        ("0", "int", "0"),
        ("0x1F", "int", "0x1F"),
        ("-0x1f", "int", "-0x1f"),
        ("017", "int", "017"),
        ("1.", "float", "1."),
        (".5", "float", ".5"),
        ("-.5", "float", "-.5"),
        ("1e-3", "float", "1e-3"),
        ("1E+3", "float", "1E+3"),
        ("1f", "float", "1f"),
        ("1.5F", "float", "1.5F"),
        ("0.5", "float", "0.5"),
        ("0f", "float", "0f"),
        ("1e400", "float", "1e400"),
        ("inf", "name", "inf"),
        ("-inf", "name", "-inf"),
        ("- Infinity", "name", "-Infinity"),
        ("NaN", "name", "NaN"),
        ("MAX", "name", "MAX"),
        ("true", "name", "true"),
    ],
)
def test_scalars(written: str, kind: str, text: str) -> None:
    value = scalar(written)
    assert (value.kind, value.text) == (kind, text)
    assert (value.line, value.column) == (1, 4)


@pytest.mark.parametrize(
    ("written", "data"),
    [
        ('""', b""),
        ('"conv1"', b"conv1"),
        ("'conv1'", b"conv1"),
        ("'say \"hi\"'", b'say "hi"'),
        ('"a" "b"', b"ab"),
        ('"a"\n  \'b\' # comment\n"c"', b"abc"),
        ('"#no comment"', b"#no comment"),
        (r'"\n\r\t\a\b\f\v\?\'\"\\"', b"\n\r\t\a\b\f\v?'\"\\"),
        (r'"\101\1012\7"', b"AA2\x07"),
        (r'"\x41\x4\x412"', b"A\x04A2"),
        (r'"\377"', b"\xff"),
        (r'"\u00e9"', "é".encode()),
        (r'"\U0001F600"', "😀".encode()),
        (r'"\ud83d\ude00"', "😀".encode()),
        ('"é😀"', "é😀".encode()),
        (r'"\\n"', b"\\n"),
    ],
)
def test_strings(written: str, data: bytes) -> None:
    value = scalar(written)
    assert (value.kind, value.data) == ("string", data)


def test_string_text_is_as_written() -> None:
    assert scalar(r'"a\n" "b"').text == r"a\nb"


@pytest.mark.parametrize(
    "text", ["a {}", "a: {}", "a <>", "a: <>", "a{};", "a:{ },", "a # why\n : # so\n {}"]
)
def test_empty_messages(text: str) -> None:
    assert only(text) == Field("a", (Message((), 1, 1),), 1, 1)


def test_nested() -> None:
    inner = Field("b", (Scalar("int", "1", 2, 6),), 2, 3)
    assert only("a {\n  b: 1\n}") == Field("a", (Message((inner,), 1, 1),), 1, 1)


@pytest.mark.parametrize(("text", "count"), [("a: []", 0), ("a: [1]", 1), ("a: [1, -2, x]", 3), ("a []", 0)])
def test_lists(text: str, count: int) -> None:
    assert len(only(text).values) == count


@pytest.mark.parametrize("text", ["a: [{b: 1}, <b: 2>]", "a [{b: 1}, <b: 2>]"])
def test_lists_of_messages(text: str) -> None:
    first, second = only(text).values
    assert isinstance(first, Message)
    assert isinstance(second, Message)
    assert [f.name for f in first.fields + second.fields] == ["b", "b"]
    assert first.column == text.index("{") + 1


@pytest.mark.parametrize(
    "text",
    [
        "a: 1 b: 2",
        "a: 1, b: 2",
        "a: 1; b: 2;",
        "a: 1\nb: 2\n",
        "a:1,b:2,",
        "a: 1 # c\n# d\n , b { c: 1 } #\n;",
    ],
)
def test_separators(text: str) -> None:
    assert [field.name for field in parse(text).fields] == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("[a.b.c]: 1", "[a.b.c]"),
        ("[ a.b ] { c: 1 }", "[a.b]"),
        ("[type.googleapis.com/x.Y] {}", "[type.googleapis.com/x.Y]"),
        ("inf: 1", "inf"),
        ("true {}", "true"),
    ],
)
def test_names(text: str, name: str) -> None:
    assert only(text).name == name


def test_extension_after_a_value() -> None:
    assert [f.name for f in parse("a: 1 [b.c]: 2 d: [3] [e]: 4").fields] == ["a", "[b.c]", "d", "[e]"]


@pytest.mark.parametrize("text", ["", "\n \t", "# only a comment", "# one\n# two\n"])
def test_nothing(text: str) -> None:
    assert parse(text) == Message((), 1, 1)


def test_positions_over_lines_tabs_and_comments() -> None:
    tree = parse("# é\n\tname: 'x' # c\n\n  layer {\n\ttop: \"y\"\n  }")
    name, layer = tree.fields
    assert (name.line, name.column) == (2, 2)
    assert (layer.line, layer.column) == (4, 3)
    assert isinstance(layer.values[0], Message)
    top = layer.values[0].fields[0]
    assert (top.line, top.column, top.values[0].column) == (5, 2, 7)


@pytest.mark.parametrize("text", ["a: 1\r\nb {\r\n}\r\n", "\ufeffa: 1\nb {\n}\n", "a: 1\rb {\r}\r"])
def test_other_line_ends_and_byte_order_mark(text: str) -> None:
    assert parse(text) == parse("a: 1\nb {\n}\n")


def test_a_hundred_levels_are_fine() -> None:
    tree = parse("a{" * 100 + "}" * 100)
    depth = 0
    while tree.fields:
        (value,) = tree.fields[0].values
        assert isinstance(value, Message)
        tree, depth = value, depth + 1
    assert depth == 100


def test_nodes_are_values() -> None:
    tree = parse("a: 1")
    assert tree == tree._replace()
    assert hash(tree) == hash(parse("a: 1"))


@pytest.mark.parametrize("broken", [False, True])
def test_parses_without_a_cache_and_with_a_broken_one(tmp_path: Path, broken: bool) -> None:
    script = "from prototxt.text.parse import parse; print(parse('name: 1').fields[0].name)"
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path)}
    for _ in range(2):
        done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True)
        assert (done.stdout, done.stderr) == ("name\n", "")
        (kept,) = (tmp_path / "prototxt").iterdir()
        if broken:
            kept.write_bytes(b"x")
