"""Law: every field of the schema's nets and layers is read, or stands on a list with a reason."""

from __future__ import annotations

import random
from functools import cache

import pytest

from prototxt.blobs import TEST, TRAIN
from prototxt.errors import PrototxtError
from prototxt.layers.base import Layer, LayerSettings
from prototxt.layers.fillers import fill, rng_for
from prototxt.layers.ignored_fields import EXPANDED, TYPES_OF_MESSAGES
from prototxt.layers.outcomes import Outcome
from prototxt.layers.probe import (
    OLD_LAYERS,
    all_fields,
    example,
    field_paths,
    fields_of_classes,
    net_fields,
    reads,
    with_field,
)
from prototxt.layers.reads import READ_ELSEWHERE, Path, signs, unread_of_net, view
from prototxt.layers.registry import all_layer_classes, layer_types
from prototxt.layers.unread import ignored_fields, key_of, outcome_of
from prototxt.schema import descriptor
from prototxt.schema.caffe_pb2 import LayerParameter, NetParameter
from prototxt.views.field_docs import fork_fields_markdown
from support.golden import ROOT

LAYER_CLASSES = all_layer_classes()
ELSEWHERE = {f"{message}.{name}" for message, names in READ_ELSEWHERE.items() for name in names}
BEFORE = {
    f"{message}.{name}"
    for messages in EXPANDED.values()
    for message, names in messages.items()
    for name in names.split()
}
NET_FIELDS = {key: f for key, f in net_fields().items() if key.partition(".")[0] not in OLD_LAYERS}


def layer_id(layer_class: type[Layer]) -> str:
    return f"{layer_class.type}-{layer_class.fork}"


@cache
def read_by_any() -> frozenset[str]:
    """The keys of all fields that a layer type reads."""
    return frozenset(
        key_of(path) for layer_class in LAYER_CLASSES for path in fields_of_classes()[layer_class]
    )


@cache
def ignored_by_a_class() -> frozenset[str]:
    return frozenset(key_of(tuple(path.split("."))) for c in LAYER_CLASSES for path in c.ignores)


def is_listed(key: str) -> bool:
    return key in ignored_fields() or key in ignored_by_a_class()


def messages_of(keys: frozenset[str] | set[str]) -> set[str]:
    """The names of the messages that fields on a list hold, and of all messages in them."""
    return {
        inner.rpartition(".")[0]
        for key in keys
        if (field := NET_FIELDS.get(key)) is not None and field.message_type is not None
        for inner in all_fields(field.message_type.full_name.partition(".")[2])
    }


def test_every_field_is_read_or_listed() -> None:
    types = {f"LayerParameter.{name}" for name in TYPES_OF_MESSAGES}
    listed = {key for key in NET_FIELDS if is_listed(key)} | types
    read_messages = {key.rpartition(".")[0] for key in read_by_any()}
    covered = messages_of(listed) - read_messages
    known = read_by_any() | ELSEWHERE | BEFORE | listed
    values = [key for key, field in NET_FIELDS.items() if field.message_type is None]
    assert [key for key in values if key not in known and key.rpartition(".")[0] not in covered] == []


def test_no_listed_field_is_read() -> None:
    listed = set(ignored_fields()) | {f"LayerParameter.{name}" for name in TYPES_OF_MESSAGES}
    assert sorted(listed & (read_by_any() | ELSEWHERE)) == []


def test_lists_name_fields_of_the_schema() -> None:
    fields = set(NET_FIELDS)
    assert set(ignored_fields()) | BEFORE | ELSEWHERE <= fields
    assert {f"LayerParameter.{name}" for name in TYPES_OF_MESSAGES} <= fields
    assert ignored_by_a_class() <= fields


def test_types_of_messages_do_not_exist_here() -> None:
    assert not set(TYPES_OF_MESSAGES.values()) & set(layer_types())


@pytest.mark.parametrize("layer_class", LAYER_CLASSES, ids=layer_id)
def test_no_class_ignores_what_it_reads(layer_class: type[Layer]) -> None:
    read = {".".join(path) for path in fields_of_classes()[layer_class]}
    names = {name for name in layer_class.ignores if "." in name}
    assert not names & {
        path for path in read if all_fields()[key_of(tuple(path.split(".")))].message_type is None
    }


