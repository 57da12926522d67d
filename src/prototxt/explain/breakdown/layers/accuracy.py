"""Accuracies: which labels are hit."""

from __future__ import annotations

import numpy as np

from prototxt.explain.breakdown.layers.losses import at_numbers, of_labels
from prototxt.explain.breakdown.query import Query, Result, added, check_terms
from prototxt.explain.breakdown.running import Running
from prototxt.layers.accuracy import Accuracy
from prototxt.layers.common.labels import class_view, read_labels
from prototxt.layers.seg_accuracy import SegAccuracy, counts


def accuracy(layer: Accuracy, query: Query) -> Result:
    """A term for each label that counts: 1 for a hit, 0 for a miss; the second top has those of one class."""
    outer, classes, inner = class_view(query.shapes[0], layer.axis)
    check_terms(outer * inner)
    scores = query.bottoms[0].reshape(outer, classes, inner)
    labels, counted = read_labels(query.bottoms[1].reshape(outer, 1, inner), classes, layer.ignore_label)
    rivals = layer.rivals(scores, np.take_along_axis(scores, labels, 1), labels)
    hits = rivals < layer.top_k
    if query.top:
        counted = counted & (labels == query.at[0])
    flat = of_labels(labels, classes)[counted]
    whose = f"labels {query.at[0]}" if query.top else "labels"
    group = query.group(
        f"{whose}: 1 where hit",
        at_numbers(flat, query.shapes[0]),
        parts=lambda _: hits[counted].astype(float),
        beside={"better": rivals[counted]},
    )
    best = f"among the best {layer.top_k}" if layer.top_k > 1 else "the best"
    formula = f"{query.y} = hits / {whose}; a hit: the label's score is {best} of its place"
    if len(group):
        return Result(formula, (group,), added([group]).over(whose, len(group)))
    none = np.zeros(classes, np.intp)
    nothing = float(np.asarray(layer.shares(none, none)[query.top]).ravel()[0])
    return Result(formula, (), Running(0, 0).to(f"no {whose} that count", nothing, abs(nothing)))


def seg_accuracy(layer: SegAccuracy, query: Query) -> Result:
    """A term for each pixel that counts: what a right one adds to the share."""
    n, classes, *spatial = query.shapes[0]
    pixels = int(np.prod(spatial))
    check_terms(n * pixels)
    before = layer.seen(classes)
    labels, guess = layer.pairs(query.bottoms)
    kept = labels >= 0
    right, own, guessed = (labels == guess)[kept], labels[kept], guess[kept]
    seen = before + counts(own, guessed, classes)
    there, union = np.maximum(seen[1], 1), seen[1] + seen[2] - seen[0]
    shares = (
        np.full(classes, 1 / max(seen[1].sum(), 1)),
        1 / there / max(np.count_nonzero(seen[1]), 1),
        1 / np.maximum(union, 1) / classes,
    )[query.at[3]]
    flat = of_labels(np.where(kept, labels, 0).reshape(n, 1, pixels), classes)[kept.reshape(n, 1, pixels)]
    group = query.group(
        "what right pixels add",
        at_numbers(flat, query.shapes[0]),
        parts=lambda _: right * shares[own],
        beside={"guess": guessed},
    )
    running = added([group])
    running.to(f"sum of {int(right.sum())} right of {len(right)}", running.value, running.size)
    earlier = float((before[0] * shares).sum())
    if before.any():
        running.plus("the forwards before", earlier)
    if query.at[3] == 2:
        absent = int(np.count_nonzero(union == 0))
        running.plus(f"{absent} of {classes} classes neither there nor guessed", absent / classes)
    said = (
        "right pixels / pixels",
        "mean over classes that are there of right / label",
        "mean over classes of right / (label + guess - right)",
    )[query.at[3]]
    return Result(f"{query.y} = {said}", (group,), running)
