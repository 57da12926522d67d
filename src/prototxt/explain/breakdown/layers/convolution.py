"""Convolution: the products of one kernel with its window, channel by channel."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape, count
from prototxt.explain.breakdown.model import Group
from prototxt.explain.breakdown.query import Query, Result, check_terms, grid, offset, sum_of, tap_names
from prototxt.explain.breakdown.rules import break_down
from prototxt.layers.convolution import Convolution


@break_down.register
def convolution(layer: Convolution, query: Query) -> Result:
    """Every product of a weight and its input, a group for each input channel."""
    bottom, shape = query.top, query.shapes[query.top]
    axis, window, groups = layer.channel_axis(shape), layer.window(shape), layer.groups(shape)
    *batch, output = query.at[: axis + 1]
    depth, width = layer.channels(shape) // groups, layer.outputs(shape) // groups
    first = output // width * depth
    weight = query.params[0][output]
    starts = [s * y - p for y, s, p in zip(query.at[axis + 1 :], window.stride, window.pad, strict=True)]
    lines = [
        [start + d * tap for tap in range(k)]
        for start, k, d in zip(starts, window.kernel, window.dilation, strict=True)
    ]
    terms = channel_groups(query, bottom, batch, range(first, first + depth), lines, weight)
    running = sum_of(terms)
    names = tap_names(len(starts))
    over = ", ".join(("c", *names))
    inputs = [offset(s, n, d) for s, n, d in zip(starts, names, window.dilation, strict=True)]
    reads = query.x((*batch, offset(first, "c"), *inputs), bottom)
    formula = f"sum over {over} of w[{', '.join((str(output), 'c', *names))}] * {reads}"
    if layer.bias_term:
        formula = f"bias[{output}] + {formula}"
        running.plus(f"bias[{output}]", float(query.params[1][output]))
    return Result(f"{query.y} = {formula}", terms, running)


def channel_groups(
    query: Query,
    bottom: int,
    batch: Sequence[int],
    channels: Sequence[int],
    lines: Sequence[Sequence[int]],
    weight: Array,
) -> tuple[Group, ...]:
    """A group for each channel, in the layout of the window; a window of one tap gives one group of all channels.

    `lines` are the places of the window along each axis, `weight` is C x the lengths of those.
    """
    layout: Shape = tuple(map(len, lines))
    check_terms(len(channels) * count(layout))
    if count(layout) == 1:
        places = grid(*batch, channels, *lines)
        title = (
            f"channel {channels[0]}" if len(channels) == 1 else f"channels {channels[0]} to {channels[-1]}"
        )
        return (query.group(title, places, bottom=bottom, factors=weight),)
    places = grid(*batch, 0, *lines)
    groups = []
    for channel, factors in zip(channels, weight, strict=True):
        own = places.copy()
        own[:, len(batch)] = channel
        groups.append(query.group(f"channel {channel}", own, bottom=bottom, factors=factors, shape=layout))
    return tuple(groups)
