"""Everything there is to say about a layer, section by section."""

from __future__ import annotations

from collections.abc import Callable

from prototxt.blobs import format_shape
from prototxt.errors import printable
from prototxt.explain.sections.connectivity import connectivity_section
from prototxt.explain.sections.cost import cost_section
from prototxt.explain.sections.docstring import docstring_part, docstring_summary
from prototxt.explain.sections.formula import formula_section
from prototxt.explain.sections.im2col import im2col_section
from prototxt.explain.sections.parameters import parameters_section
from prototxt.explain.sections.ports import ports_section
from prototxt.explain.sections.precision import precision_section
from prototxt.explain.sections.receptive_field.section import receptive_field_section
from prototxt.explain.sections.section import Line, Section
from prototxt.explain.sections.size import size_section
from prototxt.graph.context import LayerContext, is_known, namesakes
from prototxt.graph.graph import BlobId, Graph, Node
from prototxt.layers.unknown import Unknown

__all__ = ["SECTIONS", "explain_layer"]

BUILDERS: tuple[Callable[[LayerContext], Section | None], ...] = (
    formula_section,
    size_section,
    connectivity_section,
    parameters_section,
    precision_section,
    cost_section,
    im2col_section,
    receptive_field_section,
    ports_section,
)
"""The sections in their order; each builder returns None where it has nothing to say."""

SECTIONS = (
    "layer", "formula", "size", "connectivity", "parameters", "precision", "cost", "im2col", "field",
    "elsewhere", "pitfalls",
)  # fmt: skip
"""The keys of all sections, in their order."""


def explain_layer(graph: Graph, node: Node) -> tuple[Section, ...]:
    """Explain a layer with its own numbers, as far as they follow from shapes.

    Parameters:
        graph: the net, from `load_graph` or as `Net.graph`.
        node: one of its layers, such as `find_layer(graph, name)` returns.

    Returns the sections that apply, of the keys in `SECTIONS`; an unknown layer has a section "unknown" instead.
    """
    wiring = _wiring(graph, node)
    if not is_known(graph, node):
        return (wiring, _unknown(graph, node))
    context = LayerContext(graph, node)
    sections = (builder(context) for builder in BUILDERS)
    return (wiring, *(section for section in sections if section), *_pitfalls(node))


def _wiring(graph: Graph, node: Node) -> Section:
    lines = [] if isinstance(node.layer, Unknown) else [Line("does", docstring_summary(node.layer))]
    lines += [Line("name", remark)] if (remark := namesakes(graph, node)) else []
    lines += [Line("reads", _blob(graph, blob)) for blob in node.bottoms]
    lines += [Line("makes", _blob(graph, blob)) for blob in node.tops]
    in_place = [blob for blob in node.tops if blob.name in {b.name for b in node.bottoms}]
    lines += [
        Line(
            "in place",
            printable(f"{blob.name} is overwritten; its value before: {blob.name}@{blob.version - 1}"),
        )
        for blob in in_place
    ]
    if not node.tops:
        return Section("layer", "The layer", tuple(lines))
    readers = graph.readers(*node.tops)
    text = ", ".join(f"{reader.name} ({reader.type})" for reader in readers) or "an output of the net"
    lines.append(Line("read by", printable(text), values={"layers": [reader.name for reader in readers]}))
    return Section("layer", "The layer", tuple(lines))


def _blob(graph: Graph, blob: BlobId) -> str:
    shape = graph.shapes.get(blob)
    return f"{printable(blob.name)}  {'?' if shape is None else format_shape(shape)}"


def _unknown(graph: Graph, node: Node) -> Section:
    if isinstance(node.layer, Unknown):
        why = node.layer.why
        reason = f"{why.what} (line {why.place.line})" if why.place and why.place.line else why.what
    else:
        first = _first_unknown(graph, node)
        reason = f'its shapes depend on "{first.name}" ({first.type}), whose shapes are unknown'
    return Section("unknown", "What is not known", (Line("", printable(f"No more can be said: {reason}.")),))


def _first_unknown(graph: Graph, node: Node) -> Node:
    """The first layer on the way from the input whose shapes are unknown."""
    while unknown := [blob for blob in node.bottoms if blob not in graph.shapes]:
        node = next(maker for maker in graph.nodes if unknown[0] in maker.tops)
    return node


def _pitfalls(node: Node) -> tuple[Section, ...]:
    text = docstring_part(node.layer, "Pitfalls")
    return (Section("pitfalls", "Worth knowing", (Line("", " ".join(text.split())),)),) if text else ()
