"""Label files: what each class of a net's output is called."""

from __future__ import annotations

import codecs
import re
from os import PathLike, fspath
from pathlib import Path

from prototxt.errors import ImageError, Place
from prototxt.files import regular_size

MOST_BYTES = 16_000_000
"""The labels of ImageNet's 21,841 classes take less than one."""

_WORDNET_ID = re.compile(r"n\d{8}\s+")


def read_labels(path: str | PathLike[str]) -> tuple[str, ...]:
    """The names of the classes, line i for class i.

    A WordNet id in front (ImageNet's `n01440764 tench, Tinca tinca`) is taken off, the rest stays as written:
    `tench, Tinca tinca`. An empty line inside is a class without a name; empty lines at the end are none.
    UTF-8 with or without byte order mark, UTF-16 with one, else Latin-1.

    Raises ImageError for a file that is missing, a directory, empty, not text or larger than MOST_BYTES.
    """
    name = fspath(path)
    try:
        size = regular_size(name)
        if size > MOST_BYTES:
            raise ImageError(
                f"not a label file: it has {size:,} bytes, more than {MOST_BYTES:,}", place=Place(name)
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
    # Not splitlines: it also splits at characters that are letters' neighbours in Latin-1 (U+0085).
    lines = [line.strip() for line in text.replace("\r\n", "\n").replace("\r", "\n").rstrip().split("\n")]
    if lines == [""]:
        raise ImageError("the label file is empty", place=Place(name))
    return tuple(_WORDNET_ID.sub("", line, count=1) for line in lines)


def _decode(data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")
