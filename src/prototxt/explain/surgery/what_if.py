"""The shapes and costs of a net after changes to some of its fields."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from prototxt.blobs import format_shape
from prototxt.errors import NetError, one_line, printable
from prototxt.explain.sections.section import Line, Section
from prototxt.explain.surgery.compare import Comparison, compare, layers_section, totals_section
from prototxt.explain.surgery.edit import Edited, edit
from prototxt.explain.surgery.fields import Difference
from prototxt.frontend.load import Options, choose_layers
from prototxt.graph.connect import connect
from prototxt.graph.graph import Graph
from prototxt.graph.infer import infer
from prototxt.layers.base import LayerSettings
from prototxt.layers.unknown import Unknown
from prototxt.text.definition import Definition

__all__ = ["PartialGraph", "WhatIf", "partial_graph", "sections", "what_if"]


@dataclass(frozen=True)
class PartialGraph:
    """The graph of a net up to the first layer that is invalid, and the `error` of that layer.

    `graph` is None where not even one layer is valid; `error` is None for a net without an invalid layer.
    """

    graph: Graph | None
    error: NetError | None = None


@dataclass(frozen=True)
class WhatIf:
    """A net before and after changes; the comparison ends at the first invalid layer of either."""

    edited: Edited
    before: PartialGraph
    after: PartialGraph
    comparison: Comparison


def what_if(definition: Definition, options: Options, changes: Iterable[str]) -> WhatIf:
    """Compare the net with these changes to the net as it is; `changes` are lines as `edit` reads them.

    Raises InputError for a change that is malformed, or a shape of a blob that is no input of the net.
    """
    edited = edit(definition, options, changes)
    before = partial_graph(definition, options)
    after = partial_graph(edited.definition, edited.options(options))
    return WhatIf(edited, before, after, _compare(before, after))


def _compare(before: PartialGraph, after: PartialGraph) -> Comparison:
    """Compare up to the end of the shorter graph; where one has no layer, the other is shown whole."""
    graphs = [side.graph for side in (before, after) if side.graph is not None]
    if len(graphs) < 2 or not (before.error or after.error):
        return compare(before.graph, after.graph)
    shorter = min(graphs, key=lambda graph: len(graph.nodes))
    return compare(*(replace(g, nodes=g.nodes[: len(shorter.nodes)]) for g in graphs))


def partial_graph(definition: Definition, options: Options) -> PartialGraph:
    """The graph of the net, up to the first invalid layer."""
    chosen, settings = choose_layers(definition, options), options.layer_settings(definition.file)
    try:
        return _valid_part(infer(connect(chosen, settings)))
    except NetError as error:
        longest = _longest_graph(chosen, settings)
        return PartialGraph(None if longest is None else _valid_part(longest).graph, error)


def _valid_part(graph: Graph) -> PartialGraph:
    """The graph up to the first layer that its type refuses."""
    if not graph.refused:
        return PartialGraph(graph)
    layers = [node.layer for node in graph.nodes]
    first = next(i for i, layer in enumerate(layers) if isinstance(layer, Unknown) and layer.refused)
    return PartialGraph(replace(graph, nodes=graph.nodes[:first]) if first else None, graph.refused[0])


def _longest_graph(chosen: Definition, settings: LayerSettings) -> Graph | None:
    """The graph of the longest valid prefix of the layers, by bisection: a prefix of a valid net is valid."""
    graph, valid, invalid = None, 0, len(chosen.message.layer)
    while invalid - valid > 1:
        half = (valid + invalid) // 2
        part = chosen.with_layers(chosen.message.layer[:half], chosen.trees[:half])
        try:
            graph, valid = infer(connect(part, settings)), half
        except NetError:
            invalid = half
    return graph


def sections(result: WhatIf) -> tuple[Section, ...]:
    """The changes, their effect layer by layer, the totals, and what no longer fits."""
    changes = tuple(_change_line(layer, difference) for layer, difference in result.edited.changes)
    parts = [Section("changes", "What if", changes)]
    if result.comparison.pairs:
        parts.append(layers_section("Effects", result.comparison, {}))
    if result.before.error is None and result.after.error is None:
        parts += [totals_section(result.comparison), _weights_section(result.comparison)]
    for when, side in (("without the changes", result.before), ("with the changes", result.after)):
        if side.error is not None:
            parts.append(_error_section(when, side.error))
    return tuple(parts)


def _change_line(layer: str, change: Difference) -> Line:
    if not change.before and not change.after:
        return Line(layer, f"{change.field}: none, as before")
    # The former shape of an input stands in the table.
    text = f"shape: {change.after}" if change.field == "shape" else str(change)
    return Line(layer, text, values={"field": change.field, "before": change.before, "after": change.after})


def _weights_section(comparison: Comparison) -> Section:
    """The layers whose learned arrays have other shapes now."""
    lines = [
        Line(
            pair.name,
            "; ".join(
                f"{format_shape(a)} → {format_shape(b)}"
                for a, b in zip(pair.before.arrays, pair.after.arrays, strict=False)
                if a != b
            )
            or f"{len(pair.before.arrays)} arrays → {len(pair.after.arrays)}",
            values={"before": pair.before.arrays, "after": pair.after.arrays},
        )
        for pair in comparison.unfit
        if pair.before and pair.after
    ]
    all_fit = Line("", "the trained weights still fit every layer")
    misfit = Line("", "the trained weights no longer fit these layers")
    return Section("weights", "Weights", (misfit, *lines) if lines else (all_fit,))


def _error_section(when: str, error: NetError) -> Section:
    """The invalid layer, and its error."""
    values = {"layer": error.layer, "type": error.layer_type, "what": error.what}
    hint = printable(f"hint: {error.hint}") if error.hint else ""
    text = one_line(error.what, place=error.place)
    title = f"First invalid layer {when}"
    return Section("breaks", title, (Line(error.layer or "", text, hint, values),))
