"""Finding a blob's version by the name a person writes: `conv1`, `conv1@0`, `conv1:before-relu`."""

from __future__ import annotations

from collections.abc import Iterable

from prototxt.errors import InputError, did_you_mean
from prototxt.graph.graph import BlobId, Graph, Node

__all__ = ["find_blob", "no_such_blob"]

_BEFORE = ":before-"


def find_blob(graph: Graph, name: str) -> BlobId:
    """The blob of this name: its last version, or an earlier one where layers write it in place.

    `conv1` is the blob as the net leaves it, `conv1@0` as it was first written, `conv1:before-relu1` as it was before
    the layer relu1 (or the first of type ReLU, in any case of letters) wrote over it.

    Raises InputError for a name the net does not have.
    """
    last = graph.last
    if name in last:
        return last[name]
    versions = {str(blob): blob for blob in graph.shapes}
    if name in versions:
        return versions[name]
    blob, before, layer = name.partition(_BEFORE)
    if before and blob in last:
        return _before(graph, blob, layer)
    raise no_such_blob(graph, name, last | versions)


def no_such_blob(graph: Graph, name: str, known: Iterable[str]) -> InputError:
    """The error for a name that is none of the blobs `known`."""
    return InputError(f'{graph.file}: the net has no blob "{name}"', hint=did_you_mean(name, known))


def _before(graph: Graph, blob: str, layer: str) -> BlobId:
    writers = [node for node in graph.nodes if _read_and_written(node, blob)]
    for matches in (_is_named, _is_of_type):
        for node in writers:
            if matches(node, layer):
                return next(b for b in node.bottoms if b.name == blob)
    known = ", ".join(f'"{blob}{_BEFORE}{node.name}"' for node in writers)
    what = f'no layer "{layer}" writes blob "{blob}" in place'
    raise InputError(f"{graph.file}: {what}", hint=f"there is {known}" if known else "no layer does")


def _read_and_written(node: Node, blob: str) -> bool:
    return any(b.name == blob for b in node.bottoms) and any(t.name == blob for t in node.tops)


def _is_named(node: Node, name: str) -> bool:
    return node.name == name


def _is_of_type(node: Node, type_name: str) -> bool:
    return node.type.lower() == type_name.lower()
