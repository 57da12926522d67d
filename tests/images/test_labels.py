"""Label files."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest

from prototxt.errors import ImageError, PrototxtError
from prototxt.images.labels import MAX_LABELS, fit_labels, is_background, read_labels


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


MAP = """# VOC
item { name: "none_of_the_above" label: 0 display_name: "background" }
item {
  name: "cat"
  label: 3
}
item { name: "n01" label: 1 display_name: "plane" }
"""


def test_a_label_map(tmp_path: Path) -> None:
    path = tmp_path / "labelmap.prototxt"
    path.write_text(MAP)
    assert read_labels(path) == ("background", "plane", "", "cat")
    path.write_bytes(codecs.BOM_UTF8 + b'item{name:"cat"}')
    assert read_labels(path) == ("cat",)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (f'item {{ name: "x" label: {MAX_LABELS + 1} }}', f'item "x" has label {MAX_LABELS + 1}'),
        ('item { name: "x" label: -1 }', "label -1; labels go from 0"),
        ('item { name: "x" label 1 }', "labels.txt:1:"),
        ('item { name: "x" label: 1 ', "labels.txt:1:"),
        ('item { name: "x" label: 99999999999 }', "takes a whole number"),
    ],
)
def test_broken_label_maps(tmp_path: Path, content: str, what: str) -> None:
    path = tmp_path / "labels.txt"
    path.write_text(content)
    with pytest.raises(PrototxtError, match=what):
        read_labels(path)


def test_a_list_without_the_background() -> None:
    assert fit_labels(("cat", "dog"), 3) == ("background", "cat", "dog")
    assert fit_labels(("cat", "dog"), 2) == ("cat", "dog")
    assert fit_labels(("cat", "dog"), 5) == ("cat", "dog")
    assert fit_labels(("__background__", "dog"), 3) == ("__background__", "dog")
    assert fit_labels(("", "dog"), 3) == ("", "dog")  # a label map without an item for 0
    assert fit_labels((), 1) == ()
    assert is_background("Background")
    assert not is_background("road")
