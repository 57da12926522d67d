"""Layers whose values can be broken down, and how near a breakdown comes to a stored value."""

from __future__ import annotations

from prototxt.explain.breakdown.rules import break_down, has_rule, load_rules
from prototxt.graph.graph import Graph, Node
from prototxt.layers.base import Layer

RTOL, ATOL = 1e-4, 1e-5


def with_breakdown(graph: Graph) -> list[Node]:
    return [node for node in graph.nodes if not node.layer.is_input and has_rule(type(node.layer))]


def classes_with_rules() -> list[type[Layer]]:
    """The layer classes that a rule is registered for, without their subclasses."""
    load_rules()
    return [kind for kind in break_down.registry if kind is not object]
