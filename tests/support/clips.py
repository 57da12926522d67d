"""Layers over clips, N x C x L x H x W, as plain loops over single numbers, in double precision."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np

from prototxt.blobs import Array

Numbers = Sequence[int]
"""A number for each spatial axis."""


def convolved(
    x: Array, weight: Array, bias: Array | None, stride: Numbers, pad: Numbers, group: int = 1
) -> Array:
    """Every output value as the sum of its products, windows of any number of axes."""
    outputs, depth, *kernel = weight.shape
    sizes = zip(x.shape[2:], kernel, stride, pad, strict=True)
    out = [(size + 2 * p - k) // s + 1 for size, k, s, p in sizes]
    y = np.zeros((len(x), outputs, *out))
    for at in np.ndindex(*y.shape):
        n, o, *place = at
        total = 0.0 if bias is None else float(bias[o])
        first = o // (outputs // group) * depth
        for c, *tap in product(range(depth), *map(range, kernel)):
            read = [i * s - p + t for i, s, p, t in zip(place, stride, pad, tap, strict=True)]
            if all(0 <= r < size for r, size in zip(read, x.shape[2:], strict=True)):
                total += float(x[(n, first + c, *read)]) * float(weight[(o, c, *tap)])
        y[at] = total
    return y.astype(np.float32)


def deconvolved(x: Array, weight: Array, bias: Array, stride: Numbers, pad: Numbers) -> Array:
    """Every input value times the kernel of its channel, added at its place; weights are C x outputs x kernel."""
    _, outputs, *kernel = weight.shape
    sizes = zip(x.shape[2:], kernel, stride, pad, strict=True)
    out = [s * (size - 1) + k - 2 * p for size, k, s, p in sizes]
    y = np.zeros((len(x), outputs, *out)) + bias.astype(np.float64).reshape(-1, *[1] * len(out))
    for n, c, *place in np.ndindex(*x.shape):
        for o, *tap in product(range(outputs), *map(range, kernel)):
            target = [i * s - p + t for i, s, p, t in zip(place, stride, pad, tap, strict=True)]
            if all(0 <= r < size for r, size in zip(target, out, strict=True)):
                y[(n, o, *target)] += float(x[(n, c, *place)]) * float(weight[(c, o, *tap)])
    return y.astype(np.float32)


def pooled(
    x: Array, kernel: Numbers, stride: Numbers, pad: Numbers, *, average: bool, clips: bool
) -> tuple[Array, Array]:
    """Maxima with their positions, or averages; with `clips` no window starts after an input that is padded."""
    out = []
    for size, k, s, p in zip(x.shape[2:], kernel, stride, pad, strict=True):
        number = int(np.ceil((size + 2 * p - k) / s)) + 1
        while clips and any(pad) and (number - 1) * s >= size + p:
            number -= 1
        out.append(number)
    y, where = np.zeros((*x.shape[:2], *out)), np.full((*x.shape[:2], *out), -1.0)
    for at in np.ndindex(*y.shape):
        n, c, *place = at
        starts = [i * s - p for i, s, p in zip(place, stride, pad, strict=True)]
        each = zip(starts, kernel, x.shape[2:], strict=True)
        values = {}
        for read in product(*(range(max(a, 0), min(a + k, size)) for a, k, size in each)):
            position = 0
            for r, size in zip(read, x.shape[2:], strict=True):
                position = position * size + r
            values[position] = float(x[(n, c, *read)])
        if average:
            each_pad = zip(starts, kernel, x.shape[2:], pad, strict=True)
            divisor = np.prod([min(a + k, size + p) - a for a, k, size, p in each_pad])
            y[at] = sum(values.values()) / divisor if values else 0
        else:
            y[at] = max(values.values(), default=np.finfo(np.float32).min)
            where[at] = next((i for i, value in values.items() if value == y[at]), -1)
    return y.astype(np.float32), where.astype(np.float32)
