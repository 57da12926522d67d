"""ROIPooling: every region of interest, whatever its size, as a small map of maxima."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape, count
from prototxt.layers.base import Cost, Layer
from prototxt.layers.common.axes import check_num_axes
from prototxt.layers.common.fields import check_least
from prototxt.layers.common.labels import Labels
from prototxt.layers.common.maximum import LOWEST
from prototxt.layers.common.rois import Exact, Spans, away, check_rois, read_rois, within
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter
from prototxt.util.lazy import np

BLOCK_VALUES = 2**16
"""Values computed at once: they stay in a core's cache."""


@layer("ROIPooling", bottoms=2, fork="fasterrcnn")
class ROIPooling(Layer):
    """Lays a grid of pooled_h x pooled_w bins over every region and takes the maximum of each bin.

    Formula:
        x1, y1, x2, y2 of a region are multiplied by spatial_scale and rounded, halves away from 0
        w = max(x2 - x1 + 1, 1) / pooled_w; bin j spans the columns x1 + floor(j * w) to x1 + ceil((j + 1) * w),
        the last left out, cut to the map; rows alike
        y[r, c, i, j] = the maximum of x[image of r, c] in bin i, j; 0 where nothing of it is on the map

    Shapes:
        x: N x C x H x W, regions: R x 5 (further axes of 1), a row is image, x1, y1, x2, y2
        y: R x C x pooled_h x pooled_w

    Pitfalls:
        Corners are pixels of the net's input, the second one is part of the region. A region whose corners are
        the wrong way round counts as one column or row. Bins overlap where the region does not divide evenly.

    Example:
        layer {
          name: "roi_pool5" type: "ROIPooling" bottom: "conv5_3" bottom: "rois" top: "pool5"
          roi_pooling_param { pooled_h: 7 pooled_w: 7 spatial_scale: 0.0625 }  # 1/16
        }

    Source: Girshick, Fast R-CNN, 2015; caffe-fast-rcnn/src/caffe/layers/roi_pooling_layer.cpp.
    """

    def setup(self, param: LayerParameter) -> None:
        p = param.roi_pooling_param
        for field in ("pooled_h", "pooled_w"):
            check_least(getattr(p, field), 1, field)
        self.pooled: tuple[int, int] = (p.pooled_h, p.pooled_w)
        self.spatial_scale: float = p.spatial_scale

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        check_num_axes(bottom[0], 4, 4)
        check_rois(bottom[1])
        return [(bottom[1][0], bottom[0][1], *self.pooled)]

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        x, rois = bottom
        image, _ = read_rois(rois, len(x))
        return [maxima(x, image, *self.spans(x, rois))]

    def spans(self, x: Array, rois: Array) -> tuple[Spans, Spans]:
        """Rows and columns of the bins of every region."""
        x1, y1, x2, y2 = away(read_rois(rois, len(x))[1] * np.float32(self.spatial_scale))
        return bins(y1, y2, self.pooled[0], x.shape[2]), bins(x1, x2, self.pooled[1], x.shape[3])

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        """Cost of regions as large as the map: their size depends on values."""
        return Cost(comparisons=bottom[1][0] * count(bottom[0][1:]))

    def brief(self, bottom: Sequence[Shape]) -> str:
        return f"MAX {self.pooled[0]}x{self.pooled[1]}"


def bins(first: Exact, last: Exact, number: int, size: int) -> Spans:
    """The bins of regions along an axis of `size`: in float32, for a bin's edge may lie on a whole number."""
    width = np.maximum(last - first + 1, 1).astype(np.float32) / np.float32(number)
    edges = np.arange(number + 1, dtype=np.float32) * width[:, None]
    return within(np.floor(edges[:, :-1]) + first[:, None], np.ceil(edges[:, 1:]) + first[:, None], size)


def maxima(x: Array, image: Labels, rows: Spans, columns: Spans) -> Array:
    """The maximum of x in every window of rows[r, i] x columns[r, j]; 0 in empty ones.

    In a table that holds at every place the maximum of the 2^a x 2^b values from there on, the maximum of a window is
    that of 4 places: any window is covered by 4 of the largest such pieces that fit into it.
    """
    _, channels, height, width = x.shape
    shape = (*rows[0].shape, columns[0].shape[1])
    top, bottom = (np.broadcast_to(edge[:, :, None], shape).ravel() for edge in rows)
    left, right = (np.broadcast_to(edge[:, None, :], shape).ravel() for edge in columns)
    corner = np.broadcast_to((image * height)[:, None, None], shape).ravel()
    tall, wide = power(bottom - top), power(right - left)
    y = np.zeros((top.size, channels), np.float32)
    by_rows = np.fmax(x.transpose(0, 2, 3, 1), np.float32(LOWEST), order="C")
    for a in range(tall.max(initial=-1) + 1):
        if a:
            widen(by_rows.swapaxes(0, 1), 2 ** (a - 1))
        table = by_rows.copy()
        for b in range(wide[tall == a].max(initial=-1) + 1):
            if b:
                widen(table.swapaxes(0, 2).swapaxes(1, 2), 2 ** (b - 1))
            these = np.flatnonzero((tall == a) & (wide == b))
            ends = [(corner + row) * width for row in (top, bottom - 2**a)]
            places = np.stack([(end + column)[these] for end in ends for column in (left, right - 2**b)])
            gather(table.reshape(-1, channels), places, these, y)
    return y.reshape(*shape, channels).transpose(0, 3, 1, 2)


def power(length: Labels) -> Labels:
    """The largest a with 2^a <= length; -1 for 0."""
    return np.frexp(length)[1] - 1


def widen(table: Array, step: int) -> None:
    """Pieces of twice the length along the first axis: each takes in the one that starts `step` further."""
    np.fmax(table[:-step], table[step:], out=table[:-step])


def gather(table: Array, places: Labels, these: Labels, y: Array) -> None:
    """y[these] = the maximum of the table's rows at `places`, 4 for each."""
    step = max(BLOCK_VALUES // table.shape[1], 1)
    for start in range(0, these.size, step):
        here = slice(start, start + step)
        best = table[places[0, here]]
        for more in places[1:, here]:
            np.fmax(best, table[more], out=best)
        y[these[here]] = best
