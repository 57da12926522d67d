"""Label files."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest

from prototxt.errors import ImageError
from prototxt.images.labels import read_labels


@pytest.mark.parametrize(
    ("content", "labels"),
    [
        (b"n01440764 tench, Tinca tinca\nn01443537 goldfish\n", ("tench, Tinca tinca", "goldfish")),
        (b"cat\r\ndog\r\n", ("cat", "dog")),
        (b"cat\n\ndog\n\n\n", ("cat", "", "dog")),
        (b"n014 short id\nn01440764\n", ("n014 short id", "n01440764")),
        (codecs.BOM_UTF8 + "père\nmüller".encode(), ("père", "müller")),
        ("père\nmüller".encode("latin-1"), ("père", "müller")),
        ("a\x85b\u2028c".encode(), ("a\x85b\u2028c",)),
        (codecs.BOM_UTF16_LE + "ä\nb\n".encode("utf-16-le"), ("ä", "b")),
        (b"0", ("0",)),
    ],
)
def test_labels(tmp_path: Path, content: bytes, labels: tuple[str, ...]) -> None:
    path = tmp_path / "labels.txt"
    path.write_bytes(content)
    assert read_labels(path) == labels


@pytest.mark.parametrize(
    ("content", "what"), [(b"", "empty"), (b" \n\n", "empty"), (b"a\0b\n", "binary"), (None, "no such")]
)
def test_files_that_are_no_labels(tmp_path: Path, content: bytes | None, what: str) -> None:
    path = tmp_path / "labels.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ImageError, match=what) as caught:
        read_labels(path)
    assert "labels.txt" in str(caught.value)
    with pytest.raises(ImageError, match="directory"):
        read_labels(tmp_path)
