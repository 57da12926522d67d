"""Every public prototxt of the corpus reads as protobuf reads it, and comes back from our own text."""

from __future__ import annotations

from pathlib import Path

import pytest
from google.protobuf import text_format

from prototxt.errors import TextError
from prototxt.schema.caffe_pb2 import NetParameter
from prototxt.text.build import build
from prototxt.text.files import read_text
from prototxt.text.parse import parse
from prototxt.text.write import write
from support.corpus import files, sweep
from support.golden import needs_shared

pytestmark = [pytest.mark.sweep, needs_shared]


@pytest.mark.parametrize(("folder", "step"), sweep())
def test_corpus(folder: str, step: int) -> None:
    for path in files(folder)[::step]:
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
        message = build(parse(text, str(path)), str(path)).message
        assert message == theirs, path
        assert build(parse(write(message)), "<text>").message == message, path
        return
    if "has no value named" in str(refused) and not is_bad_syntax(text):
        # A value of a fork's enum is left out with a note, a V1 type of a fork is left to the upgrade.
        ours = build(parse(text, str(path)), str(path))
        assert ours.unknown_values or any(not layer.HasField("type") for layer in ours.message.layers)
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
