"""A breakdown for a terminal: windows as grids, long lists folded, the steps, and whether the engine agrees."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isnan
from textwrap import wrap

from rich.console import Group as RenderGroup
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
    collapsed_groups,
    full_groups,
    has_subtotal,
    is_window,
    listed_terms,
    number,
    number_format,
    outside_text,
    place_text,
    precise,
    verdict,
    window_places,
)
from prototxt.views.numbers import counted

__all__ = ["breakdown_text", "wrap_formula"]

INSET = "  "
GAP = 3
"""Columns between two grids side by side."""

GUIDE = 4
"""Columns that each level of a tree takes."""

MARKED = r"  +\[[^\]]+\]$"
"""The selected value at the end of a line."""

MAX_FORMULA_WIDTH = 100
"""Formulas wrap at this number of columns even on a wider screen."""


def breakdown_text(
    breakdown: Breakdown,
    branches: Sequence[Branch] = (),
    *,
    fed: str = "",
    everything: bool = False,
    width: int = 80,
) -> RenderableType:
    """The whole breakdown, at most `width` columns wide where the numbers allow it.

    `fed` describes the inputs and weights of the forward; `everything` shows all groups and terms.
    """
    parts: list[RenderableType] = [_title(breakdown), *_prose(fed, width, "dim"), *_formula(breakdown, width)]
    parts += _groups(breakdown, everything, width)
    parts += [_steps(breakdown), _check(breakdown)]
    if branches:
        parts.append(_tree(branches, min(width, MAX_FORMULA_WIDTH)))
    return RenderGroup(*parts)


def _title(breakdown: Breakdown) -> Text:
    return Text.assemble(
        (f"{printable(breakdown.blob)}{place_text(breakdown.at)}", "bold"),
        f" = {precise(breakdown.stored)}",
        " · ",
        (f"{printable(breakdown.layer)} {printable(breakdown.type)}", "cyan"),
    )


def _prose(text: str, width: int, style: str) -> Iterator[Text]:
    for line in wrap(printable(text), min(width, MAX_FORMULA_WIDTH), break_on_hyphens=False):
        yield Text(line, style)


def _formula(breakdown: Breakdown, width: int) -> Iterator[Text]:
    yield Text()
    for line in wrap_formula(breakdown.formula, min(width, MAX_FORMULA_WIDTH) - len(INSET)):
        yield Text(INSET + line, "green")


def wrap_formula(formula: str, width: int) -> list[str]:
    """The lines of a formula, wrapped outside of brackets only."""
    unbreakable = re.sub(r"\[[^]]*\]", lambda match: match[0].replace(" ", "\xa0"), printable(formula))
    lines = wrap(unbreakable, max(width, 20), subsequent_indent=INSET, break_on_hyphens=False)
    return [line.replace("\xa0", " ") for line in lines]


def _groups(breakdown: Breakdown, everything: bool, width: int) -> Iterator[RenderableType]:
    single = [group for group in breakdown.groups if len(group) == 1]
    if single:
        yield Text()
        yield from _lines([(group, 0) for group in single])
    many = [group for group in breakdown.groups if len(group) != 1]
    shown = full_groups(many, everything)
    for i in shown:
        yield from _group(many[i], everything, width)
    listed, others = collapsed_groups(many, shown, everything)
    if listed:
        yield Text(f"\nsubtotals of {'the others' if not others else f'{len(listed)} more'}", "bold")
        yield from _subtotals(listed, width)
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
    grids = blocks(group) if is_window(group) else ()
    if grids and max(block.width for block in grids) + len(INSET) <= width:
        yield from _side_by_side(grids, width)
    else:
        yield from _list(group, everything)
    if has_subtotal(group):
        yield Text.assemble(f"{INSET}subtotal ", (precise(group.subtotal), "bold"))


def _side_by_side(grids: Sequence[Block], width: int) -> Iterator[Text]:
    """Grids in rows, as many in each as the width allows."""
    row: list[Block] = []
    for block in grids:
        used = len(INSET) + sum(before.width + GAP for before in row)
        if row and used + block.width > width:
            yield from _row_of(row)
            row = []
        row.append(block)
    yield from _row_of(row)


def _row_of(grids: Sequence[Block]) -> Iterator[Text]:
    gap = " " * GAP
    yield Text(INSET + gap.join(block.title.ljust(block.width) for block in grids).rstrip(), "dim")
    for y in range(len(grids[0].rows)):
        line = Text(INSET)
        for i, block in enumerate(grids):
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
    """The largest terms one by one, and the others in one number."""
    listed, others = listed_terms(group, everything)
    yield from _lines([(group, i) for i in listed])
    if others:
        rest = f" together: {precise(float(group.parts[others].sum()))}" if has_subtotal(group) else ""
        noun = "smaller value" if group.selects else "other term"
        yield Text(f"{INSET}the {counted(len(others), noun)}{rest} (--all shows them)", "dim")


def _lines(terms: Sequence[tuple[Group, int]]) -> Iterator[Text]:
    """Terms one below the other: place, value, factor, extra numbers, contribution."""
    formats = _Formats.of(terms)
    rows = [formats.row(group, i) for group, i in terms]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for place, *numbers, note in rows:
        cells = [f"  {cell.rjust(w)}" for cell, w in zip(numbers, widths[1:-1], strict=True) if w]
        line = Text(f"{INSET}{place.ljust(widths[0])}{''.join(cells)}".rstrip())
        line.highlight_regex(MARKED, "bold yellow")
        yield line.append(f"  {note}", "dim") if note else line


@dataclass(frozen=True, slots=True)
class _Formats:
    """The formats of the columns in a list of terms; `extra` has those of the extra numbers by name."""

    values: str
    factors: str
    extra: Mapping[str, str]
    parts: str

    @classmethod
    def of(cls, terms: Sequence[tuple[Group, int]]) -> _Formats:
        names = list(dict.fromkeys(name for g, _ in terms for name in g.extra))
        return cls(
            number_format(g.values[i] for g, i in terms),
            number_format(g.factors[i] for g, i in terms if g.factors is not None),
            {name: number_format(g.extra[name][i] for g, i in terms if name in g.extra) for name in names},
            number_format(g.parts[i] for g, i in terms),
        )

    def row(self, group: Group, i: int) -> tuple[str, ...]:
        """The cells of one term, the place first and a note last."""
        term = group.term(i)
        place = "over the edge" if term.at is None else f"{group.bottom}{place_text(term.at)}"
        value = OUTSIDE if term.at is None else number(term.value, self.values)
        if group.selects:
            value = f"[{value}]" if i == group.winner else f"{value} "
        factor = "" if term.factor is None else f"x {number(term.factor, self.factors)}"
        extra = (
            f"{name} {number(term.extra[name], form)}" if name in term.extra else ""
            for name, form in self.extra.items()
        )
        part = f"{'=' if factor else 'adds'} {number(term.part, self.parts)}"
        if group.selects or (term.factor is None and (term.part == term.value or isnan(term.value))):
            part = ""
        note = "not added" if group.auxiliary and len(group) == 1 else ""
        return printable(place), value, factor, *extra, part, note


def _subtotals(groups: Sequence[Group], width: int) -> Iterator[Text]:
    """Subtotals in columns, read downwards."""
    form = number_format(group.subtotal for group in groups)
    cells = [(group.title, number(group.subtotal, form)) for group in groups]
    titles, numbers = (max(len(cell[i]) for cell in cells) for i in range(2))
    each = titles + numbers + 2
    across = max(1, (min(width, MAX_FORMULA_WIDTH) - len(INSET) + 3) // (each + 3))
    down = -(-len(cells) // across)
    for y in range(down):
        row = [f"{t.ljust(titles)}  {n.rjust(numbers)}" for t, n in cells[y::down]]
        yield Text(INSET + "   ".join(row))


def _steps(breakdown: Breakdown) -> RenderableType:
    """The steps from the sum to the value, and the engine's value."""
    rows = [
        (s.text, "" if s.operand is None else precise(s.operand), precise(s.value)) for s in breakdown.steps
    ]
    rows.append(("value", "", precise(breakdown.value)))
    rows.append(("engine", "", precise(breakdown.stored)))
    widths = [max(len(printable(row[i])) for row in rows) for i in range(3)]
    lines = [Text()]
    for i, (text, operand, value) in enumerate(rows):
        line = Text(f"{INSET}{printable(text).ljust(widths[0])}")
        line.append(f"  {operand.rjust(widths[1])}" if widths[1] else "")
        line.append(f"   {value.rjust(widths[2])}", "bold" if i >= len(rows) - 2 else "")
        lines.append(line)
    return RenderGroup(*lines)


