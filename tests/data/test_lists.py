"""Image lists and window files: what a line is, and what is refused."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from prototxt.data.lists import ListedImage, Window, read_image_list, read_names, read_windows
from prototxt.errors import DataError


def test_lines_of_an_image_list(tmp_path: Path) -> None:
    (tmp_path / "list").write_bytes(
        b"\xef\xbb\xbfa.png 1\r\n\nb c.png -2\nd.png\t3\n  e.png  4  \nalone.png\n\xff.png 5"
    )
    assert read_image_list(str(tmp_path / "list")) == (
        ListedImage("a.png", 1),
        ListedImage("b c.png", -2),
        ListedImage("d.png", 3),
        ListedImage("  e.png", 4),
        ListedImage("alone.png", 0),
        ListedImage(os.fsdecode(b"\xff.png"), 5),
    )


@pytest.mark.parametrize("label", ["1.5", "three", "1_000", "99999999999", "0x10"])
def test_labels_that_are_refused(tmp_path: Path, label: str) -> None:
    (tmp_path / "list").write_text(f"a.png 1\nb.png {label}\n")
    with pytest.raises(DataError, match=rf'list:2: the label "{label}" is not a whole number'):
        read_image_list(str(tmp_path / "list"))


def test_lists_that_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "list"
    for data, what in ((b"", "is empty"), (b"  \n", "is empty"), (b"a\0b 1", "binary data")):
        path.write_bytes(data)
        with pytest.raises(DataError, match=what):
            read_image_list(str(path))
    with pytest.raises(DataError, match="no such image list"):
        read_image_list(str(tmp_path / "no"))
    with pytest.raises(DataError, match="cannot be read: Is a directory"):
        read_image_list(str(tmp_path))
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(DataError, match="cannot be read: not a regular file"):
        read_image_list(str(tmp_path / "pipe"))
    with pytest.raises(DataError, match="cannot be read"):
        read_image_list("a\0b")
    path.write_text(" \n")
    with pytest.raises(DataError, match="the list of files is empty"):
        read_names(str(path), "list of files")


TWO = "# 0\na.jpg\n3\n20\n30\n2\n1 0.9 1 2 3 4\n0 0.1 5 6 7 8\n# 1\nb.jpg 3 5 6 0\n"


def test_windows(tmp_path: Path) -> None:
    (tmp_path / "w").write_text(TWO)
    assert read_windows(str(tmp_path / "w"), "root/") == (
        Window("root/a.jpg", 1, 0.9, 1, 2, 3, 4),
        Window("root/a.jpg", 0, 0.1, 5, 6, 7, 8),
    )


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "the window file has no windows"),
        ("# 0\nb.jpg 3 5 6 0\n", "has no windows"),
        ("0 a.jpg", 'word 1 is "0", not "# index"'),
        ("# x", 'word 2 is "x", not the image\'s index'),
        ("# 0 a.jpg 3 5 6 1 1 high 1 2 3 4", 'word 9 is "high", not an overlap'),
        ("# 0 a.jpg 3 5 6 2 1 0.5 1 2 3 4", "the window file ends where a class should be"),
        ("# 0 a.jpg 3 5 6 1 1 0.5 1 2 3 4.5", 'word 13 is "4.5", not y2'),
        ("# 0 a.jpg 3 5 6 99999999999 1 0.5 1 2 3 4", "not the number of windows, a whole number of 32 bits"),
        ("# 0 a.jpg 3 5 6 1 1 0.5 1 2 3 " + "4" * 5000, "not y2, a whole number of 32 bits"),
        ("# 0 a.jpg 3 5 6 999999999 1 0.5 1 2 3 4", "ends where a class should be"),
    ],
)
def test_window_files_that_are_refused(tmp_path: Path, text: str, what: str) -> None:
    (tmp_path / "w").write_text(text)
    with pytest.raises(DataError) as caught:
        read_windows(str(tmp_path / "w"))
    assert what in str(caught.value)
