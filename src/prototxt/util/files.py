"""Writes files whole or not at all, and checks files before they are read."""

from __future__ import annotations

import errno
import io
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike, fspath
from pathlib import Path
from stat import S_ISREG
from typing import IO

from prototxt.errors import PrototxtError, printable

__all__ = ["check_folder", "exists", "is_folder", "regular_size", "whole_file"]


def regular_size(path: str | PathLike[str]) -> int:
    """Returns the size in bytes of a regular file, without opening it.

    Raises OSError for anything else: a pipe would wait for a writer for ever, a device may have no end.
    """
    status = Path(path).stat()
    if not S_ISREG(status.st_mode):
        if Path(path).is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), fspath(path))
        raise OSError(errno.EINVAL, "not a regular file", fspath(path))
    return status.st_size


def exists(path: str | PathLike[str]) -> bool:
    """Whether there is something at `path`; False for what can be no path, such as a name that is too long."""
    try:
        return bool(fspath(path)) and Path(path).exists()
    except (OSError, ValueError):
        return False


def is_folder(path: str | PathLike[str]) -> bool:
    """Whether `path` is a folder; False for what can be no path."""
    try:
        return Path(path).is_dir()
    except (OSError, ValueError):
        return False


def check_folder(path: str) -> None:
    """Raises PrototxtError when no file can be written at `path`; to be called before the work starts."""
    folder = Path(path).absolute().parent
    if os.path.isdir(path):  # noqa: PTH112 - Path's raises for a name that is too long
        raise PrototxtError(f"{path}: cannot be written: {os.strerror(errno.EISDIR).lower()}")
    if not os.access(folder, os.W_OK):
        number = errno.EACCES if folder.is_dir() else errno.ENOENT
        raise PrototxtError(f"{path}: cannot be written: {os.strerror(number).lower()}")


@contextmanager
def whole_file(path: str | PathLike[str]) -> Iterator[IO[bytes]]:
    """Opens a new file to write and seek in, which replaces `path` when the block ends without an error.

    Until then it lies next to `path`; after an error nothing of it is left. A pipe or a device, /dev/stdout for
    example, gets all bytes at the end. An existing file keeps its mode, a link stays a link.

    Raises PrototxtError when `path` cannot be written.
    """
    name = fspath(path)
    if "\0" in name:
        raise PrototxtError(f"{printable(name)}: cannot be written: a NUL in its name")
    try:
        target = Path(name).resolve()
        if Path(name).exists() and not target.is_file():
            with Path(name).open("wb") as file:  # a folder refuses
                whole = io.BytesIO()
                yield whole
                file.write(whole.getbuffer())
        else:
            with _beside(target) as replacement:
                yield replacement
    except BrokenPipeError:
        raise
    except OSError as error:
        what = (error.strerror or str(error)).lower()
        raise PrototxtError(f"{name}: cannot be written: {what}") from None


@contextmanager
def _beside(target: Path) -> Iterator[IO[bytes]]:
    mode = 0o666 & ~_umask()
    if target.exists():
        mode = target.stat().st_mode & 0o777
        target.open("ab").close()  # a file that is write-protected stays as it is
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".prototxt-", delete=False) as file:
        temporary = Path(file.name)
        try:
            yield file
            file.close()
            temporary.chmod(mode)
            temporary.replace(target)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
