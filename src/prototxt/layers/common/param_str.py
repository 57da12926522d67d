"""The text that a net hands to a Python layer: `'feat_stride': 16`, with braces or without.

It is YAML to the layer. The part of it that nets use is read here, and no code is run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from prototxt.errors import LayerError

Value = int | float | str | bool | None | list["Value"]

MAX_LENGTH = 10_000
"""Characters of a text; those of nets have some tens."""

LARGEST = 10**9
"""The largest stride, scale or count."""

DEEPEST = 8
"""Lists in lists."""

_TOKEN = re.compile(
    r"""(?P<mark>[\[\](){},:]) | '(?P<single>[^'\n]*)' | "(?P<double>[^"\n]*)" | (?P<tag>!!python/(?:tuple|list)\b)
    | (?P<bare>[^\s\[\](){},:'"!#&*|>%@`]+) | (?P<skip>\s+|\#[^\n]*) | (?P<wrong>.)""",
    re.VERBOSE,
)

_CLOSING = {"[": "]", "(": ")"}

_WORDS: dict[str, Value] = {"true": True, "false": False, "null": None, "~": None}

HINT = "what is read are pairs such as 'feat_stride': 16 or {'feat_stride': 16, 'scales': [8, 16, 32]}"


def read_param_str(text: str) -> dict[str, Value]:
    """The pairs of a param_str; none for an empty one. Tuples become lists.

    Raises LayerError for what is no such pair.
    """
    if len(text) > MAX_LENGTH:
        raise _error(f"{len(text)} characters, more than {MAX_LENGTH}")
    return _Reader(text).pairs()


def whole(pairs: Mapping[str, Value], key: str, least: int = 1) -> int:
    """A whole number that must be there; raises LayerError."""
    value = pairs.get(key)
    if value is None:
        raise _error(f"no '{key}'")
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= LARGEST:
        raise _error(f"'{key}' must be a whole number from {least} to {LARGEST}, not {value!r}")
    return value


def positive(pairs: Mapping[str, Value], key: str, default: tuple[float, ...]) -> tuple[float, ...]:
    """A list of numbers above 0; raises LayerError."""
    value = pairs.get(key)
    if value is None:
        return default
    if not isinstance(value, list) or not value or not all(map(_is_positive, value)):
        raise _error(f"'{key}' must be a list of numbers above 0, not {value!r}")
    return tuple(float(number) for number in value if isinstance(number, int | float))


def _is_positive(value: Value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= LARGEST


def _error(what: str) -> LayerError:
    """Shorten a quoted text, which may be long, to its start."""
    return LayerError(f"param_str: {what}"[:200], field="param_str", hint=HINT)


class _Reader:
    """One walk along the tokens."""

    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._next = next(self._tokens, None)

    def pairs(self) -> dict[str, Value]:
        braced = self._skip("{")
        pairs: dict[str, Value] = {}
        while self._next is not None and not (braced and self._is("}")):
            key = str(self._word())
            self._expect(":")
            pairs[key] = self._value(0)
            self._skip(",")
        if braced:
            self._expect("}")
        if self._next is not None:
            raise _error(f'"{self._next[1]}" after the end')
        return pairs

    def _value(self, depth: int) -> Value:
        if depth > DEEPEST:
            raise _error(f"lists in lists, more than {DEEPEST} deep")
        self._skip_tag()
        for opening, closing in _CLOSING.items():
            if self._skip(opening):
                return self._list(closing, depth)
        return self._word()

    def _list(self, closing: str, depth: int) -> list[Value]:
        values = []
        while not self._is(closing):
            values.append(self._value(depth + 1))
            if not self._skip(",") and not self._is(closing):
                raise _error(f'"{closing}" or a comma is missing')
        self._expect(closing)
        return values

    def _word(self) -> Value:
        kind, text = self._take()
        if kind == "bare":
            return _plain(text)
        if kind in ("single", "double"):
            return text
        raise _error(f'"{text}" where a word or a number is needed')

    def _take(self) -> tuple[str, str]:
        token, self._next = self._next, next(self._tokens, None)
        if token is None:
            raise _error("it ends too early")
        return token

    def _is(self, mark: str) -> bool:
        return self._next == ("mark", mark)

    def _skip(self, mark: str) -> bool:
        matches = self._is(mark)
        if matches:
            self._take()
        return matches

    def _skip_tag(self) -> None:
        if self._next is not None and self._next[0] == "tag":
            self._take()

    def _expect(self, mark: str) -> None:
        kind, text = self._take()
        if (kind, text) != ("mark", mark):
            raise _error(f'"{text}" where "{mark}" is needed')


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    for match in _TOKEN.finditer(text):
        kind = str(match.lastgroup)
        if kind == "wrong":
            raise _error(f"cannot read {match[kind]!r}")
        if kind != "skip":
            yield kind, match[kind]


def _plain(text: str) -> Value:
    """A word without quotes: a number, true, false, null, or itself."""
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    for number in (int, float):
        try:
            return number(text)
        except ValueError:
            continue
    return text
