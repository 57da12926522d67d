"""prototxt-explain at work: the list of layers, the sections of one, and the way to the other questions."""

from __future__ import annotations

from collections.abc import Sequence

import click

from prototxt.cli.explain.net import answer_question
from prototxt.cli.explain.request import ExplainRequest
from prototxt.cli.explain.value import break_down
from prototxt.cli.nets import graph_options, new_warnings, read_net
from prototxt.cli.printing import print_warnings, write_table, write_text
from prototxt.errors import InputError, did_you_mean
from prototxt.explain.sections.layer import SECTIONS, explain_layer
from prototxt.explain.sections.section import Section
from prototxt.explain.sections.views import html, overview, text
from prototxt.frontend.load import outline
from prototxt.graph.context import find_layer, is_known
from prototxt.graph.graph import Graph, Node


def execute(request: ExplainRequest) -> int:
    """Print what the command line asks for; the exit code."""
    layer, value, question = request.layer, request.value, request.question
    keys = _section_keys(request.only) if request.only is not None else ()
    question.check(layer)
    value.check(layer, request.images, question.given)
    if keys and (layer is None or value.at is not None):
        raise click.UsageError("--only chooses sections of a LAYER, and does not go with --at")
    definition = read_net(request.net, strict=request.choice.strict)
    if question.given:
        return answer_question(definition, request)
    if layer is not None and value.at is not None:
        return break_down(definition, layer, value.at, request)
    graph = outline(definition, graph_options(request.choice))
    print_warnings(new_warnings(graph, definition))
    if layer is None:
        _print_overview(graph, request.form, request.output)
        graph.raise_refused()
        return 0
    _print_sections(graph, layer, keys, request.form, request.output)
    if is_known(graph, find_layer(graph, layer)):
        print_warnings(graph.refused)
    else:
        graph.raise_refused()
    return 0


def _section_keys(only: str) -> tuple[str, ...]:
    """The sections of --only; click.BadParameter for an unknown one."""
    keys = tuple(only.split(","))
    for key in keys:
        if key not in SECTIONS:
            hint = did_you_mean(key, SECTIONS) or f"there are {', '.join(SECTIONS)}"
            raise click.BadParameter(f'there is no section "{key}"; {hint}', param_hint="'--only'")
    return keys


def _print_sections(graph: Graph, name: str, keys: Sequence[str], form: str, output: str | None) -> None:
    """Print the sections of one layer."""
    node = find_layer(graph, name)
    sections = _chosen(explain_layer(graph, node), keys, node)
    brief = graph.brief(node)
    if form == "json":
        write_text(text.sections_json(node, sections), output)
    elif form == "html":
        write_text(html.sections_html(node, brief, sections), output)
    else:
        title = text.layer_title(node, brief)
        write_table(lambda width: text.sections_text(title, sections, width), output)


def _chosen(sections: Sequence[Section], keys: Sequence[str], node: Node) -> Sequence[Section]:
    """The sections with these keys; all of them without keys."""
    chosen = [section for section in sections if section.key in keys] if keys else sections
    if not chosen:
        hint = f"there are {', '.join(section.key for section in sections)}"
        raise InputError(f'layer "{node.name}" ({node.type}) has no section {" or ".join(keys)}', hint=hint)
    return chosen


def _print_overview(graph: Graph, form: str, output: str | None) -> None:
    """Print every layer in a line, and what to ask next."""
    layers = overview.make_overview(graph)
    if form == "json":
        write_text(overview.overview_json(layers), output)
    elif form == "html":
        write_text(html.overview_html(layers), output)
    else:
        write_table(lambda width: overview.overview_text(layers, width), output)
