"""A ledger for a terminal: windows as grids, long lists folded, the steps, and whether the engine agrees."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from textwrap import wrap

from rich.console import Group as Together
from rich.console import RenderableType
from rich.text import Text
from rich.tree import Tree

from prototxt.errors import printable
from prototxt.explain.breakdown.model import Breakdown, Group
from prototxt.explain.breakdown.values import Branch
from prototxt.explain.breakdown.views.parts import (
    OUTSIDE,
    Block,
    blocks,
    chosen,
    form_of,
    has_subtotal,
    is_window,
    listed,
    number,
    outside_text,
    place_text,
    precise,
    rest_of,
    verdict,
    window_places,
)
from prototxt.views.numbers import counted

INSET = "  "
BESIDE = 3
"""Columns between two grids side by side."""

GUIDE = 4
"""Columns that a tree takes for each level."""

MARKED = r"  +\[[^\]]+\]$"
"""The value that a layer takes, in a line."""

READABLE = 100
"""Formulas are broken at this width on a wider screen."""


def ledger_text(
    ledger: Breakdown,
    branches: Sequence[Branch] = (),
    *,
    fed: str = "",
    everything: bool = False,
    width: int = 80,
) -> RenderableType:
    """The whole account, at most `width` columns wide where numbers allow it; `fed` says what the net was given."""
    parts: list[RenderableType] = [_title(ledger), *_prose(fed, width, "dim"), *_formula(ledger, width)]
    parts += _groups(ledger, everything, width)
    parts += [_steps(ledger), _check(ledger)]
    if branches:
        parts.append(_tree(branches, min(width, READABLE)))
    return Together(*parts)


def _title(ledger: Breakdown) -> Text:
    return Text.assemble(
        (f"{printable(ledger.blob)}{place_text(ledger.at)}", "bold"),
        f" = {precise(ledger.stored)}",
        " · ",
        (f"{printable(ledger.layer)} {printable(ledger.type)}", "cyan"),
    )


def _prose(text: str, width: int, style: str) -> Iterator[Text]:
    for line in wrap(printable(text), min(width, READABLE), break_on_hyphens=False):
        yield Text(line, style)


def _formula(ledger: Breakdown, width: int) -> Iterator[Text]:
    yield Text()
    for line in broken(ledger.formula, min(width, READABLE) - len(INSET)):
        yield Text(INSET + line, "green")


def broken(formula: str, width: int) -> list[str]:
    """The lines of a formula, none of which ends between brackets."""
    whole = re.sub(r"\[[^]]*\]", lambda found: found[0].replace(" ", "\xa0"), printable(formula))
    lines = wrap(whole, max(width, 20), subsequent_indent=INSET, break_on_hyphens=False)
    return [line.replace("\xa0", " ") for line in lines]


def _groups(ledger: Breakdown, everything: bool, width: int) -> Iterator[RenderableType]:
    single = [group for group in ledger.groups if len(group) == 1]
    if single:
        yield Text()
        yield from _lines([(group, 0) for group in single])
    many = [group for group in ledger.groups if len(group) != 1]
    shown = chosen(many, everything)
    for i in shown:
        yield from _group(many[i], everything, width)
    told, others = rest_of(many, shown, everything)
    if told:
        yield Text(f"\nsubtotals of {'the others' if not others else f'{len(told)} more'}", "bold")
        yield from _subtotals(told, width)
    if others:
        rest = sum(group.subtotal for group in others)
        count = sum(map(len, others))
        yield Text(
            f"{INSET}{counted(len(others), 'other')} of {counted(count, 'term')} together: {precise(rest)}"
            " (--all shows them)",
            "dim",
        )


def _group(group: Group, everything: bool, width: int) -> Iterator[RenderableType]:
    if not len(group):
        yield Text(f"\n{group.title}: no input reaches this place", "bold")
        return
    head = Text(f"\n{group.title}", "bold")
    notes = [window_places(group), *filter(None, [outside_text(group)])]
    head.append(f"  {printable(', '.join(notes))}", "dim")
    yield head
    laid = blocks(group) if is_window(group) else ()
    if laid and max(block.width for block in laid) + len(INSET) <= width:
        yield from _side_by_side(laid, width)
    else:
        yield from _list(group, everything)
    if has_subtotal(group):
        yield Text.assemble(f"{INSET}subtotal ", (precise(group.subtotal), "bold"))


def _side_by_side(laid: Sequence[Block], width: int) -> Iterator[Text]:
    """Grids in a row as far as there is room, the others below."""
    row: list[Block] = []
    for block in laid:
        used = len(INSET) + sum(before.width + BESIDE for before in row)
        if row and used + block.width > width:
            yield from _row_of(row)
            row = []
        row.append(block)
    yield from _row_of(row)


def _row_of(laid: Sequence[Block]) -> Iterator[Text]:
    gap = " " * BESIDE
    yield Text(INSET + gap.join(block.title.ljust(block.width) for block in laid).rstrip(), "dim")
    for y in range(len(laid[0].rows)):
        line = Text(INSET)
        for i, block in enumerate(laid):
            line.append(gap if i else "")
            line.append_text(_cells(block, y))
        line.rstrip()
        yield line


def _cells(block: Block, y: int) -> Text:
    row = Text()
    for x, cell in enumerate(block.rows[y]):
        is_marked = (y, x) in block.marked
        style = "bold yellow" if is_marked else "dim" if cell == OUTSIDE else ""
        shown = f"[{cell}]" if is_marked else f"{cell} " if block.marked else cell
        row.append(" " * bool(x))
        row.append(shown.rjust(block.cell), style)
    return Text.assemble(row, " " * max(0, block.width - row.cell_len))


def _list(group: Group, everything: bool) -> Iterator[Text]:
    """The largest terms of a line, and the others in one number."""
    told, others = listed(group, everything)
    yield from _lines([(group, i) for i in told])
    if others:
        rest = f" together: {precise(float(group.parts[others].sum()))}" if has_subtotal(group) else ""
        what = "smaller value" if group.picks else "other term"
        yield Text(f"{INSET}the {counted(len(others), what)}{rest} (--all shows them)", "dim")


def _lines(terms: Sequence[tuple[Group, int]]) -> Iterator[Text]:
    """Terms one below the other: place, value, factor, what stands beside it, what comes of them."""
    columns: list[tuple[str, ...]] = []
    values = form_of(g.values[i] for g, i in terms)
    names = list(dict.fromkeys(name for g, _ in terms for name in g.beside))
    forms = {name: form_of(g.beside[name][i] for g, i in terms if name in g.beside) for name in names}
    factors = form_of(g.factors[i] for g, i in terms if g.factors is not None)
    parts = form_of(g.parts[i] for g, i in terms)
    for g, i in terms:
        term = g.term(i)
        at = "over the edge" if term.at is None else f"{g.bottom}{place_text(term.at)}"
        factor = "" if term.factor is None else f"x {number(term.factor, factors)}"
        same = g.picks or (term.factor is None and (term.part == term.value or term.value != term.value))
        value = OUTSIDE if term.at is None else number(term.value, values)
        columns.append(
            (
                printable(at),
                f"[{value}]" if i == g.winner else f"{value} " if g.picks else value,
                factor,
                *(
                    f"{name} {number(term.beside[name], forms[name])}" if name in term.beside else ""
                    for name in names
                ),
                ""
                if same
                else f"= {number(term.part, parts)}"
                if factor
                else f"adds {number(term.part, parts)}",
                "measures only" if g.side and len(g) == 1 else "",
            )
        )
    widths = [max(len(row[i]) for row in columns) for i in range(5 + len(names))]
    for row in columns:
        place, *numbers, note = row
        cells = [f"  {cell.rjust(w)}" for cell, w in zip(numbers, widths[1:-1], strict=True) if w]
        line = Text(f"{INSET}{place.ljust(widths[0])}{''.join(cells)}".rstrip())
        line.highlight_regex(MARKED, "bold yellow")
        yield line.append(f"  {note}", "dim") if note else line


def _subtotals(groups: Sequence[Group], width: int) -> Iterator[Text]:
    """In columns, read downwards."""
    form = form_of(group.subtotal for group in groups)
    cells = [(group.title, number(group.subtotal, form)) for group in groups]
    titles, numbers = (max(len(cell[i]) for cell in cells) for i in range(2))
    each = titles + numbers + 2
    across = max(1, (min(width, READABLE) - len(INSET) + 3) // (each + 3))
    down = -(-len(cells) // across)
    for y in range(down):
        row = [f"{t.ljust(titles)}  {n.rjust(numbers)}" for t, n in cells[y::down]]
        yield Text(INSET + "   ".join(row))


def _steps(ledger: Breakdown) -> RenderableType:
    """From the sum to the value."""
    rows = [(s.text, "" if s.operand is None else precise(s.operand), precise(s.value)) for s in ledger.steps]
    rows.append(("value", "", precise(ledger.value)))
    rows.append(("the engine has", "", precise(ledger.stored)))
    widths = [max(len(printable(row[i])) for row in rows) for i in range(3)]
    lines = [Text()]
    for i, (text, operand, value) in enumerate(rows):
        line = Text(f"{INSET}{printable(text).ljust(widths[0])}")
        line.append(f"  {operand.rjust(widths[1])}" if widths[1] else "")
        line.append(f"   {value.rjust(widths[2])}", "bold" if i >= len(rows) - 2 else "")
        lines.append(line)
    return Together(*lines)


def _check(ledger: Breakdown) -> Text:
    return Text(f"{INSET}{verdict(ledger)}", "green" if ledger.agrees else "bold red")


def _tree(branches: Sequence[Branch], width: int) -> RenderableType:
    tree = Tree(Text("\nwhat the largest terms are made of", "bold"), guide_style="dim")
    for branch in branches:
        _grow(tree, branch, width - GUIDE)
    return tree


def _grow(tree: Tree, branch: Branch, width: int) -> None:
    term, ledger = branch.term, branch.ledger
    label = Text(f"{printable(branch.bottom)}{place_text(term.at or ())} = {precise(term.value)}", "bold")
    label.append(f", adds {precise(term.part)}" if term.part != term.value else "", "not bold")
    if ledger is None:
        tree.add(label.append(f"  {printable(branch.why)}", "not bold dim"))
        return
    label.append(f"\n{printable(ledger.layer)} {printable(ledger.type)}", "not bold cyan")
    label.append(f" of {counted(ledger.terms, 'term')}", "not bold dim")
    label.append("" if ledger.agrees else "  NOT what the engine has", "bold red")
    for line in broken(ledger.formula, width):
        label.append(f"\n{line}", "not bold green")
    made = tree.add(label)
    for below in branch.branches:
        _grow(made, below, width - GUIDE)
