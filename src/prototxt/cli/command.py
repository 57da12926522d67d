"""The class of every command: errors become one message and an exit code, options are listed by group."""

from __future__ import annotations

import io
import os
import sys
import warnings
from typing import TextIO

import click

from prototxt.cli.options.group import HEADINGS
from prototxt.cli.printing import print_error, print_warnings
from prototxt.errors import PrototxtError, PrototxtWarning

INTERRUPTED = 130
"""The exit code after Ctrl-C."""


class Command(click.Command):
    """A click command that turns every error a user can cause into one message: exit 1, and 2 for wrong usage."""

    def invoke(self, ctx: click.Context) -> object:
        if isinstance(sys.stdout, io.TextIOWrapper):
            # A terminal without arrows shows "?" in their place.
            sys.stdout.reconfigure(errors="replace")
        try:
            with warnings.catch_warnings():
                warnings.showwarning = _show_warning
                warnings.simplefilter("always", PrototxtWarning)
                # NumPy's warnings of overflow name no layer; the command checks the results itself.
                warnings.simplefilter("ignore", RuntimeWarning)
                # Pillow's warnings of odd metadata; images are read in threads, and filters hold for all threads.
                warnings.filterwarnings("ignore", module=r"PIL\.")
                return super().invoke(ctx)
        except PrototxtError as error:
            _fail(ctx, error)
        except MemoryError as error:
            _fail(ctx, f"out of memory: {error or 'this machine has too little for the net'}")
        except KeyboardInterrupt:
            ctx.exit(INTERRUPTED)
        except BrokenPipeError:
            # The reader, such as `head`, has closed the pipe: nobody reads the rest.
            _drop_output()
            ctx.exit(0)
        except OSError as error:
            _drop_output()
            _fail(ctx, _about(error))
        return None

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List options below the headings of their groups; those without a group come first."""
        by_heading: dict[str, list[tuple[str, str]]] = {"Options": []}
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx) if isinstance(param, click.Option) else None
            if record is not None:
                by_heading.setdefault(HEADINGS.get(param, "Options"), []).append(record)
        for heading, records in by_heading.items():
            with formatter.section(heading):
                formatter.write_dl(records)


def _show_warning(  # the arguments are those of warnings.showwarning
    message: Warning | str,
    category: type[Warning],  # noqa: ARG001
    filename: str,  # noqa: ARG001
    lineno: int,  # noqa: ARG001
    file: TextIO | None = None,  # noqa: ARG001
    line: str | None = None,  # noqa: ARG001
) -> None:
    """Print a warning of the library as those of the commands, without the line of code that gave it."""
    print_warnings([str(message)])


def _about(error: OSError) -> str:
    """The message of an error of the system: of a file where it names one, else of standard output."""
    what = error.strerror or str(error)
    if isinstance(error.filename, str):
        return f"{error.filename}: cannot be read or written: {what.lower()}"
    return f"cannot write the answer: {what}"


def _fail(ctx: click.Context, message: str | PrototxtError) -> None:
    print_error(message)
    ctx.exit(1)


def _drop_output() -> None:
    """Send whatever is still to be written nowhere."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
