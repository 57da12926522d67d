"""Files written whole or not at all."""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from prototxt.errors import PrototxtError


def write_whole(path: str, write: Callable[[Any], object]) -> None:
    """`write` into a temporary file beside `path`, then rename: the file is there whole or not at all.

    Raises PrototxtError where that place cannot be written.
    """
    try:
        target = Path(path).resolve()  # through a link: it stays one
        if target.exists() and not target.is_file():
            # A pipe or a device such as /dev/stdout; a folder refuses to be opened.
            with target.open("wb") as file:
                whole = io.BytesIO()
                write(whole)
                file.write(whole.getbuffer())
        else:
            _replace(target, write)
    except BrokenPipeError:
        raise
    except OSError as error:
        what = (error.strerror or str(error)).lower()
        raise PrototxtError(f"{path}: cannot be written: {what}") from None


def _replace(target: Path, write: Callable[[Any], object]) -> None:
    mode = 0o666 & ~_umask()
    if target.exists():
        mode = target.stat().st_mode & 0o777
        target.open("ab").close()  # a file that is write-protected stays as it is
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".prototxt-", delete=False) as file:
        temporary = Path(file.name)
        try:
            write(file)
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


def emit(text: str, output: str | None) -> None:
    """Text to the file named by -o, or to standard output."""
    if output is None:
        click.echo(text, nl=not text.endswith("\n"))
    else:
        write_whole(output, lambda file: file.write(text.encode()))
