"""Sections, and a net's overview, as one HTML page."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.explain.sections.section import Line, Section
from prototxt.explain.sections.views.overview import LEGEND, Overview, columns, next_commands
from prototxt.graph.graph import Node
from prototxt.views.columns import Column
from prototxt.views.html import html_page, html_text
from prototxt.views.net_rows import Row

__all__ = ["net_sections_html", "overview_html", "sections_html"]


def sections_html(node: Node, brief: str, sections: Sequence[Section]) -> str:
    """The page of a layer."""
    kind = f"{node.type} {brief}".strip()
    head = f'<h1>{html_text(node.name)}</h1>\n<p class="soft">{html_text(kind)} · {html_text(str(node.place))}</p>'
    return html_page(f"{node.name} · {kind}", "\n".join([head, *map(_section, sections)]))


def net_sections_html(title: str, sections: Sequence[Section]) -> str:
    """The page of sections about a whole net."""
    return html_page(title, "\n".join([f"<h1>{html_text(title)}</h1>", *map(_section, sections)]))


def _section(section: Section) -> str:
    lines = "\n".join(map(_line, section.lines))
    picture = f"\n<pre>{html_text(section.picture)}</pre>" if section.picture else ""
    head = f'<section id="{html_text(section.key)}">\n<h2>{html_text(section.title)}</h2>'
    return f"{head}\n<dl>\n{lines}\n</dl>{picture}\n</section>"


def _line(line: Line) -> str:
    note = f'<div class="note">{html_text(line.note)}</div>' if line.note else ""
    if not line.label:
        return f'<dd class="wide">{html_text(line.text)}{note}</dd>'
    text = f'<div class="said">{html_text(line.text)}</div>'
    return f"<dt>{html_text(line.label)}</dt><dd>{text}{note}</dd>"


def overview_html(overview: Overview) -> str:
    """The page of a net: its layers in a table."""
    name, shown = overview.graph.name or "net", columns(overview)
    rows = [
        _row([column.title for column in shown], shown, "th"),
        *(_row([column.cell(row) for column in shown], shown) for row in overview.rows),
    ]
    total = _row([column.total for column in shown], shown, "th")
    commands = "\n".join(next_commands(overview))
    body = [
        f"<h1>{html_text(name)}</h1>",
        f'<p class="soft">{html_text(overview.graph.file)} · {len(overview.rows)} layers</p>',
        '<div class="table"><table>', *rows, total, "</table></div>",
        *(f'<p class="note">{html_text(remark)}</p>' for remark in LEGEND.values()),
        f"<h2>Try next</h2>\n<pre>{html_text(commands)}</pre>",
    ]  # fmt: skip
    return html_page(name, "\n".join(body))


def _row(cells: Sequence[str], shown: Sequence[Column[Row]], tag: str = "td") -> str:
    tags = []
    for cell, column in zip(cells, shown, strict=True):
        side = ' class="right"' if column.right else ""
        tags.append(f"<{tag}{side}>{'<br>'.join(html_text(cell).splitlines())}</{tag}>")
    return f"<tr>{''.join(tags)}</tr>"
