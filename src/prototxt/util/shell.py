"""Words of command lines that messages suggest."""

from __future__ import annotations

from os import fsencode
from shlex import quote

from prototxt.errors import printable
from prototxt.util.raw_text import path_of

__all__ = ["shell_word"]


def shell_word(name: str) -> str:
    """A name as one word of a command line; where it holds control characters as `$'a\\x0ab'`, for bash and zsh."""
    if printable(name) == name:
        return quote(name)
    return "$'" + "".join(map(_spelled, name)) + "'"


def _spelled(char: str) -> str:
    if char in "\\'":
        return f"\\{char}"
    return char if printable(char) == char else "".join(f"\\x{byte:02x}" for byte in fsencode(path_of(char)))
