"""Accuracy and SegAccuracy: a term for each label, and whether the prediction hits it."""

from __future__ import annotations

import numpy as np

from prototxt.explain.breakdown.layers.classification_losses import label_indices
from prototxt.explain.breakdown.query import Query, Result, check_terms, places_at, sum_of
from prototxt.explain.breakdown.rules import break_down
from prototxt.explain.breakdown.running import Running
from prototxt.layers.accuracy import Accuracy
from prototxt.layers.common.labels import class_view, read_labels
from prototxt.layers.seg_accuracy import SegAccuracy, counts


@break_down.register
def accuracy(layer: Accuracy, query: Query) -> Result:
    """A term for each label that counts: 1 for a hit, 0 for a miss; the second top covers the labels of one class."""
    outer, classes, inner = class_view(query.shapes[0], layer.axis)
    check_terms(outer * inner)
    scores = query.bottoms[0].reshape(outer, classes, inner)
    labels, counted = read_labels(query.bottoms[1].reshape(outer, 1, inner), classes, layer.ignore_label)
    rivals = layer.rivals(scores, np.take_along_axis(scores, labels, 1), labels)
    hits = rivals < layer.top_k
    if query.top:
        counted = counted & (labels == query.at[0])
    flat = label_indices(labels, classes)[counted]
    which = f"labels {query.at[0]}" if query.top else "labels"
    group = query.group(
        f"{which}: 1 for a hit",
        places_at(flat, query.shapes[0]),
        parts=lambda _: hits[counted].astype(float),
        extra={"better": rivals[counted]},
    )
    best = f"among the best {layer.top_k}" if layer.top_k > 1 else "the best"
    formula = f"{query.y} = hits / {which}; a hit: the label's score is {best} at its place"
    if len(group):
        return Result(formula, (group,), sum_of([group]).over(which, len(group)))
    none = np.zeros(classes, np.intp)
    nothing = float(np.asarray(layer.shares(none, none)[query.top]).ravel()[0])
    return Result(formula, (), Running(0, 0).to(f"no {which} that count", nothing, abs(nothing)))


@break_down.register
def seg_accuracy(layer: SegAccuracy, query: Query) -> Result:
    """A term for each pixel that counts: the contribution of a correct pixel to the measure."""
    n, classes, *spatial = query.shapes[0]
    pixels = int(np.prod(spatial))
    check_terms(n * pixels)
    before = layer.earlier_counts(classes)
    labels, guess = layer.pairs(query.bottoms)
    kept = labels >= 0
    correct, own, guessed = (labels == guess)[kept], labels[kept], guess[kept]
    both, label, guess_counts = before + counts(own, guessed, classes)
    union = label + guess_counts - both
    shares = (
        np.full(classes, 1 / max(label.sum(), 1)),
        1 / np.maximum(label, 1) / max(np.count_nonzero(label), 1),
        1 / np.maximum(union, 1) / classes,
    )[query.at[3]]
    flat = label_indices(np.where(kept, labels, 0).reshape(n, 1, pixels), classes)
    group = query.group(
        "contributions of correct pixels",
        places_at(flat[kept.reshape(n, 1, pixels)], query.shapes[0]),
        parts=lambda _: correct * shares[own],
        extra={"guess": guessed},
    )
    running = sum_of([group])
    running.to(f"sum of {int(correct.sum())} correct of {len(correct)}", running.value, running.size)
    if before.any():
        running.plus("the forwards before", float((before[0] * shares).sum()))
    if query.at[3] == 2:
        absent = int(np.count_nonzero(union == 0))
        running.plus(f"{absent} of {classes} classes neither labelled nor guessed", absent / classes)
    measure = (
        "correct pixels / pixels",
        "mean over labelled classes of correct / label",
        "mean over classes of correct / (label + guess - correct)",
    )[query.at[3]]
    return Result(f"{query.y} = {measure}", (group,), running)
