"""The options of a net: how its file becomes a graph, and how the graph runs."""

from __future__ import annotations

import pathlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from inspect import Parameter, signature
from typing import TypedDict, TypeVar, Unpack

from prototxt.errors import InputError, did_you_mean
from prototxt.graph.hints import NO_HINTS, WeightHints
from prototxt.graph.select import PHASES, State
from prototxt.layers.base import LayerSettings
from prototxt.layers.forks import DIALECTS

__all__ = ["Inputs", "NetKeywords", "NetOptions", "Options", "show_net_options"]

Inputs = Mapping[str, Sequence[int]]
"""Shapes of inputs by name."""

Function = TypeVar("Function", bound=Callable[..., object])


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
    """

    phase: str = "TEST"
    level: int = 0
    stages: Iterable[str] = ()
    inputs: Inputs | None = None
    seed: int = 0
    allow_writes: bool = False
    allow_python_layers: bool = False
    dialect: str = ""

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
            folder=str(pathlib.Path(file).parent),
            allow_writes=self.allow_writes,
            allow_python_layers=self.allow_python_layers,
            dialect=self.dialect,
            stored=hints.blob_counts,
        )


class NetKeywords(TypedDict, total=False):
    """The fields of `NetOptions` as keyword arguments, for type checkers."""

    phase: str
    level: int
    stages: Iterable[str]
    inputs: Inputs | None
    seed: int
    allow_writes: bool
    allow_python_layers: bool
    dialect: str
    keep: str | Sequence[str]
    engine: str
    threads: int | None
    strict: bool


@dataclass(frozen=True, kw_only=True)
class NetOptions(Options):
    """The options with which a definition becomes a net: the keywords of `load_net` and `parse_net`.

    Besides the fields of `Options`:

    keep     which blobs survive a forward: "all", "outputs", or a list of names
    engine   "fast" (NumPy), "numba" (the same with some kernels that numba compiles; the extra `fast` installs it) or
             "reference" (every layer's own plain forward)
    threads  how many threads the first two use; None: PROTOTXT_NUM_THREADS, else the cores this process may use
    strict   make an unknown field an error, not a warning
    """

    keep: str | Sequence[str] = "all"
    engine: str = "fast"
    threads: int | None = None
    strict: bool = False

    @classmethod
    def of(cls, options: Options, **others: Unpack[NetKeywords]) -> NetOptions:
        """These options, with others added or replaced."""
        known = {field.name: getattr(options, field.name) for field in fields(options)}
        return cls(**{**known, **others})


def show_net_options(function: Function) -> Function:
    """Make the signature of a function with `**options` list the fields of `NetOptions` and their defaults.

    `help` and `inspect.signature` then show every keyword; type checkers read `NetKeywords`.
    """
    own = signature(function)
    named = [p for p in own.parameters.values() if p.kind is not Parameter.VAR_KEYWORD]
    options = [
        Parameter(field.name, Parameter.KEYWORD_ONLY, default=field.default, annotation=field.type)
        for field in fields(NetOptions)
    ]
    vars(function)["__signature__"] = own.replace(parameters=[*named, *options])
    return function
