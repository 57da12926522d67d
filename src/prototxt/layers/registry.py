"""From a type name to its room: the file of that name in this folder, or else whichever file registers it.

A net imports the rooms it uses: importing all of them takes as long as reading a net.
"""

from __future__ import annotations

import pkgutil
import re
from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any, TypeVar

from prototxt.errors import LayerError, did_you_mean
from prototxt.layers.base import ALONE, Layer, Setting

PACKAGE = "prototxt.layers"

KIN = "neuron"
"""The file that several tiny types share."""

_rooms: dict[str, type[Layer]] = {}

L = TypeVar("L", bound=type[Layer])
Arity = int | tuple[int, int | None]


def layer(
    type_name: str,
    *,
    bottoms: Arity = 1,
    tops: Arity = 1,
    tops_equal_bottoms: bool = False,
    loss: bool = False,
) -> Callable[[L], L]:
    """Class decorator that registers a layer type.

    `bottoms` and `tops` say how many the layer takes: a number, or (least, most) with None for no limit.
    `tops_equal_bottoms` asks for as many tops as bottoms. `loss` marks a loss layer: it makes the tops that its
    file leaves out, and its first top counts as loss.

    Raises ValueError when the type name is taken.
    """

    def register(room: L) -> L:
        if not room.__module__.startswith(PACKAGE):
            _import_rooms()  # a type of one's own must not take the name of a room that was not needed so far
        if type_name in _rooms:
            raise ValueError(
                f'layer type "{type_name}" is already registered by {_rooms[type_name].__module__}'
            )
        room.type = type_name
        room.bottoms = bottoms if isinstance(bottoms, tuple) else (bottoms, bottoms)
        room.tops = tops if isinstance(tops, tuple) else (tops, tops)
        room.tops_equal_bottoms = tops_equal_bottoms
        room.loss = loss
        _rooms[type_name] = room
        return room

    return register


@cache
def _modules() -> frozenset[str]:
    return frozenset(module.name for module in pkgutil.iter_modules(import_module(PACKAGE).__path__))


@cache
def _import_rooms() -> None:
    for module in _modules():
        import_module(f"{PACKAGE}.{module}")


def _find_room(type_name: str) -> type[Layer] | None:
    """The room of this name: from the file where one looks for it, from any other, from a plug-in; else None."""
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", type_name).lower()
    for module in (KIN, snake, type_name.lower()):
        if type_name not in _rooms and module in _modules():
            import_module(f"{PACKAGE}.{module}")
    for search in (_import_rooms, _import_plugins):
        if type_name not in _rooms:
            search()
    return _rooms.get(type_name)


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
    """Every registered type name with its room, sorted by name."""
    _import_rooms()
    return dict(sorted(_rooms.items()))


def make_layer(param: Any, setting: Setting = ALONE) -> Layer:
    """The room for a LayerParameter.

    Raises LayerError when the type is unknown (naming the nearest types) or a parameter is wrong.
    """
    room = _find_room(param.type)
    if room is None:
        what = f'unknown layer type "{param.type}"' if param.type else "the layer has no type"
        known = "the types are " + ", ".join(layer_types())
        raise LayerError(what, field="type", hint=did_you_mean(param.type, _rooms) or known)
    return room(param, setting)
