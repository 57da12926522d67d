"""Inputs and outputs in groups that do not see each other, and the matrix of which are joined."""

from __future__ import annotations

from dataclasses import dataclass

from prototxt.views.words import span

MAX_COLUMNS, MAX_ROWS = 48, 12
"""As large as the picture of a matrix is drawn."""

FULL_ROWS = 3
"""The rows of a matrix in which all are joined: there is little to see."""

MAX_GROUPS = 4
"""As many groups as are told one by one."""

NOTHING, SHADES = "·", "░▒▓█"
"""No pair of a block is joined; some, up to all."""


@dataclass(frozen=True, slots=True)
class Groups:
    """`inputs` and `outputs` in `number` groups that do not see each other."""

    inputs: int
    outputs: int
    number: int

    @property
    def pairs(self) -> int:
        """How many pairs of an input and an output are joined."""
        return self.inputs * self.outputs // self.number

    def ranges(self) -> list[tuple[str, str]]:
        """The inputs and the outputs of the first groups."""
        i, o = self.inputs // self.number, self.outputs // self.number
        shown = range(min(self.number, MAX_GROUPS))
        return [(span(g * i, g * i + i - 1), span(g * o, g * o + o - 1)) for g in shown]

    def joined(self, first_in: int, end_in: int, first_out: int, end_out: int) -> int:
        """How many pairs of these inputs and these outputs are joined."""
        i, o = self.inputs // self.number, self.outputs // self.number
        first = max(first_in // i, first_out // o)
        last = min((end_in - 1) // i, (end_out - 1) // o)

        def of(g: int) -> int:
            inputs = min(end_in, g * i + i) - max(first_in, g * i)
            return inputs * (min(end_out, g * o + o) - max(first_out, g * o))

        # Only the first and the last group may be cut.
        between = max(last - first - 1, 0) * i * o
        return between + sum(map(of, {first, last})) if first <= last else 0

    def picture(self) -> str:
        """The matrix of inputs (columns) and outputs (rows), a character for one or many of each."""
        most = MAX_ROWS if self.number > 1 else FULL_ROWS
        columns, rows = _cuts(self.inputs, MAX_COLUMNS), _cuts(self.outputs, most)
        labels = [span(first, end - 1) for first, end in rows]
        width = max(len("output"), *map(len, labels))
        lines = [
            f"{'output':>{width}}   input {span(0, self.inputs - 1)}, {_each(self.inputs, len(columns))}"
        ]
        for label, (first, end) in zip(labels, rows, strict=True):
            cells = [_shade(self.joined(a, b, first, end), (b - a) * (end - first)) for a, b in columns]
            lines.append(f"{label:>{width}}   {''.join(cells)}")
        if set(SHADES[:-1]) & set("".join(lines)):
            lines.append(f"{'':{width}}   {SHADES[:-1]} some of these pairs are joined, {SHADES[-1]} all")
        return "\n".join(lines)


def _each(number: int, columns: int) -> str:
    """`2 a column`."""
    each = number / columns
    return f"{each:g} a column" if each == int(each) else f"about {each:.0f} a column"


def _cuts(number: int, most: int) -> list[tuple[int, int]]:
    """So many things in at most so many blocks, as even as can be."""
    even = (n for n in range(min(number, most), most // 2, -1) if number % n == 0)
    blocks = next(even, min(number, most))
    return [(b * number // blocks, (b + 1) * number // blocks) for b in range(blocks)]


def _shade(joined: int, pairs: int) -> str:
    if not joined:
        return NOTHING
    return SHADES[min(len(SHADES) * joined // pairs, len(SHADES) - 1)]
