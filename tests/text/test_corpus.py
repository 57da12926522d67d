"""Every public prototxt of the corpus reads as protobuf reads it, and comes back from our own text."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from google.protobuf import text_format

from prototxt.errors import TextError
from prototxt.schema.caffe_pb2 import NetParameter
from prototxt.text.build import build
from prototxt.text.files import read_text
from prototxt.text.parse import parse
from prototxt.text.write import write
from support.corpus import CORPUS, FOLDERS
from support.golden import needs_shared

EVERY_FILE = bool(os.environ.get("PROTOTXT_EVERY_FILE"))

pytestmark = needs_shared


@pytest.mark.parametrize("folder", FOLDERS)
def test_corpus(folder: str) -> None:
    paths = sorted((CORPUS / folder).rglob("*.prototxt"))
    # A folder of many near-copies is sampled: all of them take a minute and say nothing new.
    for path in paths if EVERY_FILE else paths[:: 1 + len(paths) // 8]:
        check(path)


def check(path: Path) -> None:
    text = read_text(path)
    theirs = NetParameter()
    refused = None
    try:
        text_format.Parse(text, theirs, allow_unknown_field=True)
    except text_format.ParseError as error:
        refused = error
    if refused is None:
        ours = build(parse(text, str(path)), str(path)).message
        assert ours == theirs, path
        assert build(parse(write(ours)), "<text>").message == ours, path
        return
    with pytest.raises(TextError) as caught:
        build(parse(text, str(path)), str(path))
    place, theirs_at = caught.value.place, (refused.GetLine(), refused.GetColumn())
    assert place is not None
    if (place.line, place.column) != theirs_at:
        # Text that is no prototxt anywhere is refused for that first; protobuf stops at what has no meaning above it.
        assert is_bad_syntax(text)
        assert (place.line, place.column) > theirs_at


def is_bad_syntax(text: str) -> bool:
    """True if a file cannot be taken apart, whatever its names mean."""
    try:
        parse(text)
    except TextError:
        return True
    return False
