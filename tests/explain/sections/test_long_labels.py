"""A label that is wider than its column stands above its text, which keeps its column."""

from __future__ import annotations

import pytest

from prototxt.explain.sections.section import Line, Section
from prototxt.explain.sections.views.text import LABEL_WIDTH, section_text
from prototxt.views.columns import plain_text


@pytest.mark.parametrize(("length", "is_above"), [(3, False), (15, False), (16, True), (40, True)])
def test_labels(length: int, is_above: bool) -> None:
    label = "n" * length
    rows = plain_text(section_text(Section("s", "Title", (Line(label, "text", "note"),)), 80)).splitlines()[
        2:
    ]
    column = " " * LABEL_WIDTH
    assert rows[0] == f"  {label}" if is_above else rows[0].split() == [label, "text"]
    assert rows[-2:] == [f"{column}text" if is_above else rows[0], f"{column}note"]
    assert rows[-2].index("text") == LABEL_WIDTH
