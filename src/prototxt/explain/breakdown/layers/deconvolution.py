"""Deconvolution: the inputs whose stamps reach a place, each times the weight that lies there."""

from __future__ import annotations

import numpy as np

from prototxt.explain.breakdown.layers.convolution import channel_groups
from prototxt.explain.breakdown.query import Query, Result, added, offset
from prototxt.layers.deconvolution import Deconvolution


def deconvolution(layer: Deconvolution, query: Query) -> Result:
    """An input at i meets the output at s*i - p + d*u: of each axis the taps u that an input has for this place."""
    bottom, shape = query.top, query.shapes[query.top]
    axis, window = layer.channel_axis(shape), layer.window(shape)
    *batch, output = query.at[: axis + 1]
    depth, width = layer.channels(shape) // layer.group, layer.num_output // layer.group
    first, own = output // width * depth, output % width
    met = [
        [(i, u) for u in range(k) for i in _inputs(y + p - d * u, s, size)]
        for y, k, s, p, d, size in zip(
            query.at[axis + 1 :],
            window.kernel,
            window.stride,
            window.pad,
            window.dilation,
            shape[axis + 1 :],
            strict=True,
        )
    ]
    lines, taps = [[i for i, _ in pairs] for pairs in met], [[u for _, u in pairs] for pairs in met]
    weight = query.params[0][first : first + depth, own][np.ix_(range(depth), *taps)]
    terms = channel_groups(query, bottom, batch, range(first, first + depth), lines, weight)
    running = added(terms)
    reads = (
        f"w[{offset(first, 'c')}, {own}, taps] * {query.x((*batch, offset(first, 'c'), 'places'), bottom)}"
    )
    formula = f"sum over c and the places whose stamp reaches here of {reads}"
    if layer.bias_term:
        formula = f"bias[{output}] + {formula}"
        running.plus(f"bias[{output}]", float(query.params[1][output]))
    return Result(f"{query.y} = {formula}", terms, running)


def _inputs(reached: int, stride: int, size: int) -> list[int]:
    """The place along an axis whose first tap lies at `reached`, if there is one."""
    place, rest = divmod(reached, stride)
    return [place] if not rest and 0 <= place < size else []
