"""Epilogues in one compiled pass: factor and bias per channel, a residual sum, ReLU."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from prototxt.kernels.compiled.compile import LINE, NUMBER, Array, compiled
from prototxt.kernels.epilogue import CombineWithBlob, EpilogueOp, PerChannelOp, relu
from prototxt.kernels.phases import Call
from prototxt.kernels.tiling import Index

__all__ = ["fuse_epilogue"]

MIN_RUN = 256
"""Numbers that the innermost loop goes through at least."""


def fuse_epilogue(epilogue: Sequence[EpilogueOp]) -> list[EpilogueOp]:
    """The same epilogue with runs of operations replaced by one pass: per-channel ones, then a sum, then ReLU."""
    fused, rest = list[EpilogueOp](), list(epilogue)
    while rest:
        rows, op = [], rest[0]
        while rest and isinstance(op := rest[0], PerChannelOp):
            rows.append(op)
            del rest[0]
        if not rows:
            fused.append(rest.pop(0))
            continue
        other = None
        if rest and isinstance(op := rest[0], CombineWithBlob) and op.combine is np.add:
            other = op.other
            del rest[0]
        has_relu = rest[:1] == [relu]
        del rest[: int(has_relu)]
        fused.append(_FusedOp(*_as_factor_and_offset(rows), other, 0.0 if has_relu else -np.inf))
    return fused


def _as_factor_and_offset(rows: Sequence[PerChannelOp]) -> tuple[Array, Array]:
    """One factor and one offset per channel for all of these."""
    factor, offset = np.ones_like(rows[0].values), np.zeros_like(rows[0].values)
    for row in rows:
        if row.combine is np.multiply:
            factor, offset = factor * row.values, offset * row.values
        else:
            offset = offset + row.values
    return factor, offset


class _FusedOp:
    """tile = max(tile * factor[c] + offset[c] + other, floor)."""

    __slots__ = ("_other", "_repeated", "_rows", "floor")

    def __init__(self, factor: Array, offset: Array, other: Array | None, floor: float) -> None:
        self._rows, self._other, self.floor = (factor, offset), other, floor
        self._repeated = _repeat(factor, offset)

    def __call__(self, tile: Array, index: Index) -> list[Call]:
        factor, offset = self._repeated
        if tile.shape[-1] != len(self._rows[0]):  # some of the channels
            factor, offset = _repeat(*(row[index[-1]] for row in self._rows))
        if self._other is None:
            return [partial(_rows, tile.reshape(-1), factor, offset, self.floor)]
        return [partial(self._sum, tile.reshape(-1), factor, offset, self._other[index])]

    def _sum(self, tile: Array, factor: Array, offset: Array, other: Array) -> None:
        _rows_and_sum(tile, factor, offset, np.ascontiguousarray(other).reshape(-1), self.floor)


def _repeat(factor: Array, offset: Array) -> tuple[Array, Array]:
    """Rows long enough for vector instructions."""
    times = max(1, MIN_RUN // len(factor))
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
