"""Interp: images at another size, bilinear, corners on corners."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape, count, format_shape
from prototxt.errors import LayerError
from prototxt.layers.base import Cost, Layer
from prototxt.layers.common.axes import check_num_axes, four_axes
from prototxt.layers.common.channels import blocks
from prototxt.layers.common.fields import check_least, given
from prototxt.layers.common.labels import Labels
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter
from prototxt.util.lazy import np


@layer("Interp", bottoms=(1, 2), fork="pspnet")
class Interp(Layer):
    """Resizes images; the corners of the result are those of the image, between them it is bilinear.

    Formula:
        r = h * (H - 1) / (OH - 1) (0 where OH is 1), a = floor(r), f = r - a; columns alike
        y[n, c, h, w] = (1 - f) * row[a] + f * row[a + 1], row[i] the same along W in row i of x

    Shapes:
        x: N x C x H x W, of which pad_beg and pad_end (0 or less) cut off rows and columns at both ends
        y: N x C x OH x OW, always 4 axes. The first that applies: (H - 1) / shrink_factor + 1, without zoom_factor;
        H + (H - 1) * (zoom_factor - 1), without shrink_factor; height and width; shrink_factor, then zoom_factor;
        with `use_blob_size: true` the height and width of a second bottom

    Pitfalls:
        What counts is whether a field is given: only zoom_factor overrides height and width, which override zoom_factor
        and shrink_factor together. zoom_factor 8 makes 473 of 60. Nothing is smoothed where images shrink.

    Example:
        layer {
          name: "conv6_interp" type: "Interp" bottom: "conv6" top: "conv6_interp"
          interp_param { zoom_factor: 8 }
        }

    Source: PSPNet/src/caffe/layers/interp_layer.cpp, PSPNet/src/caffe/util/interp.cpp; use_blob_size stands in
    public files.
    """

    def setup(self, param: LayerParameter) -> None:
        p = param.interp_param
        for field in ("pad_beg", "pad_end"):
            if getattr(p, field) > 0:
                raise LayerError(
                    f"{field} cuts off: it must be 0 or less, not {getattr(p, field)}", field=field
                )
        for field in ("shrink_factor", "zoom_factor"):
            check_least(getattr(p, field), 1, field)
        if p.use_blob_size != (self.num_bottoms == 2):
            what = f"{self.num_bottoms} bottoms and use_blob_size {str(p.use_blob_size).lower()}"
            hint = "use_blob_size: true takes the size of a second bottom"
            raise LayerError(what, field="use_blob_size" if p.use_blob_size else "bottom", hint=hint)
        factors = given(p, ("shrink_factor", "zoom_factor"))
        by_size = given(p, ("height", "width")) == ["height", "width"] and len(factors) != 1
        if not (p.use_blob_size or factors or by_size):
            what = f"no size: height {p.height} and width {p.width} go together, or give zoom_factor or shrink_factor"
            raise LayerError(what, field="interp_param")
        self.size: Shape = (p.height, p.width) if by_size and not p.use_blob_size else ()
        """The top's height and width, where the file sets them; empty where a factor or a second bottom does."""
        self.shrink_factor: int = p.shrink_factor
        self.zoom_factor: int = p.zoom_factor
        self.cut_off = -p.pad_beg, -p.pad_end
        """Number of rows and columns cut off at the start and at the end."""

    def cut(self, shape: Shape) -> tuple[slice, slice]:
        """The rows and columns that are left. Raises LayerError where there are none."""
        begin, end = self.cut_off
        for size in shape[2:]:
            if size <= begin + end:
                what = f"pad_beg -{begin} and pad_end -{end} leave nothing of {format_shape(shape)}"
                raise LayerError(what, field="pad_beg" if begin else "bottom")
        height, width = shape[2:]
        return slice(begin, height - end), slice(begin, width - end)

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        check_num_axes(bottom[0], 1, 4)
        shape = four_axes(bottom[0])
        return [(*shape[:2], *self._size(shape, bottom[1:]))]

    def _size(self, shape: Shape, others: Sequence[Shape]) -> Shape:
        sizes = [cut.stop - cut.start for cut in self.cut(shape)]
        if others:
            check_num_axes(others[0], 4, 4)
            return others[0][2:]
        for size, field in zip(self.size, ("height", "width"), strict=False):
            check_least(size, 1, field)
        if self.size:
            return self.size
        shrunk = [(size - 1) // self.shrink_factor + 1 for size in sizes]
        return tuple(size + (size - 1) * (self.zoom_factor - 1) for size in shrunk)

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        size = self.shapes([x.shape for x in bottom])[0][2:]
        x = bottom[0].reshape(four_axes(bottom[0].shape))
        cut = x[(..., *self.cut(x.shape))]
        return [cut if cut.shape[2:] == size else resized(cut, size)]

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        n, c, height, width = top[0]
        if top[0] == bottom[0]:
            return Cost()
        rows = min(2 * height, four_axes(bottom[0])[2])
        return Cost(
            multiplications=2 * (n * c * rows * width + count(top[0])),
            additions=n * c * rows * width + count(top[0]),
        )

    def brief(self, bottom: Sequence[Shape]) -> str:
        return "to " + "x".join(map(str, self.shapes(bottom)[0][2:]))


def resized(x: Array, size: Shape) -> Array:
    """N x C x H x W at another height and width: along W, then along H, in float32 as the formula has it.

    Channels-last, as blobs lie in memory. Only the rows that are needed are resized along W.
    """
    image = x.transpose(0, 2, 3, 1)
    above, below, upper, lower = _taps(image.shape[1], size[0])
    left, right, near, far = _taps(image.shape[2], size[1])
    needed, places = np.unique(np.concatenate([above, below]), return_inverse=True)
    above, below = np.split(places, 2)
    rows = image[:, needed]
    wide = rows[:, :, left] * near[:, None] + rows[:, :, right] * far[:, None]
    y = np.empty((len(x), *size, x.shape[1]), np.float32)
    for cut in blocks(size[0], y[:, 0].size):
        np.multiply(wide[:, above[cut]], upper[cut, None, None], out=y[:, cut])
        y[:, cut] += wide[:, below[cut]] * lower[cut, None, None]
    return y.transpose(0, 3, 1, 2)


def _taps(old: int, new: int) -> tuple[Labels, Labels, Array, Array]:
    """Both neighbours of every place along one axis, and their weights."""
    ratio = np.float32(old - 1) / np.float32(new - 1) if new > 1 else np.float32(0)
    place = ratio * np.arange(new, dtype=np.float32)
    low = np.minimum(place.astype(np.intp), old - 1)
    fraction = place - low.astype(np.float32)
    return low, np.minimum(low + 1, old - 1), 1 - fraction, fraction
