"""From regions, their scores and their deltas to boxes, as Faster R-CNN and R-FCN are tested."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from prototxt.detections.detection import Detection
from prototxt.images.view import View
from prototxt.layers.base import Array

Numbers = NDArray[np.float64]

LEAST_SCORE = 0.05
"""Lower scores are not looked at (py-faster-rcnn, test_net)."""

MOST_OVERLAP = 0.3
"""Of boxes of one class that overlap by more the best stays."""

LARGEST_STEP = 80.0
"""The exponent of a box's growth is cut here: its side stays a finite number."""


def decode_regions(rois: Array, scores: Array, deltas: Array, view: View) -> list[Detection]:
    """Boxes of every class but the background, class 0; best first.

    `rois` are R x 4 in pixels of the input, `scores` R x K, `deltas` R x 4K, or R x 8 where all classes share the
    second four. Boxes are cut at the image's edges.

    Source: py-faster-rcnn/lib/fast_rcnn/test.py (im_detect, test_net), bbox_transform.py.
    """
    count, classes = scores.shape
    found = []
    own = deltas.shape[1] == 4 * classes
    regions = view.to_image(rois.astype(np.float64))
    every = deltas.astype(np.float64).reshape(count, -1, 4)
    for label in range(1, classes):
        good = np.flatnonzero(scores[:, label] >= LEAST_SCORE)
        boxes = _cut(_moved(regions[good], every[good, label if own else 1]), view.image)
        good, boxes = _finite(good, boxes)
        found += [
            Detection(label, float(scores[good[i], label]), tuple(boxes[i].tolist()))
            for i in suppressed(boxes, scores[good, label])
        ]
    return sorted(found, key=lambda d: -d.score)


def _finite(good: NDArray[np.intp], boxes: Numbers) -> tuple[NDArray[np.intp], Numbers]:
    kept = np.isfinite(boxes).all(axis=1)
    return good[kept], boxes[kept]


def _moved(boxes: Numbers, deltas: Numbers) -> Numbers:
    """Boxes moved by deltas in units of their own size; a box's side is x2 - x1 + 1 (bbox_transform_inv)."""
    size = boxes[:, 2:] - boxes[:, :2] + 1
    middle = boxes[:, :2] + 0.5 * size + deltas[:, :2] * size
    half = 0.5 * size * np.exp(np.minimum(deltas[:, 2:], LARGEST_STEP))
    return np.concatenate([middle - half, middle + half], axis=1)


def _cut(boxes: Numbers, image: tuple[int, int]) -> Numbers:
    most = np.array([image[1] - 1, image[0] - 1] * 2, np.float64)
    return np.clip(boxes, 0, most)


def suppressed(boxes: Numbers, scores: NDArray[Any]) -> Iterator[int]:
    """Which boxes stay when of those that overlap by more than MOST_OVERLAP the best is taken; best first."""
    order = np.argsort(-scores, kind="stable")
    area = np.prod(boxes[:, 2:] - boxes[:, :2] + 1, axis=1)
    while order.size:
        best, others = order[0], order[1:]
        yield int(best)
        low = np.maximum(boxes[best, :2], boxes[others, :2])
        high = np.minimum(boxes[best, 2:], boxes[others, 2:])
        common = np.prod(np.maximum(high - low + 1, 0), axis=1)
        order = others[common <= MOST_OVERLAP * (area[best] + area[others] - common)]
