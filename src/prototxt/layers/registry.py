"""The registry of layer types: finds the class of a type name, in the file of that name or wherever it is registered.

A net imports only the files of the types it uses: importing all of them takes as long as reading a net.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from functools import cache, lru_cache
from importlib import import_module
from importlib.util import find_spec
from typing import NamedTuple, TypeVar

from prototxt.errors import LayerError, MissingLayerError, did_you_mean
from prototxt.layers.base import DEFAULT_SETTINGS, Layer, LayerSettings
from prototxt.layers.forks import CAFFE, DIALECTS, FORKS
from prototxt.schema.caffe_pb2 import LayerParameter
from prototxt.util.modules import import_submodules, submodules

__all__ = [
    "PYTHON_LAYERS", "Resolution", "all_layer_classes", "float_type", "layer", "layer_classes", "layer_types",
    "make_layer", "resolve_type",
]  # fmt: skip

PACKAGE = "prototxt.layers"

PYTHON_LAYERS = {
    ("anchor_target_layer", "AnchorTargetLayer"): "AnchorTarget",
    ("clustering", "ClusterDetections"): "ClusterDetections",
    ("layer", "RoIDataLayer"): "RoIData",
    ("caffe_traininglayers", "SpatialRepLayer"): "SpatialRep",
    ("proposal_layer", "ProposalLayer"): "Proposal",
    ("proposal_layer", "ProposalLayer2"): "Proposal2",
    ("proposal_target_layer", "ProposalTargetLayer"): "ProposalTarget",
    ("spatial_dropout", "SpatialDropoutLayer"): "SpatialDropout",
    ("text_proposal_layer", "ProposalLayer"): "TextProposal",
}
"""Well-known Python layers, by the last part of the module's name and the class: layer types that do the same work.

With them nets of the R-CNN family load and run without their authors' code.
"""

RISTRETTO = "Ristretto"
"""The ending of Ristretto's types: they compute in low precision what the type before the ending does in float32."""

RISTRETTO_NAMES = {"Fc": "InnerProduct"}
"""Caffe's names of types that Ristretto calls otherwise."""

MAX_TYPO = 2
"""Letters by which a name with a typing error is longer or shorter than the name that was meant."""

TYPO_LIKENESS = 0.8
"""The least likeness of a misspelt type to the one that was meant: Downsample is no misspelt Upsample."""

OWN = "docs/own-layers.md says how to add one"

ADD_ONE = "docs/layers.md lists the types that exist, docs/own-layers.md says how to add one"

ORDER = {fork: i for i, fork in enumerate(FORKS)}

_registered: dict[str, dict[str, type[Layer]]] = {}
"""The layer classes by type name, then by the fork they belong to."""

_in_order: dict[str, tuple[type[Layer], ...]] = {}
"""The same, of type names that have been asked for, in the order of FORKS."""

L = TypeVar("L", bound=type[Layer])
Arity = int | tuple[int, int | None]


def layer(
    type_name: str,
    *,
    bottoms: Arity = 1,
    tops: Arity = 1,
    tops_equal_bottoms: bool = False,
    loss: bool = False,
    fork: str = CAFFE,
) -> Callable[[L], L]:
    """Registers a class as the layer of a type name, or as what a fork means by it; a class decorator.

    `bottoms` and `tops` say how many the layer takes: a number, or (least, most) with None for no limit.
    `tops_equal_bottoms` asks for as many tops as bottoms. `loss` marks a loss layer: it makes the tops that its
    file leaves out, and its first top counts as loss. `fork` says whose layer it is, a key of FORKS.

    Raises ValueError when the type name is taken, or the fork is none of FORKS.
    """
    if fork not in FORKS:
        raise ValueError(f'fork "{fork}" is none of {", ".join(FORKS)}')

    def register(layer_class: L) -> L:
        if not layer_class.__module__.startswith(PACKAGE):
            import_submodules(PACKAGE)  # their names must not be taken by a type from elsewhere
        layer_classes = _registered.setdefault(type_name, {})
        if fork in layer_classes:
            taken_by = layer_classes[fork].__module__
            raise ValueError(f'layer type "{type_name}" is already registered by {taken_by}')
        layer_class.type = type_name
        layer_class.fork = fork
        layer_class.bottoms = bottoms if isinstance(bottoms, tuple) else (bottoms, bottoms)
        layer_class.tops = tops if isinstance(tops, tuple) else (tops, tops)
        layer_class.tops_equal_bottoms = tops_equal_bottoms
        layer_class.loss = loss
        layer_classes[fork] = layer_class
        _in_order.pop(type_name, None)
        return layer_class

    return register


_SUFFIXES = tuple(f"_{fork}" for fork in FORKS)
"""Endings of files that hold what one fork means by a type name that others use too: `bn_pspnet.py`."""


def layer_classes(type_name: str) -> tuple[type[Layer], ...]:
    """Returns the classes of a type name, Caffe's and its forks', in the order of FORKS; none for an unknown one."""
    if type_name in _in_order:
        return _in_order[type_name]
    _import_files(type_name)
    if type_name not in _registered:
        import_submodules(PACKAGE)
    if type_name not in _registered:
        _import_plugins()
    by_fork = _registered.get(type_name, {})
    classes = tuple(by_fork[fork] for fork in sorted(by_fork, key=ORDER.__getitem__))
    if classes:  # a type that is not known yet may be registered by another file
        _in_order[type_name] = classes
    return classes


