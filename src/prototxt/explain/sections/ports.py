"""The same layer as calls of PyTorch and of Keras, with a word where they would differ."""

from __future__ import annotations

from prototxt.explain.sections.section import Line, Section
from prototxt.export.call import Call
from prototxt.export.keras.calls import keras
from prototxt.export.pytorch.calls import pytorch
from prototxt.graph.context import LayerContext

ONE_LINE = 50
"""Characters of learned arrays that are told in one line."""


def elsewhere(context: LayerContext) -> Section | None:
    """Nothing for types of which neither program is known to have the like."""
    calls = [("PyTorch", pytorch(context)), ("Keras", keras(context))]
    lines = [line for name, call in calls if call for line in _lines(name, call)]
    if lines and len(context.bottom) > 1 and len(context.bottom) == len(context.top):
        lines.append(Line("bottoms", f"{len(context.bottom)}: one module, called for each"))
    if lines and {blob.name for blob in context.node.bottoms} & {blob.name for blob in context.node.tops}:
        lines.append(_in_place(context))
    return Section("elsewhere", "The same elsewhere", tuple(lines)) if lines else None


def _lines(name: str, call: Call) -> list[Line]:
    values = {"code": call.code, "weights": dict(call.weights), "differs": list(call.differs)}
    weights = [f"{theirs} = {ours}" for theirs, ours in call.weights] if call.code else []
    if sum(map(len, weights)) < ONE_LINE:
        weights = [", ".join(weights)] if weights else []
    last = "x is N x H x W x C" if name == "Keras" and call.code else ""
    lines = [Line(name, "\n".join([call.code or "nothing that does the same", *weights]), last, values)]
    return [*lines, *(Line("mind", what) for what in call.differs)]


def _in_place(context: LayerContext) -> Line:
    return Line("in place", f"there the input stays; here {context.node.bottoms[0].name} is written over")
