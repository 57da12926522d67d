"""PSROIPooling: position-sensitive pooling of regions, every bin from a channel of its own."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape, format_shape
from prototxt.errors import LayerError
from prototxt.layers.base import Cost, Layer
from prototxt.layers.common.axes import check_num_axes
from prototxt.layers.common.fields import check_least
from prototxt.layers.common.labels import Labels
from prototxt.layers.common.rois import Exact, Spans, away, check_rois, read_rois, within
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter
from prototxt.util.lazy import np

SMALLEST = 0.1
"""The least a region's side counts, in cells of the map."""

BLOCK_VALUES = 2**20
"""About how many values are summed at once."""


@layer("PSROIPooling", bottoms=2, fork="rfcn")
class PSROIPooling(Layer):
    """Lays a grid of group_size x group_size bins over every region; each is the mean of a channel of its own there.

    Formula:
        x1 and y1 of a region are rounded (halves away from 0) and multiplied by spatial_scale, so are x2 + 1 and
        y2 + 1; w = max(x2' - x1', 0.1) / group_size
        bin j spans the columns floor(x1' + j * w) to ceil(x1' + (j + 1) * w), the last left out, cut to the map;
        rows alike
        y[r, c, i, j] = the mean of x[image of r, (c * group_size + i) * group_size + j] in bin i, j; 0 where
        nothing of it is on the map

    Shapes:
        x: N x output_dim*group_size^2 x H x W, regions: R x 5 (further axes of 1), a row is image, x1, y1, x2, y2
        y: R x output_dim x group_size x group_size

    Pitfalls:
        Means, where ROIPooling takes maxima, and corners are rounded before they are scaled. The grid's mean, the
        vote, is a Pooling layer after this one. A region of an image that is not there is refused; the fork reads what
        lies in memory.

    Example:
        layer {
          name: "psroi" type: "PSROIPooling" bottom: "rfcn_cls" bottom: "rois" top: "psroi"
          psroi_pooling_param { output_dim: 21 group_size: 7 spatial_scale: 0.0625 }  # 1/16
        }

    Source: Dai et al., R-FCN, 2016; caffe-rfcn/src/caffe/layers/psroi_pooling_layer.cu.
    """

    def setup(self, param: LayerParameter) -> None:
        p = param.psroi_pooling_param
        for field in ("output_dim", "group_size"):
            check_least(getattr(p, field), 1, field)
        self.output_dim: int = p.output_dim
        self.group_size: int = p.group_size
        self.spatial_scale: float = p.spatial_scale

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        check_num_axes(bottom[0], 4, 4)
        check_rois(bottom[1])
        need = self.output_dim * self.group_size**2
        if bottom[0][1] != need:
            what = (
                f"output_dim {self.output_dim} and group_size {self.group_size} take {self.output_dim} x "
                f"{self.group_size}^2 = {need} channels, got {bottom[0][1]}: {format_shape(bottom[0])}"
            )
            raise LayerError(what, field="output_dim")
        return [(bottom[1][0], self.output_dim, self.group_size, self.group_size)]

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        x, rois = bottom
        image, _ = read_rois(rois, len(x))
        return [means(self._by_bin(x), image, *self.spans(x, rois))]

    def spans(self, x: Array, rois: Array) -> tuple[Spans, Spans]:
        """Rows and columns of the bins of every region."""
        x1, y1, x2, y2 = away(read_rois(rois, len(x))[1])
        return self.bins(y1, y2 + 1, x.shape[2]), self.bins(x1, x2 + 1, x.shape[3])

    def bins(self, first: Exact, end: Exact, size: int) -> Spans:
        """The bins of regions along an axis of `size`: in float32, for an edge may lie on a whole number."""
        scale = np.float32(self.spatial_scale)
        start = first.astype(np.float32) * scale
        length = end.astype(np.float32) * scale - start
        width = np.maximum(length.astype(np.float64), SMALLEST).astype(np.float32) / np.float32(
            self.group_size
        )
        edges = np.arange(self.group_size + 1, dtype=np.float32) * width[:, None] + start[:, None]
        return within(np.floor(edges[:, :-1]), np.ceil(edges[:, 1:]), size)

    def _by_bin(self, x: Array) -> Array:
        """The channels of every bin side by side: N x group_size x group_size x H x W x output_dim."""
        n, _, height, width = x.shape
        bins = x.reshape(n, self.output_dim, self.group_size, self.group_size, height, width)
        return np.ascontiguousarray(bins.transpose(0, 2, 3, 4, 5, 1))

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        """Cost of regions as large as the map: their size depends on values."""
        n, channels, height, width = top[0]
        reads = bottom[1][0] * self.output_dim * bottom[0][2] * bottom[0][3]
        return Cost(additions=reads, divisions=n * channels * height * width)

    def brief(self, bottom: Sequence[Shape]) -> str:
        return f"AVE {self.group_size}x{self.group_size}"


def means(maps: Array, image: Labels, rows: Spans, columns: Spans) -> Array:
    """The mean of `maps[image of r, i, j]` in rows[r, i] x columns[r, j]; 0 in empty windows.

    Cells are added one by one in float32, row by row: the order of the fork. A table of running sums would take fewer
    steps, but one large value would spoil all sums after it.
    """
    _, down, across, height, width, channels = maps.shape
    shape = (*rows[0].shape, across)
    tall, wide = rows[1] - rows[0], columns[1] - columns[0]
    areas = (tall[:, :, None] * wide[:, None, :]).ravel()
    planes = (image[:, None, None] * down + np.arange(down)[:, None]) * across + np.arange(across)
    corner = ((planes * height + rows[0][:, :, None]) * width + columns[0][:, None, :]).ravel()
    wide = np.broadcast_to(wide[:, None, :], shape).ravel()
    cells = maps.reshape(-1, channels)
    y = np.zeros((areas.size, channels), np.float32)
    full = np.flatnonzero(areas)
    for these in _runs(full, areas[full], max(BLOCK_VALUES // channels, 1)):
        size = areas[these]
        starts = np.cumsum(size) - size
        down_by, right_by = np.divmod(
            np.arange(size.sum()) - np.repeat(starts, size), np.repeat(wide[these], size)
        )
        places = np.repeat(corner[these], size) + down_by * width + right_by
        y[these] = np.add.reduceat(cells[places], starts, axis=0) / size[:, None].astype(np.float32)
    return y.reshape(*shape, channels).transpose(0, 3, 1, 2)


def _runs(windows: Labels, areas: Labels, most: int) -> list[Labels]:
    """Windows in runs of about `most` cells, one at least."""
    return np.split(windows, np.flatnonzero(np.diff(np.cumsum(areas) // most)) + 1) if windows.size else []
