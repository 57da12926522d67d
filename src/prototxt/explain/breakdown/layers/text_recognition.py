"""The layers of nets that find and read text: TextProposal, CTCGreedyDecoder, WarpCTCLoss, DenseBlock."""

from __future__ import annotations

import numpy as np

from prototxt.blobs import Array, count
from prototxt.errors import LayerError
from prototxt.explain.breakdown.layers.selection import ordinal
from prototxt.explain.breakdown.model import Group, Numbers, Place
from prototxt.explain.breakdown.query import Query, Result, check_terms, grid, product_of, select_one, sum_of
from prototxt.explain.breakdown.rules import break_down, reason_against
from prototxt.explain.breakdown.running import Running
from prototxt.layers.common.anchors import read_rows
from prototxt.layers.common.ctc import as_steps
from prototxt.layers.ctc_greedy_decoder import NONE, CTCGreedyDecoder
from prototxt.layers.dense_block import DenseBlock, Stage, activated, convolved
from prototxt.layers.text_proposal import HEIGHTS, TextProposal
from prototxt.layers.warp_ctc_loss import WarpCTCLoss


@break_down.register
def text_proposal(layer: TextProposal, query: Query) -> Result:
    """A score as it is; or a corner of an anchor, moved by two values of its place, and cut to the image."""
    row, corner = query.at
    rows, columns = query.shapes[0][2:]
    place, k = divmod(row, len(HEIGHTS))
    i, j = divmod(place, columns)
    if query.top == 1:
        score = query.one((0, len(HEIGHTS) + k, i, j))
        return Result(
            f"{query.y} = the score of anchor {k} at row {i}, column {j}", (score,), sum_of([score])
        )
    anchor = layer.anchors(rows, columns)[i, j, k].astype(np.float64)
    groups: tuple[Group, ...] = ()
    running = Running(float(anchor[corner]), abs(float(anchor[corner])))
    if corner % 2:
        height = anchor[3] - anchor[1] + 1
        moved = query.one((0, 2 * k, i, j), bottom=1, factor=height)
        grown = query.one((0, 2 * k + 1, i, j), bottom=1, auxiliary=True)
        new_height = float(np.exp(grown.subtotal) * height)
        groups, running = (
            (moved, grown),
            sum_of([moved]).plus("middle of the anchor", (anchor[1] + anchor[3]) / 2),
        )
        running.minus(f"half the height, exp({grown.subtotal:g}) * {height:g} / 2", new_height / 2)
        if corner == 3:
            running.plus("the height", new_height)
    else:
        running.to("of the anchor", running.value, running.size)
    last = float(read_rows(query.bottoms[2], 2)[0, 1 - corner % 2]) - 1
    running.to(f"cut to the image, 0 to {last:g}", max(min(running.value, last), 0.0), running.size)
    name = ("x1", "y1", "x2", "y2")[corner]
    return Result(f"{query.y} = {name} of anchor {k} at row {i}, column {j}, moved", groups, running)


@reason_against.register
def accuracy_of_lines(layer: CTCGreedyDecoder) -> str:
    """With labels the layer compares whole lines."""
    accuracy = "whole lines are compared with the labels; no single sum produces an accuracy"
    return accuracy if layer.num_bottoms == 2 else ""


@break_down.register
def ctc_greedy_decoder(layer: CTCGreedyDecoder, query: Query) -> Result:
    """The scores of the step that gives the label, and the best of them."""
    if layer.num_bottoms == 2:
        raise LayerError(reason_against(layer))
    n, k = query.at[:2]
    kept = layer.steps_kept(query.bottoms[0])[n]
    if k >= len(kept):
        running = Running(0, 0).to(f"line {n} has {len(kept)} labels: filled up with {NONE}", NONE, 1)
        return Result(f"{query.y} = the {ordinal(k + 1)} label of line {n}", (), running)
    step, classes = kept[k], as_steps(query.shapes[0])[2]
    further = [0] * (len(query.shapes[0]) - 3)
    group = query.group(f"scores of step {step}", grid(step, n, range(classes), *further))
    winner = int(group.values.argmax())
    value = float(group.values[winner])
    running = Running(value, abs(value)).to(f"the largest of {classes}", value, abs(value))
    running.to("its index", winner, 0)
    formula = f"{query.y} = the {ordinal(k + 1)} label of line {n}: the best class at step {step}"
    return Result(formula, (select_one(group, winner),), running)


