"""The protobuf wire format, read in place: fields of a byte range, without any schema.

A message is a row of fields. Each starts with a varint key (field number << 3 | wire type), then comes
    0  a varint: 7 bits per byte, least significant first
    1  8 bytes
    2  a varint length and that many bytes: strings, messages, packed numbers
    3  a group: fields up to the end key (wire type 4) of the same number
    5  4 bytes
Source: protobuf's documentation, "Encoding".
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from stat import S_ISDIR, S_ISREG

import numpy as np
from numpy.typing import NDArray

from prototxt.errors import Place, WeightsError

__all__ = [
    "BYTES", "FIXED32", "FIXED64", "VARINT", "Field", "Message", "Wire", "bytes_head", "signed",
    "varint_bytes",
]  # fmt: skip

VARINT, FIXED64, BYTES, GROUP, END_GROUP, FIXED32 = range(6)

_FIXED_SIZE = {FIXED64: 8, FIXED32: 4}
_MAX_GROUP_DEPTH = 100
_MAX_AT_ONCE = 1 << 21
"""Numbers of an unpacked field whose keys are compared together: 10 or 18 MB of the file."""

MAX_TEXT_BYTES = 100_000
"""Bytes of a name that is read."""

MAX_FIELDS = 500_000
"""Trained nets have some ten thousand; a run of numbers counts as one. See docs/hostile-files.md."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its number and wire type, the bytes of its value, its value where it is a varint."""

    number: int
    wire: int
    start: int
    end: int
    value: int = 0


class Wire:
    """A file's bytes, mapped into memory and not copied.

    Raises WeightsError naming the file (and the byte offset) for everything that can be wrong with it.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.bytes = _map(path)
        self.size = len(self.bytes)
        self.fields_seen = 0

    def error(self, what: str, offset: int | None = None, layer: str | None = None) -> WeightsError:
        """The error to raise for this file."""
        where = f"at byte {offset}: " if offset is not None else ""
        return WeightsError(where + what, place=Place(self.path), layer=layer)

    def fields(self, start: int, end: int) -> Iterator[Field]:
        """The fields of the message in bytes start..end, groups as one field each."""
        return Message(self, start, end)

    def text(self, field: Field) -> str:
        """A string field, such as a name; bytes that are not UTF-8 become U+FFFD."""
        size = field.end - field.start
        if size > MAX_TEXT_BYTES:
            raise self.error(f"a name of {size:,} bytes: more than {MAX_TEXT_BYTES:,}", field.start)
        return self.bytes[field.start : field.end].decode(errors="replace")

    def varint(self, pos: int, end: int) -> tuple[int, int]:
        """The unsigned 64-bit varint at `pos` and the position after it."""
        value = 0
        for i in range(10):
            if pos + i >= end:
                raise self.error("a number is cut off by the end of its message" + self.at_end(end), pos)
            byte = self.bytes[pos + i]
            value |= (byte & 0x7F) << 7 * i
            if byte < 0x80:
                return value & (1 << 64) - 1, pos + i + 1
        raise self.error("a number is longer than 10 bytes", pos)

    def varints(self, field: Field, limit: int) -> list[int]:
        """The numbers of a repeated int64 field: one, or a packed run of which at most `limit` + 1 are read."""
        if field.wire == VARINT:
            return [signed(field.value)]
        pos, values = field.start, list[int]()
        while pos < field.end and len(values) <= limit:
            value, pos = self.varint(pos, field.end)
            values.append(signed(value))
        return values

    def view(self, dtype: str, start: int, count: int) -> NDArray[np.generic]:
        """`count` values from byte `start` on: a view into the map, whose writes never reach the file."""
        return np.frombuffer(self.bytes, dtype, count, start) if count else np.empty(0, dtype)

    def release(self, start: int, end: int) -> None:
        """Give back the memory of bytes that were compared while reading: what is used later is mapped again.

        Only for bytes that nobody has written to: what was written there would be lost.
        """
        if hasattr(mmap, "MADV_DONTNEED"):
            start -= start % mmap.PAGESIZE
            self.bytes.madvise(mmap.MADV_DONTNEED, start, end - start)

    def at_end(self, end: int) -> str:
        """The end of an error's text where a message ends with the file; else empty."""
        return f" (the file ends at byte {self.size}: is it cut short?)" if end == self.size else ""


