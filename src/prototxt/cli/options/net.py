"""Options that commands share: file names, input shapes, which net a file is; and groups of options."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from prototxt.layers.forks import DIALECTS

if TYPE_CHECKING:
    from prototxt.frontend.load import Options

Command = Callable[..., None]

HEADINGS: dict[click.Parameter, str] = {}
"""What --help lists an option below, where it is one of a group."""


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


def option_group(
    argument: str, heading: str, choice: type, options: Sequence[Any]
) -> Callable[[Command], Command]:
    """A decorator that gives a command these options, and their values as one `argument`.

    `choice` is a dataclass whose fields are named as the options are; --help lists them below `heading`.
    """
    names = {field.name for field in fields(choice)}

    def decorate(command: Command) -> Command:
        @wraps(command)
        def with_choice(**given: Any) -> None:
            own = {name: given.pop(name) for name in names}
            command(**{argument: choice(**own)}, **given)

        decorated: Command = with_choice
        for option in reversed(options):
            decorated = option(decorated)
        for param in vars(decorated)["__click_params__"]:
            if param.name in names:
                HEADINGS[param] = heading
        return decorated

    return decorate


weights_option = click.option(
    "--weights", type=file_name, metavar="FILE[,FILE...]", multiple=True,
    help=".caffemodel, .h5 or .npz, the later ones over the earlier; without it the fillers make random weights.",
)  # fmt: skip


@dataclass(frozen=True)
class NetChoice:
    """What the net options say: which layers take part, the inputs' shapes, whether unknown fields are errors."""

    inputs: tuple[tuple[str, tuple[int, ...]], ...]
    phase: str
    stages: tuple[str, ...]
    level: int
    strict: bool
    allow_python_layers: bool
    dialect: str | None

    def options(self, seed: int = 0) -> Options:
        """The same for `prototxt.frontend.load`."""
        from prototxt.frontend.load import Options

        return Options(
            self.phase,
            self.level,
            self.stages,
            dict(self.inputs),
            seed,
            allow_python_layers=self.allow_python_layers,
            dialect=self.dialect or "",
        )


net_options = option_group(
    "choice",
    "Which net the file is",
    NetChoice,
    [
        click.option(
            "--input", "inputs", type=input_shape, metavar="NAME=N,C,H,W", multiple=True,
            help="An input's shape, in place of the file's own; may be given several times.",
        ),
        click.option(
            "--phase", type=click.Choice(["TRAIN", "TEST"], case_sensitive=False), default="TEST",
            show_default=True, help="Which layers take part.",
        ),
        click.option("--stage", "stages", multiple=True, help="A stage of the net; may be given several times."),
        click.option("--level", default=0, show_default=True, help="The net's level, for include rules."),
        click.option("--strict", is_flag=True, help="An unknown field is an error, not a warning."),
        click.option(
            "--allow-python-layers", is_flag=True, help="Let layers of type Python run the net's own code."
        ),
        click.option(
            "--dialect", type=click.Choice(list(DIALECTS)),
            help="The fork the net is written for, where forks mean different things by one type name.",
        ),
    ],
)  # fmt: skip
