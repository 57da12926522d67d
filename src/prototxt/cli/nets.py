"""Reading the net that a command line names, and printing the warnings about it."""

from __future__ import annotations

from dataclasses import replace

from prototxt.cli.options.net import NetChoice
from prototxt.cli.printing import print_warnings
from prototxt.errors import NetError
from prototxt.frontend.load import Options, define_net, outline
from prototxt.graph.graph import Graph
from prototxt.text.definition import Definition
from prototxt.text.files import read_text


def read_net(file: str, *, strict: bool = False) -> Definition:
    """The net of this file; prints the warnings about its text. Raises PrototxtError."""
    definition = define_net(read_text(file), file, strict=strict)
    print_warnings(definition.notes)
    return definition


def new_warnings(graph: Graph, definition: Definition) -> list[str]:
    """The warnings of a graph that `read_net` has not printed yet."""
    return list(graph.notes[len(definition.notes) :])


def graph_options(choice: NetChoice, seed: int = 0) -> Options:
    """The net options of a command as the library takes them."""
    return Options(
        phase=choice.phase,
        level=choice.level,
        stages=choice.stages,
        inputs=dict(choice.inputs),
        seed=seed,
        allow_python_layers=choice.allow_python_layers,
        dialect=choice.dialect or "",
    )


def end_if_needed(definition: Definition, options: Options, end: str) -> Options:
    """Options for a run up to layer `end`; they leave out what that does not need where the whole net cannot run."""
    try:
        is_whole = not outline(definition, options).missing
    except NetError:
        is_whole = False
    return options if is_whole else replace(options, end=end)
