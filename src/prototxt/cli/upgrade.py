"""prototxt-upgrade: a file of any age in today's form."""

from __future__ import annotations

import click

from prototxt.cli.common import Command, say, show_notes
from prototxt.cli.options.net import file_name


@click.command(cls=Command, context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("source", metavar="INPUT", type=file_name)
@click.argument("target", metavar="OUTPUT", type=file_name)
@click.option(
    "--binary/--text",
    default=None,
    help="What INPUT is: a trained net (.caffemodel) or text; without these its bytes tell.",
)
@click.option(
    "--strict", is_flag=True, help="Refuse a text with unknown fields, which are left out otherwise."
)
@click.version_option(package_name="prototxt")
def main(source: str, target: str, binary: bool | None, strict: bool) -> None:
    """Write INPUT (a net or a solver in text, or a trained net) in the form that Caffe 1.0 writes: V0 and V1 layers,
    input fields, data layers' old transform fields, BatchNorm's learning rates, solver_type. A trained net keeps its
    arrays, bit by bit. OUTPUT is written whole or not at all, and may be INPUT; comments of a text are not kept.

    \b
    Examples:
      prototxt-upgrade old.prototxt new.prototxt
      prototxt-upgrade old.caffemodel new.caffemodel
      prototxt-upgrade solver.prototxt solver.prototxt
    """
    from prototxt.frontend.rewrite import rewrite

    done = rewrite(source, target, binary=binary, strict=strict)
    show_notes(done.notes)
    if done.old:
        say(f"Wrote the {done.kind} to {target}, upgraded: {', '.join(done.old)}")
    else:
        say(f"Wrote the {done.kind} to {target}: {source} was in today's form already")
