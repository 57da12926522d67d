"""What a room's docstring says, by its parts."""

from __future__ import annotations

from inspect import cleandoc

from prototxt.layers.base import Layer


def summary(layer: Layer) -> str:
    """What the layer does, in a line."""
    return " ".join(_paragraphs(layer)[0].split())


def part(layer: Layer, head: str) -> str:
    """The text below `Formula:`, say, as it is laid out; empty where there is none."""
    for paragraph in _paragraphs(layer):
        first, _, body = paragraph.partition("\n")
        if first == f"{head}:":
            return cleandoc(body)
    return ""


def _paragraphs(layer: Layer) -> list[str]:
    return cleandoc(type(layer).__doc__ or "").replace("`", "").split("\n\n")