class Message(Iterator[Field]):
    """The fields of one message in order; `pos` is where the next one starts and may be moved on."""

    def __init__(self, wire: Wire, start: int, end: int) -> None:
        self.wire = wire
        self.pos = start
        self.end = end

    def __next__(self) -> Field:
        if self.pos >= self.end:
            raise StopIteration
        at = self.pos
        number, wire_type = self._key()
        if wire_type == END_GROUP:
            raise self.wire.error(f"end of group {number} that was never started", at)
        if wire_type == GROUP:
            return self._group(number)
        return self._field(number, wire_type, at)

    def _key(self) -> tuple[int, int]:
        at = self.pos
        self.wire.fields_seen += 1
        if self.wire.fields_seen > MAX_FIELDS:
            raise self.wire.error(f"more than {MAX_FIELDS:,} fields: no trained net has", at)
        key, self.pos = self.wire.varint(at, self.end)
        number, wire_type = key >> 3, key & 7
        if not 0 < number < 1 << 29 or wire_type > FIXED32:
            raise self.wire.error(
                f"no protobuf field starts like this (field number {number}, wire type {wire_type})", at
            )
        return number, wire_type

    def _field(self, number: int, wire_type: int, at: int) -> Field:
        if wire_type == VARINT:
            start = self.pos
            value, self.pos = self.wire.varint(start, self.end)
            return Field(number, wire_type, start, self.pos, value)
        if wire_type == BYTES:
            size, self.pos = self.wire.varint(self.pos, self.end)
        else:
            size = _FIXED_SIZE[wire_type]
        start = self.pos
        if size > self.end - start:
            ends = self.wire.at_end(self.end)
            raise self.wire.error(f"field {number} needs {size} bytes, {self.end - start} are left{ends}", at)
        self.pos = start + size
        return Field(number, wire_type, start, self.pos)

    def _group(self, number: int) -> Field:
        start, open_groups = self.pos, [number]
        while open_groups:
            at = self.pos
            inner, wire_type = self._key()
            if wire_type == GROUP:
                open_groups.append(inner)
                if len(open_groups) > _MAX_GROUP_DEPTH:
                    raise self.wire.error(f"groups nested deeper than {_MAX_GROUP_DEPTH}", at)
            elif wire_type == END_GROUP:
                if open_groups.pop() != inner:
                    raise self.wire.error(f"end of group {inner} inside another group", at)
            else:
                self._field(inner, wire_type, at)
        return Field(number, GROUP, start, self.pos)

    def run(self, first: Field, dtype: str) -> NDArray[np.generic]:
        """The values of an unpacked repeated field: `first` and all of the same kind that follow it directly.

        Files of tens of millions of numbers, each with a key of its own, are read at NumPy's speed this way. The
        values are a view into the map, every one a key apart from the next. Moves `pos` past the run.
        """
        size = first.end - first.start
        key = first.number << 3 | first.wire
        if self.wire.bytes[first.start - 1] != key:
            # The key is written in more bytes than it needs: allowed, and nobody does it.
            return self.wire.view(dtype, first.start, 1)
        item = _item(dtype)
        length = _run_length(self, first.start - 1, key, item)
        self.pos = first.start - 1 + length * (1 + size)
        return np.frombuffer(self.wire.bytes, item, length, first.start - 1)["value"]


@cache
def _item(dtype: str) -> np.dtype[np.void]:
    """A key of one byte and a value; one type for all runs, of which a file may have very many."""
    return np.dtype([("key", "u1"), ("value", dtype)])


def _run_length(message: Message, start: int, key: int, item: np.dtype[np.void]) -> int:
    """The number of items with this key that follow each other; looks ahead in growing steps, holding one at a time."""
    limit = (message.end - start) // item.itemsize
    known, step = 1, 64
    while known < limit:
        step = min(step * 2, limit - known, _MAX_AT_ONCE)
        offset = start + known * item.itemsize
        other = np.frombuffer(message.wire.bytes, item, step, offset)["key"] != key
        if other.any():
            return known + int(other.argmax())
        if step == _MAX_AT_ONCE:
            message.wire.release(offset, offset + step * item.itemsize)
        known += step
    return known


def varint_bytes(value: int) -> bytes:
    """An unsigned number as a varint."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def bytes_head(number: int, size: int) -> bytes:
    """The key and length before `size` bytes that are field `number` (a string, a message, packed numbers)."""
    return varint_bytes(number << 3 | BYTES) + varint_bytes(size)


def signed(value: int) -> int:
    """A varint read as int64 (two's complement)."""
    return value - (1 << 64) if value >> 63 else value


def _map(path: str) -> mmap.mmap:
    place = Place(path)
    try:
        # A pipe would wait for a writer for ever: look before opening.
        status = Path(path).stat()
        if S_ISDIR(status.st_mode):
            raise WeightsError("this is a directory, not a file", place=place)
        if not S_ISREG(status.st_mode):
            raise WeightsError("not a regular file: weights are read through a memory map", place=place)
        if status.st_size == 0:
            raise WeightsError("the file is empty", place=place)
        with Path(path).open("rb") as file:
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
    except FileNotFoundError:
        raise WeightsError("no such file", place=place) from None
    except (OSError, ValueError) as error:
        # ValueError: a NUL in the path, or a file that shrank meanwhile.
        raise WeightsError(
            f"cannot be read: {getattr(error, 'strerror', None) or error}", place=place
        ) from None
