"""The breakdown rule of each layer class: one function per class, registered in `layers/`.

A layer class has a rule or a reason why it has none; tests/explain/breakdown/test_breakdowns.py checks this.
"""

from __future__ import annotations

from functools import singledispatch

from prototxt.errors import LayerError
from prototxt.explain.breakdown.query import Query, Result
from prototxt.layers.base import Layer
from prototxt.layers.registry import all_layer_classes
from prototxt.util.modules import import_submodules

__all__ = ["break_down", "explainable_types", "has_rule", "load_rules", "reason_against"]

RULES = "prototxt.explain.breakdown.layers"
"""The package whose modules register the rules and the reasons."""


@singledispatch
def break_down(layer: Layer, query: Query) -> Result:
    """Break one value of a layer's top down into terms, groups and steps.

    A rule is registered with `@break_down.register` by the class of the layer; a class without a rule of its own has
    that of its base.

    Raises LayerError where the class has no rule, or where no sum produces this value.
    """
    raise LayerError(reason_against(layer))


@singledispatch
def reason_against(layer: Layer) -> str:
    """The reason why the values of a layer cannot be broken down; empty for a layer that has a rule.

    A class without a rule registers its reason, and so does a class whose rule applies only in some settings.
    """
    return "" if has_rule(type(layer)) else "no rule for this layer type breaks a value down"


def load_rules() -> None:
    """Register all rules and reasons; a second call costs nothing."""
    import_submodules(RULES)


def has_rule(layer_class: type[Layer]) -> bool:
    """Whether the class or one of its bases has a rule."""
    load_rules()
    return break_down.dispatch(layer_class) is not break_down.dispatch(Layer)


def explainable_types() -> list[str]:
    """The names of all layer types that have a rule, sorted."""
    return sorted({layer_class.type for layer_class in all_layer_classes() if has_rule(layer_class)})
