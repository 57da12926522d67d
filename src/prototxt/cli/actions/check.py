"""prototxt-shapes --check: which of many files open."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial

from prototxt.batch.sources import NETS, expand
from prototxt.cli.nets import graph_options
from prototxt.cli.options.net import NetChoice
from prototxt.cli.printing import write_table, write_text
from prototxt.cli.progress import progress_bar
from prototxt.frontend.check import check
from prototxt.views.check_table import check_csv, check_json, check_markdown, check_table


def check_files(named: Sequence[str], form: str, output: str | None, choice: NetChoice) -> int:
    """Print which of these files (folders, patterns) open, and why the others do not; the exit code."""
    files, options = list(expand(named, sys.stdin, NETS)), graph_options(choice)
    options.layer_settings("")  # errors in the options are reported once, not for every file
    checked = []
    with progress_bar("checking", len(files)) as advance:
        for file in files:
            checked.append(check(file, options))
            advance(1)
    if form != "table":
        formats = {"json": check_json, "csv": check_csv, "markdown": check_markdown}
        write_text(formats[form](checked), output)
    else:
        write_table(partial(check_table, checked), output)
    return int(not all(result.is_fine for result in checked))
