"""Proposal of mini-caffe: Faster R-CNN's proposal layer in C++."""

from __future__ import annotations

from math import inf

from prototxt.blobs import Array, Shape
from prototxt.boxes.suppress import Mask, Positions
from prototxt.errors import LayerError
from prototxt.layers.common.anchors import Anchors
from prototxt.layers.common.fields import as_trained, check_least
from prototxt.layers.common.proposals import Proposals
from prototxt.layers.common.rois import away
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter
from prototxt.util.lazy import np


@layer("Proposal", bottoms=3, tops=(1, 2), fork="minicaffe")
class ProposalMiniCaffe(Proposals):
    """Moves anchors as the net says, and keeps the best that do not overlap.

    Formula:
        anchors: for every place of the map, all ratios (height over width) times all scales, steps of feat_stride
        pixels; each moved by its (dx, dy, dw, dh) and cut to the image; where a side is below min_size * scale its
        score becomes 0
        the pre_nms_topn with the best scores, the best first, without those that overlap a better one by more than
        nms_thresh; of these the first post_nms_topn

    Shapes:
        scores: 1 x 2A x H x W (A anchors as background, then as objects), moves: 1 x 4A x H x W
        im_info: 1 x 3 (height, width, scale)
        regions: R x 5, a row is 0, x1, y1, x2, y2; a second top holds their scores, R
        R depends on values; tables show its upper bound. A is the number of ratios times that of scales.

    Pitfalls:
        Ratios and scales have no default. Regions that are too small come last, where the Python layer leaves
        them out.

    Example:
        layer {
          name: "proposal" type: "Proposal" top: "rois"
          bottom: "rpn_cls_prob_reshape" bottom: "rpn_bbox_pred" bottom: "im_info"
          proposal_param { feat_stride: 16 ratio: 0.5 ratio: 1 ratio: 2 scale: 8 scale: 16 scale: 32 }
        }

    Source: Ren et al., Faster R-CNN, 2015; mini-caffe/src/layers/proposal_layer.cpp.
    """

    golden = "the fork was not built: the tests hold it against the Python layer, and what differs against sums by hand"

    @classmethod
    def matches(cls, param: LayerParameter, stored: int | None) -> bool | None:
        return bool(param.type != "Python")

    def setup(self, param: LayerParameter) -> None:
        p = param.proposal_param
        for field in ("feat_stride", "base_size", "pre_nms_topn", "post_nms_topn"):
            check_least(getattr(p, field), 1, field)
        for field in ("ratio", "scale"):
            values = getattr(p, field)
            if not values:
                raise LayerError(f"no {field}", field=field, hint=as_trained(field))
            for value in values:
                if not 0 < value < inf:
                    raise LayerError(f"{field} must be above 0, not {value:g}", field=field)
        self.anchors = Anchors(p.feat_stride, p.base_size, tuple(p.ratio), tuple(p.scale), away)
        self.min_size = p.min_size
        self.before, self.after = p.pre_nms_topn, p.post_nms_topn
        self.threshold = p.nms_thresh

    def score_shape(self, regions: int) -> Shape:
        return (regions,)

    def order(self, scores: Array, large: Mask) -> tuple[Array, Positions]:
        scores = np.where(large, scores, np.float32(0))
        return scores, np.argsort(-scores, kind="stable")
