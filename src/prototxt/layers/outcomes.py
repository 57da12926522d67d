"""What becomes of a field that is set and that no layer reads."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

__all__ = ["Ignored", "Outcome", "ignore"]


class Outcome(Enum):
    """The consequence for a layer that sets the field."""

    QUIET = "harmless"
    """Numbers and shapes are the same without it: nothing is said."""
    WARNS = "warning"
    """The layer runs without it, and a note says so."""
    CHANGES_TRAINING = "cannot train"
    """In TRAIN as CHANGES_NUMBERS, in TEST as QUIET."""
    CHANGES_NUMBERS = "cannot run"
    """The layer cannot be run; the shapes of its tops are known."""
    CHANGES_SHAPES = "cannot run, shape unknown"
    """The layer cannot be run, and the shapes of its tops are not known."""

    @property
    def stops(self) -> bool:
        """Whether the layer cannot be run."""
        return self in (Outcome.CHANGES_NUMBERS, Outcome.CHANGES_SHAPES)


class Ignored(NamedTuple):
    """The outcome of a field, with the reason that people are told."""

    outcome: Outcome
    reason: str


def ignore(outcome: Outcome, reason: str, *fields: str) -> dict[str, Ignored]:
    """What a layer class says of fields that it ignores, by their paths (`transform_param.mirror`): see `ignores`."""
    return dict.fromkeys(fields, Ignored(outcome, reason))
