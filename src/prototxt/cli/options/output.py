"""Options of prototxt-run that choose what is printed, saved and painted."""

from __future__ import annotations

from dataclasses import dataclass, fields
from math import isnan, nan

import click

from prototxt.cli.options.group import file_name, option_group


def score(text: str) -> float:
    """A number; click.BadParameter for anything else, NaN too."""
    try:
        number = float(text)
    except ValueError:
        number = nan
    if isnan(number):
        raise click.BadParameter(f'"{text}" is not a number')
    return number


@dataclass(frozen=True)
class OutputChoice:
    """The values of the output options."""

    labels: str | None
    top: int | None
    min_score: float | None
    draw: str | None
    as_json: bool
    save: str | None
    blobs: tuple[str, ...]
    feature_maps: str | None
    filters: str | None
    show_input: str | None
    time: int | None
    trace: bool

    @property
    def given(self) -> list[str]:
        """The options that were given, besides --json and --blob."""
        others = ("as_json", "blobs")
        names = [f.name for f in fields(self) if f.name not in others and getattr(self, f.name)]
        return [f"--{name.replace('_', '-')}" for name in names]


output_options = option_group(
    "output",
    "Output",
    OutputChoice,
    [
        click.option("--labels", type=file_name, metavar="FILE",
            help="Class names, one per line, or an SSD label map in prototxt."),
        click.option(
            "--top", type=click.IntRange(1), metavar="K",
            help="Number of best classes or boxes to print.  [default: 5 classes, 1 in a listing of several images; "
            "all boxes]",
        ),
        click.option(
            "--min-score", type=score, metavar="SCORE",
            help="Lowest score of a box to print or draw; boxes below it are only counted.  [default: 0.5]",
        ),
        click.option(
            "--draw", type=file_name, metavar="FILE.png|DIR",
            help="Paint the boxes or the classes of pixels on the image; for several images, a PNG each in a folder.",
        ),
        click.option("--json", "as_json", is_flag=True, help="Print a line of JSON per image instead of tables."),
        click.option(
            "--save", type=file_name, metavar="FILE",
            help="Write the outputs, or the blobs of --blob, to FILE.npz, .h5 or .parquet: a row per image.",
        ),
        click.option(
            "--blob", "blobs", multiple=True, metavar="NAME",
            help="Blob to save or paint; may be given several times. conv1:before-relu is conv1 before the ReLU that "
            "works in place.",
        ),
        click.option(
            "--feature-maps", type=file_name, metavar="DIR",
            help="Paint the maps of every blob, or of --blob, as PNG files in a folder per image.",
        ),
        click.option(
            "--filters", type=file_name, metavar="DIR", help="Paint the kernels of the first Convolution."
        ),
        click.option(
            "--show-input", type=file_name, metavar="FILE.png", help="Paint the first image as the net sees it."
        ),
        click.option(
            "--time", type=click.IntRange(1), metavar="N",
            help="Run the first batch N more times and print every layer's minimum and median time and its share.",
        ),
        click.option(
            "--trace", is_flag=True,
            help="Print statistics of every layer's outputs for the first batch (mean, std, min, max, zeros) and "
            "where the first NaN is.",
        ),
    ],
)  # fmt: skip
