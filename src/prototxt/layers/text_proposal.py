"""TextProposal: the Python layer of CTPN that makes slices of text lines of a map's scores."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from prototxt.blobs import Array, Shape, format_shape
from prototxt.errors import LayerError
from prototxt.layers.base import Cost, Layer
from prototxt.layers.common.anchors import check_info, check_scores, read_rows
from prototxt.layers.common.param_str import read_param_str, whole
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter
from prototxt.util.lazy import np

HEIGHTS = (11, 16, 22, 32, 46, 66, 94, 134, 191, 273)
"""Heights of the anchors, each about 1 / 0.7 times the one before."""

WIDTH = 16
"""The width of every anchor: a slice of a line."""

MIDDLE = 7.5
"""The middle of the first 16 x 16 pixels, around which the first anchors lie."""


@layer("TextProposal", bottoms=3, tops=2, fork="crnn")
class TextProposal(Layer):
    """Moves slices of 16 pixels' width up, down and in height, as the net says; all of them, with their scores.

    Formula:
        anchors: for every place of the map, steps of feat_stride pixels, 10 slices from x to x + 15, whose rows are
        7.5 - floor(h / 2) to 7.5 + floor(h / 2), cut to whole numbers, for h = 11, 16, 22, 32, 46, 66, 94, 134, 191,
        273; with middle m and height a (both corners in it), moves (d, e) make of each
            height = exp(e) * a, top = d * a + m - height / 2, bottom = top + height
        then all corners are cut to the image

    Shapes:
        scores: 1 x 20 x H x W (10 anchors as background, then as text), moves: 1 x 20 x H x W (d, e of each anchor)
        im_info: 1 x 2 or more (height, width)
        slices: 10*H*W x 4 (x1, y1, x2, y2), their scores: 10*H*W x 1

    Pitfalls:
        A layer of type "Python" whose module ends in text_proposal_layer is this layer, and no code of the net's runs.
        `param_str` gives feat_stride. Nothing is sorted, left out or suppressed: CTPN's program does that outside of
        the net, and joins the slices of a line.

    Example:
        layer {
          name: "proposal" type: "Python" top: "rois" top: "scores"
          bottom: "rpn_cls_prob_reshape" bottom: "rpn_bbox_pred" bottom: "im_info"
          python_param {
            module: "layers.text_proposal_layer" layer: "ProposalLayer" param_str: "'feat_stride': 16"
          }
        }

    Source: Tian et al., Detecting Text in Natural Image with Connectionist Text Proposal Network, 2016; its
    src/layers/text_proposal_layer.py and src/layers/anchor.py.
    """

    golden = "the layer is Python code of the net's authors; the tests move slices by hand"

    def setup(self, param: LayerParameter) -> None:
        self.stride = whole(read_param_str(param.python_param.param_str), "feat_stride")

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        scores, moves, info = bottom
        check_scores(scores, len(HEIGHTS))
        if moves != scores:
            what = f"moves must be {format_shape(scores)}, as the scores, got {format_shape(moves)}"
            raise LayerError(what, field="bottom")
        check_info(info, least=2)
        slices = len(HEIGHTS) * prod(scores[2:])
        return [(slices, 4), (slices, 1)]

    def anchors(self, rows: int, columns: int) -> Array:
        """The slices before they are moved, rows x columns x 10 x 4."""
        halves = np.array(HEIGHTS) // 2
        first = np.trunc(
            [[MIDDLE - WIDTH // 2, MIDDLE - half, MIDDLE + WIDTH // 2, MIDDLE + half] for half in halves]
        )
        steps = self.stride * np.stack(np.meshgrid(np.arange(columns), np.arange(rows)), axis=-1)
        anchors: Array = (first + np.tile(steps, 2)[:, :, None]).astype(np.float32)
        return anchors

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        scores, moves, info = bottom
        number, (rows, columns) = len(HEIGHTS), scores.shape[2:]
        left, top, right, last = np.moveaxis(self.anchors(rows, columns), -1, 0)
        height, middle = last - top + 1, (top + last) / np.float32(2)
        shift, growth = np.moveaxis(moves[0].reshape(number, 2, rows, columns), (1, 0), (0, 3))
        with np.errstate(over="ignore", invalid="ignore"):
            new_height = np.exp(growth) * height
            new_top = shift * height + middle - new_height / np.float32(2)
            slices = np.stack([left, new_top, right, new_top + new_height], axis=-1).reshape(-1, 4)
        image_height, image_width = read_rows(info, 2)[0]
        most = np.array([image_width, image_height] * 2, np.float32) - 1
        return [np.maximum(np.minimum(slices, most), 0), scores[0, number:].transpose(1, 2, 0).reshape(-1, 1)]

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        slices = len(HEIGHTS) * prod(bottom[0][2:])
        return Cost(
            exponentials=slices, multiplications=3 * slices, additions=3 * slices, comparisons=8 * slices
        )

    def brief(self, bottom: Sequence[Shape]) -> str:
        return f"{len(HEIGHTS)} anchors /{self.stride}"
