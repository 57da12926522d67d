"""All that is said about a layer, section by section."""

from __future__ import annotations

from collections.abc import Callable

from prototxt.blobs import format_shape
from prototxt.explain.sections.connectivity import connectivity
from prototxt.explain.sections.docstring import part, summary
from prototxt.explain.sections.formula import formula
from prototxt.explain.sections.im2col import im2col
from prototxt.explain.sections.macs import macs
from prototxt.explain.sections.parameters import parameters
from prototxt.explain.sections.ports import elsewhere
from prototxt.explain.sections.receptive_field_section import field
from prototxt.explain.sections.section import Line, Section
from prototxt.explain.sections.size import size
from prototxt.graph.context import LayerContext, is_known, namesakes
from prototxt.graph.graph import BlobId, Graph, Node
from prototxt.layers.unknown import Unknown

Subject = Callable[[LayerContext], Section | None]

SUBJECTS: tuple[Subject, ...] = (formula, size, connectivity, parameters, macs, im2col, field, elsewhere)
"""What is told about a layer, in this order; None where a subject has nothing to say of it."""

SECTIONS = (
    "layer", "formula", "size", "connectivity", "parameters", "cost", "im2col", "field", "elsewhere", "pitfalls",
)  # fmt: skip
"""The keys of all sections that there are, in their order."""


def explain_layer(graph: Graph, node: Node) -> tuple[Section, ...]:
    """What a layer does, with its own numbers, as far as shapes alone tell."""
    wiring = _wiring(graph, node)
    if not is_known(graph, node):
        return (wiring, _unknown(graph, node))
    context = LayerContext(graph, node)
    told = (subject(context) for subject in SUBJECTS)
    return (wiring, *(section for section in told if section), *_pitfalls(node))


def _wiring(graph: Graph, node: Node) -> Section:
    lines = [Line("does", summary(node.layer))] if not isinstance(node.layer, Unknown) else []
    lines += [Line("name", shared)] if (shared := namesakes(graph, node)) else []
    lines += [Line("reads", _blob(graph, blob)) for blob in node.bottoms]
    lines += [Line("makes", _blob(graph, blob)) for blob in node.tops]
    in_place = [blob for blob in node.tops if blob.name in {b.name for b in node.bottoms}]
    lines += [
        Line("in place", f"{blob.name} is written over; as it was before: {blob.name}@{blob.version - 1}")
        for blob in in_place
    ]
    if not node.tops:
        return Section("layer", "The layer", tuple(lines))
    readers = [reader for reader in graph.nodes if set(reader.bottoms) & set(node.tops)]
    text = ", ".join(f"{reader.name} ({reader.type})" for reader in readers) or "an output of the net"
    lines.append(Line("read by", text, values={"layers": [reader.name for reader in readers]}))
    return Section("layer", "The layer", tuple(lines))


def _blob(graph: Graph, blob: BlobId) -> str:
    shape = graph.shapes.get(blob)
    return f"{blob.name}  {'?' if shape is None else format_shape(shape)}"


def _unknown(graph: Graph, node: Node) -> Section:
    if isinstance(node.layer, Unknown):
        what = node.layer.why.what
    else:
        first = _first_unknown(graph, node)
        what = f'its shapes depend on "{first.name}" ({first.type}), of which they are not known'
    return Section("unknown", "What is not known", (Line("", f"Nothing here can tell more: {what}."),))


def _first_unknown(graph: Graph, node: Node) -> Node:
    """The layer on the way from the input from which on shapes are not known."""
    while dark := [blob for blob in node.bottoms if blob not in graph.shapes]:
        node = next(maker for maker in graph.nodes if dark[0] in maker.tops)
    return node


def _pitfalls(node: Node) -> tuple[Section, ...]:
    text = part(node.layer, "Pitfalls")
    line = Line("", " ".join(text.split()))
    return (Section("pitfalls", "Worth knowing", (line,)),) if text else ()
