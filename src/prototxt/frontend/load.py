"""The straight line up to the graph: all that `prototxt-shapes` needs, no engine and no weights."""

from __future__ import annotations

import pathlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from os import PathLike, fspath

from prototxt.errors import InputError, MissingLayerError, did_you_mean
from prototxt.graph.connect import connect
from prototxt.graph.feed import feed
from prototxt.graph.graph import Graph
from prototxt.graph.infer import infer
from prototxt.graph.select import PHASES, State, select
from prototxt.layers.base import LayerSettings
from prototxt.layers.forks import DIALECTS
from prototxt.schema.caffe_pb2 import LayerParameter
from prototxt.text.build import build
from prototxt.text.definition import Definition, define
from prototxt.text.parse import parse
from prototxt.text.read import read_text
from prototxt.text.solver import refuse_solver
from prototxt.upgrade import upgrade

MAX_NAMED = 10
"""Layers that an error names one by one."""

Inputs = Mapping[str, Sequence[int]]
Path = str | PathLike[str]


@dataclass(frozen=True)
class Options:
    """How a definition becomes a graph: the net's state, the input shapes the caller gives, the seed.

    `allow_writes` lets layers such as HDF5Output write the files that the net names, `allow_python_layers` lets
    layers of type Python run the code that the net names. `dialect` (ssd, rfcn, segnet, pspnet or yolo) and `stored`
    (how many learned arrays a weights file holds for each layer) tell apart what forks call by one name.
    """

    phase: str = "TEST"
    level: int = 0
    stages: tuple[str, ...] = ()
    inputs: Inputs | None = None
    seed: int = 0
    allow_writes: bool = False
    allow_python_layers: bool = False
    dialect: str = ""
    stored: Mapping[str, int] = field(default_factory=dict)

    def state(self) -> State:
        """The state that include and exclude rules are held against. Raises InputError for another phase."""
        if self.phase not in PHASES:
            raise InputError(f'phase is "TRAIN" or "TEST", not "{self.phase}"')
        return State(PHASES.index(self.phase), self.level, frozenset(self.stages))

    def layer_settings(self, file: str) -> LayerSettings:
        """What the layers of this file may know and do. Raises InputError for an unknown dialect."""
        if self.dialect and self.dialect not in DIALECTS:
            raise InputError(
                f'dialect is one of {", ".join(DIALECTS)}, not "{self.dialect}"',
                hint=did_you_mean(self.dialect, DIALECTS),
            )
        return LayerSettings(
            self.state().phase,
            self.seed,
            str(pathlib.Path(file).parent),
            self.allow_writes,
            self.allow_python_layers,
            self.dialect,
            self.stored,
        )


def define_net(text: str, file: str, *, strict: bool = False) -> Definition:
    """Text as a net definition in today's form; `strict` makes an unknown field an error.

    Raises TextError where the text is not prototxt, SolverFileError where it is a solver, NetError where a legacy
    construct has no meaning.
    """
    tree = parse(text, file)
    refuse_solver(tree, file)
    built = build(tree, file, strict=strict)
    return upgrade(define(built.message, file, tree, built.notes))


def outline(definition: Definition, options: Options) -> Graph:
    """A definition as a graph, nothing allocated; what depends on `missing` layers has no shape.

    Raises NetError and its kin for whatever does not make a net, InputError for inputs it does not have.
    """
    chosen = choose_layers(definition, options)
    return infer(connect(chosen, options.layer_settings(definition.file)))


def make_graph(definition: Definition, options: Options) -> Graph:
    """A definition as a graph with every shape, nothing allocated.

    Raises what `outline` raises, and MissingLayerError where nothing here can run some of the layers.
    """
    graph = outline(definition, options)
    if graph.missing:
        raise _all_missing(graph.missing)
    return graph


def _all_missing(missing: Sequence[MissingLayerError]) -> MissingLayerError:
    """One error for all of them."""
    first, *more = missing
    if not more:
        return first
    lines = [f"  {str(error).splitlines()[0]}" for error in missing[:MAX_NAMED]]
    lines += [f"  and {len(missing) - MAX_NAMED} more"] * (len(missing) > MAX_NAMED)
    what = f"nothing here can run {len(missing)} layers of this net:"
    hint = "prototxt-shapes shows all else; a layer type of your own: docs/own-layers.md"
    error = MissingLayerError(
        "\n".join([what, *lines]), missing=", ".join({e.missing: None for e in missing}), hint=hint
    )
    error.place = first.place
    return error


def choose_layers(definition: Definition, options: Options) -> Definition:
    """The layers that take part, with the inputs the caller gives: node i of the graph is layer i of this message."""
    selected = select(definition, options.state())
    return feed(selected, {name: tuple(shape) for name, shape in (options.inputs or {}).items()})


def layer_of_input(definition: Definition, options: Options, blob: str) -> LayerParameter | None:
    """The file's own LayerParameter that makes this input, if one does, also where the caller's shape replaced it."""
    layers = select(definition, options.state()).message.layer
    return next((layer for layer in layers if blob in layer.top and not layer.bottom), None)


def load_graph(path: Path, options: Options = Options(), *, strict: bool = False) -> Graph:
    """The graph of a prototxt file: all that `prototxt-shapes` needs."""
    return make_graph(define_net(read_text(path), fspath(path), strict=strict), options)
