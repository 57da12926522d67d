"""A thousand places drawn from all golden cases: the ledger, the engine and the stored truth have one value there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pytest

from prototxt.explain.breakdown import values
from prototxt.explain.breakdown.model import Place
from prototxt.explain.breakdown.query import Query, Result
from prototxt.explain.breakdown.rules import break_down
from prototxt.explain.breakdown.values import run_for
from prototxt.layers.base import Layer
from prototxt.layers.convolution import Convolution
from prototxt.layers.lstm import LSTM
from prototxt.layers.pooling import Pooling
from prototxt.layers.softmax_with_loss import SoftmaxWithLoss
from support.breakdowns import ATOL, RTOL, classes_with_rules, with_breakdown
from support.case_index import cases_with
from support.golden import Case, part

pytestmark = pytest.mark.slow  # test_breakdowns.py looks at more places, four of each top

DRAWN = 1_000
SEED = 20


@dataclass(frozen=True)
class Top:
    """A blob of a golden case whose values the reference stored, and which of a layer's tops it is."""

    case: Case
    layer: str
    number: int
    blob: str
    kind: type[Layer]


@cache
def tops() -> list[Top]:
    """Every stored blob that a layer with a ledger left as it is, not empty."""
    collected = []
    for case in cases_with("breakdowns"):
        truth, graph = part(case.arrays(), "output"), case.graph()
        collected += [
            Top(case, node.name, i, blob.name, type(node.layer))
            for node in with_breakdown(graph)
            for i, blob in enumerate(node.tops)
            if graph.last[blob.name] == blob and truth.get(blob.name, np.zeros(0)).size
        ]
    return collected


@cache
def drawn() -> Mapping[tuple[Case, str], list[tuple[Top, Place]]]:
    """The places, by case and layer; no place twice."""
    rng = np.random.default_rng(SEED)
    chosen: dict[tuple[Top, Place], None] = {}
    for _ in range(100 * DRAWN):
        top = tops()[rng.integers(len(tops()))]
        shape = part(top.case.arrays(), "output")[top.blob].shape
        chosen[top, tuple(int(rng.integers(size)) for size in shape)] = None
        if len(chosen) == DRAWN:
            break
    by_layer = defaultdict(list)
    for top, at in chosen:
        by_layer[top.case, top.layer].append((top, at))
    return by_layer


def look(engine: str, kinds: tuple[type[Layer], ...] = (Layer,)) -> tuple[int, list[str]]:
    """How many of the drawn places of these kinds of layers were looked at, and what is wrong at which."""
    looked, wrong = 0, []
    for (case, layer), places in drawn().items():
        if not issubclass(places[0][0].kind, kinds):
            continue
        stored = case.arrays()
        values = run_for(case.net(stored, engine), layer, feeds=part(stored, "input"))
        for top, at in places:
            breakdown, truth = values.breakdown(at, top.number), part(stored, "output")[top.blob][at]
            looked += 1
            if not breakdown.agrees:
                wrong.append(
                    f"{case} {breakdown.formula}: {breakdown.value}, the engine has {breakdown.stored}"
                )
            elif not np.allclose(np.float32(breakdown.value), truth, RTOL, ATOL, equal_nan=True):
                wrong.append(f"{case} {breakdown.formula}: {breakdown.value}, the reference had {truth}")
    return looked, wrong


@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_a_thousand_drawn_places(engine: str) -> None:
    looked, wrong = look(engine)
    assert not wrong, f"{len(wrong)} of {looked} places are wrong: {wrong[:5]}"
    assert looked >= DRAWN, f"only {looked} places were looked at, not {DRAWN}"


def test_they_are_of_most_kinds_and_of_forks_too() -> None:
    kinds = {kind for kind in classes_with_rules() if any(issubclass(top.kind, kind) for top in tops())}
    looked = {kind for kind in kinds for (top, _), *_ in drawn().values() if issubclass(top.kind, kind)}
    assert len(looked) > 0.9 * len(kinds), kinds - looked
    assert any(case.dialect for case, _ in drawn())
    assert len({case for case, _ in drawn()}) > 300


def off(layer: Layer, query: Query) -> Result:
    """A result that is wrong by a thousandth."""
    right = break_down(layer, query)
    running = replace(right.running, value=right.running.value + 1e-3 * (right.running.size + 1))
    return replace(right, running=running)


@pytest.mark.parametrize("kind", [Convolution, Pooling, SoftmaxWithLoss, LSTM])
def test_a_wrong_ledger_is_found(kind: type[Layer], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(values, "break_down", off)
    looked, wrong = look("fast", (kind,))
    assert looked
    assert len(wrong) > 0.9 * looked, wrong  # but for places that are infinite, or no number
