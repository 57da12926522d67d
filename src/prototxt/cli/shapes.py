"""prototxt-shapes: every blob's shape, every parameter, every cost, without running anything."""

from __future__ import annotations

import click

from prototxt.cli.command import Command
from prototxt.cli.options.group import file_name
from prototxt.cli.options.net import NetChoice, net_options


@click.command(cls=Command, context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("nets", metavar="NET...", type=file_name, nargs=-1, required=True)
@click.option(
    "--check",
    is_flag=True,
    help="Check many files (folders, patterns): print a table of which of them open, and why the others do not.",
)
@click.option(
    "--format", "form", type=click.Choice(["table", "json", "csv", "markdown"]), default="table",
    show_default=True, help="Output format.",
)  # fmt: skip
@click.option(
    "-o", "--output", type=file_name, metavar="FILE", help="Write to FILE instead of standard output."
)
@click.option(
    "--extract", type=file_name, metavar="FILE",
    help="Write the net that a .caffemodel holds, upgraded, to FILE, which must not exist yet.",
)  # fmt: skip
@net_options
@click.version_option(package_name="prototxt")
@click.pass_context
def main(
    ctx: click.Context,
    nets: tuple[str, ...],
    check: bool,
    form: str,
    output: str | None,
    extract: str | None,
    choice: NetChoice,
) -> None:
    """Show every layer of NET (a prototxt file): bottoms and tops, shapes N x C x H x W, parameters, multiply-adds,
    bytes.

    Of a weights file (.caffemodel, .h5, .npz) in place of NET it shows the blobs of every layer, with statistics.

    Layers that cannot run are shown too, and listed with the reasons at the end; the exit code is then 1.

    \b
    Examples:
      prototxt-shapes deploy.prototxt
      prototxt-shapes deploy.prototxt --input data=1,3,384,384
      prototxt-shapes train_val.prototxt --phase TRAIN --format csv -o layers.csv
      prototxt-shapes --check models/ "nets/*.prototxt"
      prototxt-shapes net.caffemodel --extract net.prototxt
    """
    from prototxt.cli.actions.shapes import execute

    ctx.exit(execute(nets, check, form, output, extract, choice))
