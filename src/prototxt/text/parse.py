"""Text to tree: the only place that knows lark.

Lark's time goes into tokens and reductions, and nearly all of a net is `name: value` and small messages of such fields.
The grammar therefore matches a run of up to 64 of them as one token, and `_plain_fields` splits it with the grammar's
own terminals. Lists, comments, strings in several parts and layers are always left to the rules.
"""

from __future__ import annotations

import os
import re
import sys
from collections import deque
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple
from zlib import crc32

import lark
from lark import Lark, Token
from lark.exceptions import UnexpectedCharacters, UnexpectedToken

from prototxt.errors import Place, TextError
from prototxt.text.excerpt import excerpt
from prototxt.text.literals import LiteralError, number_kind, unescape
from prototxt.text.tree import Field, Message, Scalar
from prototxt.util.user_cache import cache_file

__all__ = ["parse"]

if TYPE_CHECKING:
    from prototxt.text.syntax import Explanation, Open, Part

DEEPEST = 100
"""Messages within messages; protobuf's own limit."""

MAX_TOKENS = 500_000
"""A run of fields counts as one, and so does each "{" in it; see docs/hostile-files.md.

The largest public nets have a ninetieth of it.
"""

RECENT = 3
"""Number of tokens before an error that its explanation looks at."""

