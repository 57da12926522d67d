"""The section on the same layer in PyTorch and Keras, with the differences."""

from __future__ import annotations

from prototxt.errors import printable
from prototxt.explain.sections.section import Line, Section
from prototxt.export.call import Call
from prototxt.export.keras.call import keras_call
from prototxt.export.pytorch.call import pytorch_call
from prototxt.graph.context import LayerContext
from prototxt.layers.common.nd_window import CLIP_AXES

__all__ = ["ports_section"]

MAX_WIDTH = 50
"""The most characters of parameters on one line."""


def ports_section(context: LayerContext) -> Section | None:
    """The section; None for types that neither program is known to have."""
    calls = [("PyTorch", pytorch_call(context)), ("Keras", keras_call(context))]
    clips = len(context.bottom[0]) == CLIP_AXES if context.bottom else False
    lines = [line for name, call in calls if call for line in _lines(name, call, clips)]
    if lines and len(context.bottom) > 1 and len(context.bottom) == len(context.top):
        lines.append(Line("bottoms", f"{len(context.bottom)}: one module, called for each"))
    if lines and {blob.name for blob in context.node.bottoms} & {blob.name for blob in context.node.tops}:
        lines.append(_in_place(context))
    return Section("elsewhere", "In other frameworks", tuple(lines)) if lines else None


def _lines(name: str, call: Call, clips: bool) -> list[Line]:
    """A call's lines; `clips` says that its first bottom is N x C x L x H x W."""
    values: dict[str, object] = {
        "code": call.code,
        "weights": dict(call.weights),
        "differs": list(call.differs),
    }
    weights = [f"{theirs} = {ours}" for theirs, ours in call.weights] if call.code else []
    if sum(map(len, weights)) < MAX_WIDTH:
        weights = [", ".join(weights)] if weights else []
    layout = (
        f"x is {'N x L x H x W x C' if clips else 'N x H x W x C'}" if name == "Keras" and call.code else ""
    )
    lines = [Line(name, "\n".join([call.code or "no equivalent", *weights]), layout, values)]
    return [*lines, *(Line("mind", note) for note in call.differs)]


def _in_place(context: LayerContext) -> Line:
    return Line(
        "in place", f"there the input is kept; here {printable(context.node.bottoms[0].name)} is overwritten"
    )
