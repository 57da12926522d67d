"""Pointing into the file."""

from __future__ import annotations

import pytest

from prototxt.text.parse import parse
from prototxt.text.place import place_of, place_of_field
from prototxt.text.tree import Message

TEXT = """name: "net"
layer {
  name: "conv1"
  param { lr_mult: 1 }
  convolution_param {
    weight_filler { type: "xavier" }
    kernel_size: 3
    kernel_size: 5
  }
  type: "Convolution"
}
"""


def layer() -> Message:
    (value,) = next(parse(TEXT).named("layer")).values
    assert isinstance(value, Message)
    return value


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ((), "f:2:1"),
        (("name",), "f:3:3"),
        (("convolution_param",), "f:5:3"),
        (("convolution_param", "kernel_size"), "f:7:5"),
        (("convolution_param", "weight_filler", "type"), "f:6:21"),
        (("convolution_param", "pad"), "f:5:3"),
        (("convolution_param", "pad", "deeper"), "f:5:3"),
        (("name", "deeper"), "f:3:3"),
        (("pooling_param", "pool"), "f:2:1"),
    ],
)
def test_place_of(path: tuple[str, ...], place: str) -> None:
    assert str(place_of(layer(), "f", *path)) == place


@pytest.mark.parametrize(
    ("name", "place"),
    [("kernel_size", "f:7:5"), ("type", "f:10:3"), ("lr_mult", "f:4:11"), ("pad", "f:2:1")],
)
def test_place_of_field(name: str, place: str) -> None:
    assert str(place_of_field(layer(), "f", name)) == place


def test_place_of_the_file_itself() -> None:
    assert str(place_of(parse(TEXT), "f", "layer", "name")) == "f:3:3"
    assert str(place_of(parse(TEXT), "f")) == "f:1:1"
