"""Common mistakes: each with the line and column it is reported at, and the words."""

from __future__ import annotations

import time

import pytest

from prototxt.errors import TextError
from prototxt.text.excerpt import WIDEST, excerpt
from prototxt.text.parse import parse

MISTAKES = {
    "missing brace": (
        'layer {\n  name: "a"\n',
        (2, 12),
        'the "{" opened at line 1, column 7 ("layer") is never closed',
    ),
    "missing brace of a layer before the next": (
        'layer {\n  name: "a"\nlayer {\n}\n',
        (3, 1),
        '"layer" (line 1) is missing its closing "}"',
    ),
    "missing brace within a layer before the next": (
        "layers {\n  convolution_param {\n    pad: 1\n}\n  layers {\n}\n",
        (5, 3),
        '"layers" (line 1) is missing its closing "}"',
    ),
    "extra brace": ("layer {}\n}\n", (2, 1), 'unexpected "}"; expected a field name or the end of the file'),
    "brace without a name": ("layer { { } }", (1, 9), 'unexpected "{"; expected a field name or "}"'),
    "wrong bracket": ("layer { a: 1 >", (1, 14), 'unexpected ">"; the "{" opened at line 1, column 7'),
    "wrong angle bracket": ("a <b: 1 }", (1, 9), 'is closed by ">"'),
    "bracket that closes a message in a list": ("a: [1, {b: 2 ]", (1, 14), 'is closed by "}"'),
    "missing colon": ('layer {\n  name "a"\n}', (2, 8), 'missing ":" or "{" after "name"'),
    "missing colon before a number": ("pad 3", (1, 5), 'missing ":" or "{" after "pad", found "3"'),
    "missing colon before a list": ("pad [3]", (1, 6), 'unexpected "3"; expected a value'),
    "missing value before a brace": (
        "layer { pad: }",
        (1, 14),
        'unexpected "}"; expected a value after "pad:"',
    ),
    "missing value before a field": ("pad:\nstride: 2", (2, 7), 'unexpected ":" after the value stride'),
    "missing value at the end": ("pad:", (1, 5), 'unexpected end of file; expected a value after "pad:"'),
    "only a name": ("pad", (1, 4), '"pad" has no value; expected ":" or "{" after it'),
    "name and semicolon": ("pad; 3", (1, 4), '"pad" has no value; expected ":" or "{" after it, found ";"'),
    "colon doubled": ("pad:: 1", (1, 5), 'unexpected ":"; "pad:" has its colon already'),
    "comma doubled": ("a: 1,, b: 2", (1, 6), 'unexpected ","; expected a field name'),
    "second colon": ("a: 1 : 2", (1, 6), 'unexpected ":" after the value 1'),
    "two values": ("pad: 1 2", (1, 8), 'unexpected "2"; expected a field name'),
    "stray character": ("a: 1\n  $ b: 2", (2, 3), 'unexpected "$"; expected a field name'),
    "stray character for a value": ("a: @", (1, 4), 'unexpected "@"; expected a value after "a:"'),
    "invisible character": ("a\u200b: 1", (1, 2), "found U+200B ZERO WIDTH SPACE"),
    "null character": ("a: 1\0", (1, 5), "unexpected U+0000"),
    "equals sign": ("pad = 1", (1, 5), 'unexpected "="'),
    "slashes": ("a: 1\n// b", (2, 1), '"//" does not start a comment'),
    "slash and star": ("/* b */", (1, 1), '"/*" does not start a comment'),
    "curly quotes": ("name: “a”", (1, 7), "LEFT DOUBLE QUOTATION MARK"),
    "unclosed string": ('name: "abc', (1, 7), "the string is never closed"),
    "newline in a string": ('name: "abc\nd"', (1, 7), "the string is never closed"),
    "mixed quotes": ("name: \"abc'", (1, 7), "the string is never closed"),
    "unknown escape": (r'name: "ab\qc"', (1, 10), r'there is no escape "\q"'),
    "escape in the second part": ('name: "a"\n  "b\\q"', (2, 5), r'there is no escape "\q"'),
    "hex escape without digits": (r'name: "\xg"', (1, 8), r'there is no escape "\x"'),
    "octal escape too large": (r'name: "\777"', (1, 8), r'there is no escape "\777"'),
    "lone surrogate": (r'name: "\ud800"', (1, 8), r'there is no escape "\ud800"'),
    "beyond Unicode": (r'name: "\U00110000"', (1, 8), "there is no escape"),
    "two points": ("a: 1.2.3", (1, 4), '"1.2.3" is not a number'),
    "bare hex": ("a: 0x", (1, 4), '"0x" is not a number'),
    "octal with an 8": ("a: 08", (1, 4), '"08" is not a number'),
    "leading zero": ("a: -01.5", (1, 5), '"01.5" is not a number'),
    "bare exponent": ("a: 1e", (1, 4), '"1e" is not a number'),
    "unit": ("a: 3px", (1, 4), '"3px" is not a number'),
    "underscore in a number": ("a: [1, 1_000]", (1, 8), '"1_000" is not a number'),
    "plus": ("a: +5", (1, 4), 'a number is written without "+"'),
    "only a minus": ("a: -", (1, 5), 'expected a number after "-"'),
    "minus before a string": ('a: - "x"', (1, 6), 'expected a number after "-"'),
    "list never closed": ("a: [1, 2", (1, 9), 'the "[" opened at line 1, column 4 ("a") is never closed'),
    "list runs into a field": (
        "a: [1, 2\nb: 3",
        (2, 1),
        'the "[" opened at line 1, column 4 ("a") is not closed',
    ),
    "list without comma": ("a: [1 2]", (1, 7), 'expected "," between the values of a list'),
    "list with a comma at its end": ("a: [1,]", (1, 7), 'unexpected "]"; expected a value after ","'),
    "list in a list": ("a: [[1]]", (1, 5), 'unexpected "["'),
    "list closed twice": ("a: [1]]", (1, 7), 'unexpected "]"; expected a field name'),
    "name starts with a digit": ("layer {\n  3x: 1 }", (2, 3), 'a name cannot start with a digit: "3x"'),
    "JSON object": ('{"name": "x"}', (1, 1), 'unexpected "{"'),
    "JSON field name": ('layer {"name": "x"}', (1, 8), "field names are not quoted"),
    "stray string": ('a: 1 "x"', (1, 6), 'unexpected the string "x"; expected a field name'),
    "parenthesis": ("a: (1)", (1, 4), 'unexpected "("'),
    "extension never closed": ("[a.b: 1", (1, 1), 'unexpected "["; expected a field name'),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistake(mistake: str) -> None:
    text, (line, column), words = MISTAKES[mistake]
    with pytest.raises(TextError) as caught:
        parse(text, "net.prototxt")
    error = caught.value
    assert words in error.what
    assert str(error.place) == f"net.prototxt:{line}:{column}"
    assert error.excerpt is not None
    source, caret = error.excerpt.split("\n")
    assert source in text.replace("\u200b", "?").replace("\0", "?")
    assert caret.rstrip("^").strip() == ""
    assert len(caret) == column
    assert error.__context__ is None or error.__suppress_context__


def test_message_in_full() -> None:
    with pytest.raises(TextError) as caught:
        parse("layer {\n\tpad = 1\n}", "net.prototxt")
    assert str(caught.value) == (
        'net.prototxt:2:6: unexpected "="\n\tpad = 1\n\t    ^\nhint: a field is written "name: value"'
    )


@pytest.mark.parametrize("text", ["a{", "a <", "a:[{", "layer {\n"])
def test_deep_nesting_is_refused_quickly(text: str) -> None:
    started = time.perf_counter()
    with pytest.raises(TextError, match="messages are nested more than 100 deep"):
        parse(text * 1_000_000)
    assert time.perf_counter() - started < 2


def test_deep_nesting_says_where() -> None:
    with pytest.raises(TextError) as caught:
        parse("a{" * 100 + "\n  a{" + "}" * 101)
    assert str(caught.value.place) == "<text>:2:4"


@pytest.mark.parametrize(
    "text", ["a:[" * 100_000, "[" * 100_000, "a:" * 100_000, "}" * 100_000, "(" * 100_000]
)
def test_other_floods_are_errors(text: str) -> None:
    with pytest.raises(TextError):
        parse(text)


def test_excerpt_of_a_long_line() -> None:
    text = f'name: "{"x" * 500}" = "{"y" * 500}"'
    with pytest.raises(TextError) as caught:
        parse(text)
    assert caught.value.excerpt is not None
    source, caret = caught.value.excerpt.split("\n")
    assert source[len(caret) - 1] == "="
    assert source.startswith("...")
    assert source.endswith("...")
    assert len(source) == WIDEST + 6


@pytest.mark.parametrize(("column", "expected"), [(1, "^"), (3, "  ^"), (9, "        ^")])
def test_excerpt_caret(column: int, expected: str) -> None:
    assert excerpt("one\nlayer {\n", 2, column) == f"layer {{\n{expected}"


def test_excerpt_of_a_blank_line() -> None:
    assert excerpt("a\n\nb", 2, 1) is None
    assert excerpt("a", 7, 1) is None
