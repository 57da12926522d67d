"""The source line an error is about, with a caret under the place."""

from __future__ import annotations

__all__ = ["WIDEST", "excerpt"]

WIDEST = 100


def excerpt(text: str, line: int, column: int) -> str | None:
    """The line and a caret line under its column (both count from 1); None where the line is blank.

    Long lines are cut around the caret. Tabs stay tabs in both lines, so that the caret stands right.
    """
    lines = text.split("\n", line)
    source = lines[line - 1].rstrip() if line <= len(lines) else ""
    if not source:
        return None
    start, at = _cut(len(source), column - 1)
    shown = "".join(c if c == "\t" or c.isprintable() else "?" for c in source[start : start + WIDEST])
    before, after = "..." if start else "", "..." if start + WIDEST < len(source) else ""
    gap = "".join(
        "\t" if c == "\t" else " " for c in (before + shown).ljust(at + 3)[: at - start + len(before)]
    )
    return f"{before}{shown}{after}\n{gap}^"


def _cut(length: int, at: int) -> tuple[int, int]:
    if length <= WIDEST:
        return 0, at
    return max(0, min(at - WIDEST // 2, length - WIDEST)), at
