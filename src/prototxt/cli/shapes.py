"""prototxt-shapes: every blob's shape, every parameter, every cost, without running anything."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial
from typing import Any

import click

from prototxt.cli.common import Command, emit, screen, show, show_notes, tell
from prototxt.cli.options.net import NetChoice, file_name, net_options
from prototxt.cli.progress import progress_bar

FORMATS = ("table", "json", "csv", "markdown")


@click.command(cls=Command, context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("nets", metavar="NET...", type=file_name, nargs=-1, required=True)
@click.option(
    "--check",
    is_flag=True,
    help="Of many files (folders, patterns), tell in a table which open, and why the others do not.",
)
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
    nets: tuple[str, ...],
    check: bool,
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
      prototxt-shapes --check models/ "nets/*.prototxt"
    """
    if check:
        ctx.exit(_check(nets, form, output, choice))
    if len(nets) > 1:
        raise click.UsageError(f"{len(nets)} files: one at a time, or --check for a table of what opens")
    ctx.exit(_shapes(nets[0], form, output, choice))


def _shapes(net: str, form: str, output: str | None, choice: NetChoice) -> int:
    """The layers of one net; the exit code."""
    from prototxt.frontend.load import define_net, outline
    from prototxt.text.read import read_text
    from prototxt.views.net_rows import make_report

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
    return int(bool(report.missing))


def _check(named: Sequence[str], form: str, output: str | None, choice: NetChoice) -> int:
    """Which of many files open; the exit code."""
    from prototxt.batch.sources import NETS, expand
    from prototxt.frontend.check import check
    from prototxt.views.check_table import check_csv, check_json, check_table

    if form == "markdown":
        raise click.UsageError("--check prints a table, json or csv")
    files, options = list(expand(named, sys.stdin, NETS)), choice.options()
    options.setting("")  # what is wrong with the options is said once, not of every file
    checked = []
    with progress_bar("checking", len(files)) as advance:
        for file in files:
            checked.append(check(file, options))
            advance(1)
    if form != "table":
        emit({"json": check_json, "csv": check_csv}[form](checked), output)
    else:
        tell(partial(check_table, checked), output)
    return int(not all(c.is_fine for c in checked))


def print_table(report: Any, timer: Any = None) -> None:
    """The table on standard output."""
    from prototxt.views.table import report_table

    show(report_table(report, screen().width, timer))
