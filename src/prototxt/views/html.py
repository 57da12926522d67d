"""A self-contained HTML page, light and dark, without scripts."""

from __future__ import annotations

from html import escape

from prototxt.errors import printable

__all__ = ["html_page", "html_text"]

STYLE = """
:root { color-scheme: light dark; --soft: color-mix(in srgb, currentColor 60%, transparent);
  --line: color-mix(in srgb, currentColor 15%, transparent); --back: color-mix(in srgb, currentColor 5%, transparent); }
body { font: 16px/1.55 system-ui, sans-serif; max-width: 52rem; margin: 2.5rem auto; padding: 0 1.2rem; }
h1 { font-size: 1.5rem; margin-bottom: .2rem; } h2 { font-size: 1.1rem; margin: 2.2rem 0 .5rem; }
.soft, .note { color: var(--soft); } .note { font-size: .9rem; white-space: pre-line; }
dl { display: grid; grid-template-columns: 9rem 1fr; gap: .35rem 1rem; margin: 0; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; } dd.wide { grid-column: 1 / -1; }
.said { white-space: pre-wrap; font-family: ui-monospace, monospace; font-size: .88rem; }
pre { background: var(--back); border-radius: .4rem; padding: .8rem 1rem; overflow-x: auto; line-height: 1.2;
  font-size: .85rem; }
.table { overflow-x: auto; }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; }
th { text-align: left; } td, th { padding: .15rem .7rem .15rem 0; border-bottom: 1px solid var(--line); }
td { white-space: nowrap; } .right { text-align: right; }
@media (max-width: 36rem) { dl { grid-template-columns: 1fr; } dd { margin-bottom: .5rem; } }
"""


def html_page(title: str, body: str, style: str = "") -> str:
    """A whole page around its body; `style` is CSS that follows the common one."""
    head = '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">'
    head += '\n<meta name="viewport" content="width=device-width">'
    return f"{head}\n<title>{html_text(title)}</title>\n<style>{STYLE}{style}</style>\n{body}\n</html>\n"


def html_text(text: str) -> str:
    """Text from a file, escaped for a page; line breaks are kept."""
    return "\n".join(escape(printable(line)) for line in text.split("\n"))
