"""What an export made of every layer, as a table, and how it was checked, as lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from rich.console import RenderableType

from prototxt.errors import printable
from prototxt.export.onnx.report import ExportReport, LayerReport
from prototxt.views.columns import WIDE, Column, column_table
from prototxt.views.numbers import counted, human_bytes

__all__ = ["export_table", "export_text"]

COLUMNS: list[Column[LayerReport]] = [
    Column("layer", lambda r: printable(r.name), wraps=True, style="bold"),
    Column("type", lambda r: r.type, wraps=True, style="cyan"),
    Column("ONNX", lambda r: _became(r), wraps=True),
]


def export_table(report: ExportReport, width: int = WIDE) -> RenderableType:
    """A row for each layer."""
    return column_table(COLUMNS, report.layers, width)


def export_text(report: ExportReport) -> Iterator[str]:
    """The file, its inputs and outputs, and how far they differ."""
    operators = sum(len(layer.operators) for layer in report.layers)
    size = human_bytes(report.bytes)
    yield f"{report.path}: {size}, opset {report.opset}, {counted(operators, 'operator')}"
    for word, values in (("inputs", report.inputs), ("outputs", report.outputs)):
        listed = ", ".join(f"{name} {' x '.join(map(str, shape))}" for name, shape in values)
        yield f"{word}: {listed}"
    if report.unchecked:
        yield f"not checked: {report.unchecked}"
    for check in report.checks:
        share = f"{check.difference:.2g} at most, of values up to {check.largest:.3g}"
        yield f"checked in ONNX Runtime: {check.name} differs by {share}"


def _became(layer: LayerReport) -> str:
    counts = Counter(layer.operators)
    kinds = ", ".join(kind if n == 1 else f"{n} {kind}" for kind, n in counts.items())
    return kinds or layer.note
