"""The outputs of a net in rows: the best classes of a score output, the range of any other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod

import numpy as np

from prototxt.blobs import Array, Shape

__all__ = ["TOP", "Answer", "Class", "answers", "scores_classes"]

TOP = 5
"""The classes shown by default."""


@dataclass(frozen=True, slots=True)
class Class:
    """One class of a score output: its index, its label ("" without labels), its score."""

    index: int
    label: str
    score: float


@dataclass(frozen=True, slots=True)
class Answer:
    """One output blob of one image: its best classes where it scores classes, its range otherwise."""

    output: str
    shape: Shape
    classes: tuple[Class, ...]
    least: float
    mean: float
    most: float


def answers(outputs: Mapping[str, Array], labels: Sequence[str] = (), top: int = TOP) -> list[Answer]:
    """The answers for the first image of every output, its `top` best classes; ties go to the lower index."""
    return [_answer(name, blob, labels, top) for name, blob in outputs.items() if blob.size]


def _answer(name: str, blob: Array, labels: Sequence[str], top: int) -> Answer:
    scores = blob[0].ravel() if blob.ndim else blob.ravel()
    classes: tuple[Class, ...] = ()
    if scores_classes(blob.shape):
        best = np.argsort(-scores, kind="stable")[:top]
        classes = tuple(Class(int(i), labels[i] if i < len(labels) else "", float(scores[i])) for i in best)
    with np.errstate(over="ignore", invalid="ignore"):
        return Answer(
            name,
            blob.shape,
            classes,
            float(scores.min()),
            float(scores.mean(dtype=np.float64)),
            float(scores.max()),
        )


def scores_classes(shape: Shape) -> bool:
    """Whether a blob holds one number per class: N x C, or N x C x 1 x 1, with at least two classes."""
    return len(shape) > 1 and shape[1] > 1 and prod(shape[2:]) == 1
