"""Detections and segmentations as tables for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from prototxt.errors import printable
from prototxt.views.detections import corners, headline, measure_note, name_of, percent, places

if TYPE_CHECKING:
    from prototxt.detection.detection import Boxes, Prediction, Segmentation
    from prototxt.views.detections import Selection

__all__ = ["prediction_table"]

BAR = 24
"""Columns of the bar of all pixels."""

LEFT = ("name", "")


def prediction_table(prediction: Prediction, selection: Selection) -> RenderableType:
    """A table of boxes, best first, or of classes of pixels, the largest first."""
    from prototxt.detection.detection import Boxes

    if isinstance(prediction, Boxes):
        return _boxes(prediction, selection)
    return _pixels(prediction, selection)


def _boxes(boxes: Boxes, selection: Selection) -> RenderableType:
    names, shown = selection.names(boxes), selection.shown(boxes)
    head = Text(f"{_outputs(boxes)}: {headline(boxes, selection)}", style="italic")
    if not shown:
        return head
    titles = ["label", *(["name"] if names else []), "score", "x1", "y1", "x2", "y2"]
    rows = [
        [str(d.label), *([name_of(d.label, names)] if names else []), f"{d.score:.4f}", *corners(d)]
        for d in shown
    ]
    return Group(head, _table(titles, rows), Text(measure_note(boxes)))


def _pixels(pixels: Segmentation, selection: Selection) -> RenderableType:
    names, shares = selection.names(pixels), pixels.shares()
    shown = shares[: selection.top]
    head = f"{_outputs(pixels)}: {places(pixels)}"
    head += f"; the {len(shown)} largest" if len(shown) < len(shares) else ""
    titles = ["label", *(["name"] if names else []), "share", ""]
    rows = [
        [str(k), *([name_of(k, names)] if names else []), percent(share), "█" * round(BAR * share)]
        for k, share in shown
    ]
    return Group(Text(head, style="italic"), _table(titles, rows))


def _outputs(prediction: Prediction) -> str:
    return ", ".join(map(printable, prediction.blobs))


def _table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for title in titles:
        left = title in LEFT
        table.add_column(title, justify="left" if left else "right", style="" if title else "green")
    for row in rows:
        table.add_row(*map(Text, row))
    return table
