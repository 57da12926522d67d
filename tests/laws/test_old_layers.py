"""Law: every field of the old forms of layers is in the layer of today, or a note says that it is left out."""

from __future__ import annotations

import pytest

from prototxt.layers.probe import field_paths, with_field
from prototxt.layers.reads import Path
from prototxt.schema import descriptor
from prototxt.schema.caffe_pb2 import LayerParameter, NetParameter, V0LayerParameter, V1LayerParameter
from prototxt.text.definition import define
from prototxt.upgrade import upgrade
from prototxt.upgrade.v0 import PADDING, TYPES


def paths_of(message: str) -> list[Path]:
    """The path of each field of a message; of a message in it, of one of its fields."""
    net, fields = NetParameter(), descriptor(message).fields
    holder = {"V0LayerParameter": ("layers", "layer"), "V1LayerParameter": ("layers",)}[message]
    paths = [path for path, _ in field_paths(net, {holder[: i + 1] for i in range(len(holder))})]
    return [
        next(path for path in paths if path[: len(holder) + 1] == (*holder, field.name)) for field in fields
    ]


def upgraded(net: NetParameter) -> tuple[NetParameter, list[str]]:
    definition = upgrade(define(net, "old.prototxt"))
    return definition.message, list(definition.notes)


def is_told(
    before: tuple[NetParameter, list[str]], after: tuple[NetParameter, list[str]], path: Path
) -> bool:
    """Whether a note is there only after the field is set, and names it."""
    name = path[2] if path[1] == "layer" else path[1]
    return any(f"{name} " in note for note in after[1] if note not in before[1])


def v1_net() -> NetParameter:
    layer = V1LayerParameter(name="old", type=V1LayerParameter.CONVOLUTION, bottom=["x"], top=["y"])
    return NetParameter(layers=[layer])


def v0_net(v0_type: str) -> NetParameter:
    layer = V1LayerParameter(layer=V0LayerParameter(name="old", type=v0_type), bottom=["x"], top=["y"])
    if v0_type == PADDING:
        reader = V1LayerParameter(layer=V0LayerParameter(name="b", type="conv"), bottom=["y"], top=["z"])
        return NetParameter(layers=[layer, reader])
    return NetParameter(layers=[layer])


def test_the_fields_of_a_v1_layer_are_upgraded() -> None:
    """`newer` as a whole becomes a part of the layer; a `layer` of the oldest form is looked at below."""
    before = upgraded(v1_net())
    paths = [path for path in paths_of("V1LayerParameter") if path[1] not in ("layer", "newer")]
    assert [path for path in paths if upgraded(with_field(v1_net(), path)) == before] == []


@pytest.mark.parametrize("v0_type", [*TYPES, PADDING])
def test_a_field_of_a_v0_layer_is_upgraded_or_reported(v0_type: str) -> None:
    before = upgraded(v0_net(v0_type))
    folded = {"type", "name"} if v0_type == PADDING else {"type"}
    for path in paths_of("V0LayerParameter"):
        if path[2] not in folded:
            after = upgraded(with_field(v0_net(v0_type), path))
            assert (before[0] != after[0]) != is_told(before, after, path), path


@pytest.mark.parametrize("v0_type", ["conv", PADDING])
def test_a_field_beside_a_v0_layer_is_reported(v0_type: str) -> None:
    before = upgraded(v0_net(v0_type))
    for path in paths_of("V1LayerParameter"):
        if path[1] not in ("layer", "bottom", "top"):
            after = upgraded(with_field(v0_net(v0_type), path))
            assert before[0] == after[0]
            assert is_told(before, after, path), path


def test_v1_layers_have_no_field_that_today_has_not() -> None:
    today, old = (
        set(LayerParameter.DESCRIPTOR.fields_by_name),
        set(V1LayerParameter.DESCRIPTOR.fields_by_name),
    )
    assert old - today == {"layer", "newer", "blob_share_mode"}
