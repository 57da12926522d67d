"""Two nets compared: layers, fields, costs, and which weights load."""

from __future__ import annotations

from pathlib import Path

import pytest

from prototxt.errors import WeightsError
from prototxt.explain.surgery.compare import compare
from prototxt.explain.surgery.diff import Diff, diff, sections
from prototxt.frontend.load import Options, define_net
from prototxt.net import parse_net

FIRST = """
layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 1 dim: 3 dim: 8 dim: 8 } } }
layer {
  name: "c1" type: "Convolution" bottom: "x" top: "c1"
  convolution_param { num_output: 4 kernel_size: 3 stride: 1 }
}
layer { name: "r1" type: "ReLU" bottom: "c1" top: "c1" }
layer { name: "c2" type: "Convolution" bottom: "c1" top: "c2" convolution_param { num_output: 6 kernel_size: 3 } }
layer { name: "fc" type: "InnerProduct" bottom: "c2" top: "fc" inner_product_param { num_output: 10 } }
"""
SECOND = (
    FIRST.replace('type: "ReLU"', 'type: "PReLU"')
    .replace("num_output: 10", "num_output: 21")
    .replace(" stride: 1", "")
    .replace('name: "c2" type: "Convolution" bottom: "c1"', 'name: "c2b" type: "Convolution" bottom: "c1"')
)


def diff_of(first: str = FIRST, second: str = SECOND) -> Diff:
    return diff(define_net(first, "first"), define_net(second, "second"), Options())


def test_layers_in_the_order_of_the_second_net() -> None:
    pairs = [(pair.name, pair.change) for pair in diff_of().comparison.pairs]
    assert pairs == [("x", ""), ("c1", ""), ("r1", ""), ("c2", "removed"), ("c2b", "added"), ("fc", "")]


def test_fields() -> None:
    fields = {key[0]: [str(d) for d in different] for key, different in diff_of().fields.items() if different}
    # A stride of 1 that is written is the one that is not.
    assert fields == {
        "r1": ['type: "ReLU" → "PReLU"'],
        "c1": ["convolution_param.stride: 1 → none"],
        "fc": ["inner_product_param.num_output: 10 → 21"],
    }


def test_weights() -> None:
    fates = {fate.layer: (fate.why, fate.refused) for fate in diff_of().weight_matches}
    assert fates == {
        "c1": ("", False),
        "c2": ("no layer of this name", False),
        "fc": ("10 x 96 for 21 x 96; 10 for 21", True),
    }
    assert diff_of().without_weights == ("r1", "c2b", "fc")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (FIRST, SECOND),
        (SECOND, FIRST),
        (FIRST, FIRST),
        (FIRST, SECOND.replace('"fc"', '"fc21"')),
        (FIRST, FIRST.replace("kernel_size: 3 stride", "bias_term: false kernel_size: 3 stride")),
    ],
)
def test_what_is_said_of_weights_is_what_loading_does(first: str, second: str, tmp_path: Path) -> None:
    diff = diff_of(first, second)
    weights = tmp_path / "first.caffemodel"
    parse_net(first).save(weights)
    if any(fate.refused for fate in diff.weight_matches):
        with pytest.raises(WeightsError):
            parse_net(second, weights)
        return
    loaded = parse_net(second, weights).loaded
    assert loaded is not None
    assert list(loaded.layers) == [fate.layer for fate in diff.weight_matches if fate.loads]
    assert loaded.missing == diff.without_weights


def test_the_same_net() -> None:
    same = diff_of(FIRST, FIRST)
    assert not same.changed
    assert sections(same)[0].lines[0].text.startswith("the two nets are the same")


def test_layers_that_change_places_stand_once() -> None:
    relu, conv = FIRST.split("\n")[6:8]
    moved = FIRST.replace(f"{relu}\n{conv}", f"{conv}\n{relu}")
    pairs = [pair.name for pair in diff_of(FIRST, moved).comparison.pairs]
    assert pairs == ["x", "c1", "c2", "r1", "fc"]


def test_layers_of_one_name_are_told_apart_by_their_order() -> None:
    twice = FIRST + 'layer { name: "r1" type: "TanH" bottom: "fc" top: "fc" }'
    first, second = diff_of(twice, twice), diff_of(FIRST, twice)
    assert not first.changed
    assert [p.name for p in second.comparison.pairs if p.change] == ["r1"]


def test_nothing_beside_something() -> None:
    graph = diff_of().before
    assert compare(None, graph).pairs[0].before is None
    assert compare(graph, None).after.params == 0
