"""scale, mean_file, crop_size and mirror of V1 readers move to transform_param."""

from __future__ import annotations

import pytest

from prototxt.frontend.load import define_net

FIELDS = 'scale: 0.5 mean_file: "m" crop_size: 7 mirror: true'


@pytest.mark.parametrize(
    ("kind", "holder"),
    [
        ("DATA", "data_param"),
        ("IMAGE_DATA", "image_data_param"),
        ("WINDOW_DATA", "window_data_param"),
    ],
)
def test_fields_move(kind: str, holder: str) -> None:
    text = f'layers {{ name: "d" type: {kind} top: "x" {holder} {{ source: "s" {FIELDS} }} }}'
    (layer,) = define_net(text, "net").message.layer
    moved = layer.transform_param
    assert (moved.scale, moved.mean_file, moved.crop_size, moved.mirror) == (0.5, "m", 7, True)
    assert [field.name for field, _ in getattr(layer, holder).ListFields()] == ["source"]


def test_fields_that_are_not_given_do_not_move() -> None:
    text = 'layers { name: "d" type: DATA top: "x" data_param { scale: 2 } transform_param { crop_size: 3 } }'
    (layer,) = define_net(text, "net").message.layer
    assert {field.name for field, _ in layer.transform_param.ListFields()} == {"scale", "crop_size"}
    assert layer.transform_param.crop_size == 3


def test_todays_layers_keep_them() -> None:
    text = 'layer { name: "d" type: "Data" top: "x" data_param { scale: 2 } }'
    (layer,) = define_net(text, "net").message.layer
    assert layer.data_param.scale == 2
    assert not layer.HasField("transform_param")
