"""The section on the precision that a layer's fork runs it in, where that is not float32."""

from __future__ import annotations

from prototxt.explain.sections.section import Line, Section
from prototxt.graph.context import LayerContext

__all__ = ["precision_section"]

NOT_APPLIED = "not applied: here every layer is computed in float32"


def precision_section(context: LayerContext) -> Section | None:
    """The numbers that the file gives for it; None for layers in float32."""
    low_precision = context.layer.low_precision
    if low_precision is None:
        return None
    lines = [Line(name, text) for name, text in low_precision.rows]
    return Section("precision", "Precision in its fork", (*lines, Line("here", NOT_APPLIED)))
