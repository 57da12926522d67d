"""Texts of a detection or segmentation: cells of tables, a line for a listing, a dictionary for JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from prototxt.detection.detection import Boxes, Detection, Prediction, Segmentation
from prototxt.errors import printable
from prototxt.images.labels import fit_labels, is_background
from prototxt.util.json import JsonObject

__all__ = [
    "MIN_SCORE",
    "Selection",
    "backgrounds",
    "called",
    "corners",
    "headline",
    "legend",
    "line",
    "measure_note",
    "name_of",
    "percent",
    "places",
    "prediction_dict",
    "tag",
]

MIN_SCORE = 0.5
"""The default of the smallest score of a box on view; boxes below it are only counted."""

MAX_ON_LINE = 5
"""The number of boxes or classes on a line of a listing."""


@dataclass(frozen=True, slots=True)
class Selection:
    """The boxes on view, the best `top` with a score of at least `min_score`, and the names of the labels."""

    labels: Sequence[str] = ()
    min_score: float = MIN_SCORE
    top: int | None = None

    def shown(self, boxes: Boxes) -> tuple[Detection, ...]:
        """The boxes on view, best first."""
        return boxes.at_least(self.min_score)[: self.top]

    def names(self, prediction: Prediction) -> tuple[str, ...]:
        """The names of the labels by their numbers; empty if no name is known."""
        return fit_labels(self.labels, prediction.labels)


def name_of(label: int, names: Sequence[str]) -> str:
    """A label's name on one line; "" where it has none."""
    return printable(names[label]) if label < len(names) else ""


def called(label: int, names: Sequence[str]) -> str:
    """A label's name, or `class 15` where it has none."""
    return name_of(label, names) or f"class {label}"


def percent(share: float) -> str:
    """`12.3%`; a share above 0 is never printed as 0."""
    return "<0.1%" if 0 < share < 0.0005 else f"{100 * share:.1f}%"


def headline(boxes: Boxes, selection: Selection) -> str:
    """`3 boxes of at least 0.5, 197 below`, or the best score where no box has as much."""
    good, every = len(boxes.at_least(selection.min_score)), len(boxes.detections)
    if not every:
        return "no box"
    if not good:
        best = boxes.detections[0].score
        return f"no box of at least {selection.min_score:g}; the best of {every:,} has {best:.3g}"
    text = f"{_counted(good, 'box', 'boxes')} of at least {selection.min_score:g}, {every - good:,} below"
    shown = len(selection.shown(boxes))
    return text if shown == good else f"{text}; the best {shown}"


def _counted(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def line(prediction: Prediction, selection: Selection) -> str:
    """The best boxes or the largest classes on one line."""
    names = selection.names(prediction)
    if isinstance(prediction, Boxes):
        parts = [tag(d, names) for d in selection.shown(prediction)]
        head = headline(prediction, selection)
        return f"{head}: {_joined(parts)}" if parts else head
    return _joined([f"{name} {share}" for _, name, share in legend(prediction, selection)[: selection.top]])


def _joined(parts: Sequence[str]) -> str:
    more = len(parts) - MAX_ON_LINE
    return ", ".join(parts[:MAX_ON_LINE]) + (f" and {more:,} more" if more > 0 else "")


def prediction_dict(prediction: Prediction, selection: Selection) -> JsonObject:
    """The prediction in plain types for JSON; boxes as x1, y1, x2, y2 in pixels of the image."""
    names, (height, width) = selection.names(prediction), prediction.view.image
    head: JsonObject = {"outputs": list(prediction.blobs), "width": width, "height": height}
    if isinstance(prediction, Segmentation):
        rows = prediction.shares()[: selection.top]
        return head | {
            "classes": [{"label": k, "name": name_of(k, names), "share": share} for k, share in rows]
        }
    return head | {
        "min_score": selection.min_score,
        "below": len(prediction.detections) - len(prediction.at_least(selection.min_score)),
        "boxes": [
            {"label": d.label, "name": name_of(d.label, names), "score": d.score, "box": list(d.box)}
            for d in selection.shown(prediction)
        ],
    }


def tag(detection: Detection, names: Sequence[str]) -> str:
    """The text on a box: its label and its score."""
    name = name_of(detection.label, names)
    return f"{name} {detection.score:.2f}" if name else f"class {detection.label}: {detection.score:.2f}"


def legend(pixels: Segmentation, selection: Selection) -> list[tuple[int, str, str]]:
    """The classes that occur: number, name and share of the pixels."""
    names = selection.names(pixels)
    return [(label, called(label, names), percent(share)) for label, share in pixels.shares()]


def backgrounds(pixels: Segmentation, selection: Selection) -> set[int]:
    """The classes without an object: class 0 if its name says background, else none."""
    names = selection.names(pixels)
    return {0} if names and is_background(names[0]) else set()


def corners(detection: Detection) -> list[str]:
    """The box's corners to a tenth of a pixel."""
    return [f"{round(value, 1) + 0.0:.1f}" for value in detection.box]  # 0.0 makes -0.0 a plain zero


def measure_note(prediction: Prediction) -> str:
    """A note on the unit of the corners."""
    height, width = prediction.view.image
    return f"x1, y1 and x2, y2: corners in pixels of the image, {width} x {height}"


def places(pixels: Segmentation) -> str:
    """The number of classes, and the size of the map."""
    height, width = pixels.classes.shape
    return f"{_counted(len(pixels.shares()), 'class', 'classes')} at {width} x {height} places"
