"""prototxt-draw-net: a net as Caffe's draw_net.py draws it."""

from __future__ import annotations

import click

from prototxt.cli.common import Command, say, show_notes
from prototxt.cli.options.net import file_name
from prototxt.errors import Place, PrototxtError

PHASES = {"TRAIN": 0, "TEST": 1, "ALL": None}


@click.command(cls=Command, context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("input_net_proto_file", type=file_name)
@click.argument("output_image_file", type=file_name)
@click.option(
    "--rankdir",
    type=click.Choice(["LR", "TB", "BT", "RL"]),
    default="LR",
    show_default=True,
    help="Where the data flows: from left to right, from top to bottom ...",
)
@click.option(
    "--phase",
    type=click.Choice(list(PHASES)),
    default="ALL",
    show_default=True,
    help="Draw the layers of this phase alone.",
)
@click.option(
    "--display_lrm", "--display-lrm", is_flag=True,
    help="Tell the learning rate multipliers of Convolution, Deconvolution and InnerProduct.",
)  # fmt: skip
@click.version_option(package_name="prototxt")
def main(
    input_net_proto_file: str, output_image_file: str, rankdir: str, phase: str, display_lrm: bool
) -> None:
    """Draw a net (a prototxt file of any age) as Caffe does: layers in boxes, blobs in octagons. The suffix of the
    picture says what to write: .png, .svg, .pdf, ..., by Graphviz, or .dot (.gv, .raw), which is its text.

    prototxt-draw draws the shape of every blob, and layers in place within the one they change.

    \b
    Examples:
      prototxt-draw-net train_val.prototxt net.png --rankdir TB --phase TEST
      prototxt-draw-net train_val.prototxt net.svg --display_lrm
    """
    from prototxt.caffe.draw import draw_net_to_file
    from prototxt.frontend.load import define_net
    from prototxt.text.read import read_text

    definition = define_net(read_text(input_net_proto_file), input_net_proto_file)
    show_notes(definition.notes)
    try:
        draw_net_to_file(definition.message, output_image_file, rankdir, PHASES[phase], display_lrm)
    except ValueError as error:
        raise PrototxtError(str(error), place=Place(input_net_proto_file)) from None
    say(f"Drawing net to {output_image_file}")
