"""What was found in an image, in words: rows for tables, a line for a listing, a dictionary for JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from prototxt.detection.detection import Boxes, Detection, Prediction, Segmentation
from prototxt.errors import printable
from prototxt.images.labels import fit_labels, is_background
from prototxt.util.json import JsonObject

__all__ = [
    "MIN_SCORE",
    "Choice",
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
"""Boxes of a lower score are counted, not told, unless somebody says otherwise."""

FEW = 5
"""As many boxes or classes a line of a listing tells."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which boxes are told, `top` of at least `min_score`, and what their labels are called."""

    labels: Sequence[str] = ()
    min_score: float = MIN_SCORE
    top: int | None = None

    def shown(self, boxes: Boxes) -> tuple[Detection, ...]:
        """The boxes that are told, best first."""
        return boxes.at_least(self.min_score)[: self.top]

    def names(self, found: Prediction) -> tuple[str, ...]:
        """The labels by their numbers; none where no label is known."""
        return fit_labels(self.labels, found.labels)


def name_of(label: int, names: Sequence[str]) -> str:
    """A label's name on one line; "" where it has none."""
    return printable(names[label]) if label < len(names) else ""


def called(label: int, names: Sequence[str]) -> str:
    """A label's name, or `class 15` where it has none."""
    return name_of(label, names) or f"class {label}"


def percent(share: float) -> str:
    """`12.3%`; what is more than nothing is never 0."""
    return "<0.1%" if 0 < share < 0.0005 else f"{100 * share:.1f}%"


def headline(boxes: Boxes, choice: Choice) -> str:
    """`3 boxes of at least 0.5, 197 below`, or what the best is where none is."""
    good, every = len(boxes.at_least(choice.min_score)), len(boxes.detections)
    if not every:
        return "no box"
    if not good:
        best = boxes.detections[0].score
        return f"no box of at least {choice.min_score:g}; the best of {every:,} has {best:.3g}"
    told = f"{_counted(good, 'box', 'boxes')} of at least {choice.min_score:g}, {every - good:,} below"
    shown = len(choice.shown(boxes))
    return told if shown == good else f"{told}; the best {shown}"


def _counted(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def line(found: Prediction, choice: Choice) -> str:
    """What was found in one line."""
    names = choice.names(found)
    if isinstance(found, Boxes):
        parts = [tag(d, names) for d in choice.shown(found)]
        head = headline(found, choice)
        return f"{head}: {_few(parts)}" if parts else head
    return _few([f"{name} {share}" for _, name, share in legend(found, choice)[: choice.top]])


def _few(parts: Sequence[str]) -> str:
    more = len(parts) - FEW
    return ", ".join(parts[:FEW]) + (f" and {more:,} more" if more > 0 else "")


def prediction_dict(found: Prediction, choice: Choice) -> JsonObject:
    """What was found, for JSON; boxes as x1, y1, x2, y2 in pixels of the image."""
    names, (height, width) = choice.names(found), found.view.image
    told: JsonObject = {"outputs": list(found.blobs), "width": width, "height": height}
    if isinstance(found, Segmentation):
        rows = found.shares()[: choice.top]
        return told | {
            "classes": [{"label": k, "name": name_of(k, names), "share": share} for k, share in rows]
        }
    return told | {
        "min_score": choice.min_score,
        "below": len(found.detections) - len(found.at_least(choice.min_score)),
        "boxes": [
            {"label": d.label, "name": name_of(d.label, names), "score": d.score, "box": list(d.box)}
            for d in choice.shown(found)
        ],
    }


def tag(detection: Detection, names: Sequence[str]) -> str:
    """What stands on a box: its label and its score."""
    name = name_of(detection.label, names)
    return f"{name} {detection.score:.2f}" if name else f"class {detection.label}: {detection.score:.2f}"


def legend(pixels: Segmentation, choice: Choice) -> list[tuple[int, str, str]]:
    """The classes that occur, what each is called, and its share."""
    names = choice.names(pixels)
    return [(label, called(label, names), percent(share)) for label, share in pixels.shares()]


def backgrounds(pixels: Segmentation, choice: Choice) -> set[int]:
    """The class that is no thing, where class 0 is called so."""
    names = choice.names(pixels)
    return {0} if names and is_background(names[0]) else set()


def corners(detection: Detection) -> list[str]:
    """The box's corners to a tenth of a pixel."""
    return [f"{round(value, 1) + 0.0:.1f}" for value in detection.box]  # 0.0 makes -0.0 a plain zero


def measure_note(found: Prediction) -> str:
    """What the corners are counted in."""
    height, width = found.view.image
    return f"x1, y1 and x2, y2: corners in pixels of the image, {width} x {height}"


def places(pixels: Segmentation) -> str:
    """How many places have a class."""
    height, width = pixels.classes.shape
    return f"{_counted(len(pixels.shares()), 'class', 'classes')} at {width} x {height} places"
