"""Sections, and a net's overview, as one HTML page."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.explain.sections.section import Line, Section
from prototxt.explain.sections.views.overview import MEANINGS, Overview, columns, next_questions
from prototxt.graph.graph import Node
from prototxt.views.columns import Column
from prototxt.views.html import page, safe
from prototxt.views.net_rows import Row


def sections_html(node: Node, brief: str, sections: Sequence[Section]) -> str:
    """A layer's page."""
    kind = f"{node.type} {brief}".strip()
    head = f'<h1>{safe(node.name)}</h1>\n<p class="soft">{safe(kind)} · {safe(str(node.place))}</p>'
    return page(f"{node.name} · {kind}", "\n".join([head, *map(_section, sections)]))


def told_html(title: str, sections: Sequence[Section]) -> str:
    """A page of what is said of a whole net."""
    return page(title, "\n".join([f"<h1>{safe(title)}</h1>", *map(_section, sections)]))


def _section(section: Section) -> str:
    lines = "\n".join(map(_line, section.lines))
    picture = f"\n<pre>{safe(section.picture)}</pre>" if section.picture else ""
    head = f'<section id="{safe(section.key)}">\n<h2>{safe(section.title)}</h2>'
    return f"{head}\n<dl>\n{lines}\n</dl>{picture}\n</section>"


def _line(line: Line) -> str:
    note = f'<div class="note">{safe(line.note)}</div>' if line.note else ""
    if not line.label:
        return f'<dd class="wide">{safe(line.text)}{note}</dd>'
    return f'<dt>{safe(line.label)}</dt><dd><div class="said">{safe(line.text)}</div>{note}</dd>'


def overview_html(overview: Overview) -> str:
    """A net's page: its layers in a table."""
    name, shown = overview.graph.name or "net", columns(overview)
    rows = [
        _row([c.title for c in shown], shown, "th"),
        *(_row([c.cell(r) for c in shown], shown) for r in overview.rows),
    ]
    total = _row([c.total for c in shown], shown, "th")
    asked = "\n".join(next_questions(overview))
    body = [
        f"<h1>{safe(name)}</h1>",
        f'<p class="soft">{safe(overview.graph.file)} · {len(overview.rows)} layers</p>',
        '<div class="table"><table>', *rows, total, "</table></div>",
        *(f'<p class="note">{safe(resolve_type)}</p>' for resolve_type in MEANINGS.values()),
        f"<h2>Ask next</h2>\n<pre>{safe(asked)}</pre>",
    ]  # fmt: skip
    return page(name, "\n".join(body))


def _row(cells: Sequence[str], shown: Sequence[Column[Row]], tag: str = "td") -> str:
    told = []
    for cell, column in zip(cells, shown, strict=True):
        side = ' class="right"' if column.right else ""
        told.append(f"<{tag}{side}>{'<br>'.join(safe(cell).splitlines())}</{tag}>")
    return f"<tr>{''.join(told)}</tr>"
