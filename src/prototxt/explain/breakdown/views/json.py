"""A breakdown as JSON: every term, in plain types."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

from prototxt.explain.breakdown.model import Breakdown, Group, Term
from prototxt.explain.breakdown.values import Branch
from prototxt.util.json import dumps_raw

__all__ = ["branch_dict", "breakdown_dict", "breakdown_json"]


def breakdown_json(breakdown: Breakdown, branches: Sequence[Branch] = (), fed: str = "") -> str:
    """One JSON object on one line; infinity and NaN are strings, for which JSON has no numbers.

    `fed` describes the inputs and weights of the forward; `branches` are the breakdowns of the largest terms.
    """
    document = breakdown_dict(breakdown) | {"fed": fed}
    if branches:
        document["follows"] = [*map(branch_dict, branches)]
    return dumps_raw(document, indent=None) + "\n"


def breakdown_dict(breakdown: Breakdown) -> dict[str, object]:
    """A breakdown in plain types."""
    return {
        "layer": breakdown.layer,
        "type": breakdown.type,
        "blob": breakdown.blob,
        "at": list(breakdown.at),
        "formula": breakdown.formula,
        "groups": [*map(_group, breakdown.groups)],
        "steps": [
            {"text": step.text, "operand": _number(step.operand), "value": _number(step.value)}
            for step in breakdown.steps
        ],
        "value": _number(breakdown.value),
        "stored": _number(breakdown.stored),
        "agrees": breakdown.agrees,
    }


def branch_dict(branch: Branch) -> dict[str, object]:
    """A branch in plain types: its term, and its breakdown or the reason why there is none."""
    # The keys of the output format are older than the names of the classes.
    content: dict[str, object] = {"why": branch.why}
    if branch.breakdown is not None:
        content = {"ledger": breakdown_dict(branch.breakdown)}
    if branch.branches:
        content["follows"] = [*map(branch_dict, branch.branches)]
    return {"bottom": branch.bottom, **_term(branch.term), **content}


def _group(group: Group) -> dict[str, object]:
    return {
        "title": group.title,
        "bottom": group.bottom,
        "shape": list(group.shape),
        "side": group.auxiliary,
        **({"winner": group.winner} if group.selects else {}),
        "subtotal": _number(group.subtotal) if group.adds_up else None,
        "terms": [*map(_term, group.terms)],
    }


def _term(term: Term) -> dict[str, object]:
    return {
        "at": None if term.at is None else list(term.at),
        "value": _number(term.value),
        **({} if term.factor is None else {"factor": _number(term.factor)}),
        **({"beside": {name: _number(value) for name, value in term.extra.items()}} if term.extra else {}),
        "part": _number(term.part),
    }


def _number(value: float | None) -> float | str | None:
    return value if value is None or isfinite(value) else str(value)
