"""Text with bytes that are not UTF-8, such as names in GBK, Latin-1 or Shift-JIS: each byte is carried as a character.

Python's own way, lone surrogates (PEP 383), does not pass through protobuf's string fields. So a byte 80..FF that is
not part of a UTF-8 character becomes U+10FF80..U+10FFFF, the last characters of the last private plane, and the same
byte again where text leaves the program.
"""

from __future__ import annotations

import codecs
import re

__all__ = ["CARRIER", "decode_raw", "encode_raw", "escape_raw", "path_of", "restore_raw"]

_FIRST = 0x10FF00
_HANDLER = "prototxt-raw-bytes"

CARRIER = re.compile("[\U0010ff80-\U0010ffff]")
"""A character that stands for a byte."""

_ENCODED = re.compile(rb"\xf4\x8f([\xbe\xbf])([\x80-\xbf])")


def _carry(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    wrong = error.object[error.start : error.end]
    return "".join(chr(_FIRST + byte) for byte in wrong), error.end


codecs.register_error(_HANDLER, _carry)


def decode_raw(data: bytes) -> str:
    """UTF-8 as text; every byte that is not is carried as a character."""
    return data.decode("utf-8", _HANDLER)


def encode_raw(text: str) -> bytes:
    """Text as UTF-8, the carried bytes as they were."""
    if text.isascii():
        return text.encode()
    return restore_raw(text.encode("utf-8", "surrogatepass"))


def escape_raw(data: bytes) -> bytes:
    """Bytes as UTF-8 in which those that are not are carried as characters."""
    return decode_raw(data).encode()


def restore_raw(data: bytes) -> bytes:
    """UTF-8 with the carried bytes as they were."""
    return _ENCODED.sub(lambda m: bytes([0x80 | (m[1][0] & 1) << 6 | m[2][0] & 0x3F]), data)


def path_of(name: str) -> str:
    """A name in a net as the system takes it: Python's functions pass lone surrogates on as bytes."""
    return CARRIER.sub(lambda m: chr(0xDC00 + ord(m[0]) - _FIRST), name)