_PART = re.compile(
    r"(?P<NAME>[A-Za-z_]\w*)|(?P<COLON>:)|(?P<MINUS>-)|(?P<NUMBER>[0-9.][^\s,;}]*)|(?P<COMMA>,)|(?P<SEMICOLON>;)"
    r"""|(?P<LBRACE>\{)|(?P<RBRACE>\})|(?P<STRING>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
)
"""The tokens of a run of plain fields."""

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
        token = error.token
    except UnexpectedCharacters as error:
        offset = error.pos_in_stream or 0
        token = Token("STRAY", text[offset], offset, error.line, error.column)
    except _MisfitError as bad:
        raise _error(text, file, bad.what, bad.line, bad.column, bad.hint) from None
    explanation = run.explain(text, token)
    raise _error(text, file, explanation.what, explanation.line, explanation.column, explanation.hint)


def _error(text: str, file: str, what: str, line: int, column: int, hint: str | None) -> TextError:
    return TextError(what, place=Place(file, line, column), excerpt=excerpt(text, line, column), hint=hint)


def _start(token: Token) -> tuple[int, int]:
    """Line and column; Lark's types allow for tokens without, which the lexer never makes."""
    return token.line or 1, token.column or 1


class _Cursor:
    """Walks through a token that may hold several lines."""

    def __init__(self, token: Token) -> None:
        self.token = token
        self.line, column = _start(token)
        self.line_start = 1 - column
        self.offset = 0

    def at(self, offset: int) -> tuple[int, int]:
        """Line and column of the character at `offset`, which never goes back."""
        newlines = self.token.count("\n", self.offset, offset)
        if newlines:
            self.line += newlines
            self.line_start = self.token.rindex("\n", self.offset, offset) + 1
        self.offset = offset
        return self.line, offset - self.line_start + 1


class _MisfitError(Exception):
    """A token that cannot stand, and what to say about it."""

    def __init__(self, what: str, line: int, column: int, hint: str | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.line = line
        self.column = column
        self.hint = hint


def _misfit(bad: LiteralError, line: int, column: int) -> _MisfitError:
    """For a literal that starts at this place."""
    return _MisfitError(bad.what, line, column + bad.offset, bad.hint)


class _Run:
    """One parse: feeds the tokens and remembers what an error message needs."""

    def __init__(self) -> None:
        self.recent: deque[Token] = deque(maxlen=RECENT)
        self.open: list[_Bracket] = []
        self.suspect: _Bracket | None = None
        """The first layer that was opened within a layer: the one around it lacks its closing bracket."""

    def tree(self, text: str) -> Message:
        parser = _lark().parse_interactive(text)
        feed, recent = parser.parser_state.feed_token, self.recent
        tokens = parser.lexer_thread.lex(parser.parser_state)  # type: ignore[no-untyped-call]
        count = 0
        for token in tokens:
            feed(token)
            plain = token.type == "PLAIN_FIELDS"
            count += 1 + token.count("{") if plain else 1
            if count > MAX_TOKENS:
                what = f"the text has more than {MAX_TOKENS:,} fields, values and brackets: no net has"
                raise _MisfitError(what, *_start(token))
            if plain:
                token.value = _plain_fields(token, DEEPEST - len(self.open))
            elif token.type in _OPENS:
                self._opened(token)
            elif token.type in _CLOSES:
                self.open.pop()
            recent.append(token)
        tree: Message = parser.feed_eof(recent[-1] if recent else None)  # type: ignore[no-untyped-call]
        return tree

    def _opened(self, token: Token) -> None:
        if len(self.open) >= DEEPEST:
            raise _too_deep(*_start(token))
        name = next((t for t in reversed(self.recent) if t.type == "NAME"), None)
        bracket = _Bracket(token, name)
        if self.suspect is None and name in ("layer", "layers") and any(o.name == name for o in self.open):
            self.suspect = bracket
        self.open.append(bracket)

    def explain(self, text: str, token: Token) -> Explanation:
        """Words for the token that does not fit."""
        from prototxt.text.syntax import explain  # needed only when something is wrong

        recent = [part for earlier in self.recent for part in _parts(earlier)][-RECENT:]
        opened = [bracket.as_open() for bracket in self.open]
        return explain(text, _parts(token)[0], recent, opened, self.suspect and self.suspect.as_open())


def _too_deep(line: int, column: int) -> _MisfitError:
    return _MisfitError(f"messages are nested more than {DEEPEST} deep", line, column)


class _Bracket(NamedTuple):
    """An open bracket, and the name before it if there is one."""

    token: Token
    name: Token | None

    def as_open(self) -> Open:
        """The bracket as error messages need it."""
        from prototxt.text.syntax import Open

        name = "" if self.name is None else str(self.name)
        at = self.token if self.name is None else self.name
        return Open(self.token.rstrip(), name, *_start(self.token), *_start(at))


def _parts(token: Token) -> list[Part]:
    """The parts of a token for an error message: itself, or the fields of a run."""
    from prototxt.text.syntax import Part

    offset = token.start_pos or 0
    if token.type != "PLAIN_FIELDS":
        text = str(token) if token.type == "STRAY" else token.strip()
        return [Part(token.type.lstrip("_"), text, *_start(token), offset)]
    cursor = _Cursor(token)
    return [
        Part(str(part.lastgroup), part[0], *cursor.at(part.start()), offset + part.start())
        for part in _PART.finditer(token)
    ]


class _Nodes:
    """Lark's callbacks, one for each rule: they get the rule's parts and give a node of the tree."""

    @staticmethod
    def start(parts: list[Token | Field]) -> Message:
        return Message(_fields(parts), 1, 1)

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
        name, _, *inside, _ = parts
        return _field(name, Message(_fields(inside), *_start(name)))

    @staticmethod
    def list_field(parts: list[Any]) -> Field:
        return _field(parts[0], *parts[1:])

    @staticmethod
    def message(parts: list[Any]) -> Message:
        bracket, *inside, _ = parts
        return Message(_fields(inside), *_start(bracket))

    @staticmethod
    def number(parts: list[Token]) -> Scalar:
        return _number(parts)

    @staticmethod
    def word(parts: list[Token]) -> Scalar:
        return _word(parts)

    @staticmethod
    def string(parts: list[Token]) -> Scalar:
        return _string(parts)


def _fields(parts: list[Token | Field]) -> tuple[Field, ...]:
    """The fields of a message; those of a run are its token's value."""
    fields: list[Field] = []
    for part in parts:
        if isinstance(part, Field):
            fields.append(part)
        else:
            fields += part.value
    return tuple(fields)


def _plain_fields(run: Token, deepest: int) -> list[Field]:
    """The fields of a run, in which messages are nested at most this deep."""
    (row, column), offset, literal = _start(run), 0, 0
    line, line_start = row, 1 - column
    around: list[tuple[str, int, int, list[Field]]] = []
    fields: list[Field] = []
    value: Scalar | Message
    try:
        for match in _plain_part().finditer(run):
            name, string, sign, number, word, opens = match.groups()
            start = match.start()
            newlines = run.count("\n", offset, start)
            if newlines:
                row += newlines
                line_start = run.rindex("\n", offset, start) + 1
            offset, before = start, 1 - line_start
            line, column = row, start + before
            if string:
                literal = before + match.start(2) + 1
                inside = string[1:-1]
                value = Scalar("string", inside, line, literal - 1, unescape(inside))
            elif number:
                literal = before + match.start(4)
                value = Scalar(number_kind(number), sign + number, line, literal - len(sign))
            elif word:
                value = Scalar("name", sign + word, line, before + match.start(3))
            elif opens:
                around.append((name, line, column, fields))
                fields = []
                if len(around) > deepest:
                    raise _too_deep(line, before + match.start(6))
                continue
            else:
                inner = tuple(fields)
                name, line, column, fields = around.pop()
                value = Message(inner, line, column)
            fields.append(Field(sys.intern(name), (value,), line, column))
    except LiteralError as bad:
        raise _misfit(bad, line, literal) from None
    return fields


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
        after_the_quote = column + 1
        raise _misfit(bad, line, after_the_quote) from None


@cache
def _plain_part() -> re.Pattern[str]:
    """A pattern of one part of a run, from the grammar's terminals: a field, the start of a message, or its end."""
    name, number, string = (_lark().get_terminal(t).pattern.to_regexp() for t in ("NAME", "NUMBER", "STRING"))
    return re.compile(rf"({name})[\s:]*+(?:({string})|(-?)(?:({number})|({name}))|(\{{))|\}}")


@cache
def _lark() -> Lark:
    with open(os.path.join(os.path.dirname(__file__), "grammar.lark"), encoding="utf-8") as file:
        grammar = file.read()
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    # Versions of this package that are used by turns keep a file each.
    name = f"grammar-{crc32(grammar.encode()):08x}-{lark.__version__}-{python}.pickle"
    return Lark(
        grammar,
        parser="lalr",
        lexer="contextual",
        transformer=_Nodes(),
        maybe_placeholders=False,
        # Lark compares versions and the grammar's hash before it trusts the file.
        cache=cache_file(name) or False,
    )
