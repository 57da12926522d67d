"""Connectionist temporal classification (CTC): scores of steps, lines of labels, and the blank between them."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape, count, format_shape
from prototxt.errors import LayerError
from prototxt.layers.common.axes import check_num_axes
from prototxt.layers.common.labels import read_labels
from prototxt.util.lazy import np

Line = tuple[int, ...]
"""The labels of one line of text, without blanks."""


def as_steps(shape: Shape) -> tuple[int, int, int]:
    """Scores as T x N x C; raises LayerError for a bottom of fewer than 3 axes, or with further ones that count."""
    check_num_axes(shape, 3)
    if count(shape[3:]) != 1:
        raise LayerError(f"needs scores of T x N x C, got {format_shape(shape)}", field="bottom")
    return shape[0], shape[1], shape[2]


def blank_label(blank_index: int, classes: int) -> int:
    """The label that stands for no letter; a negative index means the last.

    Raises LayerError where the scores have no such class.
    """
    if blank_index >= classes:
        what = f"blank_index {blank_index} is no class: there are {classes}, counted from 0"
        raise LayerError(what, field="blank_index")
    return classes - 1 if blank_index < 0 else blank_index


def check_lines(scores: Shape, labels: Shape) -> None:
    """Raises LayerError unless there is a row of labels for each of the N lines."""
    lines = as_steps(scores)[1]
    if not labels or labels[0] != lines:
        what = f"scores of {format_shape(scores)} need {lines} rows of labels, got {format_shape(labels)}"
        raise LayerError(what, field="bottom")


def read_lines(labels: Array, classes: int, blank: int) -> list[Line]:
    """The labels of each row; blanks, and what is below 0, only fill it up. Raises LayerError for what is no class."""
    rows = labels.reshape(len(labels), count(labels.shape[1:]))
    rows = np.where(rows < 0, np.float32(blank), rows)
    read, _ = read_labels(rows, classes)
    return [tuple(int(label) for label in row if label != blank) for row in read]


def merged(labels: Sequence[int], blank: int, *, merge: bool = True) -> list[int]:
    """The steps whose labels stay: no blanks, and with `merge` none that repeats the label of the step before."""
    return [
        t for t, label in enumerate(labels) if label != blank and not (merge and t and labels[t - 1] == label)
    ]
