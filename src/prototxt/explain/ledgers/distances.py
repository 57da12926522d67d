"""Losses of differences: two bottoms, value by value."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from prototxt.explain.ledger import Group, Numbers
from prototxt.explain.ledgers._asked import Account, Asked, check_terms, grid
from prototxt.explain.ledgers._running import Running
from prototxt.explain.ledgers.losses import at_numbers
from prototxt.layers._axes import four_axes
from prototxt.layers._labels import Labels
from prototxt.layers.base import Shape, count
from prototxt.layers.contrastive_loss import ContrastiveLoss
from prototxt.layers.euclidean_loss import EuclideanLoss
from prototxt.layers.smooth_l1_loss import SmoothL1Loss
from prototxt.layers.smooth_l1_loss_fasterrcnn import SmoothL1LossFasterRCNN
from prototxt.layers.smooth_l1_loss_ohem import SmoothL1LossOHEM


def euclidean_loss(layer: EuclideanLoss, asked: Asked) -> Account:
    """The square of every difference."""
    a, b = _all_of(asked)
    difference = a.values - b.values
    squares = _adding(a, difference * difference, "(a - b)^2")
    running = _sum_of(squares).over("(2 * N)", 2 * max(asked.shapes[0][0], 1))
    formula = f"{asked.y} = 1 / (2 * N) * sum of ({asked.names[0]} - {asked.names[1]})^2"
    return Account(formula, (squares, b), running)


def contrastive_loss(layer: ContrastiveLoss, asked: Asked) -> Account:
    """A group for each pair, its squared distance; then what each pair adds."""
    pairs, channels = asked.shapes[0][0], count(asked.shapes[0][1:])
    check_terms(pairs * channels)
    similar = np.trunc(asked.bottoms[2].ravel()) != 0
    groups, running = [], Running(0, 0)
    for n in range(pairs):
        flat = np.arange(channels) + n * channels
        a = asked.group("", at_numbers(flat, asked.shapes[0]))
        b = asked.beside(f"pair {n}: b", at_numbers(flat, asked.shapes[1]), 1)
        kind = "similar" if similar[n] else "not similar"
        squares = _adding(a, (a.values - b.values) ** 2, f"pair {n}, {kind}: (a - b)^2")
        groups += [squares, b]
        said, loss, size = _of_pair(layer, squares.subtotal, bool(similar[n]))
        running.plus(f"pair {n}, {kind}: {said}", loss, size)
    running.over("(2 * N)", 2 * max(pairs, 1))
    margin = f"{layer.margin:g}"
    lack = f"max({margin} - d^2, 0)" if layer.legacy_version else f"max({margin} - d, 0)^2"
    return Account(
        f"{asked.y} = 1 / (2 * N) * sum over pairs of d^2 where similar, else {lack}; "
        f"d^2 = sum over c of ({asked.names[0]}[n, c] - {asked.names[1]}[n, c])^2",
        tuple(groups),
        running,
    )


def _of_pair(layer: ContrastiveLoss, squared: float, similar: bool) -> tuple[str, float, float]:
    """How the loss of a pair is written, what it is, and its size for rounding."""
    if similar:
        return "d^2", squared, squared
    margin = float(np.float32(layer.margin))
    if layer.legacy_version:
        return "max(margin - d^2, 0)", max(margin - squared, 0.0), margin + squared
    d = float(np.sqrt(squared))
    lack = max(margin - d, 0.0)
    return "max(margin - d, 0)^2", lack * lack, 2 * lack * (margin + d)


def smooth_l1_ssd(layer: SmoothL1Loss, asked: Asked) -> Account:
    """Every difference through the bent square."""
    a, b = _all_of(asked)
    bent = _adding(a, _smooth_l1(a.values - b.values, 1.0), "f(a - b)")
    running = _sum_of(bent).over("N", max(asked.shapes[0][0], 1))
    formula = f"{asked.y} = 1 / N * sum of f({asked.names[0]} - {asked.names[1]}), {_bent(1.0)}"
    return Account(formula, (bent, b), running)


def smooth_l1_fasterrcnn(layer: SmoothL1LossFasterRCNN, asked: Asked) -> Account:
    """With weights inside and outside of the bend where there are any."""
    a, b, *weights = _all_of(asked)
    inside, outside = (w.values for w in weights) if weights else (1.0, 1.0)
    losses = outside * _smooth_l1(inside * (a.values - b.values), layer.sigma)
    bent = _adding(a, losses, "w_out * f(w_in * (a - b))" if weights else "f(a - b)")
    running = _sum_of(bent).over("N", max(four_axes(asked.shapes[0])[0], 1))
    a_b = f"({asked.names[0]} - {asked.names[1]})"
    said = f"{asked.names[3]} * f({asked.names[2]} * {a_b})" if weights else f"f{a_b}"
    return Account(f"{asked.y} = 1 / N * sum of {said}, {_bent(layer.sigma)}", (bent, b, *weights), running)


def smooth_l1_ohem(layer: SmoothL1LossOHEM, asked: Asked) -> Account:
    """All differences; for the second top those of one place."""
    shape = four_axes(asked.shapes[0])
    flat = np.arange(count(shape)).reshape(shape)
    if asked.top:
        n, _, y, x = asked.at
        flat = flat[n, :, y, x]
    a, b, *weights = _all_of(asked, flat.ravel())
    difference = a.values - b.values
    weighed = weights[0].values * difference if weights else difference
    bent = _adding(a, _smooth_l1(weighed, 1.0), "f(w * (a - b))" if weights else "f(a - b)")
    running = _sum_of(bent)
    said = f"f({asked.names[2]} * ({asked.names[0]} - {asked.names[1]}))" if weights else (
        f"f({asked.names[0]} - {asked.names[1]})"
    )  # fmt: skip
    if asked.top:
        return Account(f"{asked.y} = sum over c of {said}, {_bent(1.0)}", (bent, b, *weights), running)
    running.over(f"D, normalization {layer.normalization}", layer.divisor((shape[0], 1, *shape[2:])))
    return Account(f"{asked.y} = 1 / D * sum of {said}, {_bent(1.0)}", (bent, b, *weights), running)


def _smooth_l1(difference: Numbers, sigma: float) -> Numbers:
    size, bend = np.abs(difference), 1 / sigma**2
    bent: Numbers = np.where(size < bend, 0.5 * sigma**2 * size * size, size - bend / 2)
    return bent


def _bent(sigma: float) -> str:
    square = "d^2 / 2" if sigma == 1 else f"({sigma:g} * d)^2 / 2"
    bend = 1 / sigma**2
    return f"f(d) = {square} where |d| < {bend:g}, else |d| - {bend / 2:g}"


def _all_of(asked: Asked, flat: Labels | None = None) -> list[Group]:
    """The values of every bottom, in step: all, or those of these numbers; all but the first on the side."""
    shape: Shape = asked.shapes[0]
    check_terms(count(shape) if flat is None else flat.size)
    places = [grid(*map(range, s)) if flat is None else at_numbers(flat, s) for s in asked.shapes]
    first = asked.group("", places[0])
    return [first, *(asked.beside(asked.names[i], places[i], i) for i in range(1, len(places)))]


def _adding(group: Group, parts: Numbers, title: str) -> Group:
    return replace(group, title=title, parts=parts, subtotal=float(parts.sum()))


def _sum_of(group: Group) -> Running:
    return Running(0, 0).to(f"sum of {len(group)}", group.subtotal, float(np.abs(group.parts).sum()))
