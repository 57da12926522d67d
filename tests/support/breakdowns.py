"""Layers whose values can be broken down, and how near a breakdown comes to a stored value."""

from __future__ import annotations

from prototxt.explain.breakdown.table import LEDGERS
from prototxt.graph.context import of_class
from prototxt.graph.graph import Node
from prototxt.net import Net

RTOL, ATOL = 1e-4, 1e-5


def with_breakdown(net: Net) -> list[Node]:
    return [
        node for node in net.layers if not node.layer.is_input and of_class(LEDGERS, node.layer) is not None
    ]
