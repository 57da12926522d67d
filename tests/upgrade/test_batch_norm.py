"""BatchNorm's three blobs are not learned, whatever an old file says."""

from __future__ import annotations

import pytest

from prototxt.frontend.load import define_net


def rates(type_name: str, params: str) -> list[tuple[float, float]]:
    text = f'layer {{ name: "a" type: "{type_name}" bottom: "x" top: "x" {params} }}'
    (layer,) = define_net(text, "net").message.layer
    return [(p.lr_mult, p.decay_mult) for p in layer.param]


def test_three_params_learn_nothing() -> None:
    params = 'param { lr_mult: 1 decay_mult: 2 } param { lr_mult: 1 } param { name: "f" }'
    assert rates("BatchNorm", params) == [(0, 0)] * 3


def test_a_shared_name_stays() -> None:
    text = 'layer { name: "a" type: "BatchNorm" bottom: "x" top: "x" param { name: "m" } param {} param {} }'
    (layer,) = define_net(text, "net").message.layer
    assert [p.name for p in layer.param] == ["m", "", ""]


@pytest.mark.parametrize("count", [1, 2, 4])
def test_another_number_is_not_changed(count: int) -> None:
    assert rates("BatchNorm", "param { lr_mult: 3 } " * count) == [(3, 1)] * count


def test_other_layers_are_not_changed() -> None:
    assert rates("Scale", "param { lr_mult: 3 } " * 3) == [(3, 1)] * 3
