"""Every one-layer case that a reference Caffe computed: shapes, then values; and the nets it refuses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from helpers import net_message
from prototxt.errors import LayerError
from prototxt.layers.base import TEST, TRAIN, Setting
from prototxt.layers.registry import make_layer

CASES = Path(__file__).parents[1] / "cases"
ONE_LAYER = sorted(p for p in CASES.glob("*/*.npz") if p.parent.name != "net")
REFUSED = [line.split("\t") for line in (CASES / "refused.tsv").read_text().splitlines()]


def name(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


def computing_layers(prototxt: Path) -> list[Any]:
    return [param for param in net_message(prototxt.read_text()).layer if param.type != "Input"]


@pytest.mark.parametrize("case", ONE_LAYER, ids=name)
def test_equals_the_reference(case: Path) -> None:
    with np.load(case) as file:
        stored = dict(file)
    blobs = {key.removeprefix("input/"): stored[key] for key in stored if key.startswith("input/")}
    phase = TRAIN if stored["phase"] == "TRAIN" else TEST
    for param in computing_layers(case.with_suffix(".prototxt")):
        layer = make_layer(param, Setting(phase))
        bottom = [blobs[b] for b in param.bottom]
        shapes = [x.shape for x in bottom]
        declared = layer.params(shapes)
        params = [stored[f"param/{param.name}/{i}"].copy() for i in range(len(declared))]
        assert [p.shape for p in declared] == [p.shape for p in params]
        tops = layer.shapes(shapes)
        blobs |= zip(param.top, layer.forward(bottom, params), strict=True)
        made = [blobs[t].shape for t in param.top]
        if layer.data_dependent:
            assert [t[1:] for t in tops] == [m[1:] for m in made]
            assert all(m[0] <= t[0] for t, m in zip(tops, made, strict=True))
        else:
            assert tops == made
        layer.cost(shapes, tops)
        layer.brief(shapes)
    for key in (k for k in stored if k.startswith("output/")):
        got = blobs[key.removeprefix("output/")]
        assert got.dtype == np.float32
        assert got.shape == stored[key].shape
        np.testing.assert_allclose(got, stored[key], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(("case", "reason"), REFUSED, ids=[case for case, _ in REFUSED])
def test_refuses_what_the_reference_refuses(case: str, reason: str) -> None:
    prototxt = CASES / f"{case}.prototxt"
    net = net_message(prototxt.read_text())
    shapes = {p.top[0]: tuple(p.input_param.shape[0].dim) for p in net.layer if p.type == "Input"}
    (param,) = computing_layers(prototxt)
    bottom = [shapes[b] for b in param.bottom]
    with pytest.raises(LayerError, match=r"\d") as caught:
        make_layer(param).shapes(bottom)
    assert caught.value.field, reason
