"""Pooling: every output value is the maximum or the average of one window of its channel."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce
from math import prod

from prototxt.blobs import TRAIN, Array, Shape, count
from prototxt.errors import LayerError
from prototxt.layers.base import Cost, Layer
from prototxt.layers.common.axes import canonical_axis, check_num_axes
from prototxt.layers.common.maximum import LOWEST
from prototxt.layers.common.memo import once_per_shape
from prototxt.layers.common.output_size import pooling_spec
from prototxt.layers.common.window import Window, check_padded, last_axes
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter, PoolingParameter
from prototxt.util.lazy import np

AXES = 4, 5
"""Axes of N x C x H x W and of N x C x L x H x W."""

NUM_IMAGE_AXES = 2
"""The spatial axes of images."""

FIELDS_3D = (
    "kernel_size_3d, stride_3d and pad_3d give a window over 3 axes (Intel Caffe), or take type NdPooling"
)
FIELDS_2D = "kernel_size, stride and pad give a window over 2 axes"


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
        Intel's kernel_size_3d, stride_3d and pad_3d pool N x C x L x H x W alike, with one value for all three axes or
        one per axis; positions are (l*H + h)*W + w. `global_pooling` takes both.

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

    Source: caffe/src/caffe/layers/pooling_layer.cpp, pooling_layer.cu for STOCHASTIC, and Intel's pooling_layer.cpp for
    three axes.
    """

    kind = "pooling"

    def setup(self, param: LayerParameter) -> None:
        p = param.pooling_param
        self.method = PoolingParameter.PoolMethod.Name(p.pool)
        self.floor = _floor(p)
        self.is_global: bool = p.global_pooling
        self.axis: int = p.axis
        self.window_spec = pooling_spec(p)
        if self.num_tops > 1 and self.method != "MAX":
            raise LayerError(f"only MAX pooling has a second top (positions), not {self.method}", field="top")
        if self.method == "STOCHASTIC" and any(self.window_spec.pad):
            raise LayerError("STOCHASTIC pooling takes no pad", field="pad")

    def check_axes(self, shape: Shape) -> None:
        """Raises LayerError for a bottom with another number of axes than the fields are for."""
        kernel = self.window_spec.kernel
        if kernel is None and self.method != "STOCHASTIC":
            check_num_axes(shape, *AXES)
        elif kernel is None or len(kernel) == NUM_IMAGE_AXES:
            check_num_axes(shape, AXES[0], AXES[0], hint=FIELDS_3D if len(shape) == AXES[1] else None)
        else:
            check_num_axes(shape, AXES[1], AXES[1], hint=FIELDS_2D if len(shape) == AXES[0] else None)
        if canonical_axis(self.axis, shape) != 1:
            raise LayerError(f"axis {self.axis}: pooling here has channels on axis 1", field="axis")

    @once_per_shape
    def window(self, shape: Shape) -> Window:
        """The window over the spatial axes of a bottom of this shape."""
        self.check_axes(shape)
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

    The position over three axes is (l*H + h)*W + w. Off the image the value is `outside`.
    """
    margins = window.margins
    padded = np.pad(x, [(0, 0), (0, 0), *margins], constant_values=outside)
    lines = [
        np.arange(-before, size + after, dtype=np.float32)
        for size, (before, after) in zip(window.size, margins, strict=True)
    ]
    for tap in window.taps():
        spans = window.span(tap, window.out)
        yield _positions(window.size, lines, spans), padded[last_axes(spans)]


def _positions(size: Shape, lines: Sequence[Array], spans: Sequence[slice]) -> Array:
    """The positions in an image of this size of all places on these spans of its axes."""
    first, *others = (line[span] for line, span in zip(lines, spans, strict=True))
    position: Array = first
    for length, places in zip(size[1:], others, strict=True):
        position = position[..., None] * np.float32(length) + places
    return position


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
    total: Array = np.zeros((*x.shape[:2], *window.out), np.float32)
    for _, values in windows(x, window, 0):
        total += values
    mean: Array = total / divisors(window)
    return mean


def divisors(window: Window) -> Array:
    """The divisor of AVE pooling at every place of the output: the product of the window's lengths."""
    lengths: list[Array] = [np.array(axis.divisors(), np.float32) for axis in window.axes]
    return reduce(lambda one, other: one[..., None] * other, lengths)


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
