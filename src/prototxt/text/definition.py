"""A net between text and graph: its NetParameter, and the place of each of its layers in the file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

from prototxt.errors import Place
from prototxt.schema.caffe_pb2 import LayerParameter, NetParameter
from prototxt.text.build import UnknownValue
from prototxt.text.place import place_of, place_of_field
from prototxt.text.tree import Message

__all__ = ["Definition", "LeftOut", "define", "place_in"]


class LeftOut(NamedTuple):
    """A layer that a phase, level or stage leaves out, and its place.

    `find_options` gives the options that would include it, empty where none do.
    """

    layer: LayerParameter
    place: Place
    find_options: Callable[[], str]


@dataclass(frozen=True)
class Definition:
    """A net as the stages `upgrade`, `select` and `feed` take and return it.

    `trees` runs parallel to the message's layers; None where a layer did not come from text. `root` is the whole
    file, if there is one. `unknown_values` are those of enums that the schema does not have. `left_out` are
    the layers of the file that the chosen phase, level and stages leave out.
    """

    message: NetParameter
    file: str
    trees: tuple[Message | None, ...]
    notes: tuple[str, ...] = ()
    root: Message | None = None
    unknown_values: tuple[UnknownValue, ...] = ()
    left_out: tuple[LeftOut, ...] = ()

    @cached_property
    def _unknown_by_layer(self) -> dict[tuple[int, int] | None, list[UnknownValue]]:
        by_layer: dict[tuple[int, int] | None, list[UnknownValue]] = {}
        for value in self.unknown_values:
            by_layer.setdefault(value.layer, []).append(value)
        return by_layer

    def unknown_values_of(self, index: int) -> Sequence[UnknownValue]:
        """The values of layer `index` that the schema does not know."""
        tree = self.trees[index]
        return (
            self._unknown_by_layer.get((tree.line, tree.column), ()) if tree and self.unknown_values else ()
        )

    def place(self, index: int, field: str | None = None) -> Place:
        """The place of layer `index`, or of a field of it (see `place_in`), in the file."""
        return place_in(self.trees[index], self.file, field)

    def place_in_net(self, *path: str) -> Place:
        """The place of a field of the net itself, by its path; without text the file as a whole."""
        return place_of(self.root, self.file, *path) if self.root else Place(self.file)

    def with_layers(self, layers: Sequence[LayerParameter], trees: Sequence[Message | None]) -> Definition:
        """Returns the same net with these layers instead of its own."""
        message = NetParameter()
        message.CopyFrom(self.message)
        message.ClearField("layers")
        message.ClearField("layer")
        message.layer.extend(layers)
        return replace(self, message=message, trees=tuple(trees))


def place_in(tree: Message | None, file: str, field: str | None = None) -> Place:
    """The place of a layer's tree, or of a field in it; without a tree the file as a whole.

    `field` is a path (`convolution_param.pad`), or a name of which the first field at any depth is taken.
    """
    if tree is None:
        return Place(file)
    if field and "." in field:
        return place_of(tree, file, *field.split("."))
    return place_of_field(tree, file, field) if field else Place(file, tree.line, tree.column)


def define(
    message: NetParameter,
    file: str,
    tree: Message | None = None,
    notes: Sequence[str] = (),
    unknown_values: Sequence[UnknownValue] = (),
) -> Definition:
    """Makes a Definition of a NetParameter and the tree it was built from, if any, with what `build` notes."""
    size = len(message.layer) + len(message.layers)
    if tree is None:
        return Definition(message, file, (None,) * size, tuple(notes))
    # `layer` before `layers`, as the message holds them; a file with both is refused by upgrade.
    named = [value for name in ("layer", "layers") for field in tree.named(name) for value in field.values]
    trees = tuple(v for v in named if isinstance(v, Message))
    return Definition(message, file, trees, tuple(notes), tree, tuple(unknown_values))
