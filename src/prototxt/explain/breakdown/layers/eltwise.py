"""Eltwise: the values at the same place of every bottom."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from prototxt.explain.breakdown.model import Group
from prototxt.explain.breakdown.query import Query, Result, sum_of
from prototxt.explain.breakdown.rules import break_down
from prototxt.explain.breakdown.running import Running
from prototxt.layers.eltwise import Eltwise


@break_down.register
def eltwise(layer: Eltwise, query: Query) -> Result:
    """A group of one term for each bottom."""
    if layer.operation == "SUM":
        return _sum(layer, query)
    terms = [query.one(bottom=i) for i in range(len(query.bottoms))]
    reads = [query.x(query.at, i) for i in range(len(terms))]
    return (_product if layer.operation == "PROD" else _largest)(query, terms, reads)


def _sum(layer: Eltwise, query: Query) -> Result:
    factors = layer.coeff or (None,) * len(query.bottoms)
    terms = tuple(query.one(bottom=i, factor=factor) for i, factor in enumerate(factors))
    reads = [query.x(query.at, i) for i in range(len(terms))]
    addends = [x if f is None else f"{f:g} * {x}" for f, x in zip(factors, reads, strict=True)]
    return Result(f"{query.y} = {' + '.join(addends)}", terms, sum_of(terms))


def _product(query: Query, terms: list[Group], reads: list[str]) -> Result:
    first, *others = terms
    running = Running(first.subtotal, abs(first.subtotal))
    for group, read in zip(others, reads[1:], strict=True):
        running.times(read, group.subtotal)
    return Result(f"{query.y} = {' * '.join(reads)}", tuple(terms), running)


def _largest(query: Query, terms: list[Group], reads: list[str]) -> Result:
    values = [group.subtotal for group in terms]
    winner = int(np.argmax(values))
    groups = [g if i == winner else replace(g, parts=np.zeros(1), subtotal=0.0) for i, g in enumerate(terms)]
    step = f"the largest of {len(values)}: {reads[winner]}"
    running = Running(0, 0).to(step, values[winner], abs(values[winner]))
    return Result(f"{query.y} = max({', '.join(reads)})", tuple(groups), running)
