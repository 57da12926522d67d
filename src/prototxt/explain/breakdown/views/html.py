"""A breakdown as a self-contained HTML page: every term, with long lists folded, without scripts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from prototxt.explain.breakdown.model import Breakdown, Group
from prototxt.explain.breakdown.values import Branch
from prototxt.explain.breakdown.views.parts import (
    OUTSIDE,
    Block,
    blocks,
    full_groups,
    has_subtotal,
    is_window,
    outside_text,
    place_text,
    precise,
    verdict,
    window_places,
)
from prototxt.views.html import html_page, html_text
from prototxt.views.numbers import counted

__all__ = ["breakdown_html"]

STYLE = """
body { max-width: 68rem; }
code, td { font-family: ui-monospace, monospace; font-size: .85rem; } td { text-align: right; padding: .05rem .45rem;
  border: 0; } td.name { text-align: left; } td.out { color: var(--soft); text-align: center; }
td.win { background: color-mix(in srgb, gold 45%, transparent); }
.bad { color: crimson; font-weight: bold; } .good { color: seagreen; }
.formula { background: var(--back); padding: .6rem .8rem; border-radius: .4rem; overflow-wrap: anywhere; }
.window { display: flex; flex-wrap: wrap; gap: .8rem 1.6rem; overflow-x: auto; margin: .4rem 0; }
.list { overflow-x: auto; } .list td { white-space: nowrap; } .steps td.name { white-space: normal; }
.window table { border: 1px solid var(--line); } caption { text-align: left; color: var(--soft); }
tr.last td { border-top: 1px solid var(--line); font-weight: bold; }
details { margin: .3rem 0 .3rem .2rem; } details > :not(summary) { margin-left: 1.2rem; } summary { cursor: pointer; }
"""


def breakdown_html(breakdown: Breakdown, branches: Sequence[Branch] = (), fed: str = "") -> str:
    """The whole breakdown as a page; groups other than the first and the largest are folded.

    `fed` describes the inputs and weights of the forward.
    """
    title = f"{breakdown.blob}{place_text(breakdown.at)} = {precise(breakdown.stored)}"
    parts = [
        f"<h1>{html_text(title)}</h1>",
        f'<p class="soft">{html_text(fed)}</p>' if fed else "",
        *_content(breakdown),
    ]
    if branches:
        parts += ["<h2>Breakdowns of the largest terms</h2>", *map(_branch, branches)]
    return html_page(title, "\n".join(filter(None, parts)), STYLE)


def _content(breakdown: Breakdown) -> Iterator[str]:
    yield f'<p class="soft">layer {html_text(breakdown.layer)}, {html_text(breakdown.type)}</p>'
    yield f'<p class="formula"><code>{html_text(breakdown.formula)}</code></p>'
    shown = set(full_groups(breakdown.groups, False))
    for i, group in enumerate(breakdown.groups):
        yield _group(group, i in shown)
    yield _steps(breakdown)


def _group(group: Group, is_open: bool) -> str:
    title = group.title or window_places(group)
    notes = [window_places(group)] if group.title and len(group) else []
    notes += filter(None, [counted(len(group), "term"), outside_text(group)])
    notes += ["not added"] * group.auxiliary
    sum_of = f" <b>{precise(group.subtotal)}</b>" if has_subtotal(group) else ""
    head = f'<summary>{html_text(title)}{sum_of} <span class="soft">{html_text(", ".join(notes))}</span></summary>'
    body = _window(blocks(group)) if is_window(group) else _terms(group)
    return f"<details{' open' if is_open else ''}>{head}{body}</details>"


def _window(grids: Sequence[Block]) -> str:
    return f'<div class="window">{"".join(map(_grid, grids))}</div>'


def _grid(block: Block) -> str:
    rows = "".join(
        f"<tr>{''.join(_cell(cell, (y, x) in block.marked) for x, cell in enumerate(row))}</tr>"
        for y, row in enumerate(block.rows)
    )
    return f"<table><caption>{html_text(block.title)}</caption>{rows}</table>"


def _cell(cell: str, marked: bool) -> str:
    kind = ' class="win"' if marked else ' class="out"' if cell == OUTSIDE else ""
    return f"<td{kind}>{cell}</td>"


def _terms(group: Group) -> str:
    """A row for each term."""
    rows = []
    for i, term in enumerate(group.terms):
        at = "over the edge" if term.at is None else f"{group.bottom}{place_text(term.at)}"
        factor = "" if term.factor is None else f"x {precise(term.factor)}"
        is_plain = group.selects or (term.factor is None and term.part == term.value)
        part = "" if is_plain else f"{'=' if factor else 'adds'} {precise(term.part)}"
        extra = "".join(f"<td>{html_text(name)} {precise(value)}</td>" for name, value in term.extra.items())
        kind = ' class="win"' if i == group.winner else ""
        rows.append(
            f'<tr><td class="name">{html_text(at)}</td><td{kind}>{precise(term.value)}</td><td>{factor}</td>'
            f"{extra}<td>{part}</td></tr>"
        )
    return f'<div class="list"><table>{"".join(rows)}</table></div>'


def _steps(breakdown: Breakdown) -> str:
    rows = [
        f'<tr><td class="name">{html_text(step.text)}</td>'
        f"<td>{'' if step.operand is None else precise(step.operand)}</td><td>{precise(step.value)}</td></tr>"
        for step in breakdown.steps
    ]
    ends = (("value", breakdown.value), ("engine", breakdown.stored))
    rows += [
        f'<tr class="last"><td class="name">{name}</td><td></td><td>{precise(value)}</td></tr>'
        for name, value in ends
    ]
    kind = "good" if breakdown.agrees else "bad"
    table = f'<div class="list steps"><table>{"".join(rows)}</table></div>'
    return f'{table}<p class="{kind}">{html_text(verdict(breakdown))}</p>'


def _branch(branch: Branch) -> str:
    term = branch.term
    at = html_text(f"{branch.bottom}{place_text(term.at or ())}")
    adds = "" if term.part == term.value else f", adds {precise(term.part)}"
    head = f"{at} = {precise(term.value)}{adds}"
    if branch.breakdown is None:
        return f'<p>{head} <span class="soft">{html_text(branch.why)}</span></p>'
    body = "\n".join([*_content(branch.breakdown), *map(_branch, branch.branches)])
    return f"<details><summary>{head}</summary>\n<div>{body}</div></details>"
