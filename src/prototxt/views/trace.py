"""The table of a trace: statistics of every blob as its layer writes it."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from prototxt.blobs import format_shape
from prototxt.engine.watch import Traced, Values
from prototxt.errors import printable

__all__ = ["trace_table", "verdict"]


def trace_table(rows: Sequence[Traced], first_bad: Traced | None) -> RenderableType:
    """A row of statistics per blob, and a last line on whether all values are finite."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("layer", style="bold", overflow="fold")
    table.add_column("blob", overflow="fold")
    table.add_column("shape", style="green", no_wrap=True)
    for title in ("mean", "std", "min", "max", "zeros"):
        table.add_column(title, justify="right", no_wrap=True)
    for row in rows:
        style = "" if row.values.is_finite else "red"
        cells = (printable(row.layer), printable(row.blob), format_shape(row.shape), *_numbers(row.values))
        table.add_row(*(Text(cell) for cell in cells), style=style)
    return Group(table, verdict(first_bad))


def _numbers(values: Values) -> tuple[str, ...]:
    numbers = (values.mean, values.std, values.least, values.most)
    return (*(f"{n:.5g}" for n in numbers), _share(values.zeros, values.count))


def _share(zeros: int, count: int) -> str:
    if not zeros:
        return "0"
    percent = 100 * zeros / count
    return f"{percent:.1f} %" if percent >= 0.1 else "< 0.1 %"


def verdict(first_bad: Traced | None) -> Text:
    """One line on the first blob that holds a NaN or an infinity."""
    if first_bad is None:
        return Text("every value is finite")
    v = first_bad.values
    counts = " and ".join(f"{n:,} {what}" for n, what in ((v.nan, "NaN"), (v.infinite, "infinite")) if n)
    where = f'layer "{printable(first_bad.layer)}" ({first_bad.type}), blob "{printable(first_bad.blob)}"'
    return Text(f"first value that is not finite: {where}: {counts} of {v.count:,}", style="red")
