"""Resample: images resized, larger or smaller."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import TYPE_CHECKING

from prototxt.blobs import Array, Shape, format_shape
from prototxt.errors import LayerError
from prototxt.layers.base import Cost, Layer
from prototxt.layers.common.axes import check_num_axes
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter, ResampleParameter
from prototxt.util.lazy import np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Places = NDArray[np.intp]
    Weights = NDArray[np.float32]
    Taps = tuple[Places, Weights]


@layer("Resample", bottoms=(1, 2), fork="flownet")
class Resample(Layer):
    """Images in another size: `height` and `width`, or those of a second bottom.

    Formula:
        y[n, c, i, j] = sum over rows r, columns k of v[i, r] * w[j, k] * x[n, c, r, k]
        Row i looks at the place fy*i + fx/2 - 1/2, fy = H / OH, fx = W / OW; column j alike. NEAREST takes the pixel
        next to it. LINEAR weighs pixels by 1 - |d|, d their distance, CUBIC by Keys' cubic (a = -1/2); the weights
        of a place are divided by their sum. Where any axis shrinks and `antialias` is set, d is divided by f: the
        weights reach over more pixels.

    Shapes:
        x: N x C x H x W; size (optional): any with four axes
        y: N x C x OH x OW

    Pitfalls:
        Halves of fx and fy are the wrong way round in the fork, and so here: images are shifted where the two differ.
        With NEAREST that can lead out of the image, which is refused. `factor` is ignored. AREA is not supported.

    Example:
        layer {
          name: "resized" type: "Resample" bottom: "img0" top: "resized"
          resample_param { width: 512 height: 384 type: LINEAR antialias: true }
        }

    Source: FlowNet 2's Caffe, resample_layer.cpp and .cu; https://arxiv.org/abs/1612.01925
    """

    golden = "the fork runs it on GPUs only; the tests compute its formula by hand"

    def setup(self, param: LayerParameter) -> None:
        p = param.resample_param
        self.method = ResampleParameter.ResampleType.Name(p.type)
        self.size: tuple[int, int] = (p.height, p.width)
        self.antialias: bool = p.antialias
        if self.method == "AREA":
            raise LayerError("type AREA is not there in the fork either: take LINEAR or CUBIC", field="type")

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        for shape in bottom:
            check_num_axes(shape, 4, 4)
        out = bottom[1][2:] if len(bottom) > 1 else self.size
        if min(out) < 1:
            what = f"the images would be {format_shape(out)}: height and width must both be at least 1"
            hint = "give both, or a second bottom of the size wanted"
            raise LayerError(what, field="height" if out[0] < 1 else "width", hint=hint)
        if self.method == "NEAREST":
            _check_inside(bottom[0][2:], out)
        return [(*bottom[0][:2], *out)]

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        x = bottom[0]
        out = self.shapes([b.shape for b in bottom])[0][2:]
        if self.method == "NEAREST":
            rows, columns = _all_places(x.shape[2:], out)
            # Rounded to float32 the last place may be half a pixel after the last one.
            down, across = (
                np.minimum(_nearest(p), n - 1) for p, n in zip((rows, columns), x.shape[2:], strict=True)
            )
            return [x[:, :, down[:, None], across]]
        rows_of, columns_of = self.taps(x.shape, out)
        return [_interpolate(_interpolate(x, 2, rows_of), 3, columns_of)]

    def taps(self, shape: Shape, out: Shape) -> tuple[Taps, Taps]:
        """The source rows of every row of an image of `out`, and the columns of every column; not for NEAREST."""
        fy, fx = (old / new for old, new in zip(shape[2:], out, strict=True))
        smooth = self.antialias and max(fy, fx) > 1
        rows, columns = _all_places(shape[2:], out)
        return self._pixels(rows, fy, smooth, shape[2]), self._pixels(columns, fx, smooth, shape[3])

    def _pixels(self, places: Weights, factor: float, smooth: bool, length: int) -> Taps:
        """The source pixels of every place and their weights; 0 for those off the image."""
        kernel, taps = (_cubic, 4) if self.method == "CUBIC" else (_linear, 2)
        scale = np.float32(1 / factor if smooth else 1)
        reach = 2 if factor < 1 else ceil(taps / float(scale))
        pixels = _nearest(places)[:, None] + np.arange(-reach, reach + 1)
        weights = kernel(scale * (places[:, None] - pixels.astype(np.float32)))
        weights[(pixels < 0) | (pixels >= length)] = 0
        total = weights.sum(1, keepdims=True)
        weights = np.divide(weights, total, out=np.zeros_like(weights), where=total != 0)
        return np.clip(pixels, 0, length - 1), weights

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        if self.method == "NEAREST":
            return Cost()
        taps = 4 if self.method == "CUBIC" else 2
        (*_, h, w), (n, c, oh, ow) = bottom[0], top[0]
        wide = (max(1, ceil(f)) if self.antialias else 1 for f in (h / oh, w / ow))
        down, across = (taps * each for each in wide)
        return Cost(macs=n * c * oh * (w * down + ow * across))

    def brief(self, bottom: Sequence[Shape]) -> str:
        return self.method


def _all_places(size: Shape, out: Shape) -> tuple[Weights, Weights]:
    """The source positions of all rows and of all columns."""
    fy, fx = (old / new for old, new in zip(size, out, strict=True))
    return _places(out[0], fy, fx), _places(out[1], fx, fy)


def _places(length: int, factor: float, other: float) -> Weights:
    """The source positions along one axis; the fork adds half of the other axis's factor."""
    half = np.float32(other) / np.float32(2) - np.float32(0.5)
    places: Weights = np.arange(length, dtype=np.float32) * np.float32(factor) + half
    return places


def _nearest(places: Weights) -> Places:
    """C's round: halves away from zero; no place is below -1/2."""
    nearest: Places = np.floor(places.astype(np.float64) + 0.5).astype(np.intp)
    return nearest


def _check_inside(size: Shape, out: Shape) -> None:
    """Raises LayerError where NEAREST would read past the image."""
    (h, w), (oh, ow) = size, out
    for axis, (length, new, other, other_new) in enumerate(((h, oh, w, ow), (w, ow, h, oh)), 2):
        last = (2 * other_new * length * (new - 1) + new * other) // (2 * new * other_new)
        if last >= length:
            what = (
                f"from {format_shape(size)} to {format_shape(out)} NEAREST reads value {last} of axis "
                f"{axis}, of {length}"
            )
            raise LayerError(what, field="type", hint="scale both axes alike, or take type: LINEAR")


def _linear(d: Weights) -> Weights:
    weights: Weights = np.maximum(1 - np.abs(d), 0)
    return weights


def _cubic(d: Weights) -> Weights:
    """Keys' cubic convolution with a = -1/2."""
    d = np.abs(d)
    near = d * d * (np.float32(1.5) * d - np.float32(2.5)) + 1
    far = d * (d * (np.float32(-0.5) * d + np.float32(2.5)) - 4) + 2
    weights: Weights = np.where(d <= 1, near, np.where(d < 2, far, 0)).astype(np.float32)
    return weights


def _interpolate(x: Array, axis: int, pixels: Taps) -> Array:
    """Sums of weighted pixels along an axis."""
    shape, row = list(x.shape), [1, 1, 1, 1]
    shape[axis], row[axis] = len(pixels[0]), -1
    total: Array = np.zeros(shape, np.float32)
    for places, weights in zip(pixels[0].T, pixels[1].T, strict=True):
        if weights.any():
            total += x.take(places, axis) * weights.reshape(row)
    return total
