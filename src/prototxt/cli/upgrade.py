"""prototxt-upgrade: a file of any age in the form of Caffe 1.0."""

from __future__ import annotations

import click

from prototxt.cli.command import Command
from prototxt.cli.options.group import file_name


@click.command(cls=Command, context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("source", metavar="INPUT", type=file_name)
@click.argument("target", metavar="OUTPUT", type=file_name)
@click.option(
    "--binary/--text",
    default=None,
    help="Kind of INPUT: a trained net (.caffemodel) or text.  [default: recognised by its bytes]",
)
@click.option("--strict", is_flag=True, help="Refuse a text with unknown fields instead of leaving them out.")
@click.version_option(package_name="prototxt")
def main(source: str, target: str, binary: bool | None, strict: bool) -> None:
    """Write INPUT (a net or a solver in text, or a trained net) in the form that Caffe 1.0 writes: V0 and V1 layers,
    input fields, old transform fields of data layers, BatchNorm's learning rates and solver_type are upgraded. A
    trained net keeps its arrays bit for bit. OUTPUT is written completely or not at all, and may be INPUT. Comments of
    a text are not kept.

    \b
    Examples:
      prototxt-upgrade old.prototxt new.prototxt
      prototxt-upgrade old.caffemodel new.caffemodel
      prototxt-upgrade solver.prototxt solver.prototxt
    """
    from prototxt.cli.actions.upgrade import execute

    execute(source, target, binary, strict)
