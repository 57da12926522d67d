"""Losses of the differences between two bottoms, value by value."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from prototxt.blobs import count
from prototxt.errors import LayerError
from prototxt.explain.breakdown.model import Group, Numbers
from prototxt.explain.breakdown.query import Query, Result, check_terms, places_at
from prototxt.explain.breakdown.rules import break_down
from prototxt.explain.breakdown.running import Running
from prototxt.layers.center_loss import CenterLoss
from prototxt.layers.common.axes import four_axes
from prototxt.layers.common.labels import Labels
from prototxt.layers.contrastive_loss import ContrastiveLoss
from prototxt.layers.euclidean_loss import EuclideanLoss
from prototxt.layers.l1_loss import L1Loss
from prototxt.layers.smooth_l1_loss import SmoothL1Loss
from prototxt.layers.smooth_l1_loss_fasterrcnn import SmoothL1LossFasterRCNN
from prototxt.layers.smooth_l1_loss_ohem import SmoothL1LossOHEM

Loss = Callable[[Numbers, Mapping[str, Numbers]], Numbers]
"""Computes the contributions of the first bottom's values, given those of the others by name."""


@break_down.register
def euclidean_loss(layer: EuclideanLoss, query: Query) -> Result:
    """The square of every difference."""
    squares = _all_of(query, "(a - b)^2", "b", lambda a, by: (a - by["b"]) ** 2)
    running = _total(squares).over("(2 * N)", 2 * max(query.shapes[0][0], 1))
    return Result(f"{query.y} = 1 / (2 * N) * sum of (a - b)^2, {_names(query, 'ab')}", (squares,), running)


@break_down.register
def contrastive_loss(layer: ContrastiveLoss, query: Query) -> Result:
    """A group for each pair, its squared distance; then the loss of each pair."""
    pairs, channels = query.shapes[0][0], count(query.shapes[0][1:])
    check_terms(pairs * channels)
    similar = layer.similar(query.bottoms)
    groups, running = [], Running(0, 0)
    for n in range(pairs):
        kind = "similar" if similar[n] else "not similar"
        flat = np.arange(channels) + n * channels
        title = f"pair {n}, {kind}: (a - b)^2"
        squares = _all_of(query, title, "b", lambda a, by: (a - by["b"]) ** 2, flat)
        groups.append(squares)
        term, loss, size = _pair_loss(layer, squares.subtotal, bool(similar[n]))
        running.plus(f"pair {n}, {kind}: {term}", loss, size)
    running.over("(2 * N)", 2 * max(pairs, 1))
    lack = "max(margin - d^2, 0)" if layer.legacy_version else "max(margin - d, 0)^2"
    formula = (
        f"{query.y} = 1 / (2 * N) * sum over pairs of d^2 where similar, else {lack}; "
        f"d^2 = sum of (a - b)^2, {_names(query, 'ab')}, margin = {layer.margin:g}"
    )
    return Result(formula, tuple(groups), running)


def _pair_loss(layer: ContrastiveLoss, squared: float, similar: bool) -> tuple[str, float, float]:
    """The formula of the loss of a pair, its value, and its size for rounding."""
    if similar:
        return "d^2", squared, squared
    margin = float(np.float32(layer.margin))
    if layer.legacy_version:
        return "max(margin - d^2, 0)", max(margin - squared, 0.0), margin + squared
    d = float(np.sqrt(squared))
    lack = max(margin - d, 0.0)
    return "max(margin - d, 0)^2", lack * lack, 2 * lack * (margin + d)


@break_down.register
def l1_loss(layer: L1Loss, query: Query) -> Result:
    """The size of every difference; not of lengths, which are roots of sums."""
    if layer.l2_per_location:
        raise LayerError("it sums the lengths of differences, each a root of a sum of its own")
    names = "ab"[: len(query.bottoms)]
    term = "|a - b|" if len(names) > 1 else "|a|"
    sizes = _all_of(query, term, names[1:], lambda a, by: np.nan_to_num(np.abs(a - by.get("b", 0.0))))
    differences = query.bottoms[0] - (query.bottoms[1].reshape(query.shapes[0]) if len(names) > 1 else 0)
    divisor = layer.divisor(query.shapes[0], int(np.count_nonzero(~np.isnan(differences))))
    running = _total(sizes).over("(known / C)" if layer.by_entries else "N", divisor)
    return Result(f"{query.y} = 1 / D * sum of {term}, {_names(query, names)}", (sizes,), running)


