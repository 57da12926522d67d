"""Text to tree: the only place that knows lark."""

from __future__ import annotations

import re
import sys
from collections import deque
from collections.abc import Iterator
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

import lark
from lark import Lark, Token
from lark.exceptions import UnexpectedCharacters, UnexpectedToken

from prototxt.errors import Place, TextError
from prototxt.text.excerpt import excerpt
from prototxt.text.literals import LiteralError, number_kind, unescape
from prototxt.text.syntax import Found, Open, Said, explain
from prototxt.text.tree import Field, Message, Scalar
from prototxt.user_cache import cache_file

DEEPEST = 100
"""Messages within messages; protobuf's own limit."""

MOST_TOKENS = 500_000
"""A run of fields counts as one. The largest public nets have a fiftieth of it; see docs/hostile-files.md."""

RECENT = 3
"""How many tokens before an error its explanation looks at."""

_PART = re.compile(
    r"(?P<NAME>[A-Za-z_]\w*)|(?P<COLON>:)|(?P<MINUS>-)|(?P<NUMBER>[0-9.][^\s,;]*)|(?P<COMMA>,)|(?P<SEMICOLON>;)"
    r"""|(?P<STRING>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
)
"""The tokens that a run of plain fields is made of."""

_CLOSES = {"RBRACE", "MORE", "RSQB"}
_OPENS = {"LBRACE", "LESS", "LSQB"}


def parse(text: str, file: str = "<text>") -> Message:
    """The tree of a prototxt text; `file` is the name that positions and errors show.

    Raises TextError, with place and excerpt, for the first thing that is not protobuf text format.
    """
    text = text.removeprefix("\ufeff")
    if "\r" in text and "\n" not in text:
        text = text.replace("\r", "\n")
    run = _Run()
    try:
        return run.tree(text)
    except UnexpectedToken as error:
        found = _parts(error.token)[0]
    except UnexpectedCharacters as error:
        offset = error.pos_in_stream or 0
        found = Found("STRAY", text[offset], error.line, error.column, offset)
    except _MisfitError as error:
        raise _error(text, file, error.said) from None
    recent = [part for token in run.recent for part in _parts(token)][-RECENT:]
    said = explain(text, found, recent, run.open, run.suspect)
    raise _error(text, file, said)


def _error(text: str, file: str, said: Said) -> TextError:
    place = Place(file, said.line, said.column)
    return TextError(said.what, place=place, excerpt=excerpt(text, said.line, said.column), hint=said.hint)


def _start(token: Token) -> tuple[int, int]:
    """Line and column; Lark's types allow for tokens without, which the lexer never makes."""
    return token.line or 1, token.column or 1


def _parts(token: Token) -> list[Found]:
    """What an error says of a token: itself, or the parts of a run of fields."""
    if token.type != "PLAIN_FIELDS":
        return [Found(token.type.lstrip("_"), str(token).strip(), *_start(token), token.start_pos or 0)]
    cursor, offset = _Cursor(token), token.start_pos or 0
    return [
        Found(str(part.lastgroup), part[0], *cursor.at(part.start()), offset + part.start())
        for part in _PART.finditer(token)
    ]


class _Cursor:
    """Walks through a token that may hold several lines."""

    def __init__(self, token: Token) -> None:
        self.token = token
        self.line, column = _start(token)
        self.line_start = 1 - column
        self.seen = 0

    def at(self, offset: int) -> tuple[int, int]:
        """Line and column of the character at `offset`, which never goes back."""
        newlines = self.token.count("\n", self.seen, offset)
        if newlines:
            self.line += newlines
            self.line_start = self.token.rindex("\n", self.seen, offset) + 1
        self.seen = offset
        return self.line, offset - self.line_start + 1


class _MisfitError(Exception):
    """A token that cannot stand, and what to say about it."""

    def __init__(self, said: Said) -> None:
        super().__init__(said.what)
        self.said = said


def _misfit(bad: LiteralError, line: int, column: int) -> _MisfitError:
    """For a literal that starts at this place."""
    return _MisfitError(Said(bad.what, line, column + bad.offset, bad.hint))


class _Run:
    """One parse: feeds the tokens and remembers what an error message needs."""

    def __init__(self) -> None:
        self.recent: deque[Token] = deque(maxlen=RECENT)
        self.open: list[Open] = []
        self.suspect: Open | None = None
        """The first layer that was opened within a layer: the one around it lacks its closing bracket."""

    def tree(self, text: str) -> Message:
        parser = _lark().parse_interactive(text)
        feed, recent = parser.parser_state.feed_token, self.recent
        tokens = parser.lexer_thread.lex(parser.parser_state)  # type: ignore[no-untyped-call]
        for count, token in enumerate(tokens):
            feed(token)
            if count == MOST_TOKENS:
                what = f"the text has more than {MOST_TOKENS:,} fields, values and brackets: no net has"
                raise _MisfitError(Said(what, *_start(token)))
            if token.type in _OPENS:
                self._opened(token)
            elif token.type in _CLOSES:
                self.open.pop()
            recent.append(token)
        tree: Message = parser.feed_eof(recent[-1] if recent else None)  # type: ignore[no-untyped-call]
        return tree

    def _opened(self, token: Token) -> None:
        if len(self.open) >= DEEPEST:
            raise _MisfitError(Said(f"messages are nested more than {DEEPEST} deep", *_start(token)))
        at = next((t for t in reversed(self.recent) if t.type == "NAME"), token)
        name = "" if at is token else str(at)
        bracket = Open(str(token), name, *_start(token), *_start(at))
        if self.suspect is None and name in ("layer", "layers") and any(o.name == name for o in self.open):
            self.suspect = bracket
        self.open.append(bracket)


class _Nodes:
    """Lark's callbacks, one for each rule: they get the rule's parts and give a node of the tree."""

    @staticmethod
    def start(parts: list[Any]) -> Message:
        return Message(_fields(parts), 1, 1)

    @staticmethod
    def run(parts: list[Token]) -> list[Field]:
        return list(_plain_fields(parts[0]))

    @staticmethod
    def number_field(parts: list[Token]) -> Field:
        return _field(parts[0], _number(parts[1:]))

    @staticmethod
    def word_field(parts: list[Token]) -> Field:
        return _field(parts[0], _word(parts[1:]))

    @staticmethod
    def string_field(parts: list[Token]) -> Field:
        return _field(parts[0], _string(parts[1:]))

    @staticmethod
    def message_field(parts: list[Any]) -> Field:
        name = parts[0]
        return _field(name, Message(_fields(parts[1:]), *_start(name)))

    @staticmethod
    def list_field(parts: list[Any]) -> Field:
        return _field(parts[0], *parts[1:])

    @staticmethod
    def message(parts: list[Any]) -> Message:
        return Message(_fields(parts[1:]), *_start(parts[0]))

    @staticmethod
    def number(parts: list[Token]) -> Scalar:
        return _number(parts)

    @staticmethod
    def word(parts: list[Token]) -> Scalar:
        return _word(parts)

    @staticmethod
    def string(parts: list[Token]) -> Scalar:
        return _string(parts)


def _fields(parts: list[Field | list[Field]]) -> tuple[Field, ...]:
    """The fields of a message, some of which come in runs."""
    return tuple(chain.from_iterable(part if isinstance(part, list) else (part,) for part in parts))


def _plain_fields(run: Token) -> Iterator[Field]:
    cursor = _Cursor(run)
    for found in _plain_field().finditer(run):
        name, string, sign, number, word = found.groups()
        line, column = cursor.at(found.start())
        start = column + found.start(2 if string else 3) - found.start()
        if string:
            value = Scalar("string", string[1:-1], line, start, _bytes(string, line, start))
        elif number:
            value = Scalar(_kind(number, line, start + len(sign)), sign + number, line, start)
        else:
            value = Scalar("name", sign + word, line, start)
        yield Field(sys.intern(name), (value,), line, column)


def _field(name: Token, *values: Scalar | Message) -> Field:
    # An extension may have blanks within its brackets.
    plain = str(name) if name.type == "NAME" else "".join(name.split())
    return Field(sys.intern(plain), values, *_start(name))


def _number(parts: list[Token]) -> Scalar:
    return Scalar(_kind(parts[-1], *_start(parts[-1])), "".join(parts), *_start(parts[0]))


def _kind(number: str, line: int, column: int) -> str:
    try:
        return number_kind(number)
    except LiteralError as bad:
        raise _misfit(bad, line, column) from None


def _word(parts: list[Token]) -> Scalar:
    return Scalar("name", "".join(parts), *_start(parts[0]))


def _string(parts: list[Token]) -> Scalar:
    inside = "".join([part[1:-1] for part in parts])
    data = b"".join([_bytes(part, *_start(part)) for part in parts])
    return Scalar("string", inside, *_start(parts[0]), data)


def _bytes(string: str, line: int, column: int) -> bytes:
    """The bytes of a literal with its quotes, which stands at this place."""
    try:
        return unescape(string[1:-1])
    except LiteralError as bad:
        behind_the_quote = column + 1
        raise _misfit(bad, line, behind_the_quote) from None


@cache
def _plain_field() -> re.Pattern[str]:
    """A field of a run, by the grammar's own terminals: its name, and string, or sign and number or word."""
    name, number, string = (_lark().get_terminal(t).pattern.to_regexp() for t in ("NAME", "NUMBER", "STRING"))
    return re.compile(rf"({name}):[ \t]*(?:({string})|(-?)(?:({number})|({name})))")


@cache
def _lark() -> Lark:
    grammar = Path(__file__).with_name("grammar.lark").read_text("utf-8")
    name = f"grammar-{lark.__version__}-{sys.version_info.major}.{sys.version_info.minor}.pickle"
    return Lark(
        grammar,
        parser="lalr",
        lexer="contextual",
        transformer=_Nodes(),
        maybe_placeholders=False,
        # Lark compares versions and the grammar's hash before it trusts the file.
        cache=cache_file(name) or False,
    )
