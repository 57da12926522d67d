"""What the commands share: errors as one message and an exit code, net options, files written whole."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from prototxt.errors import PrototxtError

F = TypeVar("F", bound=Callable[..., Any])

MOST_NOTES = 10
INTERRUPTED = 130


class Command(click.Command):
    """A click command that turns what a user can cause into one message: exit 1, and 2 for wrong usage."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except PrototxtError as error:
            click.echo(f"{click.style('error:', fg='red', bold=True)} {error}", err=True)
            ctx.exit(1)
        except KeyboardInterrupt:
            ctx.exit(INTERRUPTED)
        except BrokenPipeError:
            # The reader, such as `head`, has seen enough: nobody is left to be told.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(0)


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
        click.echo(f"{label} {note}", err=True)
    if len(notes) > MOST_NOTES:
        click.echo(f"{label} and {len(notes) - MOST_NOTES} more like these", err=True)


def write_whole(path: str, write: Callable[[Any], object]) -> None:
    """`write` into a temporary file beside `path`, then rename: the file is there whole or not at all.

    Raises PrototxtError where that place cannot be written.
    """
    try:
        with tempfile.NamedTemporaryFile(dir=Path(path).parent, prefix=".prototxt-", delete=False) as file:
            temporary = Path(file.name)
            try:
                write(file)
            except BaseException:
                temporary.unlink()
                raise
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    except OSError as error:
        raise PrototxtError(f"{path}: cannot be written: {error.strerror or error}") from None


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
