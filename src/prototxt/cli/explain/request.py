"""The arguments and options of prototxt-explain, as the command passes them to its work."""

from __future__ import annotations

from dataclasses import dataclass

from prototxt.cli.explain.options import NetQuestion, ValueChoice
from prototxt.cli.options.image import ImageChoice
from prototxt.cli.options.net import NetChoice


@dataclass(frozen=True)
class ExplainRequest:
    """The arguments and options of one call."""

    net: str
    layer: str | None
    form: str
    output: str | None
    only: str | None
    value: ValueChoice
    images: ImageChoice
    question: NetQuestion
    choice: NetChoice
