"""prototxt-draw: a net as a diagram of boxes and arrows."""

from __future__ import annotations

import click

from prototxt.cli.command import Command
from prototxt.cli.options.group import file_name
from prototxt.cli.options.net import NetChoice, net_options


@click.command(cls=Command, context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("net", type=file_name)
@click.option(
    "-o", "--output", type=file_name, metavar="FILE",
    help="File to write; its suffix sets the format: .dot, .mmd, .svg, .png or .pdf.  [default: text on standard "
    "output]",
)  # fmt: skip
@click.option(
    "--format", "form", type=click.Choice(["dot", "mermaid", "svg", "png", "pdf"]),
    help="Output format, if there is no suffix.  [default: dot]",
)  # fmt: skip
@click.option(
    "--direction", type=click.Choice(["down", "right"]), default="down", show_default=True,
    help="Direction in which the data flows.",
)  # fmt: skip
@net_options
@click.version_option(package_name="prototxt")
def main(net: str, output: str | None, form: str | None, direction: str, choice: NetChoice) -> None:
    """Draw NET (a prototxt file): a box for each layer, with the layers that work in place on its output, and the
    shape of every blob on its arrow. Layers whose names share a prefix before a slash are drawn as a module.

    \b
    Examples:
      prototxt-draw deploy.prototxt -o net.svg
      prototxt-draw deploy.prototxt -o net.mmd
      prototxt-draw train_val.prototxt --phase TRAIN --input data=1,3,224,224 | dot -Tpng -o net.png
    """
    from prototxt.cli.actions.draw import execute

    execute(net, output, form, direction, choice)
