"""Which forward a ledger is of, what is refused, and how its largest terms are followed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import prototxt
from prototxt.errors import InputError, LayerError
from prototxt.explain.breakdown.values import explain_value, follow, largest, run_for, walk
from prototxt.net import Net

ROOT = Path(__file__).parents[3]

TEXT = """
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 2 dim: 1 dim: 3 dim: 4 } } }
layer { name: "pool" type: "Pooling" bottom: "data" top: "pool" top: "mask" pooling_param { kernel_size: 2 } }
layer { name: "double" type: "Power" bottom: "pool" top: "pool" power_param { scale: 2 } }
layer { name: "less" type: "Power" bottom: "pool" top: "pool" power_param { shift: -1 } }
layer { name: "arg" type: "ArgMax" bottom: "pool" top: "arg" }
layer { name: "label" type: "Input" top: "label" input_param { shape { dim: 2 } } }
layer { name: "mean" type: "Pooling" bottom: "pool" top: "mean" pooling_param { pool: AVE global_pooling: true } }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "mean" bottom: "label" top: "loss" }
"""


def net(text: str = TEXT, phase: str = "TEST") -> Net:
    result = prototxt.parse_net(text, phase=phase)
    result.blobs["data"].data[...] = np.arange(result.blobs["data"].data.size).reshape(
        result.blobs["data"].shape
    )
    return result


def test_largest_of_a_window_and_its_place() -> None:
    breakdown = explain_value(net(), "pool", (1, 0, 0, 1))
    (window,) = breakdown.groups
    assert [term.at for term in window.terms] == [(1, 0, 0, 1), (1, 0, 0, 2), (1, 0, 1, 1), (1, 0, 1, 2)]
    assert [term.part for term in window.terms] == [0, 0, 0, 18]
    assert (breakdown.value, breakdown.stored, breakdown.blob, window.bottom) == (18, 18, "pool@0", "data")
    mask = explain_value(net(), "pool", (1, 0, 0, 1), top=1)
    assert (mask.value, mask.stored, mask.blob) == (6, 6, "mask")


def test_versions_of_one_blob() -> None:
    breakdowns = [explain_value(net(), name, (0, 0, 0, 0)) for name in ("double", "less")]
    assert [(m.groups[0].bottom, m.blob, m.value) for m in breakdowns] == [
        ("pool@0", "pool@1", 10),
        ("pool@1", "pool", 9),
    ]


def test_the_same_in_every_engine_and_layers_behind_do_not_run() -> None:
    for engine in ("fast", "reference"):
        result = prototxt.parse_net(TEXT, engine=engine)
        result.blobs["label"].data[...] = 99  # no class: the loss would be refused
        assert explain_value(result, "less", (0, 0, 0, 0)).agrees


def test_inputs_of_another_size() -> None:
    values = run_for(net(), "pool", feeds={"data": np.ones((1, 1, 6, 6)), "label": np.zeros(1)})
    assert values.breakdown((0, 0, 2, 2)).value == 1


def test_follow_goes_up_one_layer_after_the_other() -> None:
    result = net()
    breakdown = explain_value(result, "less", (0, 0, 0, 0))
    assert follow(result, breakdown, 1) == ()
    (double,) = follow(result, breakdown, 4)
    assert [branch.bottom for branch in walk([double])] == ["pool@1", "pool@0", "data"]
    (pool,) = double.branches
    assert pool.breakdown is not None
    (data,) = pool.branches
    assert (data.breakdown, data.why, data.term.at) == (None, "an input of the net", (0, 0, 1, 1))
    assert len(list(walk(follow(result, breakdown, 3)))) == 2


def test_what_only_measures_is_not_followed() -> None:
    text = TEXT.replace('"ArgMax"', '"LRN"')
    breakdown = explain_value(net(text), "arg", (0, 0, 0, 0))
    assert [group.auxiliary for group in breakdown.groups] == [False, True]
    assert [term.value for _, term in largest(breakdown, 5)] == [9]


@pytest.mark.parametrize(
    ("layer", "at", "top", "words"),
    [
        ("pol", (0, 0, 0, 0), 0, 'no layer "pol"'),
        ("pool", (0, 0, 0), 0, "2 x 1 x 2 x 3: it has no value at 0,0,0"),
        ("pool", (0, 0, 2, 0), 0, "places go from 0,0,0,0 to 1,0,1,2"),
        ("pool", (0, 0, -1, 0), 0, "no value at 0,0,-1,0"),
        ("pool", (), 0, "no place in it is given"),
        ("pool", (0, 0, 0, 0), 2, 'no top 2; its tops: 0 is "pool", 1 is "mask"'),
        ("data", (0, 0, 0, 0), 0, "an input of the net has no terms"),
    ],
)
def test_what_is_not_there_is_said(layer: str, at: tuple[int, ...], top: int, words: str) -> None:
    with pytest.raises(InputError) as caught:
        explain_value(net(), layer, at, top)
    assert words in str(caught.value)


DRAWS = [
    'type: "Dropout"',
    'type: "SeLuDropout"',
    'type: "Pooling" pooling_param { pool: STOCHASTIC kernel_size: 1 }',
]


@pytest.mark.parametrize("kind", DRAWS)
def test_random_layers_have_no_ledger_while_training(kind: str) -> None:
    text = TEXT.replace('type: "ArgMax"', kind)
    assert explain_value(net(text), "arg", (0, 0, 0, 0)).agrees
    with pytest.raises(LayerError, match="at random") as caught:
        explain_value(net(text, "TRAIN"), "arg", (0, 0, 0, 0))
    assert caught.value.layer == "arg"


def test_a_branch_says_why_it_ends() -> None:
    text = TEXT.replace(
        '"arg" type: "ArgMax" bottom: "pool" top: "arg"', '"arg" type: "Dropout" bottom: "pool" top: "arg"'
    )
    text += 'layer { name: "end" type: "AbsVal" bottom: "arg" top: "end" }'
    result = net(text, "TRAIN")
    values = run_for(result, "end", 2)
    x = values.blobs[values.node.bottoms[0]]
    at = tuple(int(i[0]) for i in np.nonzero(x))
    (branch,) = values.follow(values.breakdown(at), 2)
    assert branch.breakdown is None
    assert "at random" in branch.why


def test_statistics_of_a_batch() -> None:
    text = TEXT.replace('type: "ArgMax"', 'type: "BatchNorm" batch_norm_param { use_global_stats: false }')
    breakdown = explain_value(net(text), "arg", (1, 0, 0, 0))
    assert [len(group) for group in breakdown.groups] == [1, 12]
    assert [step.text for step in breakdown.steps][:2] == ["mean of 12", "variance"]
    assert breakdown.agrees


def test_a_net_of_the_examples_with_other_weights() -> None:
    result = prototxt.load_net(ROOT / "examples" / "lenet.prototxt", seed=3)
    breakdown = explain_value(result, "ip1", (0, 7))
    assert [group.shape for group in breakdown.groups] == [(4, 4)] * 50
    assert breakdown.agrees


def test_more_terms_than_anybody_looks_at_are_refused() -> None:
    text = TEXT.replace("dim: 3 dim: 4", "dim: 900 dim: 1200").replace('"ArgMax"', '"Reduction"')
    with pytest.raises(LayerError, match=r"2,155,802 terms, more than the 1,000,000") as caught:
        explain_value(prototxt.parse_net(text), "arg", ())
    assert caught.value.layer == "arg"
