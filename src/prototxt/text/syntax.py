"""Syntax errors in human words: what was found, what was expected, what is probably meant."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

_CLOSING = {"{": "}", "<": ">", "[": "]"}
_VALUES = {"NUMBER", "STRING", "NAME", "MINUS"}
_LIST_HINT = "a list stands in [ ], its values have commas between"
_FIELD_HINTS = {
    "NUMBER": _LIST_HINT,
    "MINUS": _LIST_HINT,
    "LBRACE": 'a name stands before every "{" (this is not JSON)',
}


@dataclass(frozen=True, slots=True)
class Found:
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
class Said:
    """What to tell the user, and where to point."""

    what: str
    line: int
    column: int
    hint: str | None = None


def explain(
    text: str, found: Found, recent: Sequence[Found], opened: Sequence[Open], suspect: Open | None
) -> Said:
    """Words for the token that does not fit.

    `recent` are the last tokens that did fit, `opened` the open brackets, outermost first; `suspect` is a
    layer that was opened within a layer.
    """
    if found.kind == "$END":
        found = _end_of(text)
    if found.kind == "STRAY":
        said = _stray(text, found)
        if said:
            return said
    if found.kind == "$END" and opened:
        return _never_closed(found, opened, suspect)
    if found.text in _CLOSING.values() and opened and found.text != _CLOSING[opened[-1].bracket]:
        return _wrong_bracket(found, opened[-1])
    return _out_of_place(text, found, recent, opened)


def _end_of(text: str) -> Found:
    kept = text.rstrip()
    line = kept.count("\n") + 1
    return Found("$END", "", line, len(kept) - (kept.rfind("\n") + 1) + 1, len(kept))


def _stray(text: str, found: Found) -> Said | None:
    """A character that starts no token."""
    here, rest = found.text, text[found.offset : found.offset + 2]
    if here in "\"'":
        hint = f"a string ends with {here} on the line where it starts"
        return Said("the string is never closed", found.line, found.column, hint)
    if here == "=":
        return Said('unexpected "="', found.line, found.column, 'a field is written "name: value"')
    if rest in ("//", "/*"):
        return Said(f'"{rest}" does not start a comment', found.line, found.column, 'comments start with "#"')
    if here == "+":
        return Said('a number is written without "+"', found.line, found.column)
    if here in "“”„‘’«»":
        hint = "strings stand in straight quotes"
        return Said(f"unexpected {found.show()}", found.line, found.column, hint)
    return None


def _never_closed(found: Found, opened: Sequence[Open], suspect: Open | None) -> Said:
    if suspect and not any(o.name == suspect.name and o.line >= suspect.line for o in opened):
        around = next((o for o in opened if o.name == suspect.name), None)
        if around:
            closing = _CLOSING[around.bracket]
            what = f'"{around.name}" (line {around.line}) is missing its closing "{closing}"'
            return Said(what, suspect.name_line, suspect.name_column, "another one starts here")
    return Said(f"unexpected end of file: {opened[-1].show()} is never closed", found.line, found.column)


def _wrong_bracket(found: Found, last: Open) -> Said:
    right = _CLOSING[last.bracket]
    what = f'unexpected "{found.text}"; {last.show()} is closed by "{right}"'
    return Said(what, found.line, found.column)


def _out_of_place(text: str, found: Found, recent: Sequence[Found], opened: Sequence[Open]) -> Said:
    """A token that is fine in itself: words depend on what stood before it."""
    in_list = bool(opened) and opened[-1].bracket == "["
    kinds = [""] * 3 + [token.kind for token in recent]
    last = recent[-1] if recent else None
    if last and kinds[-1] == "COLON":
        return _no_value(found, recent)
    if last and kinds[-1] == "MINUS":
        return Said(f'unexpected {found.show()}; expected a number after "-"', found.line, found.column)
    if last and kinds[-1] in ("LSQB", "COMMA") and in_list:
        return _no_item(found, last)
    if in_list:
        return _list_goes_on(found, opened[-1])
    if last and kinds[-1] in ("NAME", "EXTENSION") and kinds[-2] not in ("COLON", "MINUS"):
        return _after_name(found, last)
    return _no_field(text, found, recent, opened)


def _no_value(found: Found, recent: Sequence[Found]) -> Said:
    name = recent[-2].text if len(recent) > 1 else ""
    if found.kind == "COLON":
        return Said(f'unexpected ":"; "{name}:" has its colon already', found.line, found.column)
    return Said(f'unexpected {found.show()}; expected a value after "{name}:"', found.line, found.column)


def _no_item(found: Found, last: Found) -> Said:
    hint = "lists do not nest" if found.kind == "LSQB" else None
    return Said(
        f'unexpected {found.show()}; expected a value after "{last.text}"', found.line, found.column, hint
    )


def _list_goes_on(found: Found, last: Open) -> Said:
    what = f'unexpected {found.show()}; expected "," or "]": {last.show()} is not closed'
    if found.kind in _VALUES - {"NAME"}:
        what = f'unexpected {found.show()}; expected "," between the values of a list, or "]"'
    return Said(what, found.line, found.column)


def _after_name(found: Found, name: Found) -> Said:
    if found.kind in _VALUES:
        what = f'missing ":" or "{{" after "{name.text}", found {found.show()}'
    elif found.kind == "LSQB":
        what = f'missing ":" after "{name.text}"'
    else:
        what = f'"{name.text}" has no value; expected ":" or "{{" after it, found {found.show()}'
    return Said(what, found.line, found.column)


def _no_field(text: str, found: Found, recent: Sequence[Found], opened: Sequence[Open]) -> Said:
    """Where a field may start or a message end."""
    end = f'"{_CLOSING[opened[-1].bracket]}"' if opened else "the end of the file"
    followed = re.match(r"\s*[:{]", text[found.offset + len(found.text) :][:80])
    if found.kind == "STRING" and followed:
        hint = f"write {found.text[1:-1]}: (this is not JSON)"
        return Said("field names are not quoted", found.line, found.column, hint)
    if found.kind == "NUMBER" and followed:
        return Said(f'a name cannot start with a digit: "{found.text}"', found.line, found.column)
    if found.kind == "COLON" and len(recent) > 2 and recent[-2].kind == "COLON":
        value, name = recent[-1], recent[-3]
        hint = f'the value of "{name.text}" seems to be missing'
        return Said(f'unexpected ":" after the value {value.text}', found.line, found.column, hint)
    what = f"unexpected {found.show()}; expected a field name or {end}"
    return Said(what, found.line, found.column, _FIELD_HINTS.get(found.kind))
