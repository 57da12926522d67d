"""A file that is not there, not text, or empty is said so in a sentence."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from prototxt.errors import TextError
from prototxt.text.files import raw_notes, read_text


def refusal(path: Path) -> TextError:
    with pytest.raises(TextError) as caught:
        read_text(path)
    assert caught.value.place is not None
    assert caught.value.place.file == str(path)
    return caught.value


@pytest.mark.parametrize("data", [b"a: 1\n", b"\xef\xbb\xbfa: 1\n"])
def test_text(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "net.prototxt"
    path.write_bytes(data)
    assert read_text(path) == "a: 1\n"
    assert read_text(str(path)) == "a: 1\n"


def test_utf8(tmp_path: Path) -> None:
    path = tmp_path / "net.prototxt"
    path.write_bytes("# é\r\na: 'ü'".encode())
    assert read_text(path) == "# é\r\na: 'ü'"


def test_missing(tmp_path: Path) -> None:
    error = refusal(tmp_path / "no.prototxt")
    assert str(error) == f"{tmp_path / 'no.prototxt'}: there is no such file"


def test_folder(tmp_path: Path) -> None:
    assert refusal(tmp_path).what == "this is a folder, not a file"


@pytest.mark.parametrize("data", [b"", b" \n\t\r\n", b"# a\n  # b", b"\xef\xbb\xbf", b"#" * 100_000])
def test_empty(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "net.prototxt"
    path.write_bytes(data)
    assert refusal(path).what == "the file is empty"


@pytest.mark.parametrize(
    "data",
    [b"\x0a\x04net\x00\x12\x80", bytes(range(1, 256)) * 4, b"\x89PNG\r\n\x1a\n\x00\x00"],
    ids=["null", "binary", "png"],
)
def test_binary(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "net.caffemodel"
    path.write_bytes(data)
    error = refusal(path)
    assert error.what.startswith("this is not a text file")
    assert error.hint is not None
    assert "--weights" in error.hint


def test_other_encoding(tmp_path: Path) -> None:
    path = tmp_path / "net.prototxt"
    path.write_bytes("a: 1\n# caf\u00e9".encode("latin-1"))
    (note,) = raw_notes(read_text(path), str(path))
    assert note.startswith(f"{path}:2:6: byte 0xe9 is not UTF-8")
    assert raw_notes("a: 1 # é", "net") == ()


def test_utf16(tmp_path: Path) -> None:
    path = tmp_path / "net.prototxt"
    path.write_bytes("a: 1 # \u4e2d".encode("utf-16").replace(b"\0", b"\1"))
    assert refusal(path).what == "the text is UTF-16, not UTF-8"


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="the superuser may read everything")
def test_unreadable(tmp_path: Path) -> None:
    path = tmp_path / "net.prototxt"
    path.write_text("a: 1")
    path.chmod(0)
    assert "cannot be read" in refusal(path).what


def test_name_that_cannot_be_a_file() -> None:
    assert "cannot be read" in refusal(Path("a\0b")).what
    assert "cannot be read" in refusal(Path("x" * 5000)).what
