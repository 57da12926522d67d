"""Losses of scores against labels: the contribution of each label, and the divisor of the sum."""

from __future__ import annotations

import numpy as np

from prototxt.blobs import count
from prototxt.explain.breakdown.layers.softmax import softmax_along
from prototxt.explain.breakdown.model import Group, Numbers
from prototxt.explain.breakdown.query import Query, Result, check_terms, grid, index, places_at
from prototxt.explain.breakdown.rules import break_down
from prototxt.explain.breakdown.running import Running
from prototxt.layers.common.labels import Labels, class_view, read_labels
from prototxt.layers.common.loss import LOG_THRESHOLD, divisor
from prototxt.layers.hinge_loss import HingeLoss
from prototxt.layers.infogain_loss import InfogainLoss
from prototxt.layers.multinomial_logistic_loss import MultinomialLogisticLoss
from prototxt.layers.sigmoid_cross_entropy_loss import SigmoidCrossEntropyLoss
from prototxt.layers.softmax_with_loss import TINY, SoftmaxWithLoss
from prototxt.layers.softmax_with_loss_segnet import SegNetSoftmaxWithLoss

DIVISORS = {
    "VALID": "labels that count",
    "FULL": "all places",
    "BATCH_SIZE": "items of the batch",
    "NONE": "normalization NONE",
}
"""The divisor of a sum of losses, in words."""


@break_down.register
def softmax_with_loss(layer: SoftmaxWithLoss, query: Query) -> Result:
    """The loss of every label; further tops are the softmax and the loss of one place."""
    return _softmax_loss(layer, query, weighted=len(query.bottoms) > 2)


@break_down.register
def softmax_with_loss_segnet(layer: SegNetSoftmaxWithLoss, query: Query) -> Result:
    """The loss of every label times the weight of its class."""
    return _softmax_loss(layer, query, weighted=bool(layer.class_weighting))


def _softmax_loss(layer: SoftmaxWithLoss, query: Query, *, weighted: bool) -> Result:
    if query.top == 1:
        return softmax_along(layer.axis, query)
    outer, classes, inner = class_view(query.shapes[0], layer.axis)
    check_terms(outer * inner)
    labels, counted = read_labels(query.bottoms[1].reshape(outer, 1, inner), classes, layer.ignore_label)
    if query.top == 2:
        counted = counted & (np.arange(outer * inner).reshape(counted.shape) == _flat(query))
    logs = -np.take_along_axis(log_softmax(query, layer.axis), labels, 1)
    weights = np.ones_like(logs) * layer.weighed(np.ones(logs.shape, np.float32), labels)
    if len(query.bottoms) > 2:
        weights = weights * layer.place_weights(query.bottoms)
    losses = weights * np.minimum(logs, -np.log(TINY))
    extra = {"p": np.exp(-logs)[counted]}
    if weighted:
        extra["w"] = weights[counted]
    flat = label_indices(labels, classes)[counted]
    group = query.group(
        "-log p of the label's class",
        places_at(flat, query.shapes[0]),
        parts=lambda _: losses[counted],
        extra=extra,
    )
    running = _total(group, float((weights + abs(losses))[counted].sum()))
    if query.top == 2:
        return Result(f"{query.y} = -log of the label's softmax in {query.names[0]}", (group,), running)
    by = layer.divisor(outer, inner, int(np.count_nonzero(counted)))
    running.over(f"D, {DIVISORS[layer.normalization]}", by)
    weight = ("w * " if len(query.bottoms) > 2 else "w[label] * ") if weighted else ""
    formula = f"{query.y} = 1 / D * sum over labels of -{weight}log p, p the softmax of {query.names[0]}"
    return Result(formula, (group,), running)


def _flat(query: Query) -> int:
    """The row-major index of the queried place."""
    return int(np.ravel_multi_index(query.at, query.top_shape))


def log_softmax(query: Query, axis: int) -> Numbers:
    """The logarithm of the first bottom's softmax, outer x classes x inner, computed without overflow."""
    x = query.bottoms[0].reshape(class_view(query.shapes[0], axis)).astype(np.float64)
    x = x - x.max(axis=1, keepdims=True)
    logs: Numbers = x - np.log(np.exp(x).sum(axis=1, keepdims=True))
    return logs


def label_indices(labels: Labels, classes: int) -> Labels:
    """The row-major indices of the scores of these labels, which are outer x 1 x inner."""
    outer, _, inner = labels.shape
    places: Labels = (np.arange(outer).reshape(-1, 1, 1) * classes + labels) * inner + np.arange(inner)
    return places


def _total(group: Group, size: float) -> Running:
    return Running(0, 0).to(f"sum of {len(group)}", group.subtotal, size)


