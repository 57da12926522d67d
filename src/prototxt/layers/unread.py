"""What is said and done about fields that are set and that a layer does not read, or nobody of those of a net.

A field that is on no list here and that its layer does not read changes numbers or shapes as far as anybody knows: the
layer cannot be run. This module is imported only for a net that has such fields.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from prototxt.blobs import TEST
from prototxt.errors import UnappliedError
from prototxt.layers.ignored_fields import IGNORED, TYPES_OF_MESSAGES
from prototxt.layers.outcomes import Ignored, Outcome
from prototxt.layers.reads import Path, Unread
from prototxt.schema import FieldDescriptor, descriptor
from prototxt.schema.forks import field_key, names_of_forks

__all__ = ["Judgement", "Remark", "ignored_fields", "judge", "key_of", "outcome_of", "remarks_on_net"]

HINT = "docs/fork-fields.md lists the fields that are applied, fork by fork"


class Remark(NamedTuple):
    """A note on a field that a layer or a net runs without; `field` is its path from there."""

    field: str
    text: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """What follows for a layer: remarks, and an error where it cannot be run without some of the fields.

    `shapes_known` says whether its tops have the shapes that they have without these fields.
    """

    remarks: tuple[Remark, ...] = ()
    error: UnappliedError | None = None
    shapes_known: bool = True


def judge(type_name: str, own: Mapping[str, Ignored], phase: int, unread: Iterable[Unread]) -> Judgement:
    """What follows from the fields that a layer does not read.

    `own` are the fields that its class says it ignores, by their paths.
    """
    remarks, stops, shapes_known = dict[str, Remark](), dict[str, str](), True
    for item in unread:
        for path, field in _reported(type_name, own, item):
            name = ".".join(path)
            found = outcome_of(type_name, own, path, field)
            outcome = _in_phase(found.outcome, phase)
            sentence = _sentence(name, field, found)
            if outcome.stops:
                stops[name] = sentence
                shapes_known &= outcome is not Outcome.CHANGES_SHAPES
            elif outcome is Outcome.WARNS:
                remarks[name] = Remark(name, sentence)
    return Judgement(tuple(remarks.values()), _error(type_name, stops) if stops else None, shapes_known)


def remarks_on_net(unread: Iterable[Unread]) -> Iterator[Remark]:
    """What is said of the fields of a net that nobody reads: the list says of each of them that nets run without it."""
    for item in unread:
        found = ignored_fields()[field_key(item.field)]
        if found.outcome is not Outcome.QUIET:
            name = ".".join(item.path)
            yield Remark(name, _sentence(name, item.field, found))


def _sentence(name: str, field: FieldDescriptor, found: Ignored) -> str:
    return f"{name} ({names_of_forks(field)}) is not applied: {found.reason}"


def outcome_of(type_name: str, own: Mapping[str, Ignored], path: Path, field: FieldDescriptor) -> Ignored:
    """The outcome of a field at the end of a path: as the class says, as the list says, as its message's type says."""
    for length in range(len(path), 0, -1):
        ignored = own.get(".".join(path[:length]))
        if ignored is not None:
            return ignored
    for part in reversed(list(_fields_along(path))):
        ignored = ignored_fields().get(field_key(part))
        if ignored is not None:
            return ignored
    if len(path) == 1 and field.message_type is not None:
        owner = TYPES_OF_MESSAGES.get(field.name)
        of = f"; it is for layers of type {owner}" if owner else ""
        return Ignored(Outcome.WARNS, f"a layer of type {type_name} does not read it{of}")
    return Ignored(Outcome.CHANGES_SHAPES, f"layers of type {type_name} here do without it")


def key_of(path: Path, message: str = "LayerParameter") -> str:
    """The key of the field at the end of a path from a message: `FillerParameter.type`."""
    *_, field = _fields_along(path, message)
    return field_key(field)


@cache
def ignored_fields() -> Mapping[str, Ignored]:
    """Every listed field by its key (`ConvolutionParameter.engine`)."""
    return {
        f"{message}.{name}": Ignored(outcome, reason)
        for outcome, groups in IGNORED.items()
        for reason, messages in groups.items()
        for message, names in messages.items()
        for name in names.split()
    }


def _reported(
    type_name: str, own: Mapping[str, Ignored], item: Unread
) -> Iterator[tuple[Path, FieldDescriptor]]:
    """An unread field; of a message that carries the type's own name the fields that it sets."""
    if len(item.path) == 1 and item.given and item.path[0] not in own and _is_own(type_name, item.field):
        for field in item.given:
            yield (*item.path, field.name), field
    else:
        yield item.path, item.field


def _is_own(type_name: str, message: FieldDescriptor) -> bool:
    """Whether a message of parameters carries the name of a type: `tanh_param` and TanH."""
    return message.name.replace("_", "") == f"{type_name.lower()}param"


def _fields_along(path: Sequence[str], root: str = "LayerParameter") -> Iterator[FieldDescriptor]:
    message = descriptor(root)
    for name in path:
        field = message.fields_by_name[name]
        yield field
        if field.message_type is not None:
            message = field.message_type


def _in_phase(outcome: Outcome, phase: int) -> Outcome:
    if outcome is Outcome.CHANGES_TRAINING:
        return Outcome.QUIET if phase == TEST else Outcome.CHANGES_NUMBERS
    return outcome


def _error(type_name: str, stops: Mapping[str, str]) -> UnappliedError:
    names = [name.rpartition(".")[2] for name in stops]
    first = next(iter(stops))
    missing = f"{type_name} with {', '.join(names)}"
    return UnappliedError("; ".join(stops.values()), missing=missing, field=first, hint=HINT)
