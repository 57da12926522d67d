"""Inputs and outputs in groups that are not connected with each other, and the matrix of connections."""

from __future__ import annotations

from dataclasses import dataclass

from prototxt.views.numbers import span

__all__ = ["MAX_GROUPS", "Groups"]

MAX_COLUMNS, MAX_ROWS = 48, 12
"""The largest picture of a matrix, in characters."""

FULL_ROWS = 3
"""The rows of a matrix without groups, in which there is little to see."""

MAX_GROUPS = 4
"""The most groups that are listed one by one."""

NONE, SHADES = "·", "░▒▓█"
"""No pair of a block is connected; some, up to all."""


@dataclass(frozen=True, slots=True)
class Groups:
    """`inputs` and `outputs` in `number` groups; only pairs within a group are connected."""

    inputs: int
    outputs: int
    number: int

    @property
    def pairs(self) -> int:
        """The number of connected pairs of an input and an output."""
        return self.inputs * self.outputs // self.number

    def ranges(self) -> list[tuple[str, str]]:
        """The inputs and the outputs of the first groups."""
        i, o = self.inputs // self.number, self.outputs // self.number
        shown = range(min(self.number, MAX_GROUPS))
        return [(span(g * i, g * i + i - 1), span(g * o, g * o + o - 1)) for g in shown]

    def connected(self, first_in: int, end_in: int, first_out: int, end_out: int) -> int:
        """The number of connected pairs in this block of inputs and outputs."""
        i, o = self.inputs // self.number, self.outputs // self.number
        first = max(first_in // i, first_out // o)
        last = min((end_in - 1) // i, (end_out - 1) // o)

        def of_group(g: int) -> int:
            inputs = min(end_in, g * i + i) - max(first_in, g * i)
            return inputs * (min(end_out, g * o + o) - max(first_out, g * o))

        # Only the first and the last group may be cut.
        between = max(last - first - 1, 0) * i * o
        return between + sum(map(of_group, {first, last})) if first <= last else 0

    def picture(self) -> str:
        """The matrix of inputs (columns) and outputs (rows), one character for one or more of each."""
        max_rows = MAX_ROWS if self.number > 1 else FULL_ROWS
        columns, rows = _blocks(self.inputs, MAX_COLUMNS), _blocks(self.outputs, max_rows)
        labels = [span(first, end - 1) for first, end in rows]
        width = max(len("output"), *map(len, labels))
        per_column = _per_column(self.inputs, len(columns))
        lines = [f"{'output':>{width}}   input {span(0, self.inputs - 1)}, {per_column}"]
        for label, (first, end) in zip(labels, rows, strict=True):
            cells = [_shade(self.connected(a, b, first, end), (b - a) * (end - first)) for a, b in columns]
            lines.append(f"{label:>{width}}   {''.join(cells)}")
        if set(SHADES[:-1]) & set("".join(lines)):
            lines.append(f"{'':{width}}   {SHADES[:-1]} some of these pairs are connected, {SHADES[-1]} all")
        return "\n".join(lines)


def _per_column(number: int, columns: int) -> str:
    """`2 per column`."""
    each = number / columns
    return f"{each:g} per column" if each == int(each) else f"about {each:.0f} per column"


def _blocks(number: int, most: int) -> list[tuple[int, int]]:
    """`number` things in at most `most` blocks, as even as possible."""
    even = (n for n in range(min(number, most), most // 2, -1) if number % n == 0)
    blocks = next(even, min(number, most))
    return [(b * number // blocks, (b + 1) * number // blocks) for b in range(blocks)]


def _shade(connected: int, pairs: int) -> str:
    if not connected:
        return NONE
    return SHADES[min(len(SHADES) * connected // pairs, len(SHADES) - 1)]
