"""docs/fork-fields.md: every field that forks added to nets and layers, and what becomes of it here."""

from __future__ import annotations

from collections.abc import Iterator

from prototxt.layers.ignored_fields import EXPANDED, TYPES_OF_MESSAGES
from prototxt.layers.probe import OLD_LAYERS, fields_of_classes, net_fields
from prototxt.layers.registry import all_layer_classes
from prototxt.layers.unread import ignored_fields, key_of
from prototxt.schema import FieldDescriptor
from prototxt.schema.forks import NAMES_OF_FORKS, forks_of

__all__ = ["fork_fields_markdown"]

HEAD = """# Fields of forks

Generated from the schema and the layer types by `make docs`; do not edit.

Applied: a layer type reads it. Harmless: numbers and shapes are the same without it. Warning: the layer or the net
runs without it, and a note says so. Cannot run: the layer is shown as one that cannot run, with the place of the
field; "cannot train" says the same of the phase TRAIN only. A field that is set to its default is never reported. A
message of parameters that a type does not read is a warning.
"""


def fork_fields_markdown() -> str:
    """The whole page: a section for each fork, a row for each of its fields."""
    applied = _applied()
    parts = [HEAD]
    for fork, name in NAMES_OF_FORKS.items():
        rows = [
            f"| {key} | {_outcome(key, applied)} |" for key, f in net_fields().items() if fork in forks_of(f)
        ]
        if rows:
            parts += [f"## {name}", "", "| field | here |", "|---|---|", *rows, ""]
    return "\n".join(parts).rstrip() + "\n"


def _applied() -> dict[str, str]:
    """The types that read each field, or the way in which it is applied before layers are made."""
    types: dict[str, list[str]] = {}
    for layer_class, paths in fields_of_classes().items():
        for path in paths:
            types.setdefault(key_of(path), []).append(layer_class.type)
    applied = {key: ", ".join(sorted(set(names))) for key, names in types.items()}
    return applied | {
        f"{message}.{name}": way
        for way, messages in EXPANDED.items()
        for message, names in messages.items()
        for name in names.split()
    }


def _outcome(key: str, applied: dict[str, str]) -> str:
    if key in applied:
        return f"applied: {applied[key]}"
    if key.partition(".")[0] in OLD_LAYERS:
        return "applied: as the field of today"
    for found in _listed(key):
        return found
    owner = TYPES_OF_MESSAGES.get(key.partition(".")[2])
    if owner:
        return f"the type {owner} does not exist here"
    holders = (
        k for k, field in net_fields().items() if _message_in(field) == key.rpartition(".")[0] and k != key
    )
    return next((_outcome(holder, applied) for holder in holders if holder not in applied), "not read")


def _message_in(field: FieldDescriptor) -> str:
    """The message that a field holds; empty for a value."""
    return field.message_type.full_name.partition(".")[2] if field.message_type is not None else ""


def _listed(key: str) -> Iterator[str]:
    ignored = ignored_fields().get(key)
    if ignored is not None:
        yield f"{ignored.outcome.value}: {ignored.reason}"
    for layer_class in all_layer_classes():
        for path, own in layer_class.ignores.items():
            if key_of(tuple(path.split("."))) == key:
                yield f"{own.outcome.value} in {layer_class.type}: {own.reason}"
