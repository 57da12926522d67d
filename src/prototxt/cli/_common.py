"""What the commands share: errors as one message and an exit code, net options, files written whole."""

from __future__ import annotations

import io
import os
import re
import sys
import tempfile
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from prototxt.errors import PrototxtError

if TYPE_CHECKING:
    from rich.console import Console

F = TypeVar("F", bound=Callable[..., Any])

MOST_NOTES = 10
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


def _fail(ctx: click.Context, what: str) -> None:
    click.echo(f"{click.style('error:', fg='red', bold=True)} {_printable(what)}", err=True)
    ctx.exit(1)


def _printable(text: str) -> str:
    """Names come from files: control characters are shown, not sent to the terminal, and long lines cut."""
    shown = re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", lambda found: f"\\x{ord(found[0]):02x}", text)
    lines = shown.split("\n")
    return "\n".join(f"{ln[:LONGEST]} ... {ln[-LONGEST:]}" if len(ln) > 2 * LONGEST else ln for ln in lines)


def _drop_output() -> None:
    """What is still to be written goes nowhere."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def file_name(text: str) -> str:
    """A file's name as it is; click.BadParameter for an empty one, such as an unset shell variable."""
    if not text:
        raise click.BadParameter("the file name is empty")
    return text


def input_shape(text: str) -> tuple[str, tuple[int, ...]]:
    """`data=1,3,227,227` (or 1x3x227x227) as a name and a shape; click.BadParameter for anything else."""
    name, _, numbers = text.rpartition("=")
    try:
        shape = tuple(int(n) for n in numbers.replace("x", ",").split(","))
    except ValueError:
        shape = ()
    if not name or not shape:
        raise click.BadParameter(f'"{text}" is not NAME=N,C,H,W, such as data=1,3,227,227')
    return name, shape


def net_options(command: F) -> F:
    """The options that say which net a file is."""
    for option in (
        click.option("--strict", is_flag=True, help="An unknown field is an error, not a warning."),
        click.option("--level", default=0, show_default=True, help="The net's level, for include rules."),
        click.option("--stage", "stages", multiple=True, help="A stage of the net; may be given several times."),
        click.option(
            "--phase", type=click.Choice(["TRAIN", "TEST"], case_sensitive=False), default="TEST",
            show_default=True, help="Which layers take part.",
        ),
        click.option(
            "--input", "inputs", type=input_shape, metavar="NAME=N,C,H,W", multiple=True,
            help="An input's shape, in place of the file's own; may be given several times.",
        ),
    ):  # fmt: skip
        command = option(command)
    return command


def show_notes(notes: Sequence[str]) -> None:
    """Warnings on stderr, the first few in full."""
    label = click.style("warning:", fg="yellow", bold=True)
    for note in notes[:MOST_NOTES]:
        click.echo(f"{label} {_printable(note)}", err=True)
    if len(notes) > MOST_NOTES:
        click.echo(f"{label} and {len(notes) - MOST_NOTES} more like these", err=True)


def write_whole(path: str, write: Callable[[Any], object]) -> None:
    """`write` into a temporary file beside `path`, then rename: the file is there whole or not at all.

    Raises PrototxtError where that place cannot be written.
    """
    try:
        target = Path(path).resolve()  # through a link: it stays one
        if target.exists() and not target.is_file():
            # A pipe or a device such as /dev/stdout; a folder refuses to be opened.
            with target.open("wb") as file:
                whole = io.BytesIO()
                write(whole)
                file.write(whole.getbuffer())
        else:
            _replace(target, write)
    except BrokenPipeError:
        raise
    except OSError as error:
        what = (error.strerror or str(error)).lower()
        raise PrototxtError(f"{path}: cannot be written: {what}") from None


def _replace(target: Path, write: Callable[[Any], object]) -> None:
    mode = 0o666 & ~_umask()
    if target.exists():
        mode = target.stat().st_mode & 0o777
        target.open("ab").close()  # a file that is write-protected stays as it is
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".prototxt-", delete=False) as file:
        temporary = Path(file.name)
        try:
            write(file)
            file.close()
            temporary.chmod(mode)
            temporary.replace(target)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def emit(text: str, output: str | None) -> None:
    """Text to the file named by -o, or to standard output."""
    if output is None:
        click.echo(text, nl=not text.endswith("\n"))
    else:
        write_whole(output, lambda file: file.write(text.encode()))


def screen() -> Console:
    """Standard output for tables: as wide as the terminal, or as wide as they need where it is no terminal."""
    from rich.console import Console

    from prototxt.views.table import WIDE

    class Screen(Console):
        def on_broken_pipe(self) -> None:
            raise  # the error that is being handled: Command knows what to do

    console = Screen(highlight=False)
    return console if console.is_terminal else Screen(width=WIDE, color_system=None, highlight=False)
