"""prototxt-classify: images through a classifier, with the options of Caffe's classify.py."""

from __future__ import annotations

from typing import Any

import click

from prototxt.cli.actions.requests import ClassifyRequest
from prototxt.cli.command import Command
from prototxt.cli.options.group import file_name
from prototxt.cli.options.net import reshape_option


def whole_numbers(text: str) -> tuple[int, ...]:
    """`2,1,0` as numbers, () for an empty text; click.BadParameter for anything else."""
    try:
        return tuple(int(part) for part in text.split(",")) if text else ()
    except ValueError:
        raise click.BadParameter(f'"{text}" is not a list of whole numbers such as 2,1,0') from None


def height_width(text: str) -> tuple[int, ...]:
    """`256,256` as height and width; click.BadParameter for anything else."""
    numbers = whole_numbers(text)
    if len(numbers) != 2 or min(numbers) < 1:
        raise click.BadParameter(f'"{text}" is not HEIGHT,WIDTH such as 256,256')
    return numbers


@click.command(cls=Command, context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("input_file", type=file_name)
@click.argument("output_file", type=file_name, required=False)
@click.option("--model_def", type=file_name, metavar="PROTOTXT", help="The net.  [required]")
@click.option("--pretrained_model", type=file_name, metavar="CAFFEMODEL", help="Its weights.  [required]")
@click.option("--gpu", is_flag=True, help="Accepted for compatibility: nets run on the CPU.")
@click.option("--center_only", is_flag=True, help="Use only the centre crop, not the mean of ten crops.")
@click.option(
    "--images_dim", type=height_width, default="256,256", show_default=True, metavar="HEIGHT,WIDTH",
    help="Size of images before they are cropped.",
)  # fmt: skip
@click.option(
    "--mean_file", metavar="FILE|VALUES",
    help="Mean of each channel, to subtract: a .npy or .binaryproto, or values such as 104,117,123; '' for none.  "
    "[required]",
)  # fmt: skip
@click.option("--input_scale", type=float, help="Factor applied after the mean.")
@click.option(
    "--raw_scale", type=float, default=255.0, show_default=True,
    help="Factor applied before the mean is subtracted; images are in 0..1.",
)  # fmt: skip
@click.option(
    "--channel_swap", type=whole_numbers, metavar="ORDER",
    help="Order of channels; '' keeps RGB.  [default: 2,1,0 (BGR) for nets of three channels]",
)  # fmt: skip
@click.option("--ext", default="jpg", show_default=True, help="Suffix of the images in a folder.")
@click.option(
    "--labels", type=file_name, metavar="FILE", help="Class names, one per line: print the best five classes."
)
@reshape_option
@click.version_option(package_name="prototxt")
def main(**given: Any) -> None:  # as ClassifyRequest types them
    """Classify INPUT_FILE: an image, a folder of images, or a .npy of images N x H x W x K in RGB, 0..1.

    OUTPUT_FILE becomes a .npy with a row of scores per image. Without it, the best five classes of each image are
    printed. The options are those of Caffe's python/classify.py. The net, its weights and its mean have no defaults
    here: Caffe took them from its own source tree.

    \b
    Examples:
      prototxt-classify cat.jpg --model_def deploy.prototxt --pretrained_model net.caffemodel \\
        --mean_file 104,117,123 --labels synset_words.txt
      prototxt-classify photos/ scores.npy --model_def deploy.prototxt --pretrained_model net.caffemodel \\
        --mean_file mean.npy --ext png --center_only
    """
    from prototxt.cli.actions.classify import execute

    execute(ClassifyRequest(**given))
