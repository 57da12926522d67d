"""The options with which a net's file becomes a graph; those of a net that runs are in `net_options`."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from prototxt.errors import InputError, did_you_mean
from prototxt.graph.hints import NO_HINTS, WeightHints
from prototxt.graph.select import PHASES, State
from prototxt.layers.base import LayerSettings
from prototxt.layers.forks import DIALECTS

__all__ = ["Inputs", "Options"]

Inputs = Mapping[str, Sequence[int]]
"""Shapes of inputs by name."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """The options with which a definition becomes a graph.

    phase                "TEST" or "TRAIN": which layers take part, by their include and exclude rules
    level, stages        the level and stages that those rules may require
    inputs               shapes of inputs, which replace the file's own or supply them: {"data": (1, 3, 227, 227)},
                         N x C x H x W
    seed                 the seed of fillers and random layers
    allow_writes         let layers such as HDF5Output write the files that the net names
    allow_python_layers  let layers of type Python run the code that the net names
    dialect              the fork the net is written for ("ssd", "rfcn", "segnet", "pspnet", "yolo" ...), where forks
                         mean different things by one type name and nothing else says which
    end                  the last layer that is needed: those after it are left out, and so are inputs and data that
                         only they read
    """

    phase: str = "TEST"
    level: int = 0
    stages: Iterable[str] = ()
    inputs: Inputs | None = None
    seed: int = 0
    allow_writes: bool = False
    allow_python_layers: bool = False
    dialect: str = ""
    end: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "stages", tuple(self.stages))

    def state(self) -> State:
        """The state that include and exclude rules are compared with. Raises InputError for another phase."""
        if self.phase not in PHASES:
            raise InputError(f'phase is "TRAIN" or "TEST", not "{self.phase}"')
        return State(PHASES.index(self.phase), self.level, frozenset(self.stages))

    def layer_settings(self, file: str, hints: WeightHints = NO_HINTS) -> LayerSettings:
        """The settings of the layers of this file. Raises InputError for an unknown dialect."""
        if self.dialect and self.dialect not in DIALECTS:
            raise InputError(
                f'dialect is one of {", ".join(DIALECTS)}, not "{self.dialect}"',
                hint=did_you_mean(self.dialect, DIALECTS),
            )
        return LayerSettings(
            phase=self.state().phase,
            seed=self.seed,
            folder=os.path.dirname(file) or os.curdir,
            allow_writes=self.allow_writes,
            allow_python_layers=self.allow_python_layers,
            dialect=self.dialect,
            stored=hints.blob_counts,
        )
