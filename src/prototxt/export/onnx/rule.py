"""The registry of rules for ONNX."""

from __future__ import annotations

from collections.abc import Sequence
from functools import singledispatch

from prototxt.export.onnx.draft import LayerDraft
from prototxt.layers.base import Layer

__all__ = ["Values", "onnx_rule"]

Values = str | Sequence[str]
"""The values of a layer's tops, or of its one top."""


@singledispatch
def onnx_rule(layer: Layer, draft: LayerDraft) -> Values:
    """Writes a layer as operators, and returns the values of its tops. Raises LayerError where that is impossible."""
    raise draft.refuse(f"there is no rule for layers of type {layer.type}", field="type")
