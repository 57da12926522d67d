"""The protobuf wire format, read in place: fields of a byte range of a file, without any schema.

A message is a row of fields. Each starts with a varint key (field number << 3 | wire type), then comes
    0  a varint: 7 bits per byte, least significant first
    1  8 bytes
    2  a varint length and that many bytes: strings, messages, packed numbers
    3  a group: fields up to the end key (wire type 4) of the same number
    5  4 bytes
Source: protobuf's documentation, "Encoding".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import IO

import numpy as np

from prototxt.blobs import AnyArray
from prototxt.errors import Place, WeightsError
from prototxt.util.opened import CHANGED_HINT, OpenedFile
from prototxt.util.raw_text import decode_raw
from prototxt.util.varint import varint_bytes

__all__ = [
    "BYTES", "FIXED32", "FIXED64", "VARINT", "Field", "Message", "Numbers", "Wire", "bytes_head", "signed",
]  # fmt: skip

VARINT, FIXED64, BYTES, GROUP, END_GROUP, FIXED32 = range(6)

_FIXED_SIZE = {FIXED64: 8, FIXED32: 4}
_MAX_GROUP_DEPTH = 100
_WINDOW = 1 << 14
"""Bytes that are read together where a few are needed, such as the head of a layer."""

_MAX_AT_ONCE = 1 << 18
"""Numbers that are read together where they are not all needed at once."""

_COPIED_AT_ONCE = 1 << 20

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


@dataclass(frozen=True, slots=True)
class Numbers:
    """Numbers that lie in a file: `count` of type `dtype` from byte `start` on.

    They follow each other directly or, where `keyed` (an unpacked field), each after a key of one byte.
    """

    start: int
    count: int
    dtype: str
    keyed: bool = False

    @property
    def item(self) -> np.dtype[np.generic]:
        """The type of a number with all that belongs to it."""
        return _item(self.dtype) if self.keyed else np.dtype(self.dtype)


class Wire:
    """A file's bytes, of which only those that are asked for are read.

    Raises WeightsError naming the file (and the byte offset) for everything that can be wrong with it, and where it
    changed since it was opened.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self._file = self._open()
        self.size = self._file.size
        self.fields_seen = 0
        self._window, self._window_start = b"", 0

    def _open(self) -> OpenedFile:
        place = Place(self.path)
        try:
            # A pipe would wait for a writer for ever: look before opening.
            status = Path(self.path).stat()
            if S_ISDIR(status.st_mode):
                raise WeightsError("this is a directory, not a file", place=place)
            if not S_ISREG(status.st_mode):
                raise WeightsError("not a regular file: weights are read where they lie", place=place)
            if status.st_size == 0:
                raise WeightsError("the file is empty", place=place)
            return OpenedFile(self.path, self._changed)
        except FileNotFoundError:
            raise WeightsError("no such file", place=place) from None
        except (OSError, ValueError) as error:
            # ValueError: a NUL in the path.
            raise WeightsError(
                f"cannot be read: {getattr(error, 'strerror', None) or error}", place=place
            ) from None

    def _changed(self, what: str) -> WeightsError:
        return WeightsError(what, place=Place(self.path), hint=CHANGED_HINT)

    def error(
        self, what: str, offset: int | None = None, layer: str | None = None, hint: str | None = None
    ) -> WeightsError:
        """The error to raise for this file."""
        where = f"at byte {offset}: " if offset is not None else ""
        return WeightsError(where + what, place=Place(self.path), layer=layer, hint=hint)

    def fields(self, start: int, end: int) -> Iterator[Field]:
        """The fields of the message in bytes start..end, groups as one field each."""
        return Message(self, start, end)

    def fields_at(self, start: int, end: int) -> Iterator[tuple[int, Field]]:
        """The same fields, each with the byte where it begins, its key included."""
        message = Message(self, start, end)
        at = message.pos
        for field in message:
            yield at, field
            at = message.pos

    def text(self, field: Field) -> str:
        """A string field, such as a name; bytes that are not UTF-8 are carried as characters."""
        size = field.end - field.start
        if size > MAX_TEXT_BYTES:
            raise self.error(f"a name of {size:,} bytes: more than {MAX_TEXT_BYTES:,}", field.start)
        return decode_raw(self.read(field.start, field.end))

    def read(self, start: int, end: int) -> bytes:
        """The bytes start..end, copied; few bytes come from a window into the file that is kept."""
        if end - start > _WINDOW:
            return self._file.read(start, end)
        at = start - self._window_start
        if at < 0 or end > self._window_start + len(self._window):
            self._window, self._window_start, at = self._file.read(start, start + _WINDOW), start, 0
        return self._window[at : at + end - start]

    def varint(self, pos: int, end: int) -> tuple[int, int]:
        """The unsigned 64-bit varint at `pos` and the position after it."""
        value = 0
        for i, byte in enumerate(self.read(pos, min(pos + 10, end))):
            value |= (byte & 0x7F) << 7 * i
            if byte < 0x80:
                return value & (1 << 64) - 1, pos + i + 1
        if end - pos < 10:
            raise self.error("a number is cut off by the end of its message" + self.at_end(end), pos)
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

    def values(self, numbers: Numbers) -> AnyArray:
        """All of these numbers, copied."""
        if numbers.keyed:
            parts = list(self.chunks(numbers))
            return np.concatenate(parts)
        values = np.empty(numbers.count, numbers.dtype)
        self._file.read_into(values.view(np.uint8), numbers.start)
        return values

    def chunks(self, numbers: Numbers) -> Iterator[AnyArray]:
        """The numbers in order, a few hundred thousand at a time, each time in memory of their own."""
        for first in range(0, numbers.count, _MAX_AT_ONCE):
            part = np.empty(min(_MAX_AT_ONCE, numbers.count - first), numbers.item)
            self._file.read_into(part.view(np.uint8), numbers.start + first * part.itemsize)
            yield part["value"] if numbers.keyed else part

    def copy(self, out: IO[bytes], start: int, end: int) -> None:
        """Write the bytes start..end to another file."""
        for at in range(start, end, _COPIED_AT_ONCE):
            out.write(self._file.read(at, min(at + _COPIED_AT_ONCE, end)))

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

    def run(self, first: Field, dtype: str) -> Numbers:
        """The values of an unpacked repeated field: `first` and all of the same kind that follow it directly.

        Files of tens of millions of numbers, each with a key of its own, are read at NumPy's speed this way. Moves
        `pos` past the run.
        """
        size = first.end - first.start
        key = first.number << 3 | first.wire
        start = first.start - 1
        if self.wire.read(start, first.start)[0] != key:
            # The key is written in more bytes than it needs: allowed, and nobody does it.
            return Numbers(first.start, 1, dtype)
        length = self._run_length(start, key, dtype)
        self.pos = start + length * (1 + size)
        return Numbers(start, length, dtype, keyed=True)

    def _run_length(self, start: int, key: int, dtype: str) -> int:
        """The number of items with this key that follow each other; looks ahead in growing steps."""
        size = _item(dtype).itemsize
        limit = (self.end - start) // size
        known, step = 1, 64
        while known < limit:
            step = min(step * 2, limit - known, _MAX_AT_ONCE)
            at = start + known * size
            items = np.frombuffer(self.wire.read(at, at + step * size), _item(dtype))
            other = items["key"] != key
            if other.any():
                return known + int(other.argmax())
            known += step
        return known


@cache
def _item(dtype: str) -> np.dtype[np.void]:
    """A key of one byte and a value; one type for all runs, of which a file may have very many."""
    return np.dtype([("key", "u1"), ("value", dtype)])


def bytes_head(number: int, size: int) -> bytes:
    """The key and length before `size` bytes that are field `number` (a string, a message, packed numbers)."""
    return varint_bytes(number << 3 | BYTES) + varint_bytes(size)


def signed(value: int) -> int:
    """A varint read as int64 (two's complement)."""
    return value - (1 << 64) if value >> 63 else value
