"""The differences between two nets, and which weights of the first load into the second."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from prototxt.blobs import Shape, format_shape
from prototxt.errors import printable
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
from prototxt.graph.context import is_known
from prototxt.graph.graph import Graph
from prototxt.graph.infer import infer
from prototxt.schema.caffe_pb2 import LayerParameter
from prototxt.text.definition import Definition
from prototxt.views.numbers import counted

__all__ = ["Diff", "WeightMatch", "diff", "sections"]


@dataclass(frozen=True, slots=True)
class WeightMatch:
    """Whether a layer's weights load into the second net; `why` is the reason where they do not.

    `refused` says that Caffe and `load_net` refuse the whole file because of it; otherwise they skip the layer.
    """

    layer: str
    why: str = ""
    refused: bool = False

    @property
    def loads(self) -> bool:
        """Whether the weights load."""
        return not self.why


@dataclass(frozen=True)
class Diff:
    """Two nets, matched by layer name.

    `fields` are the differing fields of layers in both nets, `weight_matches` say which weights of the first net load
    into the second, `without_weights` are the layers of the second that get none and start from their fillers.
    `messages` are the definitions of the layers of both nets.
    """

    before: Graph
    after: Graph
    comparison: Comparison
    fields: Mapping[Key, tuple[Difference, ...]]
    weight_matches: tuple[WeightMatch, ...]
    without_weights: tuple[str, ...]
    messages: tuple[Mapping[Key, LayerParameter], Mapping[Key, LayerParameter]]

    def raise_refused(self) -> None:
        """Raise the error of the first layer of either net that its type refuses, if there is one."""
        self.before.raise_refused()
        self.after.raise_refused()

    @property
    def changed(self) -> bool:
        """Whether the two nets differ at all."""
        return any(map(self.differs, self.comparison.pairs))

    def differs(self, pair: Pair) -> bool:
        """Whether a layer differs in a field or in its shapes, parameters or cost."""
        return pair.differs or bool(self.fields.get(pair.key))


def diff(before: Definition, after: Definition, options: Options) -> Diff:
    """Compare two nets under the same phase, stages and inputs.

    A layer that cannot run is compared by its fields. Raises NetError for layers that make no net.
    """
    (old, first), (new, second) = (_graph(definition, options) for definition in (before, after))
    fields = {key: tuple(differences(old[key], new[key])) for key in new if key in old}
    matches = tuple(_weight_matches(first, second))
    loaded = {match.layer for match in matches if match.loads}
    bare = tuple(dict.fromkeys(n.name for n in second.nodes if n.own_params and n.name not in loaded))
    return Diff(first, second, compare(first, second), fields, matches, bare, (old, new))


def _graph(definition: Definition, options: Options) -> tuple[dict[Key, LayerParameter], Graph]:
    """The definitions of the selected layers by key, and their graph."""
    chosen = choose_layers(definition, options)
    graph = infer(connect(chosen, options.layer_settings(definition.file)))
    return dict(zip(keys(graph.nodes), chosen.message.layer, strict=True)), graph


def _weight_matches(before: Graph, after: Graph) -> Iterator[WeightMatch]:
    """Match as loading does: by the layer's name, then the number of arrays, then every shape."""
    needed, names = _shapes_by_name(after), {node.name for node in after.nodes}
    not_known = {node.name for node in after.nodes if not is_known(after, node)}
    for name, stored in _shapes_by_name(before).items():
        if name in needed:
            yield WeightMatch(name, _misfit(stored, needed[name]), refused=stored != needed[name])
        elif name in not_known:
            yield WeightMatch(name, "the arrays of the layer of this name are not known")
        elif name in names:
            yield WeightMatch(name, "the layer of this name has no arrays, and Caffe refuses the file")
        else:
            yield WeightMatch(name, "no layer of this name")


def _shapes_by_name(graph: Graph) -> dict[str, list[Shape]]:
    """The shapes of learned arrays by layer name; of several layers of one name, the first gets the weights."""
    shapes: dict[str, list[Shape]] = {}
    for node in graph.nodes:
        if node.params:
            shapes.setdefault(node.name, [ref.shape for ref in node.params])
    return shapes


def _misfit(stored: list[Shape], needed: list[Shape]) -> str:
    if len(stored) != len(needed):
        return f"{_arrays_text(stored)} for {_arrays_text(needed)}"
    return "; ".join(
        f"{format_shape(g)} for {format_shape(n)}" for g, n in zip(stored, needed, strict=True) if g != n
    )


def _arrays_text(shapes: list[Shape]) -> str:
    if not shapes:
        return "no arrays"
    return f"{len(shapes)} array{'' if len(shapes) == 1 else 's'} ({', '.join(map(format_shape, shapes))})"


def sections(result: Diff) -> tuple[Section, ...]:
    """All differences between the two nets, and which weights load."""
    if not result.changed:
        line = Line("", "the two nets are the same: layers, fields, shapes, parameters and cost")
        return (Section("layers", "Layers that differ", (line,)), _weights_section(result))
    notes = {key: "\n".join(map(str, fields)) for key, fields in result.fields.items()}
    layers = layers_section("Layers that differ", result.comparison, notes)
    return (layers, totals_section(result.comparison), _weights_section(result))


def _weights_section(result: Diff) -> Section:
    """The weights of the first net that load into the second."""
    loads = [match.layer for match in result.weight_matches if match.loads]
    lines = [Line("load", counted(len(loads), "layer"), values={"layers": loads})]
    lines += [
        Line(match.layer, f"does not load: {match.why}", values={"why": match.why, "refused": match.refused})
        for match in result.weight_matches
        if not match.loads
    ]
    lines += [Line(name, "no weights: it starts from its filler") for name in result.without_weights]
    refused = [match.layer for match in result.weight_matches if match.refused]
    if refused:
        text = printable(f"refused as a whole because of {', '.join(refused)}")
        lines.append(
            Line("the file", text, "a layer with another name is skipped and starts from its filler")
        )
    elif result.weight_matches:
        text = "loads" if loads else "refused: none of its layers is in the other net"
        lines.append(Line("the file", text))
    return Section("weights", "Weights of the first net in the second", tuple(lines))
