"""What becomes of shapes and costs where some fields of a net change."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from prototxt.definition import Definition
from prototxt.errors import NetError
from prototxt.explain.compare import Comparison, compare
from prototxt.explain.edit import Edited, edit
from prototxt.graph.connect import connect
from prototxt.graph.infer import infer
from prototxt.graph.wiring import Graph
from prototxt.layers.base import Setting
from prototxt.reading import Options, choose_layers


@dataclass(frozen=True)
class Reach:
    """A net as far as its layers can be: `graph` has those before the first that cannot, `breaks` is why."""

    graph: Graph | None
    breaks: NetError | None = None


@dataclass(frozen=True)
class WhatIf:
    """A net before and after changes; the comparison ends where one of the two does."""

    edited: Edited
    before: Reach
    after: Reach
    comparison: Comparison


def what_if(definition: Definition, options: Options, changes: Iterable[str]) -> WhatIf:
    """The net with these changes beside the net as it is.

    Raises InputError for a change that is none, or a shape of what is no input of the net.
    """
    edited = edit(definition, options, changes)
    before, after = reach(definition, options), reach(edited.definition, edited.options(options))
    return WhatIf(edited, before, after, _compare(before, after))


def _compare(before: Reach, after: Reach) -> Comparison:
    """As far as both reach; where one breaks at once the other is shown whole."""
    graphs = [r.graph for r in (before, after) if r.graph is not None]
    if len(graphs) < 2 or not (before.breaks or after.breaks):
        return compare(before.graph, after.graph)
    shorter = min(graphs, key=lambda graph: len(graph.nodes))
    return compare(*(replace(g, nodes=g.nodes[: len(shorter.nodes)]) for g in graphs))


def reach(definition: Definition, options: Options) -> Reach:
    """The net, up to the first layer that cannot be."""
    chosen, setting = choose_layers(definition, options), options.setting(definition.file)
    try:
        return Reach(infer(connect(chosen, setting)))
    except NetError as error:
        return Reach(_longest(chosen, setting), error)


def _longest(chosen: Definition, setting: Setting) -> Graph | None:
    """The graph of as many first layers as make a net: all do, or fail, together with those before them."""
    graph, fits, fails = None, 0, len(chosen.message.layer)
    while fails - fits > 1:
        half = (fits + fails) // 2
        part = chosen.with_layers(chosen.message.layer[:half], chosen.trees[:half])
        try:
            graph, fits = infer(connect(part, setting)), half
        except NetError:
            fails = half
    return graph
