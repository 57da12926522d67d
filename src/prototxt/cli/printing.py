"""Printing: lines, errors, warnings, tables, and files named by -o."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import click

from prototxt.errors import PrototxtError, printable

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

MAX_WARNINGS = 10
"""Warnings that are printed in full; more of them are counted."""

MAX_LINE = 1000
"""Characters of a line in a message; of a longer line the middle is left out."""


def print_line(text: str, err: bool = False) -> None:
    """Print one line on standard output or standard error, above a progress bar if there is one.

    Control characters are spelled out: names come from files.
    """
    _echo(printable(text), err)


def _echo(text: str, err: bool = False) -> None:
    click.echo(text, file=sys.stderr if err else sys.stdout)


def print_error(message: str | PrototxtError) -> None:
    """Print one error on standard error; only a PrototxtError has more than one line."""
    _echo(f"{click.style('error:', fg='red', bold=True)} {_printable(message)}", err=True)


def print_warnings(messages: Sequence[str | PrototxtError]) -> None:
    """Print warnings on standard error, a line for each: the first few in full, and the number of the others."""
    label = click.style("warning:", fg="yellow", bold=True)
    for message in messages[:MAX_WARNINGS]:
        _echo(f"{label} {_printable(message)}", err=True)
    if len(messages) > MAX_WARNINGS:
        _echo(f"{label} and {len(messages) - MAX_WARNINGS} more like these", err=True)


def _printable(message: str | PrototxtError) -> str:
    """A message with control characters spelled out and long lines cut."""
    shown = printable(message) if isinstance(message, str) else str(message)
    half = MAX_LINE // 2
    return "\n".join(
        f"{line[:half]} ... {line[-half:]}" if len(line) > MAX_LINE else line for line in shown.split("\n")
    )


def screen() -> Console:
    """Standard output for tables: as wide as the terminal, or as wide as the table if it is no terminal."""
    # rich takes longer to load than a small net: JSON and CSV do without it.
    from rich.console import Console

    from prototxt.views.columns import WIDE

    class Screen(Console):
        def on_broken_pipe(self) -> None:
            raise  # the error that is being handled: Command knows what to do

    # Names are shown as they are; loading rich's emoji alone takes longer than reading a small net.
    plain = partial(Screen, highlight=False, markup=False, emoji=False)
    console = plain()
    return console if console.is_terminal else plain(width=WIDE, color_system=None)


def print_table(table: RenderableType) -> None:
    """Print a table on standard output, above a progress bar if there is one."""
    console = screen()
    with console.capture() as captured:
        console.print(table, crop=False)
    _echo("\n".join(line.rstrip() for line in captured.get().rstrip("\n").split("\n")))


def write_text(text: str, output: str | None) -> None:
    """Write text to the file named by -o, or to standard output."""
    if output is None:
        click.echo(text, nl=not text.endswith("\n"))
    else:
        # With tempfile and pathlib, which tables on the screen do without.
        from prototxt.util.files import whole_file

        with whole_file(output) as file:
            file.write(text.encode())


def write_table(table_of_width: Callable[[int], RenderableType], output: str | None) -> None:
    """Print a table made for the terminal's width, or write it to the file named by -o, as wide as it needs."""
    from prototxt.views.columns import WIDE, plain_text

    if output is None:
        print_table(table_of_width(screen().width))
    else:
        write_text(plain_text(table_of_width(WIDE)) + "\n", output)
