"""Text to tree: the only place that knows lark."""

from __future__ import annotations

import sys
from collections import deque
from functools import cache
from pathlib import Path
from typing import Any

import lark
from lark import Lark, Token
from lark.exceptions import UnexpectedCharacters, UnexpectedToken

from prototxt.errors import Place, TextError
from prototxt.text.excerpt import excerpt
from prototxt.text.grammar_cache import cache_file
from prototxt.text.literals import LiteralError, number_kind, unescape
from prototxt.text.syntax import Found, Open, Said, explain
from prototxt.text.tree import Field, Message, Scalar

DEEPEST = 100
"""Messages within messages; protobuf's own limit."""

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
        found = _found(error.token)
    except UnexpectedCharacters as error:
        offset = error.pos_in_stream or 0
        found = Found("STRAY", text[offset], error.line, error.column, offset)
    except _TokenError as error:
        line, column = _start(error.token)
        raise _error(text, file, Said(error.what, line, column + error.offset, error.hint)) from None
    said = explain(text, found, [_found(token) for token in run.recent], run.open, run.suspect)
    raise _error(text, file, said)


def _error(text: str, file: str, said: Said) -> TextError:
    place = Place(file, said.line, said.column)
    return TextError(said.what, place=place, excerpt=excerpt(text, said.line, said.column), hint=said.hint)


def _start(token: Token) -> tuple[int, int]:
    """Line and column; Lark's types allow for tokens without, which the lexer never makes."""
    return token.line or 1, token.column or 1


def _found(token: Token) -> Found:
    return Found(token.type.lstrip("_"), str(token).strip(), *_start(token), token.start_pos or 0)


class _TokenError(Exception):
    """A token that cannot stand; `offset` counts characters from its start."""

    def __init__(self, token: Token, what: str, offset: int = 0, hint: str | None = None) -> None:
        super().__init__(what)
        self.token = token
        self.what = what
        self.offset = offset
        self.hint = hint


class _Run:
    """One parse: feeds the tokens and remembers what an error message needs."""

    def __init__(self) -> None:
        self.recent: deque[Token] = deque(maxlen=3)
        self.open: list[Open] = []
        self.suspect: Open | None = None
        """The first layer that was opened within a layer: the one around it lacks its closing bracket."""

    def tree(self, text: str) -> Message:
        parser = _lark().parse_interactive(text)
        feed, recent = parser.parser_state.feed_token, self.recent
        for token in parser.lexer_thread.lex(parser.parser_state):  # type: ignore[no-untyped-call]
            feed(token)
            if token.type in _OPENS:
                self._opened(token)
            elif token.type in _CLOSES:
                self.open.pop()
            recent.append(token)
        tree: Message = parser.feed_eof(recent[-1] if recent else None)  # type: ignore[no-untyped-call]
        return tree

    def _opened(self, token: Token) -> None:
        if len(self.open) >= DEEPEST:
            raise _TokenError(token, f"messages are nested more than {DEEPEST} deep")
        at = next((t for t in reversed(self.recent) if t.type == "NAME"), token)
        name = "" if at is token else str(at)
        bracket = Open(str(token), name, *_start(token), *_start(at))
        if self.suspect is None and name in ("layer", "layers") and any(o.name == name for o in self.open):
            self.suspect = bracket
        self.open.append(bracket)


class _Nodes:
    """Lark's callbacks, one for each rule: they get the rule's parts and give a node of the tree."""

    @staticmethod
    def start(parts: list[Field]) -> Message:
        return Message(tuple(parts), 1, 1)

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
        return _field(name, Message(tuple(parts[1:]), *_start(name)))

    @staticmethod
    def list_field(parts: list[Any]) -> Field:
        return _field(parts[0], *parts[1:])

    @staticmethod
    def message(parts: list[Any]) -> Message:
        return Message(tuple(parts[1:]), *_start(parts[0]))

    @staticmethod
    def number(parts: list[Token]) -> Scalar:
        return _number(parts)

    @staticmethod
    def word(parts: list[Token]) -> Scalar:
        return _word(parts)

    @staticmethod
    def string(parts: list[Token]) -> Scalar:
        return _string(parts)


def _field(name: Token, *values: Scalar | Message) -> Field:
    # An extension may have blanks within its brackets.
    plain = str(name) if name.type == "NAME" else "".join(name.split())
    return Field(plain, values, *_start(name))


def _number(parts: list[Token]) -> Scalar:
    try:
        kind = number_kind(parts[-1])
    except LiteralError as bad:
        raise _TokenError(parts[-1], bad.what, bad.offset, bad.hint) from None
    return Scalar(kind, "".join(parts), *_start(parts[0]))


def _word(parts: list[Token]) -> Scalar:
    return Scalar("name", "".join(parts), *_start(parts[0]))


def _string(parts: list[Token]) -> Scalar:
    inside = "".join([part[1:-1] for part in parts])
    return Scalar("string", inside, *_start(parts[0]), b"".join(map(_bytes, parts)))


def _bytes(part: Token) -> bytes:
    try:
        return unescape(part[1:-1])
    except LiteralError as bad:
        behind_the_quote = bad.offset + 1
        raise _TokenError(part, bad.what, behind_the_quote, bad.hint) from None


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