@break_down.register
def center_loss(layer: CenterLoss, query: Query) -> Result:
    """The square of every difference from the center of the item's class."""
    items, size = layer.matrix(query.shapes[0])
    check_terms(items * size)
    flat = np.arange(items * size)
    centers = query.params[0][np.trunc(query.bottoms[1].ravel()).astype(np.intp)].ravel().astype(np.float64)
    squares = query.group(
        "(x - c)^2",
        places_at(flat, query.shapes[0]),
        parts=lambda x: (x - centers) ** 2,
        extra={"c": centers},
    )
    running = _total(squares).over("(2 * N)", 2 * max(items, 1))
    return Result(
        f"{query.y} = 1 / (2 * N) * sum of (x - c)^2, c the center of the label", (squares,), running
    )


@break_down.register
def smooth_l1_ssd(layer: SmoothL1Loss, query: Query) -> Result:
    """The smooth L1 loss of every difference."""
    losses = _all_of(query, "f(a - b)", "b", lambda a, by: _smooth_l1(a - by["b"], 1.0))
    running = _total(losses).over("N", max(query.shapes[0][0], 1))
    return Result(
        f"{query.y} = 1 / N * sum of f(a - b), {_names(query, 'ab')}; {_smooth_l1_text(1.0)}",
        (losses,),
        running,
    )


@break_down.register
def smooth_l1_fasterrcnn(layer: SmoothL1LossFasterRCNN, query: Query) -> Result:
    """The smooth L1 loss with inside and outside weights, where the layer has them."""
    names = ("a", "b", "w_in", "w_out")[: len(query.bottoms)]
    term = "w_out * f(w_in * (a - b))" if len(names) > 2 else "f(a - b)"

    def loss(a: Numbers, by: Mapping[str, Numbers]) -> Numbers:
        unweighted = _smooth_l1(by.get("w_in", 1.0) * (a - by["b"]), layer.sigma)
        weighted: Numbers = by.get("w_out", 1.0) * unweighted
        return weighted

    losses = _all_of(query, term, names[1:], loss)
    running = _total(losses).over("N", max(four_axes(query.shapes[0])[0], 1))
    formula = f"{query.y} = 1 / N * sum of {term}, {_names(query, names)}; {_smooth_l1_text(layer.sigma)}"
    return Result(formula, (losses,), running)


@break_down.register
def smooth_l1_ohem(layer: SmoothL1LossOHEM, query: Query) -> Result:
    """All differences; for the second top only those of one place."""
    names = "abw"[: len(query.bottoms)]
    term = "f(w * (a - b))" if len(names) > 2 else "f(a - b)"
    shape = four_axes(query.shapes[0])
    flat = None
    if query.top:
        n, _, y, x = query.at
        flat = np.arange(count(shape)).reshape(shape)[n, :, y, x]
    losses = _all_of(
        query, term, names[1:], lambda a, by: _smooth_l1(by.get("w", 1.0) * (a - by["b"]), 1.0), flat
    )
    running = _total(losses)
    formula = f"{term}, {_names(query, names)}; {_smooth_l1_text(1.0)}"
    if query.top:
        return Result(f"{query.y} = sum over c of {formula}", (losses,), running)
    running.over(f"D, normalization {layer.normalization}", layer.divisor((shape[0], 1, *shape[2:])))
    return Result(f"{query.y} = 1 / D * sum of {formula}", (losses,), running)


def _smooth_l1(difference: Numbers, sigma: float) -> Numbers:
    size, bend = np.abs(difference), 1 / sigma**2
    losses: Numbers = np.where(size < bend, 0.5 * sigma**2 * size * size, size - bend / 2)
    return losses


def _smooth_l1_text(sigma: float) -> str:
    square = "d^2 / 2" if sigma == 1 else f"({sigma:g} * d)^2 / 2"
    bend = 1 / sigma**2
    return f"f(d) = {square} where |d| < {bend:g}, else |d| - {bend / 2:g}"


def _names(query: Query, letters: str | tuple[str, ...]) -> str:
    """`a = fc8, b = label`."""
    return ", ".join(f"{letter} = {name}" for letter, name in zip(letters, query.names, strict=False))


def _all_of(
    query: Query, title: str, others: str | tuple[str, ...], loss: Loss, flat: Labels | None = None
) -> Group:
    """All values of the first bottom, or those at these row-major indices, with the others' values as extras."""
    if flat is None:
        check_terms(count(query.shapes[0]))
        flat = np.arange(count(query.shapes[0]))
    extra = {
        name: x.ravel()[flat].astype(np.float64) for name, x in zip(others, query.bottoms[1:], strict=False)
    }
    places = places_at(flat, query.shapes[0])
    return query.group(title, places, parts=lambda a: loss(a, extra), extra=extra)


def _total(group: Group) -> Running:
    return Running(0, 0).to(f"sum of {len(group)}", group.subtotal, float(np.abs(group.parts).sum()))
