"""Options that say how an image becomes a net's input."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import click

from prototxt.cli.options.net import file_name, option_group

if TYPE_CHECKING:
    from prototxt.images.recipe import Recipe, Resize
    from prototxt.net import Net

PRESET_NAMES = (
    "imagenet",
    "vgg",
    "mobilenet",
    "ssd",
    "mobilenet-ssd",
    "faster-rcnn",
    "mtcnn",
    "mnist",
    "unit",
)


def resize_size(text: str) -> Resize:
    """`256`, `256x340` (HEIGHTxWIDTH), `600-1000`, `input` or `none`; click.BadParameter for anything else."""
    from prototxt.images.recipe import Within

    if text == "input":
        return "input"
    if text == "none":
        return "none"
    found = re.fullmatch(r"([1-9]\d{0,4})(?:([x-])([1-9]\d{0,4}))?", text)
    if not found:
        known = "a short side (256), HEIGHTxWIDTH (256x340), SHORT-LONGEST (600-1000), input or none"
        raise click.BadParameter(f'"{text}" is not {known}')
    if found[2] is None:
        return int(found[1])
    sizes = int(found[1]), int(found[3])
    return sizes if found[2] == "x" else Within(*sizes)


@dataclass(frozen=True)
class ImageChoice:
    """What the image options say; None where nothing was said."""

    preset: str | None
    resize: Any
    crop: str | None
    channel_order: str | None
    raw_scale: float | None
    mean: str | None
    scale: float | None

    @property
    def said(self) -> list[str]:
        """The options that were given."""
        return [
            f"--{field.name.replace('_', '-')}"
            for field in fields(self)
            if getattr(self, field.name) is not None
        ]

    def recipe(self, net: Net, blob: str) -> tuple[Recipe, list[str]]:
        """The recipe for images that fill `blob`, and what the user should know of it.

        What an option says comes first, then the preset, then the net's own transform_param, then Caffe's defaults.
        """
        from prototxt.data.recipe import own_recipe
        from prototxt.images.mean import read_mean
        from prototxt.images.presets import preset
        from prototxt.images.recipe import PLAIN

        mean = read_mean(self.mean) if self.mean else None
        base, notes = PLAIN, list[str]()
        if self.preset:
            height, width = net.blobs[blob].shape[2:]
            base = preset(self.preset, height, width)
        elif (layer := net.layer_of_input(blob)) is not None:
            own = own_recipe(layer, net.folder, mean)
            base, notes = own or (PLAIN, [])
        said = {
            "resize": self.resize, "crop": self.crop, "order": self.channel_order, "raw_scale": self.raw_scale,
            "mean": mean, "scale": self.scale,
        }  # fmt: skip
        return replace(base, **{name: value for name, value in said.items() if value is not None}), notes


image_options = option_group(
    "images",
    "How images are prepared",
    ImageChoice,
    [
        click.option(
            "--preset", type=click.Choice(PRESET_NAMES),
            help="How a family of nets wants its images; other options go before it.",
        ),
        click.option(
            "--resize", type=resize_size, metavar="SHORT|HxW|SHORT-LONGEST|input|none",
            help="Before the crop: the short side, or height and width, or the input's own. With none the net takes "
            "the image's size, with 600-1000 that of an image whose short side is made 600, or less where the long "
            "one would be over 1000.  [default: input]",
        ),
        click.option(
            "--crop", type=click.Choice(["center", "ten"]),
            help="Of a resized image larger than the input: its centre, or the mean answer of ten crops.  "
            "[default: center]",
        ),
        click.option(
            "--channel-order", type=click.Choice(["bgr", "rgb"]),
            help="The order of the net's three input channels.  [default: bgr]",
        ),
        click.option(
            "--raw-scale", type=float, metavar="WHITE",
            help="What white is before the mean is subtracted.  [default: 255]",
        ),
        click.option(
            "--mean", type=file_name, metavar="B,G,R|FILE",
            help="Subtracted: a value per channel, or a .binaryproto or .npy file.",
        ),
        click.option(
            "--scale", type=float, metavar="FACTOR", help="Multiplies the input, after the mean.  [default: 1]"
        ),
    ],
)  # fmt: skip
