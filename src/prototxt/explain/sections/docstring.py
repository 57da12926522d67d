"""A layer type's docstring by its parts: the summary, and the paragraphs `Formula:`, `Shapes:`, `Pitfalls:`."""

from __future__ import annotations

from inspect import cleandoc

from prototxt.layers.base import Layer

__all__ = ["docstring_part", "docstring_summary"]


def docstring_summary(layer: Layer) -> str:
    """The first paragraph, on one line."""
    return " ".join(_paragraphs(layer)[0].split())


def docstring_part(layer: Layer, head: str) -> str:
    """The text below `head:` with its line breaks; empty where there is none."""
    for paragraph in _paragraphs(layer):
        first, _, body = paragraph.partition("\n")
        if first == f"{head}:":
            return cleandoc(body)
    return ""


def _paragraphs(layer: Layer) -> list[str]:
    return cleandoc(type(layer).__doc__ or "").replace("`", "").split("\n\n")
