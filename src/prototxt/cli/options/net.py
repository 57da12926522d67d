"""Options that choose a net: its weights, input shapes, phase, stages, dialect."""

from __future__ import annotations

from dataclasses import dataclass

import click

from prototxt.cli.options.group import file_name, option_group
from prototxt.layers.forks import DIALECTS


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


weights_option = click.option(
    "--weights", type=file_name, metavar="FILE[,FILE...]", multiple=True,
    help="Weights: .caffemodel, .h5 or .npz; of several files, later ones override earlier ones. Without it the "
    "fillers initialize the weights.",
)  # fmt: skip

reshape_option = click.option(
    "--reshape-weights", is_flag=True,
    help="Take weights that hold the same numbers in another shape: only axes of 1 differ, or fully connected for "
    "convolution.",
)  # fmt: skip

input_option = click.option(
    "--input", "inputs", type=input_shape, metavar="NAME=N,C,H,W", multiple=True,
    help="Shape of an input, overriding the file's; may be given several times.",
)  # fmt: skip

seed_option = click.option("--seed", default=0, show_default=True, help="Seed of random weights.")

python_option = click.option(
    "--allow-python-layers", is_flag=True, help="Let layers of type Python run the code that they name."
)


@dataclass(frozen=True)
class NetChoice:
    """The values of the net options; all but `strict` are fields of `Options`."""

    inputs: tuple[tuple[str, tuple[int, ...]], ...]
    phase: str
    stages: tuple[str, ...]
    level: int
    strict: bool
    allow_python_layers: bool
    dialect: str | None


net_options = option_group(
    "choice",
    "Choosing the net",
    NetChoice,
    [
        input_option,
        click.option(
            "--phase", type=click.Choice(["TRAIN", "TEST"], case_sensitive=False), default="TEST",
            show_default=True, help="Phase whose layers are used.",
        ),
        click.option("--stage", "stages", multiple=True, help="Stage of the net; may be given several times."),
        click.option("--level", default=0, show_default=True, help="Level of the net, for include rules."),
        click.option("--strict", is_flag=True, help="Treat unknown fields as errors, not as warnings."),
        python_option,
        click.option(
            "--dialect", type=click.Choice(list(DIALECTS)),
            help="Fork of Caffe that the net is written for; needed if forks use one type name for different layers.",
        ),
    ],
)  # fmt: skip
