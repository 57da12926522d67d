"""Files written whole: into a pipe, too."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from prototxt.errors import PrototxtError
from prototxt.util.files import whole_file


def test_a_pipe_gets_all_bytes(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_bytes()))
    reader.start()
    with whole_file(pipe) as file:
        file.write(b"ab")
        file.seek(1)
        file.write(b"cd")
    reader.join(10)
    assert got == [b"acd"]


def test_an_open_pipe_by_its_number(tmp_path: Path) -> None:
    """As /dev/stdout is, whose real path names no file."""
    read, write = os.pipe()
    with whole_file(f"/dev/fd/{write}") as file:
        file.write(b"whole")
    os.close(write)
    assert os.read(read, 10) == b"whole"
    os.close(read)


def test_an_error_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), whole_file(tmp_path / "x") as file:
        file.write(b"1" * (1 // 0))
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(PrototxtError, match="cannot be written"), whole_file(tmp_path / "no" / "x"):
        pass
