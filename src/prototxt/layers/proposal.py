"""Proposal: the Python layer of Faster R-CNN that makes regions of a region proposal net's scores."""

from __future__ import annotations

from prototxt.blobs import TRAIN, Array
from prototxt.boxes.suppress import Mask, Positions
from prototxt.layers.common.anchors import read_anchors
from prototxt.layers.common.proposals import Proposals
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter
from prototxt.util.lazy import np


@layer("Proposal", bottoms=3, tops=(1, 2), fork="fasterrcnn")
class Proposal(Proposals):
    """Moves anchors as the net says, and keeps the best that do not overlap: the Python layer, built in.

    Formula:
        anchors: for every place of the map, ratios 0.5, 1, 2 (height over width) times scales, steps of feat_stride
        pixels; each moved by its (dx, dy, dw, dh), cut to the image, left out where a side is below 16 * scale
        the 6000 with the best scores (TRAIN: 12000), the best first, without those that overlap a better one by more
        than 0.7; of these the first 300 (TRAIN: 2000)

    Shapes:
        scores: 1 x 2A x H x W (A anchors as background, then as objects), moves: 1 x 4A x H x W
        im_info: 1 x 3 (height, width, scale)
        regions: R x 5, a row is 0, x1, y1, x2, y2; a second top holds their scores, R x 1
        R depends on values and may be 0; tables show its upper bound. A is 3 times the number of scales.

    Pitfalls:
        A layer of type "Python" whose module ends in proposal_layer is this layer, and no code of the net's runs.
        `param_str` may give feat_stride and scales; the other numbers are those that py-faster-rcnn has by default.
        Anchors are made of a square of 16 pixels whatever the stride is. Corners are pixels, both in the box.

    Example:
        layer {
          name: "proposal" type: "Python" top: "rois"
          bottom: "rpn_cls_prob_reshape" bottom: "rpn_bbox_pred" bottom: "im_info"
          python_param { module: "rpn.proposal_layer" layer: "ProposalLayer" param_str: "'feat_stride': 16" }
        }

    Source: Ren et al., Faster R-CNN, 2015; py-faster-rcnn/lib/rpn/proposal_layer.py and lib/fast_rcnn/config.py.
    """

    @classmethod
    def matches(cls, param: LayerParameter, stored: int | None) -> bool | None:
        return bool(param.type == "Python")

    def setup(self, param: LayerParameter) -> None:
        self.anchors = read_anchors(param.python_param.param_str)
        self.min_size, self.threshold = 16, 0.7
        self.before, self.after = (12000, 2000) if self.phase == TRAIN else (6000, 300)

    def order(self, scores: Array, large: Mask) -> tuple[Array, Positions]:
        these = np.flatnonzero(large)
        return scores, these[np.argsort(-scores[these], kind="stable")]