def _check(breakdown: Breakdown) -> Text:
    return Text(f"{INSET}{verdict(breakdown)}", "green" if breakdown.agrees else "bold red")


def _tree(branches: Sequence[Branch], width: int) -> RenderableType:
    tree = Tree(Text("\nbreakdowns of the largest terms", "bold"), guide_style="dim")
    for branch in branches:
        _grow(tree, branch, width - GUIDE)
    return tree


def _grow(tree: Tree, branch: Branch, width: int) -> None:
    term, breakdown = branch.term, branch.breakdown
    label = Text(f"{printable(branch.bottom)}{place_text(term.at or ())} = {precise(term.value)}", "bold")
    label.append(f", adds {precise(term.part)}" if term.part != term.value else "", "not bold")
    if breakdown is None:
        tree.add(label.append(f"  {printable(branch.why)}", "not bold dim"))
        return
    label.append(f"\n{printable(breakdown.layer)} {printable(breakdown.type)}", "not bold cyan")
    label.append(f" of {counted(breakdown.terms, 'term')}", "not bold dim")
    label.append("" if breakdown.agrees else "  NOT the engine's value", "bold red")
    for line in wrap_formula(breakdown.formula, width):
        label.append(f"\n{line}", "not bold green")
    subtree = tree.add(label)
    for child in branch.branches:
        _grow(subtree, child, width - GUIDE)
