"""Options that say what prototxt-run tells, saves and paints."""

from __future__ import annotations

from dataclasses import dataclass, fields
from math import isnan, nan

import click

from prototxt.cli.options.net import file_name, option_group


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
    """What the output options say."""

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
    def said(self) -> list[str]:
        """The options that were given and are about the answer of a run; not --json, nor --blob."""
        others = ("as_json", "blobs")
        given = [f.name for f in fields(self) if f.name not in others and getattr(self, f.name)]
        return [f"--{name.replace('_', '-')}" for name in given]


output_options = option_group(
    "output",
    "What becomes of the answers",
    OutputChoice,
    [
        click.option("--labels", type=file_name, metavar="FILE",
            help="Class names, one per line, or an SSD label map in prototxt."),
        click.option(
            "--top", type=click.IntRange(1), metavar="K",
            help="How many of the best classes are told.  [default: 5; in a listing of many images 1; all boxes]",
        ),
        click.option(
            "--min-score", type=score, metavar="SCORE",
            help="Boxes of a lower score are counted, not told nor drawn.  [default: 0.5]",
        ),
        click.option(
            "--draw", type=file_name, metavar="FILE.png|DIR",
            help="Paint what was found on the image: boxes, or classes of pixels. Of several images a PNG each in a "
            "folder.",
        ),
        click.option("--json", "as_json", is_flag=True, help="Print a line of JSON per image instead of tables."),
        click.option(
            "--save", type=file_name, metavar="FILE",
            help="Write a row per image of the outputs, or of --blob, to FILE.npz, .h5 or .parquet.",
        ),
        click.option(
            "--blob", "blobs", multiple=True, metavar="NAME",
            help="A blob to save or to paint; several times for several. conv1:before-relu is conv1 before the ReLU "
            "that works in place.",
        ),
        click.option(
            "--feature-maps", type=file_name, metavar="DIR",
            help="Paint the maps of every blob, or of --blob, as PNG files in a folder per image.",
        ),
        click.option(
            "--filters", type=file_name, metavar="DIR", help="Paint the kernels of the first Convolution."
        ),
        click.option(
            "--show-input", type=file_name, metavar="FILE.png", help="Paint what the net sees of the first image."
        ),
        click.option(
            "--time", type=click.IntRange(1), metavar="N",
            help="Run the first batch N times more: every layer's least and median time, and its share.",
        ),
        click.option(
            "--trace", is_flag=True,
            help="What every layer makes of the first batch: mean, std, min, max, zeros, and the first NaN.",
        ),
    ],
)  # fmt: skip
