"""Every one-layer case that a reference Caffe computed: its shapes; and the nets it refuses."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import prototxt
from prototxt.blobs import TEST, TRAIN, Shape
from prototxt.errors import LayerError, PrototxtError
from prototxt.graph.expand import expand
from prototxt.layers.base import LayerSettings
from prototxt.layers.registry import make_layer
from prototxt.text.definition import define
from support.golden import CASE_LIST, CASES, DIALECTS, Case, part, refused_cases
from support.helpers import net_message

ONE_LAYER = [case for case in CASE_LIST if case.path.parent.name != "net"]
REFUSED = refused_cases(CASES / "caffe")
REFUSED_BY_FORKS = [pair for name in DIALECTS if name != "caffe" for pair in refused_cases(CASES / name)]


def computing_layers(prototxt: Path) -> list[Any]:
    definition = expand(define(net_message(prototxt.read_text()), str(prototxt)))
    return [param for param in definition.message.layer if param.type != "Input"]


@pytest.mark.parametrize("case", ONE_LAYER, ids=str)
def test_shapes_and_parameters_are_known_before_a_forward(case: Case) -> None:
    """Layer by layer, without a net; that the values are right is a law of the engines."""
    stored = case.arrays()
    blobs = part(stored, "input")
    phase = TRAIN if stored["phase"] == "TRAIN" else TEST
    settings = LayerSettings(phase=phase, folder=str(case.path.parent), dialect=case.dialect)
    for param in computing_layers(case.path.with_suffix(".prototxt")):
        layer, bottom = make_layer(param, settings), [blobs[b] for b in param.bottom]
        shapes = [x.shape for x in bottom]
        declared = layer.params(shapes)
        params = [stored[f"param/{param.name}/{i}"].copy() for i in range(len(declared))]
        assert [p.shape for p in declared] == [p.shape for p in params]
        tops = layer.shapes(shapes)
        blobs |= zip(param.top, layer.forward(bottom, params), strict=True)
        check_shapes(tops, [blobs[t].shape for t in param.top], exact=not layer.data_dependent)
        layer.cost(shapes, tops)
        layer.brief(shapes)


def check_shapes(declared: Sequence[Shape], actual: Sequence[Shape], exact: bool) -> None:
    """Equal; or, where one axis depends on values, at most what was declared."""
    if exact:
        assert declared == actual
    for shape, bound in zip(actual, declared, strict=True):
        assert len(shape) == len(bound)
        assert all(size <= most for size, most in zip(shape, bound, strict=True))


@pytest.mark.parametrize(("case", "reason"), REFUSED, ids=[str(case) for case, _ in REFUSED])
def test_refuses_the_nets_that_the_reference_refuses(case: Case, reason: str) -> None:
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
def test_refuses_the_nets_that_the_fork_refuses(case: Case, reason: str) -> None:
    """When the net is created or, where the fork looks at values, when it runs; inputs differ and are out of range."""
    with pytest.raises(PrototxtError) as caught:
        make_and_run(case)
    assert str(caught.value).startswith(str(case)), reason


def make_and_run(case: Case) -> None:
    text = case.path.with_suffix(".prototxt").read_text()
    net = prototxt.parse_net(text, file=str(case), dialect=case.dialect, strict=True)
    shapes = {name: net.blobs[name].shape for name in net.inputs}
    net.forward({name: 1000 + np.arange(prod(shape)).reshape(shape) for name, shape in shapes.items()})
