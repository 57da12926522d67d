"""prototxt-shapes: every blob's shape, every parameter, every cost, without running anything."""

from __future__ import annotations

from typing import Any

import click

from prototxt.cli._common import Command, emit, screen, show, show_notes
from prototxt.cli._options import NetChoice, file_name, net_options

FORMATS = ("table", "json", "csv", "markdown")


@click.command(cls=Command, context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("net", type=file_name)
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="table",
    show_default=True,
    help="How to print it.",
)
@click.option(
    "-o", "--output", type=file_name, metavar="FILE", help="Write to FILE instead of standard output."
)
@net_options
@click.version_option(package_name="prototxt")
@click.pass_context
def main(
    ctx: click.Context,
    net: str,
    form: str,
    output: str | None,
    choice: NetChoice,
) -> None:
    """Show every layer of NET (a prototxt file): wiring, shapes N x C x H x W, parameters, multiply-adds, bytes.

    Layers that nothing here can run are shown all the same, listed at the end, and make the exit code 1.

    \b
    Examples:
      prototxt-shapes deploy.prototxt
      prototxt-shapes deploy.prototxt --input data=1,3,384,384
      prototxt-shapes train_val.prototxt --phase TRAIN --format csv -o layers.csv
    """
    from prototxt.reading import define_net, outline
    from prototxt.text.read import read_text
    from prototxt.views.report import make_report

    definition = define_net(read_text(net), net, strict=choice.strict)
    show_notes(definition.notes)
    graph = outline(definition, choice.options())
    show_notes(graph.notes[len(definition.notes) :])
    report = make_report(graph)
    if form != "table":
        from prototxt.views import export

        formats = {"json": export.to_json, "csv": export.to_csv, "markdown": export.to_markdown}
        emit(formats[form](report), output)
    elif output is not None:
        from prototxt.views.table import table_text

        emit(table_text(report) + "\n", output)
    else:
        print_table(report)
    if report.missing:
        ctx.exit(1)


def print_table(report: Any, timer: Any = None) -> None:
    """The table on standard output."""
    from prototxt.views.table import report_table

    show(report_table(report, screen().width, timer))
