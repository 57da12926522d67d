"""A ledger for programs: everything, in plain types."""

from __future__ import annotations

import json
from collections.abc import Sequence
from math import isfinite
from typing import Any

from prototxt.explain.breakdown.model import Breakdown, Group, Term
from prototxt.explain.breakdown.values import Branch


def ledger_json(ledger: Breakdown, branches: Sequence[Branch] = (), fed: str = "") -> str:
    """One object; what is not finite is a word, for JSON has no number for it."""
    told = (
        ledger_dict(ledger) | {"fed": fed} | ({"follows": [*map(branch_dict, branches)]} if branches else {})
    )
    return json.dumps(told) + "\n"


def ledger_dict(ledger: Breakdown) -> dict[str, Any]:
    return {
        "layer": ledger.layer,
        "type": ledger.type,
        "blob": ledger.blob,
        "at": list(ledger.at),
        "formula": ledger.formula,
        "groups": [*map(_group, ledger.groups)],
        "steps": [
            {"text": step.text, "operand": _number(step.operand), "value": _number(step.value)}
            for step in ledger.steps
        ],
        "value": _number(ledger.value),
        "stored": _number(ledger.stored),
        "agrees": ledger.agrees,
    }


def branch_dict(branch: Branch) -> dict[str, Any]:
    made = {"why": branch.why} if branch.ledger is None else {"ledger": ledger_dict(branch.ledger)}
    below = {"follows": [*map(branch_dict, branch.branches)]} if branch.branches else {}
    return {"bottom": branch.bottom, **_term(branch.term), **made, **below}


def _group(group: Group) -> dict[str, Any]:
    return {
        "title": group.title,
        "bottom": group.bottom,
        "shape": list(group.shape),
        "side": group.side,
        **({"winner": group.winner} if group.picks else {}),
        "subtotal": _number(group.subtotal) if group.sums else None,
        "terms": [*map(_term, group.terms)],
    }


def _term(term: Term) -> dict[str, Any]:
    return {
        "at": None if term.at is None else list(term.at),
        "value": _number(term.value),
        **({} if term.factor is None else {"factor": _number(term.factor)}),
        **({"beside": {name: _number(value) for name, value in term.beside.items()}} if term.beside else {}),
        "part": _number(term.part),
    }


def _number(value: float | None) -> float | str | None:
    return value if value is None or isfinite(value) else str(value)
