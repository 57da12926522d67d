"""The numbers from which the page recomputes a layer after an edit: one function per layer class, in `rules/`.

Numbers have the names of prototxt fields, with defaults filled in. web/src/types.ts declares the same rules for the
page, and tests/page/test_page_rules.py compares the page's results with Python's on every public net.
"""

from __future__ import annotations

from functools import singledispatch
from typing import TypedDict

from prototxt.graph.context import LayerContext, is_known
from prototxt.graph.graph import Graph, Node
from prototxt.layers.base import Layer
from prototxt.util.modules import import_submodules

__all__ = ["InputRule", "Rule", "page_rule", "rule_of", "unknown"]

RULES = "prototxt.page.rules"
"""The package whose modules register the rules."""


class Rule(TypedDict):
    """The kind of a layer's computation; each kind adds the numbers that it depends on."""

    kind: str


class InputRule(Rule):
    """An input of the net, with one shape per top."""

    shapes: list[list[int]]


@singledispatch
def page_rule(layer: Layer, context: LayerContext) -> Rule:
    """The rule of a layer whose shapes are known.

    A rule is registered with `@page_rule.register` by the class of the layer; a class without one has that of its base,
    and a class without any base that has one is unknown to the page.
    """
    return unknown()


def unknown() -> Rule:
    """The rule of a layer that the page cannot recompute: its shapes and costs stay as they are."""
    return {"kind": "unknown"}


def rule_of(graph: Graph, node: Node) -> Rule:
    """The rule by which the shapes, parameters and multiply-adds of a layer follow from its bottoms."""
    if not is_known(graph, node):
        return unknown()
    context = LayerContext(graph, node)
    if node.layer.is_input or not (node.bottoms or node.params):
        rule: InputRule = {"kind": "input", "shapes": [list(shape) for shape in context.top]}
        return rule
    import_submodules(RULES)
    return page_rule(node.layer, context)
