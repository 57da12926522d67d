"""Pooling: every output value is the maximum or the average of one window of its channel."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod

from prototxt.blobs import TRAIN, Array, Shape, count
from prototxt.errors import LayerError
from prototxt.layers.base import Cost, Layer
from prototxt.layers.common.axes import check_num_axes
from prototxt.layers.common.maximum import LOWEST
from prototxt.layers.common.memo import once_per_shape
from prototxt.layers.common.output_size import pooling_spec
from prototxt.layers.common.window import Window, check_padded
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter, PoolingParameter
from prototxt.util.lazy import np


@layer("Pooling", bottoms=1, tops=(1, 2))
class Pooling(Layer):
    """One number per window: its maximum (MAX), its average (AVE), or a value drawn from it (STOCHASTIC).

    Formula:
        x' are the values of x in rows s*i - p to s*i - p + kernel_h (columns alike); s and p are
        stride and pad
        MAX:  y[n, c, i, j] = max x';  a second top holds the position h*W + w of the first maximum
        AVE:  y[n, c, i, j] = sum x' / (h * w) with h = min(s*i - p + kernel_h, H + p) - (s*i - p), w alike;
            with `avg_include_pad: false` h * w is the number of x'
        STOCHASTIC: at TEST sum x'^2 / sum x', at TRAIN a value of x' with a chance of x' / sum x'

    Shapes:
        x: N x C x H x W
        y: N x C x OH x OW with OH = ceil((H + 2*pad - kernel) / stride) + 1; a second top (MAX only) alike
        `round_mode: FLOOR` or `ceil_mode: false` takes floor for ceil. If either axis is padded, a last
        window that would start after H + pad is left out. With `global_pooling: true` OH and OW are 1.

    Pitfalls:
        Convolution rounds down, Pooling rounds up: the last window may hang over the edge. AVE counts the
        padding it covers in its divisor, but not what lies beyond the padding; Intel's `avg_include_pad: false` counts
        neither. MAX never sees padding. A
        window wholly outside the image gives -FLT_MAX (MAX, with position -1) or 0 (AVE).

    Example:
        layer {
          name: "pool1" type: "Pooling" bottom: "conv1" top: "pool1"
          pooling_param { pool: MAX kernel_size: 3 stride: 2 }
        }

    Source: caffe/src/caffe/layers/pooling_layer.cpp, and pooling_layer.cu for STOCHASTIC.
    """

    kind = "pooling"

    def setup(self, param: LayerParameter) -> None:
        p = param.pooling_param
        self.method = PoolingParameter.PoolMethod.Name(p.pool)
        self.floor = _floor(p)
        self.is_global: bool = p.global_pooling
        self.window_spec = pooling_spec(p)
        if self.num_tops > 1 and self.method != "MAX":
            raise LayerError(f"only MAX pooling has a second top (positions), not {self.method}", field="top")
        if self.method == "STOCHASTIC" and any(self.window_spec.pad):
            raise LayerError("STOCHASTIC pooling takes no pad", field="pad")

    @once_per_shape
    def window(self, shape: Shape) -> Window:
        """The window over the rows and columns of a bottom of this shape."""
        check_num_axes(shape, 4, 4)
        window = self.window_spec.pooled(shape[2:], floor=self.floor)
        check_padded(shape, 2, window.margins)
        return window

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        return [(*bottom[0][:2], *self.window(bottom[0]).out)] * max(self.num_tops, 1)

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        x, window = bottom[0], self.window(bottom[0].shape)
        if self.method == "MAX":
            return largest(x, window, with_positions=self.num_tops > 1)
        if self.method == "AVE":
            return [average(x, window)]
        return [draw(x, window, self.rng) if self.phase == TRAIN else expect(x, window)]

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        return pooling_cost(self.method, count(bottom[0][:2]), self.window(bottom[0]))

    def brief(self, bottom: Sequence[Shape]) -> str:
        return f"{self.method} " + ("global" if self.is_global else self.window(bottom[0]).brief())


def _floor(p: PoolingParameter) -> bool:
    """Whether sizes are rounded down, by Caffe's round_mode or a fork's ceil_mode.

    Raises LayerError where both are given and contradict each other.
    """
    floor = p.round_mode == PoolingParameter.FLOOR
    if not p.HasField("ceil_mode"):
        return floor
    if p.HasField("round_mode") and floor == p.ceil_mode:
        mode = PoolingParameter.RoundMode.Name(p.round_mode)
        what = f"round_mode {mode} contradicts ceil_mode {str(p.ceil_mode).lower()}"
        raise LayerError(what, field="ceil_mode", hint="give one of the two")
    return not p.ceil_mode


def pooling_cost(method: str, maps: int, window: Window) -> Cost:
    """Operations of pooling `maps` images of one channel each."""
    reads = maps * prod(sum(max(end - start, 0) for start, end in axis.spans()) for axis in window.axes)
    if method == "MAX":
        return Cost(comparisons=reads)
    values = maps * count(window.out)
    if method == "AVE":
        return Cost(additions=reads, divisions=values)
    return Cost(additions=2 * reads, multiplications=reads, divisions=values)


def windows(x: Array, window: Window, outside: float) -> Iterator[tuple[Array, Array]]:
    """For every kernel tap, the position h*W + w and the value that each window reads there.

    Off the image the value is `outside`.
    """
    margins = window.margins
    padded = np.pad(x, [(0, 0), (0, 0), *margins], constant_values=outside)
    rows, columns = (
        np.arange(-before, size + after, dtype=np.float32)
        for size, (before, after) in zip(window.size, margins, strict=True)
    )
    for tap in window.taps():
        down, across = window.span(tap, window.out)
        yield rows[down, None] * x.shape[3] + columns[across], padded[..., down, across]


def largest(x: Array, window: Window, *, with_positions: bool = False) -> list[Array]:
    """MAX pooling: the largest value of every window, and on demand the position h*W + w of the first one."""
    best = np.full((*x.shape[:2], *window.out), LOWEST, np.float32)
    positions = [np.full(best.shape, -1, np.float32)] if with_positions else []
    for position, values in windows(x, window, LOWEST):
        better = values > best
        best = np.where(better, values, best)
        positions = [np.where(better, position, previous) for previous in positions]
    return [best, *positions]


def average(x: Array, window: Window) -> Array:
    """AVE pooling: sums of windows over their lengths, padding counted or not, as the window says."""
    total = np.zeros((*x.shape[:2], *window.out), np.float32)
    for _, values in windows(x, window, 0):
        total += values
    down, across = (np.array(axis.divisors(), np.float32) for axis in window.axes)
    mean: Array = total / (down[:, None] * across)
    return mean


def expect(x: Array, window: Window) -> Array:
    """STOCHASTIC pooling at TEST: the expected value of `draw`."""
    # FLT_MIN keeps an all-zero window from dividing by 0, as in the reference.
    total: Array = np.full((*x.shape[:2], *window.out), np.finfo(np.float32).tiny, np.float32)
    squares: Array = np.zeros_like(total)
    for _, values in windows(x, window, 0):
        total += values
        squares += values * values
    return squares / total


def draw(x: Array, window: Window, rng: np.random.Generator) -> Array:
    """STOCHASTIC pooling at TRAIN: walk each window until the running sum reaches a random share."""
    total = np.zeros((*x.shape[:2], *window.out), np.float32)
    for _, values in windows(x, window, 0):
        total += values
    goal = rng.random(total.shape, np.float32) * total
    passed, drawn, is_drawn = np.zeros_like(total), np.zeros_like(total), np.zeros(total.shape, bool)
    for _, values in windows(x, window, 0):
        passed += values
        reached = (passed >= goal) & ~is_drawn
        drawn = np.where(reached, values, drawn)
        is_drawn |= reached
    return drawn
