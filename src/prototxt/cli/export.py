"""prototxt-export: a net as an ONNX file, checked against the net."""

from __future__ import annotations

from typing import Any

import click

from prototxt.cli.actions.requests import ExportRequest
from prototxt.cli.command import Command
from prototxt.cli.options.group import file_name
from prototxt.cli.options.net import net_options, reshape_option, seed_option, weights_option


@click.command(cls=Command, context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("net", type=file_name)
@weights_option
@reshape_option
@click.option(
    "-o", "--output", type=file_name, metavar="FILE", required=True, help="File to write: NAME.onnx."
)
@click.option(
    "--batch", type=click.IntRange(1), metavar="N",
    help="Size of the batch in the file; without it the file takes any.",
)  # fmt: skip
@click.option(
    "--outputs", metavar="BLOB", multiple=True,
    help="Blob to give out; may be given several times.  [default: the net's outputs]",
)  # fmt: skip
@click.option(
    "--keep-losses",
    is_flag=True,
    help="Write losses and accuracies too, where ONNX has them; they need labels.",
)
@click.option(
    "--fold/--no-fold", default=True, help="Make BatchNorm, Scale and Bias a part of the convolution before."
)
@click.option("--opset", type=int, default=17, show_default=True, help="ONNX operator set, 17 to 23.")
@click.option(
    "--check/--no-check", default=True, show_default=True,
    help="Run the file in ONNX Runtime, if that is installed, and keep it only if it gives the net's numbers.",
)  # fmt: skip
@click.option(
    "--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True,
    help="What is printed: a table of what every layer became, or JSON.",
)  # fmt: skip
@seed_option
@net_options
@click.version_option(package_name="prototxt")
def main(**given: Any) -> None:  # as ExportRequest types them
    """Write NET (a prototxt file) with its weights as an ONNX file.

    Inputs and outputs are named as the blobs. Data layers become inputs; Dropout, losses and accuracies are left out.
    A layer that ONNX cannot express is an error that names it, and no file is written.

    \b
    Examples:
      prototxt-export examples/lenet.prototxt --weights examples/lenet.caffemodel -o lenet.onnx
      prototxt-export deploy.prototxt --weights net.caffemodel -o features.onnx --outputs pool5
      prototxt-export deploy.prototxt --weights net.caffemodel -o net.onnx --batch 1 --input data=1,3,300,300
    """
    from prototxt.cli.actions.export import execute

    execute(ExportRequest(**given))
