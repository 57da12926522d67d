"""Which blobs survive a forward."""

from __future__ import annotations

from functools import cache

import pytest

from prototxt.errors import InputError
from prototxt.frontend.load import Options, define_net, make_graph
from prototxt.graph.graph import Graph
from prototxt.plan.plan import Keep, resolve_keep


@cache
def graph() -> Graph:
    return make_graph(
        define_net(
            """
            layer { name: "in" type: "Input" top: "data" input_param { shape { dim: 2 dim: 3 } } }
            layer { name: "ip" type: "InnerProduct" bottom: "data" top: "ip" inner_product_param { num_output: 4 } }
            layer { name: "relu" type: "ReLU" bottom: "ip" top: "ip" }
            layer { name: "split" type: "Split" bottom: "ip" top: "a" top: "b" }
            layer { name: "tanh" type: "TanH" bottom: "a" top: "prob" }
            """,
            "net",
        ),
        Options(),
    )


@pytest.mark.parametrize(
    ("keep", "kept"),
    [
        ("all", {"data@0", "ip@1", "a@0", "b@0", "prob@0"}),
        ("outputs", {"b@0", "prob@0"}),
        ([], {"b@0", "prob@0"}),
        (["ip"], {"ip@1", "b@0", "prob@0"}),
        (("ip@0", "data"), {"ip@0", "data@0", "b@0", "prob@0"}),
        ("ip", {"ip@1", "b@0", "prob@0"}),
        (["prob"], {"b@0", "prob@0"}),
    ],
)
def test_what_is_kept(keep: Keep, kept: set[str]) -> None:
    assert {str(blob) for blob in resolve_keep(graph(), keep)} == kept


@pytest.mark.parametrize(("name", "hint"), [("prb", '"prob"'), ("ip@2", '"ip@1"'), ("output", None)])
def test_an_unknown_name(name: str, hint: str | None) -> None:
    with pytest.raises(InputError) as caught:
        resolve_keep(graph(), [name])
    assert caught.value.what == f'{graph().file}: the net has no blob "{name}"'
    assert (hint is None) == (caught.value.hint is None)
    assert hint is None or hint in str(caught.value.hint)
