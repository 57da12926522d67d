"""The report for programs: JSON, CSV, Markdown."""

from __future__ import annotations

import csv
from io import StringIO

from prototxt.blobs import Shape
from prototxt.util.json import JsonObject, dumps_raw
from prototxt.views.cells import csv_cell, markdown_table
from prototxt.views.net_rows import Report, Row
from prototxt.views.numbers import arrow, compact_shape, known_shape, thousands

__all__ = ["report_dict", "to_csv", "to_json", "to_markdown"]

COLUMNS = (
    "layer", "type", "brief", "bottoms", "tops", "shapes", "params", "param_count", "statistics", "macs",
    "activation_bytes",
)  # fmt: skip


def report_dict(report: Report) -> JsonObject:
    """The report in plain types, ready for JSON; macs are per image, shapes are lists, or None where not known."""
    return {
        "name": report.name,
        "phase": report.phase,
        "inputs": {name: list(shape) for name, shape in report.inputs.items()},
        "outputs": list(report.outputs),
        "blobs": {name: _dims(shape) for name, shape in report.blobs.items()},
        "layers": [_layer_dict(row) for row in report.rows],
        "totals": {
            "params": report.totals.params,
            "statistics": report.totals.statistics,
            "macs": report.totals.macs,
            "activation_bytes": report.totals.activation_bytes,
        },
        "missing": [missing._asdict() for missing in report.missing],
    }


def _dims(shape: Shape | None) -> list[int] | None:
    return None if shape is None else list(shape)


def _layer_dict(row: Row) -> JsonObject:
    return {
        "name": row.name,
        "type": row.type,
        "brief": row.brief,
        "bottoms": list(row.bottoms),
        "tops": list(row.tops),
        "shapes": [_dims(s) for s in row.shapes],
        "params": [list(s) for s in row.params],
        "param_count": row.param_count,
        "statistics": row.statistics,
        "shared_with": list(row.shared_with),
        "macs": row.macs,
        "activation_bytes": row.activation_bytes,
    }


def to_json(report: Report) -> str:
    return dumps_raw(report_dict(report)) + "\n"


def to_csv(report: Report) -> str:
    """One line per layer under a header; several shapes or blobs in a cell are separated by spaces."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in report.rows:
        writer.writerow(
            [
                *map(csv_cell, (row.name, row.type, row.brief, " ".join(row.bottoms), " ".join(row.tops))),
                " ".join(map(compact_shape, row.shapes)), " ".join(map(compact_shape, row.params)),
                row.param_count, row.statistics, row.macs, row.activation_bytes,
            ]
        )  # fmt: skip
    return out.getvalue()


def to_markdown(report: Report) -> str:
    """A table for README files, with a line of totals."""
    head = ["layer", "type", "bottoms → tops", "output N x C x H x W", "parameters", "MACs/image"]
    rows = (
        [
            row.name, row.type_text, arrow(row.bottoms, row.tops),
            ", ".join(map(known_shape, row.shapes)), thousands(row.param_count), thousands(row.macs),
        ]
        for row in report.rows
    )  # fmt: skip
    totals = ["total", "", "", "", f"{report.totals.params:,}", f"{report.totals.macs:,}"]
    return markdown_table(head, 4, rows, totals)
