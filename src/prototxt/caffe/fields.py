"""Python values into the fields of messages, and the messages that hold the parameters of a layer type.

Source: caffe/python/caffe/net_spec.py (assign_proto, param_name_dict).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from numbers import Integral, Real
from typing import Any, TypeAlias

from prototxt.caffe.proto import caffe_pb2
from prototxt.errors import did_you_mean
from prototxt.layers.common.messages import OTHER_PARAMS
from prototxt.schema import FieldDescriptor, Message

__all__ = ["Value", "assign_proto", "no_field", "param_name_dict", "params_of"]

Value: TypeAlias = Any
"""A value of a script: a Top, a Function, a number, a dict ...; `to_proto` checks it."""


@cache
def param_name_dict() -> dict[str, str]:
    """Layer types and what their message is called in LayerParameter without `_param`: "InnerProduct": "inner_product".

    A message counts as its type's where it is called `<type>Parameter`.
    """
    names: dict[str, str] = {}
    for field in caffe_pb2.LayerParameter.DESCRIPTOR.fields:
        if field.message_type is not None and field.name.endswith("_param"):
            # ReLU6Parameter is none: relu6_param is a ReLUParameter too.
            names.setdefault(field.message_type.name.removesuffix("Parameter"), field.name[: -len("_param")])
    return names


@cache
def params_of(type_name: str) -> tuple[str, ...]:
    """The fields of LayerParameter that hold a type's parameters.

    Caffe knows those whose message has the type's name; Deconvolution, SoftmaxWithLoss and layers of forks have others.
    """
    own = param_name_dict().get(type_name)
    fields = {f.name.replace("_", ""): f.name for f in caffe_pb2.LayerParameter.DESCRIPTOR.fields}
    by_field = fields.get(f"{type_name}param".replace("_", "").lower())
    # LSTM's is recurrent_param: lstm_param is that of another fork's Lstm.
    others = OTHER_PARAMS.get(type_name, (by_field,) if by_field else ())
    return tuple(dict.fromkeys([*([f"{own}_param"] if own else []), *(name.lower() for name in others)]))


def assign_proto(proto: Message, name: str, val: Value) -> None:
    """A Python value into a field of a message: a dict becomes a message, a list a repeated field.

    One value for a repeated field is a list of one; a message is copied; an enum's value may be given by its name.

    Raises AttributeError where the message has no such field, TypeError or ValueError where it does not take the value.
    """
    field = proto.DESCRIPTOR.fields_by_name.get(name)
    if field is None:
        raise AttributeError(no_field(name, proto))
    if field.is_repeated:
        target = getattr(proto, name)
        for item in val if _is_list(val) else [val]:
            if field.message_type is None:
                _put(field, item, target.append)
            else:
                _fill(target.add(), field, item)
    elif _is_list(val):
        raise TypeError(f"{name} takes one value, not a list")
    elif field.message_type is not None:
        _fill(getattr(proto, name), field, val)
    else:
        _put(field, val, lambda value: setattr(proto, name, value))


def no_field(name: str, *homes: Message) -> str:
    """The message of an error: none of these messages has the field."""
    known = [field for home in homes for field in home.DESCRIPTOR.fields_by_name]
    near = did_you_mean(name, known)
    within = " or ".join(home.DESCRIPTOR.name for home in homes)
    return f'no field "{name}" in {within}' + (f"; {near}" if near else "")


def _is_list(val: Value) -> bool:
    return isinstance(val, Iterable) and not isinstance(val, (str, bytes, Mapping))


def _fill(target: Message, field: FieldDescriptor, val: Value) -> None:
    """A dict, or a message of the same type, into a message."""
    if isinstance(val, Mapping):
        for name, part in val.items():
            try:
                assign_proto(target, name, part)
            except (TypeError, ValueError) as error:
                raise type(error)(f"{field.name}: {error}") from None
    elif getattr(getattr(val, "DESCRIPTOR", None), "full_name", None) == target.DESCRIPTOR.full_name:
        target.MergeFromString(val.SerializeToString())  # it may be of another caffe_pb2
    else:
        raise TypeError(f"{field.name} takes a dict or a {target.DESCRIPTOR.name}, not {val!r}")


_WHOLE = ("CPPTYPE_INT32", "CPPTYPE_INT64", "CPPTYPE_UINT32", "CPPTYPE_UINT64")


def _put(field: FieldDescriptor, val: Value, put: Callable[[Value], None]) -> None:
    """A scalar into its field. `64 / 2` is a whole number too, and was an int when Caffe's scripts were written."""
    whole = field.cpp_type in [getattr(field, kind) for kind in _WHOLE]
    if whole and isinstance(val, Real) and float(val).is_integer():
        val = int(val) if isinstance(val, Integral) else int(float(val))
    try:
        put(val)
    except (TypeError, ValueError) as error:
        known = list(field.enum_type.values_by_name) if field.enum_type is not None else []
        takes = f" (it takes {', '.join(known)})" if known else ""
        raise type(error)(f"{field.name} does not take {val!r}{takes}: {error}") from None
