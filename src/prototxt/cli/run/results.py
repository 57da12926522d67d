"""Results on standard output: a table for one image, a line for each of several, JSON; errors and warnings."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from math import isfinite

import numpy as np

from prototxt.batch.items import Failure
from prototxt.batch.runner import Outcome, Result
from prototxt.batch.sinks import outcomes_of
from prototxt.cli.printing import (
    MAX_WARNINGS,
    print_error,
    print_line,
    print_table,
    print_warnings,
    write_text,
)
from prototxt.errors import printable
from prototxt.images.labels import fit_labels
from prototxt.util.json import dumps_raw
from prototxt.views.answers import Answer, answers, scores_classes
from prototxt.views.answers_table import answers_table
from prototxt.views.detections import Selection, line, prediction_dict
from prototxt.views.detections_table import prediction_table

MAX_NAME = 48
"""Columns of the widest column of image names in a terminal."""


class Tally:
    """A sink that counts results, and prints failures and values that are not finite on standard error."""

    def __init__(self) -> None:
        self.done = self.failed = self._not_finite = 0

    def take(self, batch: Sequence[Result]) -> None:
        for result in batch:
            if isinstance(result, Failure):
                self.failed += 1
                print_error(result.error)
            else:
                self.done += 1
                self._check_finite(result)

    def _check_finite(self, outcome: Outcome) -> None:
        counts = {name: v.size - int(np.isfinite(v).sum()) for name, v in outcome.outputs.items()}
        messages = [
            f'{outcome.name}: output "{name}": {n} of {outcome.outputs[name].size} values are NaN or infinite'
            for name, n in counts.items()
            if n
        ]
        if messages and self._not_finite < MAX_WARNINGS:
            print_warnings(messages)
        elif messages and self._not_finite == MAX_WARNINGS:
            print_warnings(["and more like these"])
        self._not_finite += bool(messages)


@dataclass(frozen=True)
class Presentation:
    """The parts of every result on view: the source of the weights, the boxes, the number of classes, their labels."""

    weights: str
    selection: Selection
    top: int

    def answers(self, outcome: Outcome) -> list[Answer]:
        """The outputs that are neither boxes nor maps of classes."""
        return answers(outcome.other_outputs, self.selection.labels, self.top)

    def print_heading(self, outcome: Outcome) -> None:
        """Print the source of the weights, and the inputs that are zeros."""
        print_line(f"weights: {self.weights}")
        if outcome.zeros:
            print_line(f"other inputs, fed with zeros: {', '.join(outcome.zeros)}")


@dataclass(frozen=True)
class DetailSink:
    """Prints one image: how it became the input, and its best classes or boxes in a table."""

    presentation: Presentation

    def take(self, batch: Sequence[Result]) -> None:
        for outcome in outcomes_of(batch):
            print_line(f"image: {outcome.preparation}")
            self.presentation.print_heading(outcome)
            if outcome.loss is not None:
                print_line(f"loss: {outcome.loss:g}")
            if outcome.prediction is not None:
                print_line("")
                print_table(prediction_table(outcome.prediction, self.presentation.selection))
            for answer in self.presentation.answers(outcome):
                print_line("")
                print_table(answers_table(answer))


class LineSink:
    """Prints a line for each of several images: its best classes, its boxes, or the range of its outputs."""

    def __init__(self, names: Sequence[str], presentation: Presentation) -> None:
        self._limit = MAX_NAME if sys.stdout.isatty() else None
        self._width = min(max(len(printable(name)) for name in names), self._limit or sys.maxsize)
        self._presentation = presentation
        self._has_heading = False

    def take(self, batch: Sequence[Result]) -> None:
        for outcome in outcomes_of(batch):
            if not self._has_heading:
                print_line(f"first input: {outcome.preparation}")
                self._presentation.print_heading(outcome)
                print_line("")
                self._has_heading = True
            name = _shortened(printable(outcome.name), self._limit)
            for text in self._lines(outcome):
                print_line(f"{name:<{self._width}}  {text}".rstrip())
                name = ""

    def _lines(self, outcome: Outcome) -> Iterator[str]:
        if outcome.prediction is not None:
            yield line(outcome.prediction, self._presentation.selection)
        for answer in self._presentation.answers(outcome):
            yield from _answer_lines(answer, named=len(outcome.outputs) > 1)


def _shortened(name: str, limit: int | None) -> str:
    """The end of a long name, which distinguishes it better than its start."""
    return name if limit is None or len(name) <= limit else "…" + name[1 - limit :]


def _answer_lines(answer: Answer, named: bool) -> list[str]:
    head = f"{printable(answer.output)}  " if named else ""
    if not answer.classes:
        return [f"{head}min {answer.least:.6g}, mean {answer.mean:.6g}, max {answer.most:.6g}"]
    return [f"{head}{c.score:10.6f}  {c.index:>5}  {printable(c.label)}" for c in answer.classes]


class JsonSink:
    """Prints a line of JSON per image; the values in `extra` go into the next line."""

    def __init__(self, presentation: Presentation) -> None:
        self._presentation = presentation
        self.extra: Mapping[str, object] = {}

    def take(self, batch: Sequence[Result]) -> None:
        for result in batch:
            write_text(dumps_raw(_without_nan(self._as_dict(result)), indent=None, allow_nan=False), None)

    def _as_dict(self, result: Result) -> dict[str, object]:
        if isinstance(result, Failure):
            return {"image": result.name, "error": str(result.error)}
        values: dict[str, object] = {
            "image": result.name, "input": result.preparation, "zeros": result.zeros,
            "weights": self._presentation.weights, "loss": result.loss,
        }  # fmt: skip
        values["answers"] = [asdict(answer) for answer in self._presentation.answers(result)]
        if result.prediction is not None:
            values["found"] = prediction_dict(result.prediction, self._presentation.selection)
        values |= self.extra
        self.extra = {}
        return values


def _without_nan(value: object) -> object:
    """The value with null for NaN and infinity, which JSON does not have."""
    if isinstance(value, dict):
        return {key: _without_nan(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(item) for item in value]
    return None if isinstance(value, float) and not isfinite(value) else value


def label_warnings(file: str | None, labels: Sequence[str], outcome: Outcome) -> list[str]:
    """A warning for each output that has another number of classes than the label file has lines."""
    if not labels:
        return []
    classes = {name: v.shape[1] for name, v in outcome.other_outputs.items() if scores_classes(v.shape)}
    others = {name: number for name, number in classes.items() if number != len(labels)}
    if outcome.prediction is not None and outcome.prediction.labels:
        first, number = outcome.prediction.blobs[0], outcome.prediction.labels
        if len(fit_labels(labels, number)) != number:
            others[first] = number
    return [
        f'{file}: {len(labels)} labels, but "{name}" has {number} classes' for name, number in others.items()
    ]