@pytest.mark.parametrize("layer_class", [c for c in LAYER_CLASSES if c.type != "Python"], ids=layer_id)
def test_the_fields_that_are_read_do_not_depend_on_values(layer_class: type[Layer]) -> None:
    """Neither on the phase nor on any other field: a class is recorded once."""
    base = example(layer_class)
    read, accepted = reads(layer_class, base)
    assert accepted
    assert reads(layer_class, base, TRAIN) == (read, True)
    leaves = {path for path, _ in field_paths(base, read)} & read
    for path, _ in field_paths(base, read):
        for phase in (TEST, TRAIN):
            now, accepted = reads(layer_class, with_field(base, path), phase)
            assert not accepted or leaves - now == set(), ".".join(path)


def test_fillers_read_their_fields(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("prototxt.layers.reads.KEPT", set())
    read = set[Path]()
    for kind in ("constant", "uniform", "gaussian", "xavier", "positive_unitball", "msra", "bilinear"):
        param = view(LayerParameter(bias_param={"filler": {"type": kind}}), read)
        fill((2, 3, 4, 4), param.bias_param.filler, rng_for(0, "layer", 0))
    names = {path[2] for path in read if len(path) == 3}
    assert names == set(READ_ELSEWHERE["FillerParameter"])


OF_NETS = [field.name for field in descriptor("NetParameter").fields]


@pytest.mark.parametrize("name", sorted(set(OF_NETS) - set(READ_ELSEWHERE["NetParameter"])))
def test_a_field_of_the_net_is_applied_or_listed(name: str) -> None:
    """What is listed says that the net runs without the field: nothing could stop a whole net."""
    net = NetParameter()
    inner = next((path for path, _ in field_paths(net, {(name,)}) if path[0] == name), (name,))
    assert [item.path for item in unread_of_net(with_field(net, inner))] == [(name,)]
    outcome = next(
        (ignored_fields()[key].outcome for key in [f"NetParameter.{name}"] if key not in BEFORE), None
    )
    assert outcome in (None, Outcome.QUIET, Outcome.WARNS)


def some_fields() -> list[tuple[type[Layer], Path]]:
    """Fields of any message, set on layers of any type, drawn at random but the same in every run."""
    draw = random.Random(20)
    messages: set[Path] = {
        (field.name,)
        for field in descriptor("LayerParameter").fields
        if field.message_type is not None and field.message_type.name not in READ_ELSEWHERE
    }
    paths = sorted(
        path for path, _ in field_paths(LayerParameter(), messages) if key_of(path) in all_fields()
    )
    classes = [c for c in LAYER_CLASSES if c.type != "Python"]
    own = [(c, path) for c in classes for path in paths if (path[0],) in fields_of_classes()[c]]
    return draw.sample(own, 80) + [(draw.choice(classes), path) for path in draw.sample(paths, 40)]


def test_a_random_field_is_read_or_reported() -> None:
    for layer_class, path in some_fields():
        param = with_field(example(layer_class), path)
        try:
            layer = layer_class(param, LayerSettings(phase=TRAIN))
        except PrototxtError:
            continue  # refused: nobody takes the layer for its plain namesake
        read = reads(layer_class, param, TRAIN)[0] | signs(layer_class, param)
        judgement, name = layer.judgement, ".".join(path)
        told = [remark.field for remark in judgement.remarks] if judgement else []
        told += [judgement.error.what] if judgement and judgement.error else []
        told = [text for text in told if any(".".join(path[: i + 1]) in text for i in range(len(path)))]
        is_read = path in read or (path[:-1] in read and key_of(path) in ELSEWHERE)
        listed = outcome_of(layer.type, layer.ignores, path, all_fields()[key_of(path)])
        quiet = not is_read and listed.outcome is Outcome.QUIET
        assert is_read != bool(told or quiet), f"{layer_id(layer_class)}: {name}"


def test_the_page_of_fork_fields_is_fresh() -> None:
    page = (ROOT / "docs" / "fork-fields.md").read_text(encoding="utf-8")
    assert page == fork_fields_markdown(), "run `make docs`"
