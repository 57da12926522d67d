"""Numbers and shapes as text."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Shape, format_shape
from prototxt.errors import printable

FEW = 2
"""As many blob names as one cell spells out."""

_UNITS = ("B", "KB", "MB", "GB", "TB")


def thousands(value: int) -> str:
    """`60,965,224`; empty for 0, so that a column shows only what counts."""
    return f"{value:,}" if value else ""


def counted(number: int, what: str) -> str:
    """`1 image`, `1,000 images`."""
    return f"{number:,} {what}" + ("" if number == 1 else "s")


def human_bytes(value: int) -> str:
    """`11.6 MB`, in powers of 1000; empty for 0."""
    if not value:
        return ""
    size, unit = float(value), 0
    while size >= 1000 and unit < len(_UNITS) - 1:
        size, unit = size / 1000, unit + 1
    return f"{size:.1f} {_UNITS[unit]}" if unit else f"{value} B"


def known_shape(shape: Shape | None) -> str:
    """`1 x 3 x 227 x 227`, or `?` for a shape that depends on a layer that nothing here can run."""
    return "?" if shape is None else format_shape(shape)


def compact_shape(shape: Shape | None) -> str:
    """`96x3x11x11`, or `?`."""
    if shape is None:
        return "?"
    return "x".join(map(str, shape)) if shape else "scalar"


def arrow(bottoms: Sequence[str], tops: Sequence[str]) -> str:
    """`data → conv1`; an in-place layer shows its blob once: `conv1 ↺`; of many blobs the first: `a, +3 → b`."""
    if list(bottoms) == list(tops) and tops:
        return f"{_few(tops)} ↺"
    return f"{_few(bottoms)} → {_few(tops)}".strip()


def _few(names: Sequence[str]) -> str:
    shown = ", ".join(names) if len(names) <= FEW else f"{names[0]}, +{len(names) - 1}"
    return printable(shown)
