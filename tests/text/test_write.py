"""Message to text and back: canonical, short, and nothing lost."""

from __future__ import annotations

import math
import struct
from typing import Any

import pytest
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from hypothesis import given, settings
from hypothesis import strategies as st

from prototxt.schema import descriptor, message_class
from prototxt.schema.caffe_pb2 import BlobProto, Datum, NetParameter, PowerParameter
from prototxt.text.build import build
from prototxt.text.parse import parse
from prototxt.text.write import write


def again(message: Any) -> Any:
    return build(parse(write(message)), "<text>", type(message)).message


def test_canonical_form() -> None:
    message = build(
        parse(
            "layer <pooling_param {pool:AVE kernel_size:0x3} top:'p' name:\"a\" bottom:['x','y']> name: 'n'"
        ),
        "",
    ).message
    assert write(message) == (
        'name: "n"\nlayer {\n  name: "a"\n  bottom: "x"\n  bottom: "y"\n  top: "p"\n'
        "  pooling_param {\n    pool: AVE\n    kernel_size: 3\n  }\n}\n"
    )


def test_empty() -> None:
    assert write(NetParameter()) == ""
    assert write(NetParameter(state={})) == "state {\n}\n"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (-0.0, "-0"),
        (1.0, "1"),
        (-2.5, "-2.5"),
        (0.1, "0.1"),
        (0.01, "0.01"),
        (1e-4, "0.0001"),
        (1e-5, "1e-05"),
        (100.0, "100"),
        (65536.0, "65536"),
        (227.0, "227"),
        (1e6, "1000000"),
        (1e10, "1e+10"),
        (16777216.0, "16777216"),
        (0.999, "0.999"),
        (1 / 3, "0.33333334"),
        (3.4028234663852886e38, "3.4028235e+38"),
        (1e-45, "1e-45"),
        (math.inf, "inf"),
        (-math.inf, "-inf"),
        (math.nan, "nan"),
    ],
)
def test_floats(value: float, text: str) -> None:
    assert write(PowerParameter(power=value)) == f"power: {text}\n"


@pytest.mark.parametrize(
    ("value", "text"), [(0.1, "0.1"), (1.0, "1"), (1e300, "1e+300"), (1 / 3, "0.3333333333333333")]
)
def test_doubles(value: float, text: str) -> None:
    assert write(BlobProto(double_data=[value])) == f"double_data: {text}\n"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("conv1/3x3", '"conv1/3x3"'),
        ('a"b\\c', r'"a\"b\\c"'),
        ("a\nb\tc\r", r'"a\nb\tc\r"'),
        ("é 😀", '"é 😀"'),
        ("\x00\x7f\u200b", r'"\000\177\342\200\213"'),
        ("'", '"\'"'),
    ],
)
def test_strings(value: str, text: str) -> None:
    message = NetParameter(name=value)
    assert write(message) == f"name: {text}\n"
    assert again(message) == message


def test_bytes() -> None:
    message = Datum(data=bytes(range(256)))
    assert write(message).isascii()
    assert again(message) == message


FLOAT32 = st.floats(width=32, allow_nan=False)
INTS = {
    FieldDescriptor.TYPE_INT32: st.integers(-(2**31), 2**31 - 1),
    FieldDescriptor.TYPE_INT64: st.integers(-(2**63), 2**63 - 1),
    FieldDescriptor.TYPE_UINT32: st.integers(0, 2**32 - 1),
}


def values(field: FieldDescriptor) -> st.SearchStrategy[Any]:
    """Values a scalar field can hold."""
    if field.enum_type is not None:
        return st.sampled_from([value.number for value in field.enum_type.values])
    others: dict[int, st.SearchStrategy[Any]] = {
        FieldDescriptor.TYPE_FLOAT: FLOAT32,
        FieldDescriptor.TYPE_DOUBLE: st.floats(allow_nan=False),
        FieldDescriptor.TYPE_BOOL: st.booleans(),
        FieldDescriptor.TYPE_STRING: st.text(max_size=8),
        FieldDescriptor.TYPE_BYTES: st.binary(max_size=8),
    }
    return {**INTS, **others}[field.type]


def fill(draw: st.DrawFn, message: Any, kind: Descriptor, depth: int) -> None:
    """Set a few fields at random, and all required ones."""
    usable = [field for field in kind.fields if depth or field.message_type is None]
    chosen = draw(st.lists(st.sampled_from(usable), max_size=4, unique=True)) if usable else []
    for field in {field.number: field for field in [*chosen, *filter(required, kind.fields)]}.values():
        for _ in range(draw(st.integers(1, 3)) if field.is_repeated else 1):
            if field.message_type is not None:
                part = getattr(message, field.name)
                part = part.add() if field.is_repeated else part
                part.SetInParent()
                fill(draw, part, field.message_type, depth - 1)
            elif field.is_repeated:
                getattr(message, field.name).append(draw(values(field)))
            else:
                setattr(message, field.name, draw(values(field)))


def required(field: FieldDescriptor) -> bool:
    return field.is_required


@st.composite
def messages(draw: st.DrawFn) -> Any:
    name = draw(
        st.sampled_from(["NetParameter", "LayerParameter", "SolverParameter", "V1LayerParameter", "Datum"])
    )
    message = message_class(name)()
    fill(draw, message, descriptor(name), 3)
    return message


@settings(max_examples=120, deadline=None, derandomize=True)
@given(messages())
def test_any_message_comes_back(message: Any) -> None:
    assert again(message) == message
    assert write(again(message)) == write(message)


@settings(max_examples=500, deadline=None, derandomize=True)
@given(st.integers(0, 2**32 - 1))
def test_any_float32_comes_back(bits: int) -> None:
    (value,) = struct.unpack("f", struct.pack("I", bits))
    message = PowerParameter(power=value)
    back = again(message).power
    assert back == value or (math.isnan(back) and math.isnan(value))
