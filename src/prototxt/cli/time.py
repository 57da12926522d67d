"""prototxt-time: the time of a net's forward pass, layer by layer, with the flags and the report of `caffe time`."""

from __future__ import annotations

from typing import Any

import click

from prototxt.cli.actions.requests import TimeRequest
from prototxt.cli.gflags import OneDashCommand
from prototxt.cli.options.group import file_name
from prototxt.cli.options.net import input_option, python_option, reshape_option


@click.command(cls=OneDashCommand, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--model", type=file_name, required=True, metavar="FILE", help="Prototxt file of the net.")
@click.option(
    "--weights", type=file_name, metavar="FILE[,FILE...]",
    help="Weights: .caffemodel, .h5 or .npz. Without it the fillers initialize the weights; times are the same.",
)  # fmt: skip
@reshape_option
@click.option(
    "--iterations", type=click.IntRange(1), default=50, show_default=True, help="Number of forward passes to time."
)  # fmt: skip
@click.option(
    "--phase", type=click.Choice(["TRAIN", "TEST"]), default="TRAIN", show_default=True,
    help="Phase whose layers are used.",
)  # fmt: skip
@click.option("--level", default=0, show_default=True, help="Level of the net, for include rules.")
@click.option("--stage", default="", metavar="NAME[,NAME...]", help="Stages of the net.")
@click.option("--gpu", metavar="ID[,ID...]|all", help="Accepted with a warning: nets run on the CPU.")
@input_option
@click.option(
    "--threads", type=click.IntRange(1, 256), metavar="N",
    help="Worker threads.  [default: PROTOTXT_NUM_THREADS, else every core]",
)  # fmt: skip
@python_option
@click.option("--json", "as_json", is_flag=True, help="Print the times as JSON.")
@click.version_option(package_name="prototxt")
def main(**given: Any) -> None:  # as TimeRequest types them
    """Time the forward pass of a net, as `caffe time` does: each layer, and the whole net.

    The first forward pass is not counted. After it, passes that run step by step (they time the layers) alternate
    with ordinary ones (they time the whole). The time of a layer that is fused into another one is counted there.
    Inputs are noise. Options may be written with one dash, as for Caffe.

    \b
    Examples:
      prototxt-time -model deploy.prototxt -iterations 10
      prototxt-time --model deploy.prototxt --weights net.caffemodel --phase TEST --json
    """
    from prototxt.cli.actions.time import execute

    execute(TimeRequest(**given))
