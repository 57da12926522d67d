"""FlowWarp: an image warped by a field of displacements."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape, count, format_shape
from prototxt.errors import LayerError
from prototxt.layers.base import Cost, Layer
from prototxt.layers.common.axes import check_num_axes
from prototxt.layers.common.labels import Labels
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import FlowWarpParameter, LayerParameter
from prototxt.util.lazy import np


@layer("FlowWarp", bottoms=2, fork="flownet")
class FlowWarp(Layer):
    """Takes every value of an image from where a flow points to, between pixels bilinearly.

    Formula:
        y[n, c, i, j] = x[n, c, i + flow[n, 1, i, j], j + flow[n, 0, i, j]], interpolated between four pixels
        Where the flow points out of the image y is 0, or NaN with fill_value NOT_A_NUMBER.

    Shapes:
        x: N x C x H x W, flow: N x 2 x H x W
        y: like x

    Pitfalls:
        The flow's first channel is along W, the second along H, in pixels. Behind the last pixel, up to H or W, the
        image goes on as its last pixel.

    Example:
        layer {
          name: "warp" type: "FlowWarp" bottom: "img1" bottom: "flow" top: "warp"
        }

    Source: FlowNet 2's Caffe, flow_warp_layer.cpp; https://arxiv.org/abs/1612.01925
    """

    golden = "only the source text of the fork is available; the tests compute its formula by hand"

    def setup(self, param: LayerParameter) -> None:
        self.fill = 0.0 if param.flow_warp_param.fill_value == FlowWarpParameter.ZERO else np.nan

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        image, flow = bottom
        check_num_axes(image, 4, 4)
        want = (image[0], 2, *image[2:])
        if flow != want:
            what = (
                f"the flow is {format_shape(flow)}, for an image of {format_shape(image)} it must be "
                f"{format_shape(want)}"
            )
            raise LayerError(what, field="bottom")
        return [image]

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        x, flow = bottom
        height, width = x.shape[2:]
        across = np.arange(width, dtype=np.float32) + flow[:, 0]
        down = np.arange(height, dtype=np.float32)[:, None] + flow[:, 1]
        inside = (across >= 0) & (down >= 0) & (across < width) & (down < height)
        # Outside positions may be anything, NaN too: any pixel is read for them and thrown away.
        across, down = np.where(inside, across, 0), np.where(inside, down, 0)
        left, top = across.astype(np.intp), down.astype(np.intp)
        right, below = np.minimum(left + 1, width - 1), np.minimum(top + 1, height - 1)
        alpha, beta = (across % 1)[:, None], (down % 1)[:, None]

        def at(rows: Labels, columns: Labels) -> Array:
            places = (rows * width + columns).reshape(len(x), 1, height * width)
            values = np.take_along_axis(x.reshape(*x.shape[:2], height * width), places, 2)
            return values.reshape(x.shape)

        y = (1 - alpha) * (1 - beta) * at(top, left)
        y += alpha * (1 - beta) * at(top, right)
        y += (1 - alpha) * beta * at(below, left)
        y += alpha * beta * at(below, right)
        return [np.where(inside[:, None], y, np.float32(self.fill))]

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        places, values = count(bottom[1]) // 2, count(top[0])
        return Cost(
            comparisons=4 * places,
            additions=8 * places + 3 * values,
            multiplications=4 * places + 4 * values,
        )
