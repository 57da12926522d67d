"""Suggestions for unknown fields: a misspelt name is found, a message of a fork is not taken for another one."""

from __future__ import annotations

import pytest

from prototxt.frontend.load import define_net

NET = 'layer {{\n  name: "it"\n  type: "Foo"\n  {field} {{ pad_beg: -7 }}\n}}'


@pytest.mark.parametrize("field", ["glimmering_param", "lightning_param", "quixotic_param"])
def test_a_forks_message_is_no_misspelt_one(field: str) -> None:
    (note,) = define_net(NET.format(field=field), "n.prototxt").notes
    assert note == f'n.prototxt:4:3: layer "it": unknown field "{field}" in LayerParameter'


@pytest.mark.parametrize(
    ("field", "meant"),
    [
        ("convolutoin_param", "convolution_param"),
        ("pooling_parm", "pooling_param"),
        ("inner_prodct_param", "inner_product_param"),
        ("Pooling_Param", "pooling_param"),
    ],
)
def test_a_misspelt_message(field: str, meant: str) -> None:
    (note,) = define_net(NET.format(field=field), "n.prototxt").notes
    assert f'; did you mean "{meant}"' in note
