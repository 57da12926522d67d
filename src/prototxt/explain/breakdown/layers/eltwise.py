"""Eltwise: the same place in every bottom."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from prototxt.explain.breakdown.model import Group
from prototxt.explain.breakdown.query import Account, Asked, added
from prototxt.explain.breakdown.running import Running
from prototxt.layers.eltwise import Eltwise


def eltwise(layer: Eltwise, asked: Asked) -> Account:
    """A group of one term for each bottom."""
    if layer.operation == "SUM":
        return _sum(layer, asked)
    terms = [asked.one(bottom=i) for i in range(len(asked.bottoms))]
    reads = [asked.x(asked.at, i) for i in range(len(terms))]
    return (_product if layer.operation == "PROD" else _largest)(asked, terms, reads)


def _sum(layer: Eltwise, asked: Asked) -> Account:
    factors = layer.coeff or (None,) * len(asked.bottoms)
    terms = tuple(asked.one(bottom=i, factor=factor) for i, factor in enumerate(factors))
    reads = [asked.x(asked.at, i) for i in range(len(terms))]
    said = [x if f is None else f"{f:g} * {x}" for f, x in zip(factors, reads, strict=True)]
    return Account(f"{asked.y} = {' + '.join(said)}", terms, added(terms))


def _product(asked: Asked, terms: list[Group], reads: list[str]) -> Account:
    first, *others = terms
    running = Running(first.subtotal, abs(first.subtotal))
    for group, read in zip(others, reads[1:], strict=True):
        running.times(read, group.subtotal)
    return Account(f"{asked.y} = {' * '.join(reads)}", tuple(terms), running)


def _largest(asked: Asked, terms: list[Group], reads: list[str]) -> Account:
    values = [group.subtotal for group in terms]
    best = int(np.argmax(values))
    others = [g if i == best else replace(g, parts=np.zeros(1), subtotal=0.0) for i, g in enumerate(terms)]
    said = f"the largest of {len(values)}: that of {reads[best]}"
    running = Running(0, 0).to(said, values[best], abs(values[best]))
    return Account(f"{asked.y} = max({', '.join(reads)})", tuple(others), running)
