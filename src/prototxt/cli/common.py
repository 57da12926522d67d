"""What the commands share: errors as one message and an exit code, warnings, the screen."""

from __future__ import annotations

import io
import os
import re
import sys
import warnings
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from prototxt.cli.options.net import HEADINGS
from prototxt.errors import PrototxtError
from prototxt.util.files import whole_file

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

MAX_NOTES = 10
INTERRUPTED = 130
LONGEST = 500
"""Of a longer line in a message, as many characters of its start and of its end are shown."""


class Command(click.Command):
    """A click command that turns what a user can cause into one message: exit 1, and 2 for wrong usage."""

    def invoke(self, ctx: click.Context) -> Any:
        if isinstance(sys.stdout, io.TextIOWrapper):
            # A terminal that knows no arrows shows "?" in their place.
            sys.stdout.reconfigure(errors="replace")
        try:
            with warnings.catch_warnings():
                # NumPy's word on overflows names no layer; the command looks at the results itself.
                warnings.simplefilter("ignore", RuntimeWarning)
                # Pillow's on odd metadata; images are read in threads, and filters are one for all threads.
                warnings.filterwarnings("ignore", module=r"PIL\.")
                return super().invoke(ctx)
        except PrototxtError as error:
            _fail(ctx, str(error))
        except MemoryError as error:
            _fail(ctx, f"out of memory: {error or 'this machine has too little for the net'}")
        except KeyboardInterrupt:
            ctx.exit(INTERRUPTED)
        except BrokenPipeError:
            # The reader, such as `head`, has seen enough: nobody is left to be told.
            _drop_output()
            ctx.exit(0)
        except OSError as error:
            _drop_output()
            _fail(ctx, f"cannot write the answer: {error.strerror or error}")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Options below the headings of their groups; those of no group come first."""
        below: dict[str, list[tuple[str, str]]] = {"Options": []}
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx) if isinstance(param, click.Option) else None
            if record is not None:
                below.setdefault(HEADINGS.get(param, "Options"), []).append(record)
        for heading, records in below.items():
            with formatter.section(heading):
                formatter.write_dl(records)


def _fail(ctx: click.Context, what: str) -> None:
    show_error(what)
    ctx.exit(1)


def show_error(what: str) -> None:
    """One error on stderr."""
    say(f"{click.style('error:', fg='red', bold=True)} {_printable(what)}", err=True)


def say(text: str, err: bool = False) -> None:
    """A line on standard output or on standard error; above a progress bar where there is one."""
    click.echo(text, file=sys.stderr if err else sys.stdout)


def _printable(text: str) -> str:
    """Names come from files: control characters are shown, not sent to the terminal, and long lines cut."""
    shown = re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", lambda found: f"\\x{ord(found[0]):02x}", text)
    lines = shown.split("\n")
    return "\n".join(f"{ln[:LONGEST]} ... {ln[-LONGEST:]}" if len(ln) > 2 * LONGEST else ln for ln in lines)


def _drop_output() -> None:
    """What is still to be written goes nowhere."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def show_notes(notes: Sequence[str]) -> None:
    """Warnings on stderr, the first few in full."""
    label = click.style("warning:", fg="yellow", bold=True)
    for note in notes[:MAX_NOTES]:
        say(f"{label} {_printable(note)}", err=True)
    if len(notes) > MAX_NOTES:
        say(f"{label} and {len(notes) - MAX_NOTES} more like these", err=True)


def screen() -> Console:
    """Standard output for tables: as wide as the terminal, or as wide as they need where it is no terminal."""
    from rich.console import Console

    from prototxt.views.columns import WIDE

    class Screen(Console):
        def on_broken_pipe(self) -> None:
            raise  # the error that is being handled: Command knows what to do

    # Names are shown as they are; loading rich's emoji alone takes longer than reading a small net.
    plain = partial(Screen, highlight=False, markup=False, emoji=False)
    console = plain()
    return console if console.is_terminal else plain(width=WIDE, color_system=None)


def show(table: RenderableType) -> None:
    """A table on standard output; above a progress bar where there is one."""
    console = screen()
    with console.capture() as captured:
        console.print(table, crop=False)
    say("\n".join(line.rstrip() for line in captured.get().rstrip("\n").split("\n")))


def tell(lay_out: Callable[[int], RenderableType], output: str | None) -> None:
    """What is laid out for a width: on standard output, or in the file named by -o as wide as it needs."""
    from prototxt.views.columns import WIDE, plain_text

    if output is None:
        show(lay_out(screen().width))
    else:
        emit(plain_text(lay_out(WIDE)) + "\n", output)


def emit(text: str, output: str | None) -> None:
    """Text to the file named by -o, or to standard output."""
    if output is None:
        click.echo(text, nl=not text.endswith("\n"))
    else:
        with whole_file(output) as file:
            file.write(text.encode())
