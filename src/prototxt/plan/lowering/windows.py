"""The windows of layers as kernels take them."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.kernels.window import Pair, Window2d
from prototxt.layers.common.window import Window

__all__ = ["window_2d"]


def window_2d(window: Window) -> Window2d:
    """A layer's window over two spatial axes, as kernels take it."""
    pairs = (window.kernel, window.stride, window.pad, window.dilation, window.size, window.out)
    return Window2d(*map(_pair, pairs))


def _pair(values: Sequence[int]) -> Pair:
    rows, columns = values
    return rows, columns
