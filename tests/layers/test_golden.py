"""Every one-layer case that a reference Caffe computed: shapes, then values; and the nets it refuses."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import prototxt
from prototxt.blobs import TEST, TRAIN, Array
from prototxt.errors import LayerError, PrototxtError
from prototxt.layers.base import Layer, Setting
from prototxt.layers.registry import make_layer
from support.golden import CASE_LIST, CASES, DIALECTS, Case, part, refused_cases
from support.helpers import net_message

ONE_LAYER = [case for case in CASE_LIST if case.path.parent.name != "net"]
REFUSED = refused_cases(CASES / "caffe")
REFUSED_BY_FORKS = [pair for name in DIALECTS if name != "caffe" for pair in refused_cases(CASES / name)]


def computing_layers(prototxt: Path) -> list[Any]:
    return [param for param in net_message(prototxt.read_text()).layer if param.type != "Input"]


@pytest.mark.parametrize("case", ONE_LAYER, ids=str)
def test_equals_the_reference(case: Case) -> None:
    stored = case.arrays()
    blobs = part(stored, "input")
    phase = TRAIN if stored["phase"] == "TRAIN" else TEST
    setting = Setting(phase, folder=str(case.path.parent), dialect=case.dialect)
    layers = [(p, make_layer(p, setting)) for p in computing_layers(case.path.with_suffix(".prototxt"))]
    batches = [truth for truth in (part(stored, "output"), part(stored, "output1")) if truth]
    for truth in batches:  # data layers have a second one
        run_alone(layers, blobs, stored)
        check(blobs, truth)


def run_alone(layers: Sequence[tuple[Any, Layer]], blobs: dict[str, Array], stored: dict[str, Array]) -> None:
    """One forward, layer by layer; each must foretell the shapes of what it makes and learns."""
    for param, layer in layers:
        bottom = [blobs[b] for b in param.bottom]
        shapes = [x.shape for x in bottom]
        declared = layer.params(shapes)
        params = [stored[f"param/{param.name}/{i}"].copy() for i in range(len(declared))]
        assert [p.shape for p in declared] == [p.shape for p in params]
        tops = layer.shapes(shapes)
        blobs |= zip(param.top, layer.forward(bottom, params), strict=True)
        for slot, want in part(stored, f"param_after/{param.name}").items():
            np.testing.assert_allclose(params[int(slot)], want, rtol=1e-4, atol=1e-5)
        made = [blobs[t].shape for t in param.top]
        if layer.data_dependent:
            # One axis of such a top depends on values: `shapes` tells the most it can be.
            assert all(len(t) == len(m) for t, m in zip(tops, made, strict=True))
            assert all(b <= a for t, m in zip(tops, made, strict=True) for a, b in zip(t, m, strict=True))
        else:
            assert tops == made
        layer.cost(shapes, tops)
        layer.brief(shapes)


def check(blobs: dict[str, Array], truth: dict[str, Array]) -> None:
    for name, want in truth.items():
        assert blobs[name].dtype == np.float32
        assert blobs[name].shape == want.shape
        np.testing.assert_allclose(blobs[name], want, rtol=1e-4, atol=1e-5)


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
    """When the net is made or, where the fork looks at values, when it runs; inputs differ and are out of range."""
    with pytest.raises(PrototxtError) as caught:
        make_and_run(case)
    assert str(caught.value).startswith(str(case)), reason


def make_and_run(case: Case) -> None:
    text = case.path.with_suffix(".prototxt").read_text()
    net = prototxt.parse_net(text, file=str(case), dialect=case.dialect, strict=True)
    shapes = {name: net.blobs[name].shape for name in net.inputs}
    net.forward({name: 1000 + np.arange(prod(shape)).reshape(shape) for name, shape in shapes.items()})
