"""Label files: what each class of a net's output is called."""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from os import PathLike, fspath
from pathlib import Path

from prototxt.errors import ImageError, Place
from prototxt.schema.caffe_pb2 import LabelMap
from prototxt.util.files import regular_size

__all__ = ["MAX_LABELS", "fit_labels", "is_background", "read_labels"]

MAX_BYTES = 16_000_000
"""The labels of ImageNet's 21,841 classes take less than one."""

MAX_LABELS = 100_000
"""The largest number that a label map may give a label."""

BACKGROUND = "background"

_BACKGROUNDS = (BACKGROUND, "__background__", "none_of_the_above", "")
"""Names of class 0, lower case, where it is no object; the last where a label map leaves it out."""

_WORDNET_ID = re.compile(r"n\d{8}\s+")

_LABEL_MAP = re.compile(r"(?:\s|#[^\n]*\n)*item\s*:?\s*\{")
"""The start of a LabelMap in prototxt, with or without comments before it."""


def read_labels(path: str | PathLike[str]) -> tuple[str, ...]:
    """The names of the classes, line i for class i; or those of an SSD label map (`item { name: ... label: 1 }`).

    A WordNet id in front (ImageNet's `n01440764 tench, Tinca tinca`) is taken off, the rest stays as written:
    `tench, Tinca tinca`. An empty line inside is a class without a name; empty lines at the end are none.
    UTF-8 with or without byte order mark, UTF-16 with one, else Latin-1. Of an item of a label map the display_name is
    taken, or else its name; numbers without an item are classes without a name.

    Raises ImageError for a file that is missing, a directory, empty, not text or larger than MAX_BYTES, and for
    labels that are out of range; TextError for a label map that cannot be parsed.
    """
    name = fspath(path)
    try:
        size = regular_size(name)
        if size > MAX_BYTES:
            raise ImageError(
                f"not a label file: it has {size:,} bytes, more than {MAX_BYTES:,}", place=Place(name)
            )
        data = Path(name).read_bytes()
    except FileNotFoundError:
        raise ImageError("no such label file", place=Place(name)) from None
    except (OSError, ValueError) as error:
        what = getattr(error, "strerror", None) or error
        raise ImageError(f"label file cannot be read: {what}", place=Place(name)) from None
    text = _decode(data)
    if "\0" in text:
        raise ImageError("not a label file: it holds binary data", place=Place(name))
    if _LABEL_MAP.match(text):
        return _label_map(text, name)
    # Not splitlines: it also splits at characters that are letters' neighbours in Latin-1 (U+0085).
    lines = [line.strip() for line in text.replace("\r\n", "\n").replace("\r", "\n").rstrip().split("\n")]
    if lines == [""]:
        raise ImageError("the label file is empty", place=Place(name))
    return tuple(_WORDNET_ID.sub("", line, count=1) for line in lines)


def is_background(label: str) -> bool:
    """Whether a class of this name is no thing, but whatever lies around things."""
    return label.lower() in _BACKGROUNDS


def fit_labels(labels: Sequence[str], classes: int) -> tuple[str, ...]:
    """The labels of `classes` classes; a list that is one short leaves out the background, class 0."""
    if labels and len(labels) == classes - 1 and not is_background(labels[0]):
        return (BACKGROUND, *labels)
    return tuple(labels)


def _label_map(text: str, file: str) -> tuple[str, ...]:
    """The names in a LabelMap by their numbers."""
    from prototxt.text.build import build
    from prototxt.text.parse import parse

    names: dict[int, str] = {}
    for item in build(parse(text, file), file, LabelMap).message.item:
        if not 0 <= item.label <= MAX_LABELS:
            what = f'item "{item.name}" has label {item.label}; labels go from 0 to {MAX_LABELS:,}'
            raise ImageError(what, place=Place(file))
        names[item.label] = item.display_name or item.name
    return tuple(names.get(i, "") for i in range(max(names) + 1))


def _decode(data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")
