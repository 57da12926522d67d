"""From text to the graph: all that a table of shapes needs, no engine and no weights."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike, fspath
from typing import TYPE_CHECKING

from prototxt.errors import MissingLayerError
from prototxt.frontend.options import Inputs, Options
from prototxt.graph.connect import connect
from prototxt.graph.expand import expand
from prototxt.graph.feed import feed
from prototxt.graph.graph import Graph
from prototxt.graph.hints import NO_HINTS, WeightHints
from prototxt.graph.infer import infer
from prototxt.graph.select import needed_for, select
from prototxt.text.build import build
from prototxt.text.definition import Definition, define
from prototxt.text.files import raw_notes, read_text
from prototxt.text.parse import parse
from prototxt.text.solver import refuse_solver
from prototxt.upgrade import upgrade

if TYPE_CHECKING:
    from prototxt.schema.caffe_pb2 import LayerParameter

__all__ = [
    "Inputs", "Options", "Path", "choose_layers", "define_net", "layer_of_input", "load_graph",
    "make_graph", "outline",
]  # fmt: skip

MAX_NAMED = 10
"""Layers that an error names one by one."""

Path = str | PathLike[str]


def define_net(text: str, file: str, *, strict: bool = False) -> Definition:
    """Text as a net definition in today's form; `strict` makes an unknown field an error.

    Raises TextError where the text is not prototxt, SolverFileError where it is a solver, NetError where a legacy
    construct has no meaning.
    """
    tree = parse(text, file)
    refuse_solver(tree, file)
    built = build(tree, file, strict=strict)
    return upgrade(
        define(built.message, file, tree, (*raw_notes(text, file), *built.notes), built.unknown_values)
    )


def outline(definition: Definition, options: Options, hints: WeightHints = NO_HINTS) -> Graph:
    """A definition as a graph, nothing allocated; what depends on `missing` layers has no shape.

    `hints` are the facts that the net's weights files hold about its layers, where there are such files.

    Raises NetError for layers that make no net (a blob that none of them makes, say), InputError for inputs it does not
    have, UnknownShapeError where no shape is known until the caller gives one, DataError for a file that is not what it
    should be.
    """
    chosen = choose_layers(definition, options)
    return infer(connect(chosen, options.layer_settings(definition.file, hints)))


def make_graph(definition: Definition, options: Options, hints: WeightHints = NO_HINTS) -> Graph:
    """A definition as a graph with every shape, nothing allocated.

    Raises what `outline` raises, LayerError where a layer's parameters or bottoms do not fit, MissingLayerError where
    nothing here can run some of the layers.
    """
    graph = outline(definition, options, hints)
    graph.raise_refused()
    missing = [error for error in graph.missing if isinstance(error, MissingLayerError)]
    if missing:
        raise _all_missing(missing)
    return graph


def _all_missing(missing: Sequence[MissingLayerError]) -> MissingLayerError:
    """One error for all of them."""
    first, *more = missing
    if not more:
        return first
    lines = [error.first_line for error in missing[:MAX_NAMED]]
    lines += [f"and {len(missing) - MAX_NAMED} more"] * (len(missing) > MAX_NAMED)
    what = f"nothing here can run {len(missing)} layers of this net:"
    hint = "prototxt-shapes shows all else; a layer type of your own: docs/own-layers.md"
    needed = ", ".join({e.missing: None for e in missing})
    error = MissingLayerError(what, missing=needed, lines=lines, hint=hint)
    error.place = first.place
    return error


def choose_layers(definition: Definition, options: Options) -> Definition:
    """The layers that take part, fused ones expanded, with the inputs the caller gives.

    Node i of the graph is layer i of this message.
    """
    selected = expand(select(definition, options.state()))
    inputs = {name: tuple(shape) for name, shape in (options.inputs or {}).items()}
    if not options.end:
        return feed(selected, inputs)
    needed = needed_for(selected, options.end)
    not_needed = _blob_names(selected) - _blob_names(needed)
    return feed(needed, {name: shape for name, shape in inputs.items() if name not in not_needed})


def _blob_names(definition: Definition) -> set[str]:
    return {name for layer in definition.message.layer for name in (*layer.bottom, *layer.top)}


def layer_of_input(definition: Definition, options: Options, blob: str) -> LayerParameter | None:
    """The file's own layer with this input as its top, also where the caller's shape replaced it; None without one."""
    layers = select(definition, options.state()).message.layer
    return next((layer for layer in layers if blob in layer.top and not layer.bottom), None)


def load_graph(path: Path, options: Options | None = None, *, strict: bool = False) -> Graph:
    """The graph of a prototxt file, with every shape and cost and nothing allocated.

    `strict` makes an unknown field an error. Raises PrototxtError for everything that is wrong with the file.
    """
    return make_graph(define_net(read_text(path), fspath(path), strict=strict), options or Options())
