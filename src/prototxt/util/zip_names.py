"""Names of entries in zip archives where they may hold bytes that are not UTF-8 (util/raw_text.py)."""

from __future__ import annotations

from zipfile import ZipInfo

from prototxt.util.raw_text import CARRIER, decode_raw, encode_raw

__all__ = ["entry_for", "name_of"]

_UTF_8 = 0x800
"""The flag of an entry whose name is UTF-8; without it Python reads the bytes as characters of code page 437."""

_CODE_PAGE = "cp437"


class _RawInfo(ZipInfo):
    """An entry whose name is written as its own bytes, not as UTF-8: as any program does that knows no flag."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # noqa: N802, zipfile's name
        return encode_raw(self.filename), self.flag_bits & ~_UTF_8


def entry_for(name: str) -> ZipInfo | str:
    """The entry to write under this name: its bytes stay, those too that are not UTF-8."""
    return _RawInfo(name) if CARRIER.search(name) else name


def name_of(entry: ZipInfo) -> str:
    """The name of an entry that was read; without the flag of UTF-8 it is taken as bytes of any encoding."""
    if entry.flag_bits & _UTF_8 or entry.filename.isascii():
        return entry.filename
    return decode_raw(entry.filename.encode(_CODE_PAGE))