@break_down.register
def warp_ctc_loss(layer: WarpCTCLoss, query: Query) -> Result:
    """The loss of each line; the sum over rows of labels that is in it has too many terms to show."""
    check_terms(count(query.shapes[1]))
    losses = layer.losses(query.bottoms)
    labels = query.context("labels", grid(*map(range, query.shapes[1])), 1)
    running = Running(0, 0)
    for n, loss in enumerate(losses):
        running.plus(f"-log P of line {n}", loss, abs(loss) + 1)
    running.over("lines", max(len(losses), 1))
    formula = (
        f"{query.y} = mean over {len(losses)} lines of -log P(labels), P over all rows that become the labels"
    )
    return Result(formula, (labels,), running)


@break_down.register
def dense_block(layer: DenseBlock, query: Query) -> Result:
    """A map of the bottom as it is; or products of the bottom's maps, then of those that the block made before."""
    if layer.drops:
        raise LayerError("it drops values at random: there is no sum to show", hint="explain phase TEST")
    channels = query.shapes[0][1]
    if query.at[1] < channels:
        value = query.one()
        return Result(f"{query.y} = {query.x(query.at)}, a map of the bottom", (value,), sum_of([value]))
    transition, output = divmod(query.at[1] - channels, layer.growth)
    maps = layer.forward(query.bottoms, query.params)[0][:, : layer.channels(channels, transition)]
    *first, last = layer.stages(transition, query.params)
    if first:
        return _of_maps_between(layer, query, maps, (first[0], last), output)
    factor, offset = layer.normalization(maps, last)
    weights = last.weights[output, :, ::-1, ::-1].astype(np.float64)
    check_terms(channels * weights[0].size)
    groups = [_normalized(layer, query, weights[c], c, (factor[c], offset[c])) for c in range(channels)]
    running = sum_of(groups)
    if transition:
        z = activated(np.moveaxis(maps[:, channels:], 1, -1), factor[channels:], offset[channels:])
        products = _window(layer, z, query.at) * weights[channels:]
        text = f"products of {len(products)} maps that the block made before"
        running.plus(text, float(products.sum()), float(abs(products).sum()))
    reads = query.x((query.at[0], "c", "rows", "columns"))
    formula = f"{query.y} = sum of w{transition + 1}[{output}, c, v, u] * max(0, {reads} normalized), kernels turned"
    return Result(formula, tuple(groups), running)


def _normalized(
    layer: DenseBlock, query: Query, weights: Numbers, c: int, normalization: tuple[float, float]
) -> Group:
    """The products of a map of the bottom; it is 0 outside, after the normalization."""
    n, _, i, j = query.at
    (kh, kw), (top, left), (height, width) = layer.kernel, layer.pad, query.shapes[0][2:]
    places = grid(n, c, range(i - top, i - top + kh), range(j - left, j - left + kw))
    inside = (places[:, 2:] >= 0).all(axis=1) & (places[:, 2:] < (height, width)).all(axis=1)
    factor, offset = map(float, normalization)

    def products(x: Numbers) -> Numbers:
        return inside * weights.ravel() * np.maximum(x * factor + offset, 0)

    title = f"channel {c}, max(0, {factor:.4g} * x {offset:+.4g})"
    return query.group(title, places, factors=weights, parts=products, shape=(kh, kw))


def _of_maps_between(
    layer: DenseBlock, query: Query, maps: Array, stages: tuple[Stage, Stage], output: int
) -> Result:
    """The values that the maps between are made of, and the products of these maps, which no blob holds."""
    n, _, i, j = query.at
    first, last = stages
    between = convolved(activated(np.moveaxis(maps, 1, -1), *layer.normalization(maps, first)), first.weights)
    factor, offset = layer.normalization(np.moveaxis(between, -1, 1), last)
    z = _window(layer, activated(between, factor, offset), query.at)
    products = z * last.weights[output, :, ::-1, ::-1].astype(np.float64)
    rows, columns = ((range(max(at - p, 0), at + p + 1)) for at, p in zip((i, j), layer.pad, strict=True))
    channels, height, width = query.shapes[0][1:]
    places = grid(n, range(channels), rows[: height - rows.start], columns[: width - columns.start])
    value = float(products.sum())
    running = Running(0, 0).to(
        f"{product_of(products.shape)} products of maps between, each a sum over the maps before",
        value,
        float(abs(products).sum()),
    )
    formula = f"{query.y} = sum of w[{output}, c, v, u] * the maps between, kernels turned"
    return Result(formula, (query.context("the bottom's values that count", places, 0),), running)


def _window(layer: DenseBlock, z: Array, at: Place) -> Numbers:
    """The C x kernel_h x kernel_w values around a place of channels-last maps; 0 outside."""
    n, _, i, j = at
    (kh, kw), (top, left) = layer.kernel, layer.pad
    padded = np.pad(z[n], ((top, top), (left, left), (0, 0))).astype(np.float64)
    window: Numbers = padded[i : i + kh, j : j + kw].transpose(2, 0, 1)
    return window