@break_down.register
def infogain_loss(layer: InfogainLoss, query: Query) -> Result:
    """Every class of every label that counts, times its entry in the infogain matrix."""
    if query.top == 1:
        return softmax_along(layer.axis, query)
    outer, classes, inner = class_view(query.shapes[0], layer.axis)
    check_terms(outer * classes * inner)
    labels, counted = read_labels(query.bottoms[1].reshape(outer, inner), classes, layer.ignore_label)
    prices = layer.matrix(query.bottoms, classes)[labels].transpose(0, 2, 1).astype(np.float64)
    logs = np.maximum(log_softmax(query, layer.axis), np.log(LOG_THRESHOLD))
    which = np.broadcast_to(counted[:, None, :], logs.shape)
    flat = np.flatnonzero(which)
    losses, slack = -(prices * logs)[which], (abs(prices) * (1 + abs(logs)))[which]
    group = query.group(
        "-H[label, k] * log p of every class",
        places_at(flat, query.shapes[0]),
        parts=lambda _: losses,
        extra={"p": np.exp(logs)[which], "H": prices[which]},
    )
    by = divisor(layer.normalization, outer, inner, int(counted.sum()))
    running = _total(group, float(slack.sum())).over(f"D, {DIVISORS[layer.normalization]}", by)
    formula = f"{query.y} = 1 / D * sum over labels and k of -H[label, k] * log p[k], p the softmax of {query.names[0]}"
    return Result(formula, (group,), running)


@break_down.register
def multinomial_logistic_loss(layer: MultinomialLogisticLoss, query: Query) -> Result:
    """The logarithm of the probability of each label's class."""
    items, classes = query.shapes[0][0], count(query.shapes[0][1:])
    labels, _ = read_labels(query.bottoms[1].reshape(items), classes)
    places = places_at(np.arange(items) * classes + labels, query.shapes[0])
    group = query.group(
        "-log of the label's class", places, parts=lambda p: -np.log(np.maximum(p, LOG_THRESHOLD))
    )
    running = _total(group, float((1 + abs(group.parts)).sum())).over("N", max(items, 1))
    formula = f"{query.y} = 1 / N * sum over n of -log {query.names[0]}[n, label[n]]"
    return Result(formula, (group,), running)


@break_down.register
def hinge_loss(layer: HingeLoss, query: Query) -> Result:
    """The shortfall of the label's class from 1, and the excess of every other class over -1."""
    shape = query.shapes[0]
    items, classes = shape[0], count(shape[1:])
    labels, _ = read_labels(query.bottoms[1].reshape(items), classes)
    signs = np.ones((items, classes))
    signs[np.arange(items), labels] = -1
    squared = layer.norm == "L2"

    def margins(x: Numbers) -> Numbers:
        margin: Numbers = np.maximum(1 + signs.ravel() * x, 0)
        return margin * margin if squared else margin

    title = "max(0, 1 - x) for the label's class, max(0, 1 + x) for the others"
    places = grid(*map(range, shape))
    group = query.group(f"({title})^2" if squared else title, places, parts=margins)
    each = 1 + abs(group.values)
    slack = 2 * np.sqrt(group.parts) * each if squared else each
    running = _total(group, float(slack.sum())).over("N", max(items, 1))
    power = "^2" if squared else ""
    formula = f"{query.y} = 1 / N * sum over n, k of max(0, 1 -+ {query.names[0]}{index('nk')}){power}"
    return Result(formula, (group,), running)


@break_down.register
def sigmoid_cross_entropy_loss(layer: SigmoidCrossEntropyLoss, query: Query) -> Result:
    """The loss of every value against its target, in the form that does not overflow."""
    shape = query.shapes[0]
    check_terms(count(shape))
    targets = query.bottoms[1].ravel().astype(np.float64)
    ignored = layer.ignore_label
    flat = np.arange(targets.size) if ignored is None else np.flatnonzero(np.trunc(targets) != ignored)
    t = targets[flat]
    x = query.group(
        "max(x, 0) - x * t + log(1 + exp(-|x|))",
        places_at(flat, shape),
        parts=lambda x: np.maximum(x, 0) - x * t + np.log1p(np.exp(-abs(x))),
        extra={"t": t},
    )
    slack = abs(x.values) * (1 + abs(t)) + 1
    by = divisor(layer.normalization, shape[0], count(shape[1:]), len(flat))
    name = DIVISORS[layer.normalization].replace("labels", "targets")
    running = _total(x, float(slack.sum())).over(f"D, {name}", by)
    formula = (
        f"{query.y} = -1 / D * sum of t * log p + (1 - t) * log(1 - p), "
        f"p = sigmoid of x = {query.names[0]}, t = {query.names[1]}"
    )
    return Result(formula, (x,), running)
