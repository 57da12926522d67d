"""Two nets: what the second adds, leaves out and changes, and which weights of the first load in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from prototxt.blobs import Shape, format_shape
from prototxt.explain.sections.section import Line, Section
from prototxt.explain.surgery.compare import (
    Comparison,
    Key,
    Pair,
    compare,
    keys,
    layers_section,
    totals_section,
)
from prototxt.explain.surgery.fields import Difference, differences
from prototxt.frontend.load import Options, choose_layers
from prototxt.graph.connect import connect
from prototxt.graph.graph import Graph
from prototxt.graph.infer import infer
from prototxt.text.definition import Definition
from prototxt.views.words import counted


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of a layer's weights: they load, or `why` not.

    `refused` says that Caffe, and `load_net`, refuse the whole file for it; else the layer is passed over.
    """

    layer: str
    why: str = ""
    refused: bool = False

    @property
    def loads(self) -> bool:
        return not self.why


@dataclass(frozen=True)
class Diff:
    """Two nets, matched by layer name.

    `fields` are the differences of layers that are in both, `fates` those of the first net's weights in the second,
    `bare` the layers of the second that get none and start from their fillers. `messages` are the layers of both nets
    as they are written.
    """

    before: Graph
    after: Graph
    comparison: Comparison
    fields: Mapping[Key, tuple[Difference, ...]]
    fates: tuple[Fate, ...]
    bare: tuple[str, ...]
    messages: tuple[Mapping[Key, Any], Mapping[Key, Any]]

    @property
    def changed(self) -> bool:
        """Whether the two differ in anything."""
        return any(map(self.differs, self.comparison.pairs))

    def differs(self, pair: Pair) -> bool:
        """Whether a layer is not the same in both, in a field or in what follows from it."""
        return pair.differs or bool(self.fields.get(pair.key))


def diff(before: Definition, after: Definition, options: Options) -> Diff:
    """Compare two nets under the same phase, stages and inputs.

    Raises NetError and its kin for one that is no net.
    """
    (old, first), (new, second) = (_graph(definition, options) for definition in (before, after))
    fields = {key: tuple(differences(old[key], new[key])) for key in new if key in old}
    fates = tuple(_fates(first, second))
    loaded = {fate.layer for fate in fates if fate.loads}
    bare = tuple(dict.fromkeys(n.name for n in second.nodes if n.own_params and n.name not in loaded))
    return Diff(first, second, compare(first, second), fields, fates, bare, (old, new))


def _graph(definition: Definition, options: Options) -> tuple[dict[Key, Any], Graph]:
    """The layers that take part, by name, and the graph they make."""
    chosen = choose_layers(definition, options)
    graph = infer(connect(chosen, options.setting(definition.file)))
    return dict(zip(keys(graph.nodes), chosen.message.layer, strict=True)), graph


def _fates(before: Graph, after: Graph) -> Iterator[Fate]:
    """By the rule that weights are loaded by: the layer's name, then the number of arrays, then every shape."""
    wanted, names = _first_of_name(after), {node.name for node in after.nodes}
    for name, given in _first_of_name(before).items():
        if name in wanted:
            yield Fate(name, _misfit(given, wanted[name]), refused=given != wanted[name])
        elif name in names:
            yield Fate(name, "the layer of this name has no arrays, and Caffe refuses the file")
        else:
            yield Fate(name, "no layer of this name")


def _first_of_name(graph: Graph) -> dict[str, list[Shape]]:
    """The shapes of learned arrays by layer: of several layers of one name, the first gets the weights."""
    named: dict[str, list[Shape]] = {}
    for node in graph.nodes:
        if node.params:
            named.setdefault(node.name, [ref.shape for ref in node.params])
    return named


def _misfit(given: list[Shape], needs: list[Shape]) -> str:
    if len(given) != len(needs):
        return f"{_listed(given)} for {_listed(needs)}"
    return "; ".join(
        f"{format_shape(g)} for {format_shape(n)}" for g, n in zip(given, needs, strict=True) if g != n
    )


def _listed(shapes: list[Shape]) -> str:
    if not shapes:
        return "no arrays"
    return f"{len(shapes)} array{'' if len(shapes) == 1 else 's'} ({', '.join(map(format_shape, shapes))})"


def sections(found: Diff) -> tuple[Section, ...]:
    """All that differs; where nothing does, that is said."""
    if not found.changed:
        what = Line("", "the two nets are the same: layers, fields, shapes, parameters and cost")
        return (Section("layers", "Layers that differ", (what,)), _weights_section(found))
    notes = {key: "\n".join(map(str, fields)) for key, fields in found.fields.items()}
    layers = layers_section("Layers that differ", found.comparison, notes)
    return (layers, totals_section(found.comparison), _weights_section(found))


def _weights_section(found: Diff) -> Section:
    """Which weights of the first net load in the second."""
    loads = [fate.layer for fate in found.fates if fate.loads]
    lines = [Line("load", counted(len(loads), "layer"), values={"layers": loads})]
    lines += [
        Line(fate.layer, f"does not load: {fate.why}", values={"why": fate.why, "refused": fate.refused})
        for fate in found.fates
        if not fate.loads
    ]
    lines += [Line(name, "gets none: it starts from its filler") for name in found.bare]
    refused = [fate.layer for fate in found.fates if fate.refused]
    if refused:
        what = f"refused as a whole, for {', '.join(refused)}"
        lines.append(
            Line("the file", what, "a layer under another name is passed over, and starts from its filler")
        )
    elif found.fates:
        lines.append(Line("the file", "loads" if loads else "refused: no layer of it is in the other net"))
    return Section("weights", "Weights of the first net in the second", tuple(lines))
