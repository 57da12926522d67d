"""Reads the text of prototxt files and says exactly why one cannot be read."""

from __future__ import annotations

import codecs
import re
from os import PathLike, fspath

from prototxt.errors import Place, TextError, printable
from prototxt.util.raw_text import CARRIER, decode_raw
from prototxt.util.recognize import HEAD_BYTES, recognize_binary, recognize_text, recognize_trained

__all__ = ["raw_notes", "read_text"]

MAX_BYTES = 16_000_000
"""The largest public nets take a quarter of one; a device such as /dev/zero has no end."""

_CONTENT = re.compile(r"(?:\A|[\n\r])[^\S\n\r]*[^\s#]")
"""A line that is neither blank nor a comment."""

_NOT_TEXT = "this is not a text file"
_WEIGHTS_HINT = "a prototxt is text; a .caffemodel goes to --weights"


def read_text(path: str | PathLike[str]) -> str:
    """Returns the text of a UTF-8 file, without a byte order mark; bytes that are not UTF-8 are carried as characters.

    Raises TextError when there is no such file, it is a folder, cannot be read, is not text, or holds nothing
    but blanks and comments.
    """
    place = Place(fspath(path))
    data = _read(fspath(path), place)
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise TextError("the text is UTF-16, not UTF-8", place=place, hint="save the file as UTF-8")
    if kind := recognize_text(data[:HEAD_BYTES]):
        raise TextError(f"this is {kind.what}, not a prototxt", place=Place(place.file, 1, 1), hint=kind.hint)
    if recognize_binary(data) or b"\0" in data:
        raise _not_text(data, place)
    text = decode_raw(data.removeprefix(codecs.BOM_UTF8))
    if CARRIER.search(text) and _mostly_control(data):
        raise _not_text(data, place)
    if not _CONTENT.search(text):
        raise TextError("the file is empty", place=place)
    return text


def _read(path: str, place: Place) -> bytes:
    try:
        data = _read_some(path)
    except FileNotFoundError:
        raise TextError("there is no such file", place=place) from None
    except IsADirectoryError:
        hint = "prototxt-shapes --check FOLDER reports which of its nets open"
        raise TextError("this is a folder, not a file", place=place, hint=hint) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise TextError(f"the file cannot be read: {reason.lower()}", place=place) from None
    if len(data) > MAX_BYTES:
        what = f"the file is larger than {MAX_BYTES // 10**6} MB: no prototxt is"
        raise TextError(what, place=place, hint=_WEIGHTS_HINT)
    return data


def _read_some(path: str) -> bytes:
    """All bytes, or slightly more than MAX_BYTES of them."""
    chunks, size = [], 0
    with open(path, "rb") as file:
        while size <= MAX_BYTES and (chunk := file.read(1 << 20)):
            chunks.append(chunk)
            size += len(chunk)
    return b"".join(chunks)


def _not_text(data: bytes, place: Place) -> TextError:
    """The error for a binary file."""
    kind = recognize_binary(data) or recognize_trained(data[:HEAD_BYTES])
    what = f" but {kind.what}" if kind else ""
    return TextError(f"{_NOT_TEXT}{what}", place=place, hint=(kind and kind.hint) or _WEIGHTS_HINT)


def _mostly_control(data: bytes) -> bool:
    """Whether bytes that are not UTF-8 are a binary file, and not text in another encoding."""
    control = sum(byte < 32 and byte not in b"\t\n\r\f" for byte in data[:4096])
    return control > len(data[:4096]) / 100


def raw_notes(text: str, file: str) -> tuple[str, ...]:
    """A note on the bytes of a text that are not UTF-8, with the place of the first; none where all are."""
    first = CARRIER.search(text)
    if first is None:
        return ()
    line_start = text.rfind("\n", 0, first.start()) + 1
    place = Place(file, text.count("\n", 0, first.start()) + 1, first.start() - line_start + 1)
    more = len(CARRIER.findall(text)) - 1
    what = f"byte {printable(first[0]).replace(chr(92), '0')} is not UTF-8" + (
        f" (and {more:,} more)" if more else ""
    )
    return (f"{place}: {what}; kept as it is, as in Caffe (saving the file as UTF-8 makes it readable)",)
