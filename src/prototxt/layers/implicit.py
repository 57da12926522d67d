"""implicit: a remark in a drawing of a net."""

from __future__ import annotations

from prototxt.layers.registry import layer
from prototxt.layers.silence import Silence


@layer("implicit", bottoms=(1, None), tops=0, fork="others")
class Implicit(Silence):
    """Stands for what is done with its bottoms outside the net, and does nothing.

    Formula:
        none

    Shapes:
        x_i: any; no tops

    Pitfalls:
        It is no layer of any Caffe, but of files drawn with Netscope. Its bottoms are outputs of the net all the same.

    Example:
        layer { name: "bbox_out" type: "implicit" bottom: "bbox_pred" }

    Source: Netscope CNN Analyzer (dgschwend/netscope), its presets.
    """

    consumes = False
    golden = "it makes nothing"
