"""prototxt-shapes at work.

Imports are where they are used: each form loads only what it writes with, for the command is to start at once
(tests/laws/test_imports.py).
"""

from __future__ import annotations

from collections.abc import Sequence

import click

from prototxt.cli.nets import graph_options, new_warnings, read_net
from prototxt.cli.options.net import NetChoice
from prototxt.cli.printing import print_table, print_warnings, screen, write_text
from prototxt.frontend.load import outline
from prototxt.util.recognize import holds_weights
from prototxt.views.net_rows import make_report


def execute(
    nets: Sequence[str], check: bool, form: str, output: str | None, extract: str | None, choice: NetChoice
) -> int:
    """Print the layers of one net, or which of many files open; the exit code."""
    if extract is not None and (check or len(nets) > 1):
        raise click.UsageError("--extract is for one .caffemodel")
    if check:
        from prototxt.cli.actions.check import check_files

        return check_files(nets, form, output, choice)
    if len(nets) > 1:
        raise click.UsageError(f"{len(nets)} files: one at a time, or --check for a table of what opens")
    if extract is not None:
        from prototxt.cli.actions import weights_file

        weights_file.extract(nets[0], extract)
        return 0
    # Of a file that calls itself .prototxt reading it as a net says what it is.
    if not nets[0].endswith(".prototxt") and holds_weights(nets[0]):
        from prototxt.cli.actions.weights_file import show_weights

        show_weights(nets[0], form, output)
        return 0
    return _print_layers(nets[0], form, output, choice)


def _print_layers(file: str, form: str, output: str | None, choice: NetChoice) -> int:
    definition = read_net(file, strict=choice.strict)
    graph = outline(definition, graph_options(choice))
    print_warnings(new_warnings(graph, definition))
    report = make_report(graph)
    if form != "table":
        from prototxt.views import export

        formats = {"json": export.to_json, "csv": export.to_csv, "markdown": export.to_markdown}
        write_text(formats[form](report), output)
    elif output is not None:
        from prototxt.views.table import table_text

        write_text(table_text(report) + "\n", output)
    else:
        from prototxt.views.table import report_table

        print_table(report_table(report, screen().width))
    graph.raise_refused()
    return int(bool(report.missing))
