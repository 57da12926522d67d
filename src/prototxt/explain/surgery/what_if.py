"""What becomes of shapes and costs where some fields of a net change."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from prototxt.blobs import format_shape
from prototxt.errors import NetError
from prototxt.explain.sections.section import Line, Section
from prototxt.explain.surgery.compare import Comparison, compare, layers_section, totals_section
from prototxt.explain.surgery.edit import Edited, edit
from prototxt.explain.surgery.fields import Difference
from prototxt.frontend.load import Options, choose_layers
from prototxt.graph.connect import connect
from prototxt.graph.graph import Graph
from prototxt.graph.infer import infer
from prototxt.layers.base import Setting
from prototxt.text.definition import Definition


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


def sections(found: WhatIf) -> tuple[Section, ...]:
    """What changes, what follows from it layer by layer, the totals, and what no longer fits."""
    changes = tuple(_change_line(layer, difference) for layer, difference in found.edited.changes)
    told = [Section("changes", "What if", changes)]
    if found.comparison.pairs:
        told.append(layers_section("What follows", found.comparison, {}))
    if found.before.breaks is None and found.after.breaks is None:
        told += [totals_section(found.comparison), _weights_section(found.comparison)]
    for when, reached in (("as it is", found.before), ("with this", found.after)):
        if reached.breaks is not None:
            told.append(_breaks(when, reached.breaks))
    return tuple(told)


def _change_line(layer: str, change: Difference) -> Line:
    if not change.before and not change.after:
        return Line(layer, f"{change.field}: none, as before")
    # An input's shape as it was stands in the table.
    text = f"shape: {change.after}" if change.field == "shape" else str(change)
    return Line(layer, text, values={"field": change.field, "before": change.before, "after": change.after})


def _weights_section(comparison: Comparison) -> Section:
    """Which layers' learned arrays have other shapes now."""
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
    all_fit = Line("", "those it was trained with still fit every layer")
    misfit = Line("", "those it was trained with do not fit these layers any more")
    return Section("weights", "Weights", (misfit, *lines) if lines else (all_fit,))


def _breaks(when: str, error: NetError) -> Section:
    """The layer that cannot be, and why."""
    values = {"layer": error.layer, "type": error.layer_type, "what": error.what}
    hint = f"hint: {error.hint}" if error.hint else ""
    text = f"{error.place}: {error.what}" if error.place else error.what
    title = f"Where it breaks, {when}"
    return Section("breaks", title, (Line(error.layer or "", text, hint, values),))
