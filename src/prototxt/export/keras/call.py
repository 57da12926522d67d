"""One layer as a call of Keras."""

from __future__ import annotations

from prototxt.export.call import Call
from prototxt.export.keras.rule import keras_rule
from prototxt.graph.context import LayerContext
from prototxt.util.modules import import_submodules

__all__ = ["keras_call"]

import_submodules("prototxt.export.keras.rules")


def keras_call(context: LayerContext) -> Call | None:
    """The layer as Keras has it; None for types without a rule."""
    return keras_rule(context.layer, context)
