"""From a type name to its room: the file of that name in this folder, or else whichever file registers it.

A net imports the rooms it uses: importing all of them takes as long as reading a net.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import import_module
from importlib.util import find_spec
from typing import TypeVar

from prototxt.errors import LayerError, MissingLayerError, did_you_mean
from prototxt.layers.base import ALONE, Layer, Setting
from prototxt.layers.forks import CAFFE, DIALECTS, FORKS
from prototxt.schema.caffe_pb2 import LayerParameter
from prototxt.util.modules import import_submodules, submodules

PACKAGE = "prototxt.layers"

PYTHON_LAYERS = {
    ("anchor_target_layer", "AnchorTargetLayer"): "AnchorTarget",
    ("layer", "RoIDataLayer"): "RoIData",
    ("proposal_layer", "ProposalLayer"): "Proposal",
    ("proposal_target_layer", "ProposalTargetLayer"): "ProposalTarget",
    ("spatial_dropout", "SpatialDropoutLayer"): "SpatialDropout",
}
"""Well-known Python layers, by the last part of the module's name and the class: rooms that do the same work."""

ADD_ONE = "docs/layers.md lists the types that exist, docs/own-layers.md tells how to add one"

ORDER = {fork: i for i, fork in enumerate(FORKS)}

_rooms: dict[str, dict[str, type[Layer]]] = {}
"""Every meaning of every type name: by the name, then by the fork."""

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
    """Class decorator that registers a layer type, or what a fork means by a type name.

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
        layer_classes = _rooms.setdefault(type_name, {})
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
        return layer_class

    return register


_ENDINGS = tuple(f"_{fork}" for fork in FORKS)
"""What a fork means by a name that others use too is in a file of its own: `bn_pspnet.py`."""


def layer_classes(type_name: str) -> tuple[type[Layer], ...]:
    """What Caffe and its forks mean by a type name, in the order of FORKS; nothing for an unknown one."""
    _import_room(type_name)
    if type_name not in _rooms:
        import_submodules(PACKAGE)
    if type_name not in _rooms:
        _import_plugins()
    by_fork = _rooms.get(type_name, {})
    return tuple(by_fork[fork] for fork in sorted(by_fork, key=ORDER.__getitem__))


@lru_cache(1000)
def _import_room(type_name: str) -> None:
    """The file where one looks for a type, and those of the same name for a fork, if there are such."""
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", type_name).lower()
    names = {f"{stem}{end}" for stem in (snake, type_name.lower()) for end in ("", *_ENDINGS)}
    for module in sorted(names & submodules(PACKAGE)):
        import_module(f"{PACKAGE}.{module}")


@cache
def _import_plugins() -> None:
    """Modules that installed packages name in the entry point group `prototxt.layers`."""
    from importlib.metadata import entry_points

    for point in entry_points(group="prototxt.layers"):
        try:
            point.load()
        except Exception as error:
            raise LayerError(
                f'plug-in "{point.name}" ({point.value}) failed: {error}', field="type"
            ) from error


def layer_types() -> dict[str, type[Layer]]:
    """Every registered type name with its room, sorted by name; of several meanings the first."""
    import_submodules(PACKAGE)
    return {name: layer_classes(name)[0] for name in sorted(_rooms)}


def all_layer_classes() -> tuple[type[Layer], ...]:
    """Every room, sorted by type name; what forks mean by one name in the order of FORKS."""
    return tuple(layer_class for name in layer_types() for layer_class in layer_classes(name))


@dataclass(frozen=True, slots=True)
class Resolution:
    """The room that a layer means, and the others that it could mean just as well, where nothing tells."""

    layer_class: type[Layer]
    others: tuple[type[Layer], ...] = ()


def resolve_type(param: LayerParameter, setting: Setting = ALONE) -> Resolution:
    """What a LayerParameter means, by its type, the setting's dialect, its fields and its learned arrays.

    Raises MissingLayerError when the type is unknown, naming the nearest types, LayerError without a type.
    """
    rooms = layer_classes(_type_name(param, setting))
    if not param.type:
        raise LayerError("the layer has no type", field="type", hint='add one: type: "Convolution", say')
    if not rooms:
        what = f'unknown layer type "{param.type}"'
        hint = did_you_mean(param.type, _rooms) or ADD_ONE
        raise MissingLayerError(what, missing=param.type, field="type", hint=hint)
    dialect = DIALECTS.get(setting.dialect, ())
    spoken = [layer_class for fork in dialect for layer_class in rooms if layer_class.fork == fork]
    stored = setting.stored.get(param.name)
    signs = [(layer_class, layer_class.is_meant(param, stored)) for layer_class in spoken or rooms]
    sure = [layer_class for layer_class, sign in signs if sign]
    possible = (
        sure
        or [layer_class for layer_class, sign in signs if sign is None]
        or [layer_class for layer_class, _ in signs]
    )
    first, *others = possible
    doubtful = not (sure or spoken or first.fork == CAFFE)
    return Resolution(first, tuple(others) if doubtful else ())


def _type_name(param: LayerParameter, setting: Setting) -> str:
    """The type whose room does the layer's work: a room of ours for a well-known Python layer.

    Where the user allows the net's own code, and it is there, that runs.
    """
    if param.type != "Python":
        return str(param.type)
    p = param.python_param
    known = PYTHON_LAYERS.get((p.module.rpartition(".")[2], p.layer), "Python")
    return "Python" if setting.allow_python_layers and _can_import(p.module) else known


def _can_import(module: str) -> bool:
    """Whether Python finds the module; packages around it are imported."""
    try:
        return module in sys.modules or find_spec(module) is not None
    except (ImportError, ValueError):
        return False


def make_layer(param: LayerParameter, setting: Setting = ALONE) -> Layer:
    """The room for a LayerParameter.

    Raises MissingLayerError when the type is unknown (naming the nearest types), LayerError when a parameter is wrong.
    """
    return resolve_type(param, setting).layer_class(param, setting)
