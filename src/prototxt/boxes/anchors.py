"""Anchors: boxes of a few forms, laid over an image at every step of a net's stride."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from prototxt.util.lazy import np

__all__ = ["Exact", "forms", "lay"]

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Exact = NDArray[np.float64]
else:
    Exact = "NDArray[np.float64]"


def forms(
    base_size: int, ratios: Sequence[float], scales: Sequence[float], whole: Callable[[Exact], Exact]
) -> Exact:
    """The anchors of one place, A x 4 (x1, y1, x2, y2): for every ratio (height over width) every scale.

    Each has about the area of a square of base_size * scale, around the middle of that of base_size whose first
    pixel is 0. `whole` rounds the sides before they are scaled.
    """
    ratio = np.array(ratios, np.float64)
    wide = whole(np.sqrt(base_size * base_size / ratio))
    sides = np.stack([wide, whole(wide * ratio)], axis=1)
    half = 0.5 * (sides[:, None] * np.array(scales, np.float64)[:, None] - 1).reshape(-1, 2)
    middle = 0.5 * (base_size - 1)
    return np.concatenate([middle - half, middle + half], axis=1)


def lay(anchors: Exact, height: int, width: int, stride: int) -> Exact:
    """The anchors of every place of a map: H * W * A x 4, row by row."""
    y, x = np.mgrid[:height, :width].reshape(2, -1) * float(stride)
    steps = np.stack([x, y, x, y], axis=1)
    return (steps[:, None] + anchors).reshape(-1, 4)
