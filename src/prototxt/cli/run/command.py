"""prototxt-run: a net on images: every layer's time, the best classes, what was found where, features, pictures."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from prototxt.cli.common import Command, show_notes
from prototxt.cli.options.image import ImageChoice, image_options
from prototxt.cli.options.net import NetChoice, file_name, net_options, weights_option
from prototxt.cli.options.output import OutputChoice, output_options
from prototxt.cli.options.plan import PlanChoice, plan_options
from prototxt.cli.run.draw import check_draw, check_found
from prototxt.cli.run.job import Job
from prototxt.cli.run.measured import warn_if_busy
from prototxt.cli.run.pictures import paint_filters
from prototxt.cli.run.reading import make_reading, weights_files
from prototxt.cli.run.show_plan import first_items, look
from prototxt.cli.run.text import missing_weights
from prototxt.errors import InputError

if TYPE_CHECKING:
    from prototxt.batch.run import Runner
    from prototxt.frontend.load import Options
    from prototxt.net import Net
    from prototxt.text.definition import Definition


@click.command(cls=Command, context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("net", type=file_name)
@click.argument("images_named", metavar="[IMAGE]...", type=file_name, nargs=-1)
@weights_option
@image_options
@click.option("--batch", type=click.IntRange(1), help="Images per forward.  [default: 1]")
@click.option("--fail-fast", is_flag=True, help="Stop at the first image that cannot be used.")
@click.option(
    "--from",
    "start",
    metavar="LAYER",
    help="Start at this layer; IMAGE is then a .npy or .npz of what it reads.",
)
@click.option("--to", "end", metavar="LAYER", help="Stop behind this layer; its tops are the answer.")
@click.option("--seed", default=0, show_default=True, help="Seeds random weights.")
@click.option(
    "--engine", type=click.Choice(["fast", "numba", "reference"]), default="fast", show_default=True,
    help="fast: a plan of fused NumPy kernels; numba: some of them compiled (pip install prototxt[fast]); "
    "reference: each layer's plain formula.",
)  # fmt: skip
@plan_options
@output_options
@net_options
@click.version_option(package_name="prototxt")
@click.pass_context
def main(
    ctx: click.Context,
    net: str,
    images_named: tuple[str, ...],
    weights: tuple[str, ...],
    images: ImageChoice,
    batch: int | None,
    fail_fast: bool,
    start: str | None,
    end: str | None,
    seed: int,
    engine: str,
    planned: PlanChoice,
    output: OutputChoice,
    choice: NetChoice,
) -> None:
    """Run NET (a prototxt file) on images: every blob's shape, every layer's time, the best classes.

    IMAGE is a file, a folder, a pattern such as "pets/*.jpg", - for a list of files on standard input, or a .npy or
    .npz file of arrays that are fed as they are. Of one image all is told, of many a line each; one that cannot be
    used is named and skipped, and the exit code is 1. --plan and --profile need no IMAGE.

    \b
    Presets for images (--preset):
      imagenet       AlexNet, CaffeNet, GoogLeNet, SqueezeNet: 256x256, centre, minus 104,117,123
      vgg            VGG, ResNet: short side 256, centre, minus 103.939,116.779,123.68
      mobilenet      MobileNet, DenseNet, ShuffleNet: the same with 103.94,116.78,123.68, x 0.017
      ssd            SSD on VGG, face detectors: minus 104,117,123
      mobilenet-ssd  minus 127.5, / 127.5
      faster-rcnn    Faster R-CNN, R-FCN: short side 600, the long at most 1000, minus 102.9801,115.9465,122.7717
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
    from prototxt.batch.sources import expand
    from prototxt.frontend.load import define_net
    from prototxt.net import Net
    from prototxt.text.read import read_text

    if output.blobs and not (output.save or output.feature_maps or planned.looks):
        raise click.UsageError("--blob says what to --save or to paint as --feature-maps: give one of them")
    if output.show_input and Path(output.show_input).suffix.lower() not in ("", ".png"):
        raise click.UsageError("--show-input writes a PNG: name it .png")
    check_draw(output.draw)
    planned.check(engine, output)
    if not images_named and not planned.looks:
        raise click.UsageError("Missing argument 'IMAGE...'.", ctx)
    names = list(expand(images_named, sys.stdin))
    if not names and images_named:
        raise InputError("no images: the list is empty")
    definition = define_net(read_text(net), net, strict=choice.strict)
    show_notes(definition.notes)
    options, files = choice.options(seed), weights_files(weights)
    wanted = definition if end is None else _as_far_as_needed(definition, options, end)
    loaded = Net(wanted, options, files, keep="outputs", engine=engine, threads=planned.threads)
    show_notes([*loaded.graph.notes[len(definition.notes) :], *missing_weights(loaded)])
    if planned.measures:
        warn_if_busy()
    runner = _runner(loaded, output, start, end)
    check_found(runner, names, output)
    if planned.looks and not names:
        look(runner, planned, output.as_json, batch=batch)
        return
    reading = make_reading(runner, names, images)
    show_notes(reading.notes)
    if output.filters:
        paint_filters(output.filters, loaded, reading.order)
    if planned.looks:
        look(runner, planned, output.as_json, items=first_items(reading.read, names, batch or 1))
        return
    ctx.exit(Job(runner, names, reading, batch or 1, fail_fast, output, planned.autotune).go())


def _as_far_as_needed(definition: Definition, options: Options, end: str) -> Definition:
    """Where nothing here can run some of the layers: the net up to `end`, which may do without them."""
    from prototxt.frontend.load import outline
    from prototxt.graph.select import up_to

    return up_to(definition, end) if outline(definition, options).missing else definition


def _runner(net: Net, output: OutputChoice, start: str | None, end: str | None) -> Runner:
    from prototxt.batch.run import Runner

    runner = Runner(net, start, end, output.blobs)
    if output.feature_maps and not output.blobs:
        runner = replace(runner, blobs=runner.maps)
    runner.found()  # what is wrong with a name is said before anything is read
    return runner
