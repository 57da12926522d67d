"""Boxes from regions, their scores and their deltas, as Faster R-CNN and R-FCN are tested."""

from __future__ import annotations

import numpy as np

from prototxt.blobs import Array
from prototxt.boxes.coders import clip, decode_deltas
from prototxt.boxes.suppress import suppress
from prototxt.detection.detection import Detection
from prototxt.images.view import View

__all__ = ["MAX_OVERLAP", "MIN_SCORE", "decode_regions"]

MIN_SCORE = 0.05
"""Boxes of lower scores are dropped (py-faster-rcnn, test_net)."""

MAX_OVERLAP = 0.3
"""Intersection over union above which only the best of two boxes of one class is kept."""


def decode_regions(rois: Array, scores: Array, deltas: Array, view: View) -> list[Detection]:
    """Boxes of every class but the background, class 0; best first.

    `rois` are R x 4 in pixels of the input, `scores` R x K, `deltas` R x 4K, or R x 8 where all classes share the
    second four. Boxes are clipped to the image.

    Source: py-faster-rcnn/lib/fast_rcnn/test.py (im_detect, test_net), bbox_transform.py.
    """
    regions = view.to_image(rois).astype(np.float32)
    every = deltas.reshape(len(rois), deltas.shape[1] // 4, 4)
    shared = every.shape[1] != scores.shape[1]
    detections = []
    for label in range(1, scores.shape[1]):
        score = scores[:, label]
        with np.errstate(over="ignore", invalid="ignore"):
            boxes = clip(decode_deltas(regions, every[:, 1 if shared else label]), *view.image)
        good = np.flatnonzero((score >= MIN_SCORE) & np.isfinite(boxes).all(axis=1))
        ranked = good[np.argsort(-score[good], kind="stable")]
        kept = ranked[suppress(boxes[ranked], MAX_OVERLAP, extent=1)]
        detections += [Detection(label, float(score[i]), tuple(boxes[i].tolist())) for i in kept]
    return sorted(detections, key=lambda d: -d.score)
