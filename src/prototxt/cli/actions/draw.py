"""prototxt-draw at work."""

from __future__ import annotations

from pathlib import Path

import click

from prototxt.cli.nets import graph_options, new_warnings, read_net
from prototxt.cli.options.net import NetChoice
from prototxt.cli.printing import print_warnings, write_text
from prototxt.frontend.load import outline
from prototxt.util.files import whole_file
from prototxt.views.dot import to_dot
from prototxt.views.drawing import draw
from prototxt.views.graphviz import render
from prototxt.views.mermaid import to_mermaid, too_much

FORMATS = {
    ".dot": "dot", ".gv": "dot", ".mmd": "mermaid", ".mermaid": "mermaid", ".svg": "svg", ".png": "png",
    ".pdf": "pdf",
}  # fmt: skip
"""Formats by suffix."""


def execute(net: str, output: str | None, form: str | None, direction: str, choice: NetChoice) -> None:
    """Draw the net to a file, or as text on standard output."""
    form = _form(output, form)
    definition = read_net(net, strict=choice.strict)
    graph = outline(definition, graph_options(choice))
    print_warnings(new_warnings(graph, definition))
    drawing = draw(graph)
    if form == "mermaid":
        text = to_mermaid(drawing, direction)
        print_warnings([why] if (why := too_much(drawing, text)) else [])
        write_text(text, output)
    elif form == "dot":
        write_text(to_dot(drawing, direction), output)
    else:
        _render(to_dot(drawing, direction), form, output)
    graph.raise_refused()


def _form(output: str | None, form: str | None) -> str:
    """The format, by the option or the file's suffix."""
    if form is None:
        form = "dot" if output is None else FORMATS.get(Path(output).suffix.lower())
    if form is None:
        known = ", ".join(FORMATS)
        raise click.UsageError(
            f'"{output}": the suffix says which format to write: one of {known}, or give --format'
        )
    if output is None and form in ("png", "pdf"):
        raise click.UsageError(f"{form} goes to a file: -o net.{form}")
    return form


def _render(dot: str, form: str, output: str | None) -> None:
    """Render by Graphviz, to the file or (SVG) to standard output."""
    data = render(dot, form)
    if output is None:
        write_text(data.decode(), None)
        return
    with whole_file(output) as file:
        file.write(data)
