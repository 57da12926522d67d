"""What becomes of every image's outcome: a table, a line, a JSON object, a row in a file, pictures."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from math import isfinite
from typing import TYPE_CHECKING, Any, Protocol

from prototxt.cli.common import MAX_NOTES, say, show, show_error, show_notes
from prototxt.errors import printable

if TYPE_CHECKING:
    from prototxt.batch.features.write import FeatureWriter
    from prototxt.batch.items import Failure
    from prototxt.batch.run import Outcome
    from prototxt.blobs import Shape
    from prototxt.views.answers import BreakdownRule
    from prototxt.views.detections import Choice

Taken = Sequence["Outcome | Failure"]

LONGEST_NAME = 48
"""Columns of the widest column of image names in a terminal."""


class Sink(Protocol):
    """Takes what a batch gave, in order."""

    def take(self, batch: Taken) -> None: ...


def succeeded(batch: Taken) -> list[Outcome]:
    """Those of a batch that are no failures."""
    from prototxt.batch.run import Outcome

    return [entry for entry in batch if isinstance(entry, Outcome)]


class Tally:
    """Counts; names on standard error what failed, and what gave values that are not finite."""

    def __init__(self) -> None:
        self.done = self.failed = self._odd = 0

    def take(self, batch: Taken) -> None:
        from prototxt.batch.items import Failure

        for entry in batch:
            if isinstance(entry, Failure):
                self.failed += 1
                show_error(str(entry.error))
            else:
                self.done += 1
                self._look_at(entry)

    def _look_at(self, outcome: Outcome) -> None:
        import numpy as np

        bad = {name: v.size - int(np.isfinite(v).sum()) for name, v in outcome.outputs.items()}
        told = [
            f'{outcome.name}: output "{name}": {n} of {outcome.outputs[name].size} values are NaN or infinite'
            for name, n in bad.items()
            if n
        ]
        if told and self._odd < MAX_NOTES:
            show_notes(told)
        elif told and self._odd == MAX_NOTES:
            show_notes(["and more like these"])
        self._odd += bool(told)


@dataclass(frozen=True)
class Telling:
    """What is told of every image: where the weights come from, what classes are called, how many, which boxes."""

    about: str
    choice: Choice
    top: int

    def answers(self, outcome: Outcome) -> list[BreakdownRule]:
        """What the outputs say that are neither boxes nor maps of classes."""
        from prototxt.views.answers import answers

        return answers(outcome.others, self.choice.labels, self.top)


@dataclass(frozen=True)
class Detailed:
    """For one image: how it became the input, and its best classes, or what was found in it, in a table."""

    telling: Telling

    def take(self, batch: Taken) -> None:
        from prototxt.views.answers_table import answers_table
        from prototxt.views.detections_table import found_table

        for outcome in succeeded(batch):
            say(f"image: {outcome.how}")
            say(_about(self.telling.about, outcome))
            if outcome.loss is not None:
                say(f"loss: {outcome.loss:g}")
            tables = [] if outcome.found is None else [found_table(outcome.found, self.telling.choice)]
            for table in (*tables, *map(answers_table, self.telling.answers(outcome))):
                say("")
                show(table)


def _about(weights: str, outcome: Outcome) -> str:
    zeros = f"\nother inputs, fed with zeros: {', '.join(outcome.zeros)}" if outcome.zeros else ""
    return f"weights: {weights}{zeros}"


class Lines:
    """For many images: a line for each, with its best classes, what was found, or the range of its outputs."""

    def __init__(self, names: Sequence[str], telling: Telling) -> None:
        self._longest = LONGEST_NAME if sys.stdout.isatty() else None
        self._width = min(max(len(printable(name)) for name in names), self._longest or sys.maxsize)
        self._telling = telling
        self._begun = False

    def take(self, batch: Taken) -> None:
        for outcome in succeeded(batch):
            if not self._begun:
                say(f"first input: {outcome.how}\n{_about(self._telling.about, outcome)}\n")
                self._begun = True
            name = _cut(printable(outcome.name), self._longest)
            for text in self._told(outcome):
                say(f"{name:<{self._width}}  {text}".rstrip())
                name = ""

    def _told(self, outcome: Outcome) -> Iterator[str]:
        from prototxt.views.detections import line

        if outcome.found is not None:
            yield line(outcome.found, self._telling.choice)
        for answer in self._telling.answers(outcome):
            yield from _told(answer, named=len(outcome.outputs) > 1)


def _cut(name: str, longest: int | None) -> str:
    """The end of a long name, which tells more than its start."""
    return name if longest is None or len(name) <= longest else "…" + name[1 - longest :]


def _told(answer: BreakdownRule, named: bool) -> list[str]:
    head = f"{printable(answer.output)}  " if named else ""
    if not answer.classes:
        return [f"{head}min {answer.least:.6g}, mean {answer.mean:.6g}, max {answer.most:.6g}"]
    return [f"{head}{c.score:10.6f}  {c.index:>5}  {printable(c.label)}" for c in answer.classes]


class JsonLines:
    """A JSON object per image on a line of its own; what is in `extra` goes into the next one."""

    def __init__(self, telling: Telling) -> None:
        self._telling = telling
        self.extra: dict[str, Any] = {}

    def take(self, batch: Taken) -> None:
        for entry in batch:
            say(json.dumps(_without_nan(self._told(entry)), allow_nan=False))

    def _told(self, outcome: Outcome | Failure) -> dict[str, Any]:
        from prototxt.batch.items import Failure
        from prototxt.views.detections import found_dict

        if isinstance(outcome, Failure):
            return {"image": outcome.name, "error": str(outcome.error)}

        told: dict[str, Any] = {
            "image": outcome.name, "input": outcome.how, "zeros": outcome.zeros, "weights": self._telling.about,
            "loss": outcome.loss,
        }  # fmt: skip
        told["answers"] = [asdict(answer) for answer in self._telling.answers(outcome)]
        if outcome.found is not None:
            told["found"] = found_dict(outcome.found, self._telling.choice)
        told |= self.extra
        self.extra = {}
        return told


def _without_nan(value: Any) -> Any:
    """JSON knows no NaN and no infinity: null stands for them."""
    if isinstance(value, dict):
        return {key: _without_nan(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(item) for item in value]
    return None if isinstance(value, float) and not isfinite(value) else value


@dataclass(frozen=True)
class Features:
    """Rows of blobs in a file."""

    writer: FeatureWriter
    blobs: tuple[str, ...]

    def take(self, batch: Taken) -> None:
        import numpy as np

        # What differs in shape, as rows of boxes do, is refused by the file, not by NumPy.
        for _, alike in groupby(succeeded(batch), self._shapes):
            done = list(alike)
            rows = {name: np.concatenate([o.value(name) for o in done]) for name in self.blobs}
            self.writer.append([o.name for o in done], rows)

    def _shapes(self, outcome: Outcome) -> list[Shape]:
        return [outcome.value(name).shape for name in self.blobs]
