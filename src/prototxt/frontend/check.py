"""Checks many prototxt files: whether each is a net or a solver, and why it does not open where it does not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from prototxt.errors import (
    MissingLayerError,
    NotRunError,
    PrototxtError,
    SolverFileError,
    UnknownShapeError,
    printable,
)
from prototxt.frontend.load import Options, define_net, outline
from prototxt.graph.graph import Graph
from prototxt.graph.select import PHASES, select
from prototxt.layers.registry import layer_classes
from prototxt.schema.caffe_pb2 import LayerParameter
from prototxt.text.definition import Definition
from prototxt.text.files import read_text

__all__ = ["Checked", "Verdict", "check", "tally"]


class Verdict(Enum):
    """The result for one file."""

    OPENS = "opens"
    MISSING = "layers missing"
    SHAPE_NEEDED = "shape needed"
    SOLVER = "solver"
    FAILS = "fails"


@dataclass(frozen=True, slots=True)
class Checked:
    """One file: its verdict, the reason where it does not open, its size where it does.

    `phase` is the one in which it opens. `params` counts learned values and statistics, as far as shapes are known.
    `warnings` counts the notes on a net, such as fields that are not applied; `warning` is the first. Of a file that
    does not open these are the notes until it failed, and None where there was none: further ones are not known.
    """

    file: str
    verdict: Verdict
    why: str = ""
    phase: str = ""
    layers: int = 0
    params: int = 0
    warnings: int | None = None
    warning: str = ""

    @property
    def is_fine(self) -> bool:
        """Whether nothing is wrong with it: the net opens with all shapes, or it is a solver."""
        return self.verdict in (Verdict.OPENS, Verdict.SOLVER)


def check(file: str, options: Options) -> Checked:
    """Open a file as a net: in the phase of `options` or, where that fails, in the other one if it can be for that.

    The inputs of `options` are used where the net does not open without them. Raises nothing for what is wrong with
    the file: the verdict says it.
    """
    try:
        definition = define_net(read_text(file), file)
    except SolverFileError as error:
        return Checked(file, Verdict.SOLVER, error.hint or "")
    except PrototxtError as error:
        return Checked(file, Verdict.FAILS, _why(error, file))
    results = []
    for attempt in _attempts(definition, options):
        results.append(_open(definition, attempt))
        if results[-1].verdict is Verdict.OPENS:
            return results[-1]
    return next((checked for checked in results if checked.verdict is not Verdict.FAILS), results[0])


def _attempts(definition: Definition, options: Options) -> Iterator[Options]:
    """The phases that the net can be for, that of `options` first; then again with the inputs that it knows by name."""
    named = {blob for layer in definition.message.layer for blob in (*layer.bottom, *layer.top)}
    known = {name: shape for name, shape in (options.inputs or {}).items() if name in named}
    for inputs in [{}, known] if known else [{}]:
        yield replace(options, inputs=inputs)
        if options.phase != "TEST" or _trains(definition, options):
            other = next(phase for phase in PHASES if phase != options.phase)
            yield replace(options, phase=other, inputs=inputs)


def _trains(definition: Definition, options: Options) -> bool:
    """Whether a net can be meant for training: it has a loss, or data of its own in TRAIN.

    Any other net is not tried in TRAIN: without the layers that only TEST includes, more nets would open than can run.
    """
    in_train, in_test = (
        {(layer.name, *layer.top) for layer in chosen.message.layer if not layer.bottom}
        for chosen in (select(definition, replace(options, phase=phase).state()) for phase in PHASES)
    )
    return bool(in_train - in_test) or any(map(_is_loss, definition.message.layer))


def _is_loss(layer: LayerParameter) -> bool:
    kinds = layer_classes(layer.type)
    return (
        any(layer.loss_weight)
        or any(kind.loss for kind in kinds)
        or (not kinds and layer.type.endswith("Loss"))
    )


def _open(definition: Definition, options: Options) -> Checked:
    file, notes = definition.file, definition.notes
    try:
        graph = outline(definition, options)
        notes = graph.notes
        graph.raise_refused()
    except PrototxtError as error:
        needs_shape = isinstance(error, UnknownShapeError)
        return Checked(
            file,
            Verdict.SHAPE_NEEDED if needs_shape else Verdict.FAILS,
            _why(error, file),
            options.phase if needs_shape else "",
            warnings=len(notes) or None,
            warning=_first(notes, file),
        )
    return _opened(file, graph)


def _opened(file: str, graph: Graph) -> Checked:
    missing = Counter(_missing(error) for error in graph.missing if isinstance(error, MissingLayerError))
    return Checked(
        file,
        Verdict.MISSING if graph.missing else Verdict.OPENS,
        ", ".join(f"{what} ({n})" if n > 1 else what for what, n in missing.items()),
        PHASES[graph.phase],
        len(graph.nodes),
        graph.param_values,
        len(graph.notes),
        _first(graph.notes, file),
    )


def _first(notes: Sequence[str], file: str) -> str:
    return _without_name(notes[0], file) if notes else ""


def _missing(error: MissingLayerError) -> str:
    """What would be needed; of a type that is known and not run here also what it does."""
    return f"{error.missing} ({error.about})" if isinstance(error, NotRunError) else error.missing


def _why(error: PrototxtError, file: str) -> str:
    """The error in one line, without the file's name."""
    return _without_name(error.first_line, file)


def _without_name(text: str, file: str) -> str:
    return text.removeprefix(printable(file)).removeprefix(":").strip()


def tally(checked: Sequence[Checked]) -> dict[Verdict, int]:
    """The number of files by verdict, without verdicts that no file has."""
    numbers = {verdict: sum(c.verdict is verdict for c in checked) for verdict in Verdict}
    return {verdict: n for verdict, n in numbers.items() if n}
