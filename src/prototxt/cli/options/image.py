"""Options of preprocessing: how an image becomes a net's input."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from typing import Literal

import click

from prototxt.cli.options.group import file_name, option_group

PRESET_NAMES = (
    "imagenet", "vgg", "mobilenet", "ssd", "mobilenet-ssd", "faster-rcnn", "mtcnn", "mnist", "unit",
)  # fmt: skip

SIZE = re.compile(r"([1-9]\d{0,4})(?:([x-])([1-9]\d{0,4}))?")
"""`256`, `256x340` (HEIGHTxWIDTH) or `600-1000` (SHORT-LONGEST)."""


def resize_size(text: str) -> str:
    """A size, `input` or `none`; click.BadParameter for anything else."""
    if text not in ("input", "none") and not SIZE.fullmatch(text):
        known = "a short side (256), HEIGHTxWIDTH (256x340), SHORT-LONGEST (600-1000), input or none"
        raise click.BadParameter(f'"{text}" is not {known}')
    return text


@dataclass(frozen=True)
class ImageChoice:
    """The values of the image options; None where an option was not given."""

    preset: str | None
    resize: str | None
    crop: Literal["center", "ten"] | None
    channel_order: Literal["bgr", "rgb"] | None
    raw_scale: float | None
    mean: str | None
    scale: float | None

    @property
    def given(self) -> list[str]:
        """The options that were given."""
        return [f"--{f.name.replace('_', '-')}" for f in fields(self) if getattr(self, f.name) is not None]


image_options = option_group(
    "images",
    "Preprocessing of images",
    ImageChoice,
    [
        click.option(
            "--preset", type=click.Choice(PRESET_NAMES),
            help="Preprocessing preset of a model family; explicit options override it.",
        ),
        click.option(
            "--resize", type=resize_size, metavar="SHORT|HxW|SHORT-LONGEST|input|none",
            help="Size before the crop: the short side, HEIGHTxWIDTH, or the size of the net's input. With none the "
            "net takes the size of each image; with 600-1000 it takes that of the image resized to a short side of "
            "600, or less if the long side would exceed 1000.  [default: input]",
        ),
        click.option(
            "--crop", type=click.Choice(["center", "ten"]),
            help="Part of a resized image that is larger than the input: its centre, or ten crops whose outputs are "
            "averaged.  [default: center]",
        ),
        click.option(
            "--channel-order", type=click.Choice(["bgr", "rgb"]),
            help="Order of the net's three input channels.  [default: bgr]",
        ),
        click.option(
            "--raw-scale", type=float, metavar="WHITE",
            help="Value of white before the mean is subtracted.  [default: 255]",
        ),
        click.option(
            "--mean", type=file_name, metavar="B,G,R|FILE",
            help="Mean to subtract: a value per channel, or a .binaryproto or .npy file.",
        ),
        click.option(
            "--scale", type=float, metavar="FACTOR", help="Factor applied after the mean.  [default: 1]"
        ),
    ],
)  # fmt: skip
