"""A field of a fork, set on a layer of a net, is applied, harmless, or reported at its place; never silent."""

from __future__ import annotations

import random
from functools import cache

import pytest

from prototxt.errors import PrototxtError
from prototxt.frontend.load import Options, define_net, outline
from prototxt.layers.ignored_fields import EXPANDED
from prototxt.layers.outcomes import Outcome
from prototxt.layers.probe import all_fields, field_paths, fields_of_classes, with_field
from prototxt.layers.reads import READ_ELSEWHERE, Path
from prototxt.layers.registry import resolve_type
from prototxt.layers.unread import key_of, outcome_of
from prototxt.schema import descriptor
from prototxt.schema.caffe_pb2 import LayerParameter, NetParameter
from prototxt.schema.forks import forks_of
from prototxt.text.write import write
from support.golden import CASES, ROOT

pytestmark = pytest.mark.sweep

FILES = sorted([*CASES.rglob("*.prototxt"), *(ROOT / "examples").glob("*.prototxt")])
EXPANDED_KEYS = {
    f"{message}.{name}"
    for messages in EXPANDED.values()
    for message, names in messages.items()
    for name in names.split()
}


@cache
def fork_paths() -> list[Path]:
    """The paths of all fields in messages of parameters that a fork added, or that are in a message that one added."""
    messages = {
        (field.name,)
        for field in descriptor("LayerParameter").fields
        if field.message_type is not None and field.message_type.name not in READ_ELSEWHERE
    }
    paths = (path for path, _ in field_paths(LayerParameter(), messages))
    return sorted(
        path
        for path in paths
        if key_of(path) in all_fields()
        and any(forks_of(all_fields()[key_of(path[: i + 1])]) for i in range(len(path)))
    )


def some_net(draw: random.Random) -> NetParameter:
    """A net all of whose layers can run."""
    while True:
        definition = define_net(draw.choice(FILES).read_text(), "net.prototxt")
        try:
            if not outline(definition, Options()).missing:
                return definition.message
        except PrototxtError:
            continue


def said(net: NetParameter) -> tuple[str, set[str]]:
    """The net as text, and its notes and the errors of its layers. Raises PrototxtError where it is refused."""
    text = write(net)
    graph = outline(define_net(text, "net.prototxt"), Options())
    return text, {*graph.notes, *map(str, graph.missing)}


def is_applied(layer: LayerParameter, path: Path) -> bool:
    read = fields_of_classes()[resolve_type(layer).layer_class]
    is_filler = path[:-1] in read and path[-1] in READ_ELSEWHERE["FillerParameter"]
    return path in read or is_filler or key_of(path) in EXPANDED_KEYS


def is_harmless(layer: LayerParameter, path: Path) -> bool:
    own = resolve_type(layer).layer_class.ignores
    outcome = outcome_of(layer.type, own, path, all_fields()[key_of(path)]).outcome
    return outcome in (Outcome.QUIET, Outcome.CHANGES_TRAINING)


@pytest.mark.parametrize("seed", range(120))
def test_a_field_of_a_fork_is_never_silent(seed: int) -> None:
    draw = random.Random(seed)
    net = some_net(draw)
    index = draw.randrange(len(net.layer))
    before = net.layer[index]
    owned = [path for path in fork_paths() if path[0] in {field.name for field, _ in before.ListFields()}]
    path = draw.choice(owned if owned and draw.random() < 0.7 else fork_paths())
    changed = NetParameter()
    changed.CopyFrom(net)
    changed.layer[index].CopyFrom(with_field(before, path))
    try:
        text, now = said(changed)
    except PrototxtError:
        return  # refused: nobody takes the net for the one without the field
    more = now - said(net)[1]
    layer = changed.layer[index]
    if is_applied(layer, path) or is_harmless(layer, path):
        return
    told = [sentence for sentence in more if any(f"{name} (" in sentence for name in _names(path))]
    assert told, f"{layer.type}: {'.'.join(path)}: {more}"
    line = text.splitlines()[int(told[0].split(":")[1]) - 1].strip()
    assert line.split(" ")[0].rstrip(":") in path


def _names(path: Path) -> list[str]:
    return [".".join(path[: i + 1]) for i in range(len(path))]
