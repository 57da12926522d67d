"""prototxt-run: run a net on images, and print, save or paint its outputs."""

from __future__ import annotations

from typing import Any

import click

from prototxt.cli.command import Command
from prototxt.cli.options.group import file_name
from prototxt.cli.options.image import image_options
from prototxt.cli.options.net import net_options, reshape_option, seed_option, weights_option
from prototxt.cli.options.output import output_options
from prototxt.cli.options.plan import plan_options
from prototxt.cli.run.request import RunRequest


@click.command(cls=Command, context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("net", type=file_name)
@click.argument("images_named", metavar="[IMAGE]...", type=file_name, nargs=-1)
@weights_option
@reshape_option
@image_options
@click.option("--batch", type=click.IntRange(1), help="Images per forward pass.  [default: 1]")
@click.option("--fail-fast", is_flag=True, help="Stop at the first image that cannot be read or run.")
@click.option(
    "--from",
    "start",
    metavar="LAYER",
    help="First layer to run; IMAGE is then a .npy or .npz file of the blobs that it reads.",
)
@click.option("--to", "end", metavar="LAYER", help="Last layer to run; its tops are the outputs.")
@seed_option
@click.option(
    "--engine", type=click.Choice(["fast", "numba", "reference"]), default="fast", show_default=True,
    help="fast: a plan of fused NumPy kernels; numba: the same, with some kernels compiled "
    "(pip install prototxt[fast]); reference: the plain formula of each layer.",
)  # fmt: skip
@plan_options
@output_options
@net_options
@click.version_option(package_name="prototxt")
@click.pass_context
def main(ctx: click.Context, /, **given: Any) -> None:  # as RunRequest types them
    """Run NET (a prototxt file) on images: print every blob's shape, every layer's time and the best classes.

    IMAGE is a file, a folder, a pattern such as "pets/*.jpg", - for a list of files on standard input, or a .npy or
    .npz file of arrays, which feed the net as they are. A single image gets the full report, several get one line
    each. Unreadable images are reported and skipped, and the exit code is 1. --plan and --profile need no IMAGE.

    \b
    Presets for images (--preset):
      imagenet       AlexNet, CaffeNet, GoogLeNet, SqueezeNet: 256x256, centre, minus 104,117,123
      vgg            VGG, ResNet: short side 256, centre, minus 103.939,116.779,123.68
      mobilenet      MobileNet, DenseNet, ShuffleNet: the same with 103.94,116.78,123.68, x 0.017
      ssd            SSD on VGG, face detectors: minus 104,117,123
      mobilenet-ssd  minus 127.5, / 127.5
      faster-rcnn    Faster R-CNN, R-FCN: short side 600, long side at most 1000, minus 102.9801,115.9465,122.7717
      mtcnn          RGB, minus 127.5, / 128
      mnist          / 256
      unit           / 255

    \b
    Examples:
      prototxt-run examples/lenet.prototxt examples/digit.png --preset mnist --weights examples/lenet.caffemodel
      prototxt-run deploy.prototxt cat.jpg --weights net.caffemodel --preset imagenet --labels synset_words.txt
      prototxt-run deploy.prototxt photos/ --weights net.caffemodel --batch 8 --save fc7.npz --blob fc7
      prototxt-run deploy.prototxt street.jpg --weights ssd.caffemodel --preset ssd --labels voc.txt --draw found.png
      prototxt-run deploy.prototxt --profile
    """
    from prototxt.cli.run.execute import execute

    ctx.exit(execute(RunRequest(**given)))
