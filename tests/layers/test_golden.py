"""Every one-layer case that a reference Caffe computed: shapes, then values; and the nets it refuses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import prototxt
from golden import CASE_LIST, CASES, FORK_CASES, Case, part, refused_cases
from helpers import net_message
from prototxt.errors import LayerError, PrototxtError
from prototxt.layers.base import TEST, TRAIN, Setting
from prototxt.layers.registry import make_layer

ONE_LAYER = [case for case in CASE_LIST if case.path.parent.name != "net"]
REFUSED = refused_cases(CASES)
REFUSED_BY_FORKS = [pair for folder in sorted(FORK_CASES.iterdir()) for pair in refused_cases(folder)]


def computing_layers(prototxt: Path) -> list[Any]:
    return [param for param in net_message(prototxt.read_text()).layer if param.type != "Input"]


@pytest.mark.parametrize("case", ONE_LAYER, ids=str)
def test_equals_the_reference(case: Case) -> None:
    stored = case.arrays()
    blobs = part(stored, "input")
    phase = TRAIN if stored["phase"] == "TRAIN" else TEST
    for param in computing_layers(case.path.with_suffix(".prototxt")):
        layer = make_layer(param, Setting(phase, dialect=case.dialect))
        bottom = [blobs[b] for b in param.bottom]
        shapes = [x.shape for x in bottom]
        declared = layer.params(shapes)
        params = [stored[f"param/{param.name}/{i}"].copy() for i in range(len(declared))]
        assert [p.shape for p in declared] == [p.shape for p in params]
        tops = layer.shapes(shapes)
        blobs |= zip(param.top, layer.forward(bottom, params), strict=True)
        made = [blobs[t].shape for t in param.top]
        if layer.data_dependent:
            # One axis of such a top depends on values: `shapes` tells the most it can be.
            assert all(len(t) == len(m) for t, m in zip(tops, made, strict=True))
            assert all(b <= a for t, m in zip(tops, made, strict=True) for a, b in zip(t, m, strict=True))
        else:
            assert tops == made
        layer.cost(shapes, tops)
        layer.brief(shapes)
    for key in (k for k in stored if k.startswith("output/")):
        got = blobs[key.removeprefix("output/")]
        assert got.dtype == np.float32
        assert got.shape == stored[key].shape
        np.testing.assert_allclose(got, stored[key], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(("case", "reason"), REFUSED, ids=[str(case) for case, _ in REFUSED])
def test_refuses_what_the_reference_refuses(case: Case, reason: str) -> None:
    prototxt = case.path.with_suffix(".prototxt")
    net = net_message(prototxt.read_text())
    shapes = {p.top[0]: tuple(p.input_param.shape[0].dim) for p in net.layer if p.type == "Input"}
    (param,) = computing_layers(prototxt)
    bottom = [shapes[b] for b in param.bottom]
    with pytest.raises(LayerError, match=r"\d") as caught:
        make_layer(param).shapes(bottom)
    assert caught.value.field, reason


@pytest.mark.parametrize(
    ("case", "reason"), REFUSED_BY_FORKS, ids=[str(case) for case, _ in REFUSED_BY_FORKS]
)
def test_refuses_what_the_fork_refuses(case: Case, reason: str) -> None:
    """When the net is made or, where the fork looks at values, when it runs; the inputs are all out of range."""
    with pytest.raises(PrototxtError) as caught:
        make_and_run(case)
    assert str(caught.value).startswith(str(case)), reason


def make_and_run(case: Case) -> None:
    text = case.path.with_suffix(".prototxt").read_text()
    net = prototxt.parse_net(text, file=str(case), dialect=case.dialect, strict=True)
    net.forward({name: np.full(net.blobs[name].shape, 1000, np.float32) for name in net.inputs})
