"""One layer as a call of PyTorch."""

from __future__ import annotations

from prototxt.export.call import Call
from prototxt.export.pytorch.rule import pytorch_rule
from prototxt.graph.context import LayerContext
from prototxt.util.modules import import_submodules

__all__ = ["pytorch_call"]

import_submodules("prototxt.export.pytorch.rules")


def pytorch_call(context: LayerContext) -> Call | None:
    """The layer as PyTorch has it; None for types without a rule."""
    return pytorch_rule(context.layer, context)
