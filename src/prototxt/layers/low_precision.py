"""The low precision in which forks run a layer: it is shown, and everything is computed in float32 here.

Ristretto and Intel's Caffe give a layer a `quantization_param`, NVCaffe the types of its blobs and of its arithmetic.
This module is imported only for a net with such fields.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple, get_args

from prototxt.schema.caffe_pb2 import LayerParameter, QuantizationParameter, Type

__all__ = ["FIELDS", "LowPrecision", "low_precision"]

TypeField = Literal["forward_type", "backward_type", "forward_math", "backward_math"]

TYPES: tuple[TypeField, ...] = get_args(TypeField)

FIELDS = ("quantization_param", *TYPES)
"""The fields of a layer that set its precision."""

FULL = 32
"""Bits of a float32."""

FEW = 4
"""Numbers that are listed one by one."""

SHORT = {"FLOAT16": "fp16", "DOUBLE": "fp64", "INT": "int", "UINT": "uint"}


class LowPrecision(NamedTuple):
    """The precision that a layer's fork runs it in.

    `token` is short enough for a table (`8-bit`, `fp16`); `rows` are pairs of a name and what is said about it.
    """

    token: str
    rows: tuple[tuple[str, str], ...]


def low_precision(param: LayerParameter) -> LowPrecision:
    """What the fields of a layer say about its precision."""
    tokens, rows = list[str](), list[tuple[str, str]]()
    if param.HasField("quantization_param"):
        p = param.quantization_param
        tokens.append(_bits(p))
        rows += _quantization(p)
    types = {name: Type.Name(getattr(param, name)) for name in TYPES if param.HasField(name)}
    kind = types.get("forward_type") or types.get("forward_math")
    if kind in SHORT:
        tokens.append(SHORT[kind])
    rows += [(name.replace("_", " "), value) for name, value in types.items()]
    return LowPrecision(" ".join(filter(None, tokens)), tuple(rows))


def _bits(p: QuantizationParameter) -> str:
    """`8-bit`, or `8/4/16-bit` for input, weights and output where they differ; empty where all have 32 bits."""
    if p.precision == QuantizationParameter.MINIFLOAT:
        return f"minifloat {1 + p.exp_bits + p.mant_bits}-bit"
    bits = [p.bw_layer_in, p.bw_params, p.bw_layer_out]
    if p.precision == QuantizationParameter.INTEGER_POWER_OF_2_WEIGHTS:
        return "power-of-2 weights"
    if set(bits) == {FULL}:
        return ""
    return ("/".join(map(str, bits)) if len(set(bits)) > 1 else str(bits[0])) + "-bit"


def _quantization(p: QuantizationParameter) -> Iterator[tuple[str, str]]:
    names = QuantizationParameter.Precision, QuantizationParameter.Rounding
    kind, rounding = names[0].Name(p.precision), names[1].Name(p.rounding_scheme)
    yield "precision", f"{_words(kind)}, rounded {'to nearest' if rounding == 'NEAREST' else 'at random'}"
    if kind == "MINIFLOAT":
        yield "minifloat", f"1 sign bit, {p.exp_bits} bits of exponent, {p.mant_bits} of mantissa"
        return
    parts: tuple[tuple[str, int, Sequence[int], Sequence[float]], ...] = (
        ("input", p.bw_layer_in, p.fl_layer_in, p.scale_in),
        ("weights", p.bw_params, p.fl_params, p.scale_params),
        ("output", p.bw_layer_out, p.fl_layer_out, p.scale_out),
    )
    for name, bits, lengths, scales in parts:
        if name == "weights" and kind == "INTEGER_POWER_OF_2_WEIGHTS":
            yield name, f"a sign and a power of 2, from 2^{p.exp_min} to 2^{p.exp_max}"
            continue
        shown = [f"{bits} bits"]
        if lengths:
            shown.append(f"of which after the point {_list(lengths)}")
        if scales:
            shown.append(f"scale {_list(scales)}")
        yield name, ", ".join(shown)
    if p.is_negative_input:
        yield "sign", "the input may be negative"
    if p.force_u8_input:
        yield "sign", "the input is taken as unsigned"


def _words(name: str) -> str:
    return name.lower().replace("_", " ")


def _list(numbers: Sequence[float]) -> str:
    """A few numbers, or of many the number and the range."""
    if len(numbers) <= FEW:
        return " ".join(f"{number:g}" for number in numbers)
    return f"{min(numbers):g} to {max(numbers):g} ({len(numbers)} of them)"
