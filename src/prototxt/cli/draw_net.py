"""prototxt-draw-net: a net as Caffe's draw_net.py draws it."""

from __future__ import annotations

import click

from prototxt.cli.command import Command
from prototxt.cli.options.group import file_name


@click.command(cls=Command, context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("input_net_proto_file", type=file_name)
@click.argument("output_image_file", type=file_name)
@click.option(
    "--rankdir", type=click.Choice(["LR", "TB", "BT", "RL"]), default="LR", show_default=True,
    help="Direction in which the data flows: LR from left to right, TB from top to bottom ...",
)  # fmt: skip
@click.option(
    "--phase", type=click.Choice(["TRAIN", "TEST", "ALL"]), default="ALL", show_default=True,
    help="Draw only the layers of this phase.",
)  # fmt: skip
@click.option(
    "--display_lrm", "--display-lrm", is_flag=True,
    help="Show the learning rate multipliers of Convolution, Deconvolution and InnerProduct.",
)  # fmt: skip
@click.version_option(package_name="prototxt")
def main(
    input_net_proto_file: str, output_image_file: str, rankdir: str, phase: str, display_lrm: bool
) -> None:
    """Draw a net (a prototxt file of any age) as Caffe does: layers in boxes, blobs in octagons. The suffix of the
    output file sets the format: .png, .svg, .pdf, ... by Graphviz, or .dot (.gv, .raw) as text.

    prototxt-draw, by contrast, shows the shape of every blob, and draws an in-place layer in the box of the layer whose
    output it changes.

    \b
    Examples:
      prototxt-draw-net train_val.prototxt net.png --rankdir TB --phase TEST
      prototxt-draw-net train_val.prototxt net.svg --display_lrm
    """
    from prototxt.cli.actions.draw_net import execute

    execute(input_net_proto_file, output_image_file, rankdir, phase, display_lrm)
