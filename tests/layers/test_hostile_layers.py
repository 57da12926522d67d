"""Rooms of the forks with bottoms and fields that no net has: a refusal with its reason, or blobs as foretold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

import numpy as np
import pytest
from google.protobuf.descriptor import FieldDescriptor

from prototxt.blobs import TEST, TRAIN, Array, Shape, count
from prototxt.errors import LayerError
from prototxt.layers.base import Layer, LayerSettings
from support.fork_layers import FORK_LAYERS, LAYERS, layer_id, sample

pytestmark = pytest.mark.sweep

INTEGERS = (0, 1, 2, 7, -1, 2**31 - 1, -(2**31), 2**32 - 1)
FLOATS = (0.0, -1.0, 0.3, 1e-45, 1e-30, 3e38, -3e38, float("inf"), float("-inf"), float("nan"))
VALUES = (0.0, -1.0, 1.0, -0.5, 1e-45, 3e38, -3e38, float("inf"), float("-inf"), float("nan"), 2.0**31, 1e6)

MAX_ELEMENTS = 1 << 22
"""Blobs of more values are only foretold."""


def test_every_layer_of_a_fork_has_a_sample() -> None:
    assert {(layer_class.type, layer_class.fork) for layer_class in FORK_LAYERS} == set(LAYERS)


def forward(
    layer_class: type[Layer], param: Any, bottoms: Sequence[Array], phase: int = TEST
) -> list[Array] | None:
    """The layer's outputs, checked against its shapes; None where they are refused or too large."""
    for x in bottoms:
        x.flags.writeable = False
    try:
        layer = layer_class(param, LayerSettings(phase=phase))
        shapes = [x.shape for x in bottoms]
        params, foretold = layer.params(shapes), layer.shapes(shapes)
        layer.cost(shapes, foretold)
        layer.brief(shapes)
        if sum(map(count, [*foretold, *(p.shape for p in params)])) > MAX_ELEMENTS:
            return None
        with np.errstate(all="ignore"):  # as the engines do
            result = layer.forward(list(bottoms), [np.ones(p.shape, np.float32) for p in params])
    except LayerError as refusal:
        message = refusal
    else:
        check(result, foretold, layer.data_dependent)
        return result
    assert 0 < len(message.what) < 1000
    return None


def check(result: Sequence[Array], foretold: Sequence[Shape], data_dependent: bool) -> None:
    for y, shape in zip(result, foretold, strict=True):
        assert y.dtype == np.float32
        assert y.shape == shape or data_dependent
        assert len(y.shape) == len(shape)
        assert all(a <= b for a, b in zip(y.shape, shape, strict=True))


@pytest.mark.parametrize("layer_class", FORK_LAYERS, ids=layer_id)
def test_views_of_blobs_that_lie_channels_last(layer_class: type[Layer]) -> None:
    """As the fast engine has them."""
    param, bottoms = sample(layer_class)
    views = [np.moveaxis(np.moveaxis(x, 1, -1).copy(), -1, 1) if x.ndim > 1 else x for x in bottoms]
    result, want = forward(layer_class, param, views), forward(layer_class, param, bottoms)
    assert result is not None
    assert want is not None
    for y, right in zip(result, want, strict=True):
        np.testing.assert_allclose(y, right, 1e-5, 1e-6)


def other_shapes(shape: Shape) -> Iterator[Shape]:
    """Only a first axis can be 0: where a layer found nothing."""
    yield from [(), (0,), (1,), shape[:-1], (*shape, 1), (*shape, 2), (1,) * 6, (0, *shape[1:])]
    for axis, length in product(range(len(shape)), (1, 2, 7)):
        yield (*shape[:axis], length, *shape[axis + 1 :])


@pytest.mark.parametrize("layer_class", FORK_LAYERS, ids=layer_id)
def test_bottoms_of_other_shapes(layer_class: type[Layer]) -> None:
    param, bottoms = sample(layer_class)
    for which, x in enumerate(bottoms):
        for shape in other_shapes(x.shape):
            for chosen in ({which}, set(range(len(bottoms)))):
                others = [np.resize(y, shape) if i in chosen else y for i, y in enumerate(bottoms)]
                forward(layer_class, param, others)


@pytest.mark.parametrize("layer_class", FORK_LAYERS, ids=layer_id)
@pytest.mark.parametrize("phase", [TEST, TRAIN])
def test_bottoms_of_other_values(layer_class: type[Layer], phase: int) -> None:
    param, bottoms = sample(layer_class)
    rng = np.random.default_rng(0)
    for which, value in product(range(len(bottoms)), VALUES):
        for share in (0.05, 0.5, 1.1):
            others = [y.copy() for y in bottoms]
            others[which][rng.random(others[which].shape) < share] = value
            forward(layer_class, param, others, phase)


def hostile(field: FieldDescriptor) -> Sequence[Any]:
    """Values of a field's type that hardly anyone gives."""
    if field.enum_type is not None:
        return [value.number for value in field.enum_type.values]
    if field.type == field.TYPE_BOOL:
        return [False, True]
    if field.type in (field.TYPE_FLOAT, field.TYPE_DOUBLE):
        return FLOATS
    if field.type in (field.TYPE_STRING, field.TYPE_BYTES):
        return ["", "a", "'feat_stride': 0", "'feat_stride': 99999999999", "'num_classes': 99999999999"]
    least, most = (0, 2**32 - 1) if field.type == field.TYPE_UINT32 else (-(2**31), 2**31 - 1)
    return [value for value in INTEGERS if least <= value <= most]


def changed(inner: Any) -> Iterator[None]:
    """Every field of a message gone or with every hostile value, one after the other."""
    for field in inner.DESCRIPTOR.fields:
        if field.message_type is not None:
            if not field.is_repeated:
                yield from changed(getattr(inner, field.name))
            continue
        saved = type(inner)()
        saved.CopyFrom(inner)
        inner.ClearField(field.name)
        yield
        for value in hostile(field):
            if not field.is_repeated:
                setattr(inner, field.name, value)
                yield
                continue
            old = list(getattr(saved, field.name))
            for values in ([value], [value] * 2, [value] * len(old), [*old, value], [value] * 1000):
                inner.ClearField(field.name)
                getattr(inner, field.name).extend(values)
                yield
        inner.CopyFrom(saved)


@pytest.mark.parametrize("layer_class", FORK_LAYERS, ids=layer_id)
def test_other_fields(layer_class: type[Layer]) -> None:
    param, bottoms = sample(layer_class)
    for field, inner in param.ListFields():
        if field.message_type is not None and not field.is_repeated:
            for _ in changed(inner):
                forward(layer_class, param, bottoms)
