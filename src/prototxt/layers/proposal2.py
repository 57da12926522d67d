"""Proposal2: PVANet's Python layer that makes regions and, in one go, what a detector should say about them."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape
from prototxt.layers.base import Cost, Layer
from prototxt.layers.proposal import Proposal
from prototxt.layers.proposal_target import ProposalTarget
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter


@layer("Proposal2", bottoms=4, tops=5, fork="others")
class Proposal2(Layer):
    """Makes regions as Proposal does and hands them to ProposalTarget: two Python layers of Faster R-CNN in one.

    Formula:
        regions = Proposal(scores, moves, im_info)
        rois, labels, targets, inside weights, outside weights = ProposalTarget(regions, true boxes)

    Shapes:
        scores: 1 x 2A x H x W, moves: 1 x 4A x H x W, im_info: 1 x 3, true boxes: T x 5 (x1, y1, x2, y2, class)
        rois: M x 5 x 1 x 1, labels: M x 1 x 1 x 1, targets and both weights: M x 4*num_classes x 1 x 1
        M depends on values; tables show its upper bound. A is ratios times scales.

    Pitfalls:
        A layer of type "Python" with the class ProposalLayer2 of a module that ends in proposal_layer is this layer,
        and no code of the net's runs. Its source is in no public file: what its bottoms, its tops and its `param_str`
        (feat_stride, ratios, scales, num_classes) say is that it does the work of both layers.

    Example:
        layer {
          name: "proposal" type: "Python" bottom: "rpn_cls_prob_reshape" bottom: "rpn_bbox_pred" bottom: "im_info"
          bottom: "gt_boxes" top: "rois" top: "labels" top: "bbox_targets" top: "bbox_inside_weights"
          top: "bbox_outside_weights"
          python_param {
            module: "rpn.proposal_layer" layer: "ProposalLayer2" param_str: "'feat_stride': 16, 'num_classes': 21"
          }
        }

    Source: Kim et al., PVANET, 2016; training nets of pva-faster-rcnn; Proposal and ProposalTarget.
    """

    golden = "draws at random: the tests hold it against Proposal and ProposalTarget"
    data_dependent = True

    @property
    def stateful(self) -> bool:
        return True

    def setup(self, param: LayerParameter) -> None:
        text = param.python_param.param_str
        self.proposal = Proposal(_part(self.name, text, 3, 1), self.settings)
        self.target = ProposalTarget(_part(self.name, text, 2, 5), self.settings)

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        return self.target.shapes([*self.proposal.shapes(bottom[:3]), bottom[3]])

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        return self.target.forward([*self.proposal.forward(bottom[:3], params), bottom[3]], params)

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        regions = self.proposal.shapes(bottom[:3])
        return self.proposal.cost(bottom[:3], regions) + self.target.cost([*regions, bottom[3]], top)

    def brief(self, bottom: Sequence[Shape]) -> str:
        return f"{self.proposal.brief(bottom[:3])} {self.target.brief(bottom)}"


def _part(name: str, param_str: str, bottoms: int, tops: int) -> LayerParameter:
    """One of both layers."""
    part = LayerParameter(name=name, type="Python", bottom=[""] * bottoms, top=[""] * tops)
    part.python_param.param_str = param_str
    return part
