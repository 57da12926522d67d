"""The arguments and options of prototxt-run, as the command passes them to its work."""

from __future__ import annotations

from dataclasses import dataclass

from prototxt.cli.options.image import ImageChoice
from prototxt.cli.options.net import NetChoice
from prototxt.cli.options.output import OutputChoice
from prototxt.cli.options.plan import PlanChoice


@dataclass(frozen=True)
class RunRequest:
    """The arguments and options of one call."""

    net: str
    images_named: tuple[str, ...]
    weights: tuple[str, ...]
    reshape_weights: bool
    images: ImageChoice
    batch: int | None
    fail_fast: bool
    start: str | None
    end: str | None
    seed: int
    engine: str
    planned: PlanChoice
    output: OutputChoice
    choice: NetChoice
