"""Where a field stands: lets every later stage point into the file."""

from __future__ import annotations

from prototxt.errors import Place
from prototxt.text.tree import Field, Message


def place_of(tree: Message, file: str, *path: str) -> Place:
    """The place of the field found by walking down these names, each the first of its name.

    `place_of(layer_tree, "net.prototxt", "convolution_param", "kernel_size")`. Where a name is missing it is
    the place of the deepest node that was found, at least the tree's own.
    """
    node: Message | None = tree
    at: Message | Field = tree
    for name in path:
        found = next(node.named(name), None) if node else None
        if found is None:
            break
        at = found
        node = next((value for value in found.values if isinstance(value, Message)), None)
    return Place(file, at.line, at.column)


def place_of_field(tree: Message, file: str, name: str) -> Place:
    """The place of the first field of this name at any depth, else the tree's own."""
    found = _search(tree, name)
    return Place(file, found.line, found.column) if found else Place(file, tree.line, tree.column)


def _search(node: Message, name: str) -> Field | None:
    """Fields of the node itself come before those further down."""
    own = next(node.named(name), None)
    if own:
        return own
    parts = (value for field in node.fields for value in field.values if isinstance(value, Message))
    return next((found for part in parts if (found := _search(part, name))), None)
