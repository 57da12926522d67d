"""Syntax errors in human words: what is there, what was expected, what is probably meant."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Explanation", "Open", "Part", "explain"]

_CLOSING = {"{": "}", "<": ">", "[": "]"}
_VALUES = {"NUMBER", "STRING", "NAME", "MINUS"}
_LIST_HINT = "a list stands in [ ], its values have commas between"
_FIELD_HINTS = {
    "NUMBER": _LIST_HINT,
    "MINUS": _LIST_HINT,
    "LBRACE": 'a name stands before every "{" (this is not JSON)',
}


@dataclass(frozen=True, slots=True)
class Part:
    """A token, or a character that starts none (kind "STRAY"), or the end of the text ("$END")."""

    kind: str
    text: str
    line: int
    column: int
    offset: int

    def show(self) -> str:
        if self.kind == "$END":
            return "end of file"
        if self.kind == "STRING":
            return f"the string {self.text}"
        if self.kind == "STRAY" and not (self.text.isascii() and self.text.isprintable()):
            return f"U+{ord(self.text):04X} {unicodedata.name(self.text, 'control character')}"
        return f'"{self.text}"'


@dataclass(frozen=True, slots=True)
class Open:
    """A bracket that is open where the error is, and the field that opened it."""

    bracket: str
    name: str
    line: int
    column: int
    name_line: int
    name_column: int

    def show(self) -> str:
        named = f' ("{self.name}")' if self.name else ""
        return f'the "{self.bracket}" opened at line {self.line}, column {self.column}{named}'


@dataclass(frozen=True, slots=True)
class Explanation:
    """The message for the user, and the place that it points to."""

    what: str
    line: int
    column: int
    hint: str | None = None


def explain(
    text: str, token: Part, recent: Sequence[Part], opened: Sequence[Open], suspect: Open | None
) -> Explanation:
    """Words for the token that does not fit.

    `recent` are the last tokens that did fit, `opened` the open brackets, outermost first; `suspect` is a
    layer that was opened within a layer.
    """
    if token.kind == "$END":
        token = _end_of(text)
    if token.kind == "STRAY":
        explanation = _stray(text, token)
        if explanation:
            return explanation
    if token.kind == "$END" and opened:
        return _never_closed(token, opened, suspect)
    if token.text in _CLOSING.values() and opened and token.text != _CLOSING[opened[-1].bracket]:
        return _wrong_bracket(token, opened[-1])
    return _out_of_place(text, token, recent, opened)


def _end_of(text: str) -> Part:
    kept = text.rstrip()
    line = kept.count("\n") + 1
    return Part("$END", "", line, len(kept) - (kept.rfind("\n") + 1) + 1, len(kept))


def _stray(text: str, token: Part) -> Explanation | None:
    """A character that starts no token."""
    here, rest = token.text, text[token.offset : token.offset + 2]
    if here in "\"'":
        hint = f"a string ends with {here} on the line where it starts"
        return Explanation("the string is never closed", token.line, token.column, hint)
    if here == "=":
        return Explanation('unexpected "="', token.line, token.column, 'a field is written "name: value"')
    if rest in ("//", "/*"):
        return Explanation(
            f'"{rest}" does not start a comment', token.line, token.column, 'comments start with "#"'
        )
    if here == "+":
        return Explanation('a number is written without "+"', token.line, token.column)
    if here in "“”„‘’«»":
        hint = "strings stand in straight quotes"
        return Explanation(f"unexpected {token.show()}", token.line, token.column, hint)
    return None


def _never_closed(token: Part, opened: Sequence[Open], suspect: Open | None) -> Explanation:
    if suspect and not any(o.name == suspect.name and o.line >= suspect.line for o in opened):
        around = next((o for o in opened if o.name == suspect.name), None)
        if around:
            closing = _CLOSING[around.bracket]
            what = f'"{around.name}" (line {around.line}) is missing its closing "{closing}"'
            return Explanation(what, suspect.name_line, suspect.name_column, "another one starts here")
    return Explanation(
        f"unexpected end of file: {opened[-1].show()} is never closed", token.line, token.column
    )


def _wrong_bracket(token: Part, last: Open) -> Explanation:
    right = _CLOSING[last.bracket]
    what = f'unexpected "{token.text}"; {last.show()} is closed by "{right}"'
    return Explanation(what, token.line, token.column)


def _out_of_place(text: str, token: Part, recent: Sequence[Part], opened: Sequence[Open]) -> Explanation:
    """A token that is fine in itself: words depend on what stood before it."""
    in_list = bool(opened) and opened[-1].bracket == "["
    kinds = [""] * 3 + [token.kind for token in recent]
    last = recent[-1] if recent else None
    if last and kinds[-1] == "COLON":
        return _no_value(token, recent)
    if last and kinds[-1] == "MINUS":
        return Explanation(
            f'unexpected {token.show()}; expected a number after "-"', token.line, token.column
        )
    if last and kinds[-1] in ("LSQB", "COMMA") and in_list:
        return _no_item(token, last)
    if in_list:
        return _list_goes_on(token, opened[-1])
    if last and kinds[-1] in ("NAME", "EXTENSION") and kinds[-2] not in ("COLON", "MINUS"):
        return _after_name(token, last)
    return _no_field(text, token, recent, opened)


def _no_value(token: Part, recent: Sequence[Part]) -> Explanation:
    name = recent[-2].text if len(recent) > 1 else ""
    if token.kind == "COLON":
        return Explanation(f'unexpected ":"; "{name}:" has its colon already', token.line, token.column)
    return Explanation(
        f'unexpected {token.show()}; expected a value after "{name}:"', token.line, token.column
    )


def _no_item(token: Part, last: Part) -> Explanation:
    hint = "lists do not nest" if token.kind == "LSQB" else None
    return Explanation(
        f'unexpected {token.show()}; expected a value after "{last.text}"', token.line, token.column, hint
    )


def _list_goes_on(token: Part, last: Open) -> Explanation:
    what = f'unexpected {token.show()}; expected "," or "]": {last.show()} is not closed'
    if token.kind in _VALUES - {"NAME"}:
        what = f'unexpected {token.show()}; expected "," between the values of a list, or "]"'
    return Explanation(what, token.line, token.column)


def _after_name(token: Part, name: Part) -> Explanation:
    if token.kind in _VALUES:
        what = f'missing ":" or "{{" after "{name.text}", found {token.show()}'
    elif token.kind == "LSQB":
        what = f'missing ":" after "{name.text}"'
    else:
        what = f'"{name.text}" has no value; expected ":" or "{{" after it, found {token.show()}'
    return Explanation(what, token.line, token.column)


def _no_field(text: str, token: Part, recent: Sequence[Part], opened: Sequence[Open]) -> Explanation:
    """The error where a field may start or a message end."""
    end = f'"{_CLOSING[opened[-1].bracket]}"' if opened else "the end of the file"
    followed = re.match(r"\s*[:{]", text[token.offset + len(token.text) :][:80])
    if token.kind == "STRING" and followed:
        hint = f"write {token.text[1:-1]}: (this is not JSON)"
        return Explanation("field names are not quoted", token.line, token.column, hint)
    if token.kind == "NUMBER" and followed:
        return Explanation(f'a name cannot start with a digit: "{token.text}"', token.line, token.column)
    if token.kind == "COLON" and len(recent) > 2 and recent[-2].kind == "COLON":
        value, name = recent[-1], recent[-3]
        hint = f'the value of "{name.text}" seems to be missing'
        return Explanation(f'unexpected ":" after the value {value.text}', token.line, token.column, hint)
    what = f"unexpected {token.show()}; expected a field name or {end}"
    return Explanation(what, token.line, token.column, _FIELD_HINTS.get(token.kind))
