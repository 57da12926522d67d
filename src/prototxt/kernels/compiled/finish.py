"""What is done to a tile when it is made, in one pass: factor and bias per channel, a residual sum, ReLU."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from prototxt.kernels.compiled.compile import LINE, NUMBER, Array, compiled
from prototxt.kernels.epilogue import Action, CombineWith, Index, PerChannel, relu
from prototxt.kernels.work import Op

RUN = 256
"""Numbers that the innermost loop goes through at least."""


def in_one_pass(actions: Sequence[Action]) -> list[Action]:
    """The same actions, those that one pass can do put together: first some per channel, then a sum, then ReLU."""
    made, rest = list[Action](), list(actions)
    while rest:
        rows, row = [], rest[0]
        while rest and isinstance(row := rest[0], PerChannel):
            rows.append(row)
            del rest[0]
        if not rows:
            made.append(rest.pop(0))
            continue
        other = None
        if rest and isinstance(row := rest[0], CombineWith) and row.combine is np.add:
            other = row.other
            del rest[0]
        clipped = rest[:1] == [relu]
        del rest[: int(clipped)]
        made.append(_Finish(*_folded(rows), other, 0.0 if clipped else -np.inf))
    return made


def _folded(rows: Sequence[PerChannel]) -> tuple[Array, Array]:
    """One factor and one offset per channel for all of these."""
    factor, offset = np.ones_like(rows[0].values), np.zeros_like(rows[0].values)
    for row in rows:
        if row.combine is np.multiply:
            factor, offset = factor * row.values, offset * row.values
        else:
            offset = offset + row.values
    return factor, offset


class _Finish:
    """tile = max(tile * factor[c] + offset[c] + other, floor)."""

    __slots__ = ("_all", "_other", "_rows", "floor")

    def __init__(self, factor: Array, offset: Array, other: Array | None, floor: float) -> None:
        self._rows, self._other, self.floor = (factor, offset), other, floor
        self._all = _repeated(factor, offset)

    def __call__(self, tile: Array, at: Index) -> list[Op]:
        factor, offset = self._all
        if tile.shape[-1] != len(self._rows[0]):  # some of the channels
            factor, offset = _repeated(*(row[at[-1]] for row in self._rows))
        if self._other is None:
            return [partial(_rows, tile.reshape(-1), factor, offset, self.floor)]
        return [partial(self._sum, tile.reshape(-1), factor, offset, self._other[at])]

    def _sum(self, tile: Array, factor: Array, offset: Array, other: Array) -> None:
        _rows_and_sum(tile, factor, offset, np.ascontiguousarray(other).reshape(-1), self.floor)


def _repeated(factor: Array, offset: Array) -> tuple[Array, Array]:
    """Rows long enough for vector instructions."""
    times = max(1, RUN // len(factor))
    return np.tile(factor, times), np.tile(offset, times)


@compiled(LINE, LINE, LINE, NUMBER)
def _rows(tile: Array, factor: Array, offset: Array, floor: float) -> None:
    step, end = np.uintp(len(factor)), np.uintp(len(tile))
    for at in range(np.uintp(0), end, step):
        for c in range(min(step, end - at)):
            value = tile[at + c] * factor[c] + offset[c]
            tile[at + c] = floor if value < floor else value


@compiled(LINE, LINE, LINE, LINE, NUMBER)
def _rows_and_sum(tile: Array, factor: Array, offset: Array, other: Array, floor: float) -> None:
    step, end = np.uintp(len(factor)), np.uintp(len(tile))
    for at in range(np.uintp(0), end, step):
        for c in range(min(step, end - at)):
            value = tile[at + c] * factor[c] + offset[c] + other[at + c]
            tile[at + c] = floor if value < floor else value
