"""prototxt-draw: a net as a picture of boxes and arrows."""

from __future__ import annotations

from pathlib import Path

import click

from prototxt.cli.common import Command, emit, show_notes
from prototxt.cli.options.net import NetChoice, file_name, net_options
from prototxt.util.files import whole_file

FORMATS = {
    ".dot": "dot", ".gv": "dot", ".mmd": "mermaid", ".mermaid": "mermaid", ".svg": "svg", ".png": "png",
    ".pdf": "pdf",
}  # fmt: skip
"""What a file's suffix stands for."""


@click.command(cls=Command, context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("net", type=file_name)
@click.option(
    "-o", "--output", type=file_name, metavar="FILE",
    help="The picture: its suffix says what it is (.dot, .mmd, .svg, .png, .pdf). Without it, text on standard output.",
)  # fmt: skip
@click.option(
    "--format",
    "form",
    type=click.Choice(list(dict.fromkeys(FORMATS.values()))),
    help="What to write, where the suffix does not say it.  [default: dot]",
)
@click.option(
    "--direction",
    type=click.Choice(["down", "right"]),
    default="down",
    show_default=True,
    help="Where the data flows.",
)
@net_options
@click.version_option(package_name="prototxt")
def main(net: str, output: str | None, form: str | None, direction: str, choice: NetChoice) -> None:
    """Draw NET (a prototxt file): a box for each layer, with those that change its output in place, and the shape of
    every blob on its way. Layers whose names share a prefix before a slash are drawn as a module.

    \b
    Examples:
      prototxt-draw deploy.prototxt -o net.svg
      prototxt-draw deploy.prototxt -o net.mmd
      prototxt-draw train_val.prototxt --phase TRAIN --input data=1,3,224,224 | dot -Tpng -o net.png
    """
    from prototxt.frontend.load import define_net, outline
    from prototxt.text.read import read_text
    from prototxt.views.dot import to_dot
    from prototxt.views.drawing import draw
    from prototxt.views.mermaid import to_mermaid, too_much

    form = _form(output, form)
    definition = define_net(read_text(net), net, strict=choice.strict)
    show_notes(definition.notes)
    graph = outline(definition, choice.options())
    show_notes(graph.notes[len(definition.notes) :])
    drawing = draw(graph)
    if form == "mermaid":
        text = to_mermaid(drawing, direction)
        show_notes([why] if (why := too_much(drawing, text)) else [])
        emit(text, output)
    elif form == "dot":
        emit(to_dot(drawing, direction), output)
    else:
        _picture(to_dot(drawing, direction), form, output)


def _form(output: str | None, form: str | None) -> str:
    """What to write, by the option or the file's suffix."""
    if form is None:
        form = "dot" if output is None else FORMATS.get(Path(output).suffix.lower())
    if form is None:
        known = ", ".join(FORMATS)
        raise click.UsageError(f'"{output}": the suffix says what to write, one of {known}; or --format')
    if output is None and form in ("png", "pdf"):
        raise click.UsageError(f"{form} goes to a file: -o net.{form}")
    return form


def _picture(dot: str, form: str, output: str | None) -> None:
    from prototxt.views.graphviz import render

    data = render(dot, form)
    if output is None:
        emit(data.decode(), None)
        return
    with whole_file(output) as file:
        file.write(data)
