"""The verdicts on many files: a table for a terminal, Markdown, JSON, CSV."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import fields
from io import StringIO

from rich.console import Group, RenderableType
from rich.text import Text

from prototxt.errors import printable
from prototxt.frontend.check import Checked, Verdict, tally
from prototxt.util.json import JsonObject, dumps_raw
from prototxt.views.cells import csv_cell, markdown_table
from prototxt.views.columns import Column, column_table
from prototxt.views.numbers import counted, thousands

__all__ = ["check_csv", "check_json", "check_markdown", "check_table", "tally_line"]

FIELDS = tuple(field.name for field in fields(Checked))

NOTES = {
    Verdict.MISSING: "layers missing: prototxt-shapes FILE shows the rest and how to add them",
    Verdict.SHAPE_NEEDED: "shape needed: prototxt-shapes FILE --input data=N,C,H,W",
}


def _warnings(checked: Checked) -> str:
    """`2 warnings, the first: ...`; empty without any."""
    if not checked.warnings:
        return ""
    first = ", the first" if checked.warnings > 1 else ""
    return f"{counted(checked.warnings, 'warning')}{first}: {checked.warning}"


COLUMNS: tuple[Column[Checked], ...] = (
    Column("", lambda c: c.verdict.value, style="cyan"),
    Column("phase", lambda c: c.phase),
    Column("layers", lambda c: thousands(c.layers), right=True),
    Column("parameters", lambda c: thousands(c.params), right=True),
    # Last, and together: names and reasons are long, and each has all the room that is left.
    Column(
        "file, and why not",
        lambda c: "\n".join(printable(t) for t in (c.file, c.why, _warnings(c)) if t),
        wraps=True,
    ),
)


def check_table(checked: Sequence[Checked], width: int) -> RenderableType:
    """A line per file, then the number of files by verdict."""
    lines = [Text(tally_line(checked), style="bold")]
    lines += [Text(note, style="dim") for verdict, note in NOTES.items() if verdict in tally(checked)]
    return Group(column_table(COLUMNS, checked, width), *lines)


def check_markdown(checked: Sequence[Checked]) -> str:
    """A line per file, then the number of files by verdict."""
    head = ("file", "verdict", "phase", "why not", "first warning", "layers", "parameters", "warnings")
    rows = (
        (
            c.file, c.verdict.value, c.phase, c.why, c.warning, thousands(c.layers), thousands(c.params),
            "" if c.warnings is None else f"{c.warnings:,}",
        )
        for c in checked
    )  # fmt: skip
    return f"{markdown_table(head, 5, rows)}\n{tally_line(checked)}\n"


def tally_line(checked: Sequence[Checked]) -> str:
    """`217 files · opens 190 · solver 27`."""
    parts = [f"{verdict.value} {number:,}" for verdict, number in tally(checked).items()]
    return " · ".join([counted(len(checked), "file"), *parts])


def check_json(checked: Sequence[Checked]) -> str:
    return dumps_raw([_dict(c) for c in checked]) + "\n"


def check_csv(checked: Sequence[Checked]) -> str:
    """One line per file under a header; a number that is not known is an empty cell."""
    out = StringIO()
    writer = csv.DictWriter(out, list(FIELDS), lineterminator="\n")
    writer.writeheader()
    for one in checked:
        cells = _dict(one).items()
        writer.writerow({k: csv_cell(value) if isinstance(value, str) else value for k, value in cells})
    return out.getvalue()


def _dict(checked: Checked) -> JsonObject:
    return {name: getattr(checked, name) for name in FIELDS} | {"verdict": checked.verdict.value}
