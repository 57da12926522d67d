"""Every public prototxt of the corpus reads as protobuf reads it, and comes back from our own text."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from google.protobuf import text_format

from prototxt.errors import TextError
from prototxt.schema.caffe_pb2 import NetParameter
from prototxt.text.build import build
from prototxt.text.parse import parse
from prototxt.text.read import read_text
from prototxt.text.write import write

SHARED = Path(os.environ.get("PROTOTXT_SHARED") or Path(__file__).resolve().parents[3] / "shared")
CORPUS = SHARED / "corpus"
FOLDERS = sorted(path.name for path in CORPUS.iterdir() if path.is_dir()) if CORPUS.is_dir() else []
EVERY_FILE = bool(os.environ.get("PROTOTXT_EVERY_FILE"))

pytestmark = pytest.mark.skipif(
    not FOLDERS, reason="the corpus is not here; set PROTOTXT_SHARED to its folder"
)


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
    place = caught.value.place
    assert place is not None
    assert (place.line, place.column) == (refused.GetLine(), refused.GetColumn())
