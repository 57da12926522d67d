"""Deconvolution: the inputs whose kernels reach a place, each times the weight that lies there."""

from __future__ import annotations

import numpy as np

from prototxt.explain.breakdown.layers.convolution import channel_groups
from prototxt.explain.breakdown.query import Query, Result, offset, sum_of
from prototxt.explain.breakdown.rules import break_down
from prototxt.layers.deconvolution import Deconvolution


@break_down.register
def deconvolution(layer: Deconvolution, query: Query) -> Result:
    """Every pair of an input i and a tap u with s*i - p + d*u at the queried place, along each axis."""
    bottom, shape = query.top, query.shapes[query.top]
    axis, window = layer.channel_axis(shape), layer.window(shape)
    *batch, output = query.at[: axis + 1]
    depth, width = layer.channels(shape) // layer.group, layer.num_output // layer.group
    first, own = output // width * depth, output % width
    pairs = [
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
    lines, taps = [[i for i, _ in along] for along in pairs], [[u for _, u in along] for along in pairs]
    weight = query.params[0][first : first + depth, own][np.ix_(range(depth), *taps)]
    terms = channel_groups(query, bottom, batch, range(first, first + depth), lines, weight)
    running = sum_of(terms)
    channel = offset(first, "c")
    reads = f"w[{channel}, {own}, taps] * {query.x((*batch, channel, 'places'), bottom)}"
    formula = f"sum over c and the places whose kernel reaches here of {reads}"
    if layer.bias_term:
        formula = f"bias[{output}] + {formula}"
        running.plus(f"bias[{output}]", float(query.params[1][output]))
    return Result(f"{query.y} = {formula}", terms, running)


def _inputs(reached: int, stride: int, size: int) -> list[int]:
    """The input along an axis whose first tap lies at `reached`, if there is one."""
    place, rest = divmod(reached, stride)
    return [place] if not rest and 0 <= place < size else []
