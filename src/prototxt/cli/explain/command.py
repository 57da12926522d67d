"""prototxt-explain: what a layer does and why it has the shape, the parameters and the cost that it has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from prototxt.cli.common import Command, emit, show_notes, tell
from prototxt.cli.explain.net import NetQuestion, answer, net_questions
from prototxt.cli.explain.value import ValueChoice, explain_one, value_options
from prototxt.cli.options.image import ImageChoice, image_options
from prototxt.cli.options.net import NetChoice, file_name, net_options

if TYPE_CHECKING:
    from prototxt.explain.sections.section import Section
    from prototxt.graph.graph import Graph, Node

FORMATS = ("text", "json", "html")


def section_keys(text: str) -> tuple[str, ...]:
    """`size,cost` as the keys of sections; click.BadParameter for a word that is none."""
    from prototxt.errors import did_you_mean
    from prototxt.explain.sections.layer import SECTIONS

    asked = tuple(text.split(","))
    for word in asked:
        if word not in SECTIONS:
            hint = did_you_mean(word, SECTIONS) or f"there are {', '.join(SECTIONS)}"
            raise click.BadParameter(f'there is no section "{word}"; {hint}')
    return asked


@click.command(cls=Command, context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("net", type=file_name)
@click.argument("layer", required=False)
@click.option(
    "--format", "form", type=click.Choice(FORMATS), default="text", show_default=True,
    help="How to tell it; html is one page that needs nothing else.",
)  # fmt: skip
@click.option(
    "-o", "--output", type=file_name, metavar="FILE", help="Write to FILE instead of standard output."
)
@click.option(
    "--only", type=section_keys, metavar="SECTION[,...]",
    help="Of a LAYER these sections alone: layer, formula, size, connectivity, parameters, cost, im2col, field, "
    "elsewhere, pitfalls.",
)  # fmt: skip
@value_options
@image_options
@net_questions
@net_options
@click.version_option(package_name="prototxt")
@click.pass_context
def main(
    ctx: click.Context,
    net: str,
    layer: str | None,
    form: str,
    output: str | None,
    only: tuple[str, ...] | None,
    value: ValueChoice,
    images: ImageChoice,
    question: NetQuestion,
    choice: NetChoice,
) -> None:
    """Explain LAYER of NET (a prototxt file), with its own numbers; without LAYER, the layers that there are.

    How the output size follows, what each kernel sees and which maps it joins, parameters and multiply-adds as
    products and by every convention, the matrices of im2col, the field that a value sees of the input, and the same
    layer in PyTorch and Keras. Nothing is run.

    With --at, what one value is made of: the net runs as far as LAYER, on --image or on noise, and every product,
    subtotal and step that makes the value is told and held against what the engine has; the exit code is 1 where
    the two differ.

    \b
    Examples:
      prototxt-explain examples/alexnet.prototxt
      prototxt-explain examples/alexnet.prototxt conv2
      prototxt-explain examples/alexnet.prototxt conv2 --only size,cost
      prototxt-explain deploy.prototxt pool1 --input data=1,3,384,384
      prototxt-explain deploy.prototxt conv1 --format html -o conv1.html
      prototxt-explain examples/lenet.prototxt conv2 --at 0,17,3,4 --weights examples/lenet.caffemodel \\
        --image examples/digit.png --preset mnist --depth 2
      prototxt-explain deploy.prototxt --what-if conv1.stride=2
      prototxt-explain deploy.prototxt --same conv1
      prototxt-explain deploy.prototxt --fc-as-conv 384x384
      prototxt-explain deploy.prototxt --diff other.prototxt
    """
    from prototxt.frontend.load import define_net, outline
    from prototxt.text.read import read_text

    question.check(layer)
    value.check(layer, images, question.asked)
    if only and (layer is None or value.at is not None):
        raise click.UsageError("--only chooses from what is told of a LAYER, without --at")
    definition = define_net(read_text(net), net, strict=choice.strict)
    show_notes(definition.notes)
    if question.asked:
        ctx.exit(answer(definition, question, choice, value.files or (), form, output))
    if layer is not None and value.at is not None:
        options = choice.options(value.seed or 0)
        ctx.exit(explain_one(definition, options, layer, value, images, form, output))
    graph = outline(definition, choice.options())
    show_notes(graph.notes[len(definition.notes) :])
    if layer is None:
        _overview(graph, form, output)
    else:
        _layer(graph, layer, only or (), form, output)


def _layer(graph: Graph, name: str, only: Sequence[str], form: str, output: str | None) -> None:
    """All that shapes tell of one layer."""
    from prototxt.explain.sections.layer import explain_layer
    from prototxt.explain.sections.views import text as views
    from prototxt.graph.context import find_layer, is_known

    node = find_layer(graph, name)
    sections = _chosen(explain_layer(graph, node), only, node)
    brief = node.layer.brief(graph.bottom_shapes(node)) if is_known(graph, node) else ""
    if form == "json":
        emit(views.sections_json(node, sections), output)
    elif form == "html":
        from prototxt.explain.sections.views.html import sections_html

        emit(sections_html(node, brief, sections), output)
    else:
        tell(lambda width: views.sections_text(views.layer_title(node, brief), sections, width), output)


def _chosen(sections: Sequence[Section], only: Sequence[str], node: Node) -> Sequence[Section]:
    """The sections that were asked for; all where none was."""
    from prototxt.errors import InputError

    chosen = [section for section in sections if section.key in only] if only else sections
    if not chosen:
        hint = f"there are {', '.join(section.key for section in sections)}"
        raise InputError(f'layer "{node.name}" ({node.type}) has no section {" or ".join(only)}', hint=hint)
    return chosen


def _overview(graph: Graph, form: str, output: str | None) -> None:
    """Every layer in a line, and what to ask next."""
    from prototxt.explain.sections.views import overview as views

    overview = views.make_overview(graph)
    if form == "json":
        emit(views.overview_json(overview), output)
    elif form == "html":
        from prototxt.explain.sections.views.html import overview_html

        emit(overview_html(overview), output)
    else:
        tell(lambda width: views.overview_text(overview, width), output)
