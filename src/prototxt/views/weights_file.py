"""The contents of a weights file as a table, JSON, CSV or Markdown."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import asdict
from io import StringIO
from typing import TYPE_CHECKING, NamedTuple

from prototxt.errors import printable
from prototxt.util.json import JsonObject, dumps_raw
from prototxt.views.cells import csv_cell, markdown_table
from prototxt.views.numbers import compact_shape, thousands

if TYPE_CHECKING:
    from rich.console import RenderableType

    from prototxt.weights.contents import BlobContents, WeightsContents

__all__ = ["contents_csv", "contents_json", "contents_markdown", "contents_table"]

HEAD = ("layer", "type", "blob", "shape", "count", "min", "mean", "std", "max", "NaN", "Inf")
FIRST_NUMBER = 4
"""The first column of numbers."""


class _Row(NamedTuple):
    """A blob; of a layer without blobs only its name and type."""

    layer: str
    type: str
    blob: BlobContents | None


def _rows(contents: WeightsContents) -> list[_Row]:
    return [
        _Row(layer.name, layer.type, blob) for layer in contents.layers for blob in layer.blobs or (None,)
    ]


def _cells(row: _Row, number: Callable[[float | None], str]) -> list[str]:
    if row.blob is None:
        return [row.layer, row.type, *[""] * 9]
    blob, of = row.blob, row.blob.statistics
    return [
        row.layer, row.type, str(blob.index), compact_shape(blob.shape), str(blob.count),
        *map(number, (of.min, of.mean, of.std, of.max)), str(of.nan), str(of.inf),
    ]  # fmt: skip


def _short(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}"


def _exact(value: float | None) -> str:
    return "" if value is None else repr(value)


def _shown(row: _Row) -> list[str]:
    """The cells for people: few digits, no zeros where nothing is wrong."""
    cells = _cells(row, _short)
    if row.blob is not None:
        cells[4] = f"{row.blob.count:,}"
        cells[9:] = thousands(row.blob.statistics.nan), thousands(row.blob.statistics.inf)
    return cells


def contents_table(contents: WeightsContents, width: int, definition: str) -> RenderableType:
    """The table, at most `width` columns wide; `definition` is a line about the definition of the net."""
    from rich.console import Group
    from rich.text import Text

    from prototxt.views.columns import Column, column_table, fit, hidden_columns

    spare = {"std": 1, "mean": 2, "blob": 3}

    def column(i: int, title: str) -> Column[list[str]]:
        total = {0: "total", 4: f"{contents.count:,}"}.get(i, "")
        return Column(
            title, lambda row: printable(row[i]), total, right=i >= FIRST_NUMBER, wraps=i < 2,
            spare=spare.get(title, 0),
        )  # fmt: skip

    rows = [_shown(row) for row in _rows(contents)]
    columns, hidden = fit([column(i, title) for i, title in enumerate(HEAD)], rows, width)
    blobs = sum(len(layer.blobs) for layer in contents.layers)
    title = f"{printable(contents.file)} · {len(contents.layers):,} layers · {blobs:,} blobs"
    legend = "\n".join([definition, *hidden_columns(hidden)])
    return Group(Text(title, "bold"), column_table(columns, rows, width), Text(legend, "dim"))


def contents_json(contents: WeightsContents, definition: bool) -> str:
    """The same for programs; a statistic is null where a blob has no finite number."""
    layers: list[JsonObject] = [
        {
            "name": layer.name,
            "type": layer.type,
            "blobs": [
                {
                    "index": blob.index,
                    "shape": list(blob.shape),
                    "count": blob.count,
                    **asdict(blob.statistics),
                }
                for blob in layer.blobs
            ],
        }
        for layer in contents.layers
    ]
    document = {"file": contents.file, "layers": layers, "count": contents.count, "definition": definition}
    return dumps_raw(document) + "\n"


def contents_csv(contents: WeightsContents) -> str:
    """One line per blob under a header, and one per layer without blobs."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([title.lower() for title in HEAD])
    for row in _rows(contents):
        cells = _cells(row, _exact)
        writer.writerow([*map(csv_cell, cells[:2]), *cells[2:]])
    return out.getvalue()


def contents_markdown(contents: WeightsContents) -> str:
    """A table for README files, with a line of totals."""
    totals = ["total", "", "", "", f"{contents.count:,}", *[""] * 6]
    return markdown_table(HEAD, FIRST_NUMBER, map(_shown, _rows(contents)), totals)
