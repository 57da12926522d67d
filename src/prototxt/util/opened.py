"""Files that stay open and are read piece by piece later: what is read is what was opened, or an error says so.

A memory map cannot promise that: it shows whatever is written to the file meanwhile, and a file that has become shorter
ends the process (SIGBUS). So bytes are read into memory of their own, and the file is compared with what it was, by
size, time of modification and inode, before and after each reading.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from io import RawIOBase
from os import PathLike, fspath
from stat import S_ISREG
from threading import Lock
from typing import Any, TypeAlias
from weakref import finalize

from prototxt.util.files import regular_size

__all__ = ["CHANGED_HINT", "OpenedFile", "WritableBytes"]

WritableBytes: TypeAlias = Any
"""A writable buffer of bytes: a memoryview or an array of uint8."""

CHANGED_HINT = "open it again: what was read from it before stays as it was"

_MAX_READ = 1 << 26
_SECOND = 1_000_000_000
_TICK = 16_000_000
"""Nanoseconds: time stamps of Linux are up to 10 ms apart, those of Windows 15.6."""

_MAX_WAIT = 0.1
"""Seconds."""


class OpenedFile:
    """A regular file as it was when it was opened.

    Every method that reads raises the error that `error` makes of a sentence when the file has changed since: it has
    another size or time of modification, or its name leads to another file. A file that was only deleted can still be
    read. Several threads and forked processes may read at the same time.
    """

    def __init__(self, path: str | PathLike[str], error: Callable[[str], Exception]) -> None:
        """Open it; raises OSError or ValueError where that is impossible, and for what is not a regular file."""
        self.path = fspath(path)
        self._absolute = os.path.abspath(self.path)  # noqa: PTH100 - Path's resolves links
        self._error = error
        regular_size(self.path)  # a pipe would wait for a writer for ever
        self._descriptor = os.open(self.path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        finalize(self, os.close, self._descriptor)
        self._lock = Lock()
        self._status = _after_its_tick(self._descriptor)
        if not S_ISREG(self._status.st_mode):
            raise OSError("not a regular file")
        self.size = self._status.st_size

    def check(self) -> None:
        """Raises the error where the file has changed since it was opened."""
        found = os.fstat(self._descriptor)
        with suppress(OSError, ValueError):  # deleted: what is open is still there
            named = os.stat(self._absolute)  # noqa: PTH116 - the cost of a Path counts here
            if (named.st_ino, named.st_dev) != (self._status.st_ino, self._status.st_dev):
                raise self._error("another file has this name since it was opened")
        if found.st_size != self.size:
            raise self._error(
                f"the file changed since it was opened: {self.size:,} bytes then, {found.st_size:,} now"
            )
        if found.st_mtime_ns != self._status.st_mtime_ns:
            raise self._error("the file was written to since it was opened")

    @contextmanager
    def unchanged(self) -> Iterator[None]:
        """Checks before the block and after it, also where the block fails: for libraries that read by themselves."""
        self.check()
        try:
            yield
        finally:
            self.check()

    def read_into(self, buffer: WritableBytes, start: int) -> None:
        """Fill a buffer with the bytes from `start` on."""
        view = memoryview(buffer).cast("B")
        self.check()
        done = self._fill(view, start)
        self.check()
        if done < len(view):
            raise self._error(f"the file ends at byte {start + done:,} now, and had {self.size:,} bytes")

    def read(self, start: int, end: int) -> bytes:
        """The bytes start..end, as far as the file has them."""
        data = bytearray(max(min(end, self.size) - start, 0))
        self.read_into(data, start)
        return bytes(data)

    def stream(self) -> RawIOBase:
        """The bytes as a file of Python's, for libraries that read by themselves: call them within `unchanged`."""
        return _Stream(self)

    def _fill(self, view: memoryview, start: int) -> int:
        """Read as many bytes as the view takes or the file has; their number."""
        done = 0
        while done < len(view):
            got = self._read_at(view[done : done + _MAX_READ], start + done)
            if not got:
                break
            done += got
        return done

    def _read_at(self, view: memoryview, start: int) -> int:
        if hasattr(os, "preadv"):
            return os.preadv(self._descriptor, [view], start)
        with self._lock:
            os.lseek(self._descriptor, start, os.SEEK_SET)
            data = os.read(self._descriptor, len(view))
        view[: len(data)] = data
        return len(data)


class _Stream(RawIOBase):
    """A file with a position of its own, whose reads check nothing. One call reads all that is asked for."""

    def __init__(self, file: OpenedFile) -> None:
        self._file, self._position = file, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._file.size}[whence]
        self._position = max(start + offset, 0)
        return self._position

    def readinto(self, buffer: WritableBytes) -> int:
        got = self._file._fill(memoryview(buffer).cast("B"), self._position)
        self._position += got
        return got


def _after_its_tick(descriptor: int) -> os.stat_result:
    """A file's status, once the clock that stamps files has moved on: only then does every later write show.

    Two writes within one tick of that clock leave the same time of modification; and a file is stamped before the new
    bytes are in it. A file that somebody keeps writing to is not waited for any longer than a moment.
    """
    status = os.fstat(descriptor)
    started = time.monotonic()
    while time.monotonic() - started < (2 if _in_whole_seconds(status) else _MAX_WAIT) and _is_of_this_tick(
        status
    ):
        time.sleep(0.001)
        status = os.fstat(descriptor)
    return status


def _in_whole_seconds(status: os.stat_result) -> bool:
    """Whether the file system seems to note no fractions of seconds, as FAT does."""
    return status.st_mtime_ns % _SECOND == 0


def _is_of_this_tick(status: os.stat_result) -> bool:
    tick = 2 * _SECOND if _in_whole_seconds(status) else _TICK
    return -_SECOND < time.time_ns() - status.st_mtime_ns <= tick
