"""prototxt-explain: what a layer computes, and why it has its shape, its parameters and its cost."""

from __future__ import annotations

from typing import Any

import click

from prototxt.cli.command import Command
from prototxt.cli.explain.options import net_questions, value_options
from prototxt.cli.explain.request import ExplainRequest
from prototxt.cli.options.group import file_name
from prototxt.cli.options.image import image_options
from prototxt.cli.options.net import net_options


@click.command(cls=Command, context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("net", type=file_name)
@click.argument("layer", required=False)
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "html"]), default="text", show_default=True,
    help="Output format; html is a single self-contained page.",
)  # fmt: skip
@click.option(
    "-o", "--output", type=file_name, metavar="FILE", help="Write to FILE instead of standard output."
)
@click.option(
    "--only", metavar="SECTION[,...]",
    help="Show only these sections of LAYER: layer, formula, size, connectivity, parameters, cost, im2col, field, "
    "elsewhere, pitfalls.",
)  # fmt: skip
@value_options
@image_options
@net_questions
@net_options
@click.version_option(package_name="prototxt")
@click.pass_context
def main(ctx: click.Context, /, **given: Any) -> None:  # as ExplainRequest types them
    """Explain LAYER of NET (a prototxt file) with its own numbers; without LAYER, list the layers.

    The sections show the formula of the output size, the window of each kernel and the maps that it connects,
    parameters and multiply-adds as products and by every convention, the matrices of im2col, the receptive field, and
    the same layer in PyTorch and Keras. The net does not run.

    With --at, one value is broken down: the net runs up to LAYER, on --image or on noise, and every product, subtotal
    and step of the computation is printed. The result is compared with the engine's value; the exit code is 1 if the
    two differ.

    \b
    Examples:
      prototxt-explain examples/alexnet.prototxt
      prototxt-explain examples/alexnet.prototxt conv2
      prototxt-explain examples/alexnet.prototxt conv2 --only size,cost
      prototxt-explain deploy.prototxt pool1 --input data=1,3,384,384
      prototxt-explain deploy.prototxt conv1 --format html -o conv1.html
      prototxt-explain examples/lenet.prototxt conv2 --at 0,17,3,4 --weights examples/lenet.caffemodel \\
        --image examples/digit.png --preset mnist --depth 2
      prototxt-explain deploy.prototxt --what-if conv1.stride=2
      prototxt-explain deploy.prototxt --same conv1
      prototxt-explain deploy.prototxt --fc-as-conv 384x384
      prototxt-explain deploy.prototxt --diff other.prototxt
    """
    from prototxt.cli.explain.execute import execute

    ctx.exit(execute(ExplainRequest(**given)))