@lru_cache(1000)
def _import_files(type_name: str) -> None:
    """Imports the file named after a type and those named after the type and a fork, where they exist."""
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", type_name).lower()
    names = {f"{stem}{end}" for stem in (snake, type_name.lower()) for end in ("", *_SUFFIXES)}
    for module in sorted(names & submodules(PACKAGE)):
        import_module(f"{PACKAGE}.{module}")


@cache
def _import_plugins() -> None:
    """Imports the modules that installed packages name in the entry point group `prototxt.layers`.

    Raises LayerError when one of them fails.
    """
    from importlib.metadata import entry_points

    for point in entry_points(group="prototxt.layers"):
        try:
            point.load()
        except Exception as error:
            raise LayerError(
                f'plug-in "{point.name}" ({point.value}) failed: {error}', field="type"
            ) from error


def layer_types() -> dict[str, type[Layer]]:
    """Returns every registered type name with its class, sorted by name; where forks differ, the first of FORKS."""
    import_submodules(PACKAGE)
    return {name: layer_classes(name)[0] for name in sorted(_registered)}


def all_layer_classes() -> tuple[type[Layer], ...]:
    """Returns every layer class, sorted by type name and then in the order of FORKS."""
    return tuple(layer_class for name in layer_types() for layer_class in layer_classes(name))


class Resolution(NamedTuple):
    """The class of a layer; `others` are further classes that its type could mean, where nothing decides."""

    layer_class: type[Layer]
    others: tuple[type[Layer], ...] = ()


def resolve_type(param: LayerParameter, settings: LayerSettings = DEFAULT_SETTINGS) -> Resolution:
    """Finds the class of a layer by its type, dialect, fields and number of stored arrays.

    Raises MissingLayerError when the type is unknown, naming the nearest types, NotRunError when it is known and not
    run here, LayerError without a type.
    """
    candidates = layer_classes(_type_name(param, settings)) or layer_classes(float_type(param.type))
    if not param.type:
        raise LayerError(
            "the layer has no type",
            field="type",
            hint='every layer names its type, such as type: "Convolution"',
        )
    if not candidates:
        raise _missing(param.type)
    if len(candidates) == 1:
        return Resolution(candidates[0])
    dialect = DIALECTS.get(settings.dialect, ())
    preferred = [layer_class for fork in dialect for layer_class in candidates if layer_class.fork == fork]
    stored = settings.stored.get(param.name)
    signs = [(layer_class, layer_class.matches(param, stored)) for layer_class in preferred or candidates]
    sure = [layer_class for layer_class, sign in signs if sign]
    possible = (
        sure
        or [layer_class for layer_class, sign in signs if sign is None]
        or [layer_class for layer_class, _ in signs]
    )
    first, *others = possible
    doubtful = not (sure or preferred or first.fork == CAFFE)
    return Resolution(first, tuple(others) if doubtful else ())


def _missing(type_name: str) -> MissingLayerError:
    """The error of a type that has no class: what it does, where that is known, else the nearest types."""
    from prototxt.layers.not_run import not_run_error  # only nets with such types need its table

    if known := not_run_error(type_name):
        return known
    what = f'unknown layer type "{type_name}"'
    near = did_you_mean(type_name, _alike(type_name), cutoff=TYPO_LIKENESS)
    hint = f"{near} A fork's own type is another layer: {OWN}" if near else ADD_ONE
    return MissingLayerError(what, missing=type_name, field="type", hint=hint)


def _alike(type_name: str) -> list[str]:
    """The types that a name with a typing error could mean: Convolution3D is no misspelt Convolution."""
    digits = [c for c in type_name if c.isdigit()]
    return [
        name
        for name in _registered
        if abs(len(name) - len(type_name)) <= MAX_TYPO and [c for c in name if c.isdigit()] == digits
    ]


def _type_name(param: LayerParameter, settings: LayerSettings) -> str:
    """The name of the type that does the layer's work: for a well-known Python layer the type that replaces it.

    A Python layer's own code is preferred where the user allows it and it can be imported.
    """
    if param.type != "Python":
        return param.type
    p = param.python_param
    known = PYTHON_LAYERS.get((p.module.rpartition(".")[2], p.layer), "Python")
    return "Python" if settings.allow_python_layers and _can_import(p.module) else known


def float_type(type_name: str) -> str:
    """The type that computes in float32 what a type of Ristretto computes in low precision; any other type itself."""
    plain = type_name.removesuffix(RISTRETTO)
    return type_name if plain == type_name else RISTRETTO_NAMES.get(plain, plain)


def _can_import(module: str) -> bool:
    """Whether Python finds the module; packages around it are imported."""
    try:
        return module in sys.modules or find_spec(module) is not None
    except (ImportError, ValueError):
        return False


def make_layer(param: LayerParameter, settings: LayerSettings = DEFAULT_SETTINGS) -> Layer:
    """Makes the layer of a LayerParameter.

    Raises MissingLayerError when the type is unknown (naming the nearest types) or a field changes what the layer
    computes and is not applied, LayerError when a parameter is wrong.
    """
    made = resolve_type(param, settings).layer_class(param, settings)
    if made.unapplied is not None:
        raise made.unapplied
    return made
