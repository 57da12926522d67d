"""prototxt-explain on a whole net: what if, which pad, fully connected as convolution, two nets compared."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import click
from rich.console import Group, RenderableType
from rich.text import Text

from prototxt.blobs import Shape
from prototxt.cli.explain.options import OWN_AND_LARGER
from prototxt.cli.explain.request import ExplainRequest
from prototxt.cli.nets import graph_options, read_net
from prototxt.cli.printing import write_table, write_text
from prototxt.cli.weights import weights_files
from prototxt.errors import printable
from prototxt.explain.sections.section import Section
from prototxt.explain.sections.views import text as views
from prototxt.explain.sections.views.html import net_sections_html
from prototxt.explain.surgery import diff, fc_as_conv, what_if
from prototxt.explain.surgery.fc_weights import proof_section, prove, save_converted
from prototxt.explain.surgery.same_padding import checked_shape
from prototxt.explain.surgery.views.comparison_table import comparison_table
from prototxt.explain.surgery.views.fc_as_conv import fc_as_conv_sections
from prototxt.explain.surgery.views.same_padding import same_padding_section
from prototxt.frontend.load import choose_layers, outline
from prototxt.graph.context import LayerContext, find_layer, is_known
from prototxt.text.definition import Definition
from prototxt.text.write import write
from prototxt.util.files import whole_file

LARGER = 1, 1.25, 1.5, 2
"""The sizes of --fc-as-conv without a size, as factors of the net's own."""


def answer_question(definition: Definition, request: ExplainRequest) -> int:
    """Answer the question about the whole net; the exit code, 1 for a net that is impossible."""
    question = request.question
    if question.what_if:
        return _what_if(definition, request)
    if question.same is not None:
        return _same(definition, question.same, request)
    if question.fc_as_conv is not None:
        return _fc_as_conv(definition, question.fc_as_conv, request)
    return _diff(definition, question.diff or "", request)


def _what_if(definition: Definition, request: ExplainRequest) -> int:
    options, question = graph_options(request.choice), request.question
    result = what_if.what_if(definition, options, question.what_if)
    table = partial(comparison_table, result.comparison)
    _write(f"{definition.file}, what if", what_if.sections(result), request, table)
    if result.after.error is not None:
        return 1
    if question.save_net is not None:
        edited = choose_layers(result.edited.definition, result.edited.options(options))
        _save_net(edited, question.save_net, f"{definition.file} with {', '.join(question.what_if)}")
    return 0


def _same(definition: Definition, layer: str, request: ExplainRequest) -> int:
    options = graph_options(request.choice)
    graph = outline(definition, options)
    node = find_layer(graph, layer)
    if not is_known(graph, node):
        raise click.UsageError(f'the shapes of layer "{layer}" are not known')
    context = LayerContext(graph, node)
    section = same_padding_section(context, checked_shape(definition, options, context))
    _write(f"{layer} · {node.type} {graph.brief(node)} · {node.place}", [section], request)
    return 0


def _fc_as_conv(definition: Definition, size: str, request: ExplainRequest) -> int:
    question, weights = request.question, weights_files(request.value.weights) or []
    reshape = request.value.reshape_weights
    if question.save_weights is not None and not weights:
        raise click.UsageError("--save-weights needs --weights")
    converted = fc_as_conv.fc_as_conv(definition, graph_options(request.choice))
    sections = list(fc_as_conv_sections(converted, _sizes(fc_as_conv.own_size(converted), size)))
    agrees = True
    if question.save_net is not None:
        comment = f"{definition.file}, fully connected as convolutions"
        _save_net(converted.definition, question.save_net, comment)
    if question.save_weights is not None:
        save_converted(converted, weights, question.save_weights, reshape=reshape)
        proofs = prove(definition, converted, weights, question.save_weights, reshape=reshape)
        agrees = all(proof.agrees for proof in proofs)
        sections.append(proof_section(proofs))
    _write(f"{definition.file}, fully connected layers as convolutions", sections, request)
    return int(not agrees)


def _sizes(own: Shape, size: str) -> list[Shape]:
    """Heights and widths to show, the net's own first."""
    if size == OWN_AND_LARGER:
        return [tuple(round(factor * side) for side in own) for factor in LARGER]
    sides = [int(side) for side in size.split("x")]
    return list(dict.fromkeys([own, (sides[0], sides[-1])]))


def _diff(definition: Definition, other: str, request: ExplainRequest) -> int:
    second = read_net(other, strict=request.choice.strict)
    result = diff.diff(definition, second, graph_options(request.choice))
    _write(f"{definition.file} → {other}", diff.sections(result), request)
    result.raise_refused()
    return 0


def _write(
    title: str,
    sections: Sequence[Section],
    request: ExplainRequest,
    table: Callable[[int], RenderableType] | None = None,
) -> None:
    """Write sections in the form that --format asks for; in text, `table` stands for the section `layers`."""
    if request.form == "json":
        write_text(views.net_sections_json(title, sections), request.output)
        return
    if request.form == "html":
        write_text(net_sections_html(title, sections), request.output)
        return

    def lay_out(width: int) -> RenderableType:
        parts = [
            table(width) if table and section.key == "layers" else views.section_text(section, width)
            for section in sections
        ]
        return Group(Text(printable(title), "bold"), *parts)

    write_table(lay_out, request.output)


def _save_net(definition: Definition, path: str, comment: str) -> None:
    """Write a net as prototxt, completely or not at all."""
    with whole_file(path) as file:
        file.write(f"# {printable(comment)}\n{write(definition.message)}".encode())
