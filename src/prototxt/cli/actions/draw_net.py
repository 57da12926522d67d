"""prototxt-draw-net at work."""

from __future__ import annotations

from prototxt.caffe.draw import draw_net_to_file
from prototxt.cli.nets import read_net
from prototxt.cli.printing import print_line
from prototxt.errors import Place, PrototxtError

PHASES = {"TRAIN": 0, "TEST": 1, "ALL": None}
"""pycaffe's numbers of the phases."""


def execute(net: str, output: str, rankdir: str, phase: str, display_lrm: bool) -> None:
    """Draw the net to a file."""
    definition = read_net(net)
    try:
        draw_net_to_file(definition.message, output, rankdir, PHASES[phase], display_lrm)
    except ValueError as error:
        raise PrototxtError(str(error), place=Place(net)) from None
    print_line(f"Drawing net to {output}")
