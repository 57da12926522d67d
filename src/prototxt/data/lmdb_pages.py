"""The pages of an LMDB file: a B+ tree of keys, whose leaves hold the records.

    page     number (8 bytes), padding (2), flags (2), then end and start of the free space between the places of its
             nodes and the nodes (2 + 2) or, of the first page of a large record, how many pages it takes (4)
    node     size (4 bytes, low half first), flags (2), size of the key (2), key, record. In a branch, size and flags
             are the number of the page below.
    page 0, 1 hold the two latest states: magic, version, address, size of the map, two roots, last page, number of
             the transaction. A root has padding (4, in the first the size of a page), flags (2), depth (2), numbers of
             pages (3 x 8), of records (8), and the page at the top (8).
All numbers are little-endian. Source: LMDB 0.9, mdb.c (MDB_page, MDB_node, MDB_db, MDB_meta).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from prototxt.errors import DataError
from prototxt.util.opened import OpenedFile

__all__ = ["LmdbPages"]

_MAGIC, _VERSION = 0xBEEFC0DE, 1
_PAGE = struct.Struct("<QHHHH")
_NODE = struct.Struct("<HHHH")
_META = struct.Struct("<IIQQ 48x IHHQQQQQ QQ")
_BRANCH, _LEAF, _OVERFLOW = 0x01, 0x02, 0x04
_BIG, _DUPLICATES = 0x01, 0x04
_SORTED_DUPLICATES = 0x04
_NO_PAGE = (1 << 64) - 1
_PAGE_SIZES = tuple(1 << n for n in range(8, 17))
_MAX_DEPTH = 32


@dataclass(frozen=True, slots=True)
class _State:
    """The tree as one of the two meta pages says it is."""

    page_size: int
    flags: int
    depth: int
    records: int
    root: int
    last_page: int
    transaction: int


class LmdbPages:
    """The latest state of an LMDB file. Every number in it is checked before it is used."""

    def __init__(self, file: OpenedFile, path: str) -> None:
        """Raises DataError, which names `path`, for a file that is no LMDB or was cut off."""
        self._file, self._path = file, path
        self._state = self._latest()
        needed = (self._state.last_page + 1) * self._state.page_size
        if needed > file.size:
            raise DataError(
                f"the LMDB is cut off: it has {file.size:,} bytes and needs {needed:,}", path=path
            )
        if self._state.flags & _SORTED_DUPLICATES:
            raise self._broken("it has several records for one key (DUPSORT)")

    def records(self) -> Iterator[tuple[bytes, bytes]]:
        """Every (key, record) in the order of the keys."""
        if self._state.root == _NO_PAGE:
            return
        left = self._state.records
        for record in self._below(self._state.root, self._state.depth):
            if not left:
                raise self._broken(f"it holds more than the {self._state.records:,} records that it says")
            left -= 1
            yield record
        if left:
            raise self._broken(f"{left:,} of its {self._state.records:,} records are not there")

    def _broken(self, why: str) -> DataError:
        return DataError(f"not an LMDB that can be read: {why}", path=self._path)

    def _latest(self) -> _State:
        first = self._meta(0)
        second = self._meta(first.page_size)
        return max(first, second, key=lambda state: state.transaction)

    def _meta(self, start: int) -> _State:
        data = self._file.read(start, start + _PAGE.size + _META.size)
        if len(data) < _PAGE.size + _META.size:
            raise self._broken(f"the file has only {self._file.size:,} bytes")
        magic, version, _, _, *fields = _META.unpack_from(data, _PAGE.size)
        if magic != _MAGIC:
            raise self._broken("it does not start as one")
        if version != _VERSION:
            raise self._broken(f"its form has version {version}, known is {_VERSION}")
        (page_size,) = struct.unpack_from("<I", data, _PAGE.size + 24)
        _, flags, depth, _, _, _, records, root, last_page, transaction = fields
        if page_size not in _PAGE_SIZES or depth > _MAX_DEPTH:
            raise self._broken(f"pages of {page_size:,} bytes, {depth} deep")
        return _State(page_size, flags, depth, records, root, last_page, transaction)

    def _read(self, number: int, pages: int, kind: int) -> bytes:
        """Pages in a row, the first of which must be of this kind."""
        size = self._state.page_size
        if not 1 < number <= self._state.last_page or number + pages - 1 > self._state.last_page:
            raise self._broken(f"page {number} of {self._state.last_page + 1}")
        data = self._file.read(number * size, (number + pages) * size)
        held, _, flags, _, _ = _PAGE.unpack_from(data)
        if held != number or not flags & kind:
            raise self._broken(f"page {number} is damaged")
        return data

    def _below(self, number: int, depth: int) -> Iterator[tuple[bytes, bytes]]:
        """The records below a page that is so many levels above the records."""
        if depth < 1:
            raise self._broken(f"page {number} lies deeper than the tree")
        page = self._read(number, 1, _LEAF if depth == 1 else _BRANCH)
        for at in self._nodes(page, number):
            low, high, flags, _ = _NODE.unpack_from(page, at)
            if depth == 1:
                yield self._record(page, number, at)
            else:
                yield from self._below(low | high << 16 | flags << 32, depth - 1)

    def _nodes(self, page: bytes, number: int) -> tuple[int, ...]:
        """The places of a page's nodes."""
        end = _PAGE.unpack_from(page)[3]
        places = (
            struct.unpack_from(f"<{max(end - _PAGE.size, 0) // 2}H", page, _PAGE.size)
            if end <= len(page)
            else ()
        )
        if not places or max(places) + _NODE.size > len(page):
            raise self._broken(f"page {number} is damaged")
        return places

    def _record(self, page: bytes, number: int, at: int) -> tuple[bytes, bytes]:
        low, high, flags, key_size = _NODE.unpack_from(page, at)
        size, start = low | high << 16, at + _NODE.size + key_size
        if flags & _DUPLICATES or start + (8 if flags & _BIG else size) > len(page):
            raise self._broken(f"page {number} is damaged")
        key = page[at + _NODE.size : start]
        if not flags & _BIG:
            return key, page[start : start + size]
        (first,) = struct.unpack_from("<Q", page, start)
        pages = -(-(_PAGE.size + size) // self._state.page_size)
        return key, self._read(first, pages, _OVERFLOW)[_PAGE.size : _PAGE.size + size]
