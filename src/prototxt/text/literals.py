"""Values of number and string literals, independent of any schema."""

from __future__ import annotations

import re
from functools import lru_cache

from prototxt.util.raw_text import encode_raw

__all__ = ["LiteralError", "number_kind", "read_int", "unescape"]

_INT = re.compile(r"(?:0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)")
_FLOAT = re.compile(r"(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?[fF]?", re.ASCII)
_ESCAPE = re.compile(
    r"\\(?:(?P<octal>[0-7]{1,3})|[xX](?P<hex>[0-9a-fA-F]{1,2})"
    r"|u(?P<high>[dD][89abAB][0-9a-fA-F]{2})\\u(?P<low>[dD][c-fC-F][0-9a-fA-F]{2})"
    r"|u(?P<u4>[0-9a-fA-F]{4})|U(?P<u8>[0-9a-fA-F]{8})|(?P<plain>.))"
)
_PLAIN = {
    "n": b"\n", "r": b"\r", "t": b"\t", "a": b"\a", "b": b"\b", "f": b"\f", "v": b"\v",
    "?": b"?", "'": b"'", '"': b'"', "\\": b"\\",
}  # fmt: skip


class LiteralError(Exception):
    """An invalid literal; `offset` counts characters from its start."""

    def __init__(self, what: str, offset: int = 0, hint: str | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.offset = offset
        self.hint = hint


@lru_cache(maxsize=1024)  # a net has few different numbers
def number_kind(text: str) -> str:
    """Whether an unsigned number is written as "int" (decimal, hex, octal) or "float".

    Raises LiteralError when it is neither.
    """
    if _INT.fullmatch(text):
        return "int"
    if _FLOAT.fullmatch(text):
        return "float"
    raise LiteralError(f'"{text}" is not a number', hint=_number_hint(text))


def _number_hint(text: str) -> str | None:
    if text[:2] in ("0x", "0X"):
        return "hexadecimal digits 0-9 and a-f follow 0x"
    if re.match(r"0\d", text):
        return "a leading 0 makes a number octal; leave it away"
    if text.count(".") > 1:
        return "a number has one point; values of a list stand in [ ] with commas"
    return None


def read_int(text: str) -> int:
    """The value of an int literal with its sign."""
    digits = text.lstrip("-")
    octal = len(digits) > 1 and digits[0] == "0" and digits[1] not in "xX"
    # Python refuses to read thousands of digits; a thousand are out of any range already.
    value = int(digits[:1000], 8 if octal else 0)
    return -value if text[0] == "-" else value


def unescape(text: str) -> bytes:
    """The bytes of a string literal's inside (without its quotes), UTF-8 with escapes resolved.

    Lone surrogates pass; a string field refuses them later, with its place.

    Raises LiteralError for an escape that does not exist or names no character.
    """
    if "\\" not in text:
        return encode_raw(text)
    out, end = bytearray(), 0
    for match in _ESCAPE.finditer(text):
        out += encode_raw(text[end : match.start()]) + _escaped(match)
        end = match.end()
    return bytes(out + encode_raw(text[end:]))


def _escaped(match: re.Match[str]) -> bytes:
    kind, digits = match.lastgroup, match.group(match.lastgroup or 0)
    if kind == "plain" and digits in _PLAIN:
        return _PLAIN[digits]
    if kind == "octal" and int(digits, 8) < 256:
        return bytes([int(digits, 8)])
    if kind == "hex":
        return bytes([int(digits, 16)])
    if kind == "low":
        return encode_raw(chr(0x10000 + (int(match["high"], 16) - 0xD800) * 0x400 + int(digits, 16) - 0xDC00))
    if kind in ("u4", "u8") and _is_character(int(digits, 16)):
        return encode_raw(chr(int(digits, 16)))
    hint = r"a backslash itself is written \\" if kind == "plain" else None
    raise LiteralError(f'there is no escape "{match.group()}" in a string', match.start(), hint)


def _is_character(code: int) -> bool:
    return code < 0xD800 or 0xE000 <= code < 0x110000
