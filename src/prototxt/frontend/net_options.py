"""The options of a net that runs: those of its graph, and how it runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from inspect import Parameter, signature
from typing import TypedDict, TypeVar, Unpack

from prototxt.frontend.options import Inputs, Options

__all__ = ["NetKeywords", "NetOptions", "show_net_options"]

Function = TypeVar("Function", bound=Callable[..., object])


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
    end: str
    keep: str | Sequence[str]
    engine: str
    threads: int | None
    strict: bool
    reshape_weights: bool


@dataclass(frozen=True, kw_only=True)
class NetOptions(Options):
    """The options with which a definition becomes a net: the keywords of `load_net` and `parse_net`.

    Besides the fields of `Options`:

    keep     which blobs survive a forward: "all", "outputs", or a list of names
    engine   "fast" (NumPy), "numba" (the same with some kernels that numba compiles; the extra `fast` installs it) or
             "reference" (every layer's own plain forward)
    threads  how many threads the first two use; None: PROTOTXT_NUM_THREADS, else the cores this process may use
    strict   make an unknown field an error, not a warning
    reshape_weights  take weights whose numbers are the same in another shape: one that differs only in axes of 1, or
             that of an InnerProduct (N x CHW) for a convolution (N x C x H x W) and the other way round
    """

    keep: str | Sequence[str] = "all"
    engine: str = "fast"
    threads: int | None = None
    strict: bool = False
    reshape_weights: bool = False

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
