"""The place of a field in its file: lets every later stage point to it."""

from __future__ import annotations

from prototxt.errors import Place
from prototxt.text.tree import Field, Message

__all__ = ["place_of", "place_of_field", "place_of_filler", "place_of_value"]


def place_of(tree: Message, file: str, *path: str) -> Place:
    """The place of the field found by walking down these names, each the first of its name.

    `place_of(layer_tree, "net.prototxt", "convolution_param", "kernel_size")`. Where a name is missing it is
    the place of the deepest node that was found, at least the tree's own.
    """
    node: Message | None = tree
    at: Message | Field = tree
    for name in path:
        field = next(node.named(name), None) if node else None
        if field is None:
            break
        at = field
        node = next((value for value in field.values if isinstance(value, Message)), None)
    return Place(file, at.line, at.column)


def place_of_value(tree: Message, file: str, name: str, index: int) -> Place:
    """The place of a repeated field's value, such as the third `bottom`; the tree's own where there is none.

    It is the field's own place, or within a list `[ ]` the value's.
    """
    places = [
        (field if len(field.values) == 1 else value) for field in tree.named(name) for value in field.values
    ]
    at = places[index] if index < len(places) else tree
    return Place(file, at.line, at.column)


def place_of_field(tree: Message, file: str, name: str) -> Place:
    """The place of the first field of this name at any depth, else the tree's own."""
    field = _search(tree, name)
    return Place(file, field.line, field.column) if field else Place(file, tree.line, tree.column)


def place_of_filler(layer: Message, file: str, type_name: str) -> Place:
    """The place of the first `..._filler { type: "type_name" }` in a layer's parameters, else the layer's."""
    params = (value for field in layer.fields for value in field.values if isinstance(value, Message))
    for field in (field for param in params for field in param.fields):
        for value in field.values:
            if isinstance(value, Message) and (kind := value.scalar("type")) and kind.text == type_name:
                return Place(file, field.line, field.column)
    return Place(file, layer.line, layer.column)


def _search(node: Message, name: str) -> Field | None:
    """Fields of the node itself come before those further down."""
    own = next(node.named(name), None)
    if own:
        return own
    parts = (value for field in node.fields for value in field.values if isinstance(value, Message))
    return next((field for part in parts if (field := _search(part, name))), None)
