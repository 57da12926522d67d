"""Which ledger a layer has, by its class."""

from __future__ import annotations

from collections.abc import Mapping

from prototxt.explain.breakdown.layers.accuracy import accuracy, seg_accuracy
from prototxt.explain.breakdown.layers.batch_norm import batch_norm, bn_pspnet, bn_segnet
from prototxt.explain.breakdown.layers.by_channel import (
    axpy,
    bias,
    bias_channel,
    prelu,
    scale,
    spatial_product,
)
from prototxt.explain.breakdown.layers.chosen import argmax, box_annotator, unique_label
from prototxt.explain.breakdown.layers.convolution import convolution
from prototxt.explain.breakdown.layers.deconvolution import deconvolution
from prototxt.explain.breakdown.layers.distances import (
    contrastive_loss,
    euclidean_loss,
    smooth_l1_fasterrcnn,
    smooth_l1_ohem,
    smooth_l1_ssd,
)
from prototxt.explain.breakdown.layers.eltwise import eltwise
from prototxt.explain.breakdown.layers.flow import correlation, flow_warp, resample
from prototxt.explain.breakdown.layers.inner_product import embed, inner_product
from prototxt.explain.breakdown.layers.interp import interp
from prototxt.explain.breakdown.layers.losses import (
    hinge_loss,
    infogain_loss,
    multinomial_logistic_loss,
    sigmoid_cross_entropy_loss,
    softmax_with_loss,
)
from prototxt.explain.breakdown.layers.lrn import lrn
from prototxt.explain.breakdown.layers.measures import mvn, normalize, reduction
from prototxt.explain.breakdown.layers.moved import (
    dropout,
    moved,
    moved_from_first,
    moved_from_same,
    parameter,
)
from prototxt.explain.breakdown.layers.neurons import NEURONS, function
from prototxt.explain.breakdown.layers.pooling import pooling, spp
from prototxt.explain.breakdown.layers.prior_box import prior_box
from prototxt.explain.breakdown.layers.recurrent import lstm, lstm_unit, rnn
from prototxt.explain.breakdown.layers.region import region
from prototxt.explain.breakdown.layers.regions import psroi_pooling, roi_pooling
from prototxt.explain.breakdown.layers.softmax import softmax
from prototxt.explain.breakdown.query import BreakdownRule
from prototxt.layers.accuracy import Accuracy
from prototxt.layers.adaptive_bias_channel import AdaptiveBiasChannel
from prototxt.layers.anchor_target import AnchorTarget
from prototxt.layers.argmax import ArgMax
from prototxt.layers.axpy import Axpy
from prototxt.layers.base import Layer
from prototxt.layers.batch_norm import BatchNorm
from prototxt.layers.batch_reindex import BatchReindex
from prototxt.layers.bias import Bias
from prototxt.layers.bias_channel import BiasChannel
from prototxt.layers.bn_pspnet import PSPNetBN
from prototxt.layers.bn_segnet import SegNetBN
from prototxt.layers.box_annotator_ohem import BoxAnnotatorOHEM
from prototxt.layers.concat import Concat
from prototxt.layers.contrastive_loss import ContrastiveLoss
from prototxt.layers.convolution import Convolution
from prototxt.layers.correlation import Correlation
from prototxt.layers.crop import Crop
from prototxt.layers.crop_center import CropCenter
from prototxt.layers.deconvolution import Deconvolution
from prototxt.layers.detection_evaluate import DetectionEvaluate
from prototxt.layers.detection_output import DetectionOutput
from prototxt.layers.dropout import Dropout
from prototxt.layers.eltwise import Eltwise
from prototxt.layers.embed import Embed
from prototxt.layers.euclidean_loss import EuclideanLoss
from prototxt.layers.filter import Filter
from prototxt.layers.flatten import Flatten
from prototxt.layers.flow_warp import FlowWarp
from prototxt.layers.hinge_loss import HingeLoss
from prototxt.layers.im2col import Im2col
from prototxt.layers.infogain_loss import InfogainLoss
from prototxt.layers.inner_product import InnerProduct
from prototxt.layers.interp import Interp
from prototxt.layers.lrn import LRN
from prototxt.layers.lstm import LSTM
from prototxt.layers.lstm_unit import LSTMUnit
from prototxt.layers.multi_box_loss import MultiBoxLoss
from prototxt.layers.multinomial_logistic_loss import MultinomialLogisticLoss
from prototxt.layers.mvn import MVN
from prototxt.layers.normalize import Normalize
from prototxt.layers.parameter import Parameter
from prototxt.layers.permute import Permute
from prototxt.layers.pooling import Pooling
from prototxt.layers.prelu import PReLU
from prototxt.layers.prior_box import PriorBox
from prototxt.layers.proposal import Proposal
from prototxt.layers.proposal_minicaffe import ProposalMiniCaffe
from prototxt.layers.proposal_target import ProposalTarget
from prototxt.layers.psroi_pooling import PSROIPooling
from prototxt.layers.python import Python
from prototxt.layers.reduction import Reduction
from prototxt.layers.region import Region
from prototxt.layers.registry import all_layer_classes
from prototxt.layers.reorg import Reorg
from prototxt.layers.resample import Resample
from prototxt.layers.reshape import Reshape
from prototxt.layers.rnn import RNN
from prototxt.layers.roi_pooling import ROIPooling
from prototxt.layers.scale import Scale
from prototxt.layers.seg_accuracy import SegAccuracy
from prototxt.layers.shuffle_channel import ShuffleChannel
from prototxt.layers.sigmoid_cross_entropy_loss import SigmoidCrossEntropyLoss
from prototxt.layers.slice import Slice
from prototxt.layers.smooth_l1_loss import SmoothL1Loss
from prototxt.layers.smooth_l1_loss_fasterrcnn import SmoothL1LossFasterRCNN
from prototxt.layers.smooth_l1_loss_ohem import SmoothL1LossOHEM
from prototxt.layers.softmax import Softmax
from prototxt.layers.softmax_with_loss import SoftmaxWithLoss
from prototxt.layers.spatial_product import SpatialProduct
from prototxt.layers.split import Split
from prototxt.layers.spp import SPP
from prototxt.layers.tile import Tile
from prototxt.layers.unique_label import UniqueLabel
from prototxt.layers.upsample_segnet import SegNetUpsample
from prototxt.layers.upsample_yolo import UpsampleByScale
from prototxt.layers.yolo_detection_output import YoloDetectionOutput
from prototxt.layers.yolov3_detection_output import Yolov3DetectionOutput

LEDGERS: Mapping[type[Layer], BreakdownRule] = {
    Convolution: convolution,
    Deconvolution: deconvolution,
    Pooling: pooling,
    SPP: spp,
    LRN: lrn,
    InnerProduct: inner_product,
    Embed: embed,
    BatchNorm: batch_norm,
    PSPNetBN: bn_pspnet,
    SegNetBN: bn_segnet,
    Scale: scale,
    Bias: bias,
    PReLU: prelu,
    Axpy: axpy,
    SpatialProduct: spatial_product,
    Eltwise: eltwise,
    Softmax: softmax,
    Normalize: normalize,
    MVN: mvn,
    Reduction: reduction,
    Interp: interp,
    Dropout: dropout,
    SoftmaxWithLoss: softmax_with_loss,
    InfogainLoss: infogain_loss,
    MultinomialLogisticLoss: multinomial_logistic_loss,
    HingeLoss: hinge_loss,
    SigmoidCrossEntropyLoss: sigmoid_cross_entropy_loss,
    EuclideanLoss: euclidean_loss,
    ContrastiveLoss: contrastive_loss,
    SmoothL1Loss: smooth_l1_ssd,
    SmoothL1LossFasterRCNN: smooth_l1_fasterrcnn,
    SmoothL1LossOHEM: smooth_l1_ohem,
    Accuracy: accuracy,
    SegAccuracy: seg_accuracy,
    ArgMax: argmax,
    UniqueLabel: unique_label,
    BoxAnnotatorOHEM: box_annotator,
    BiasChannel: bias_channel,
    ROIPooling: roi_pooling,
    PSROIPooling: psroi_pooling,
    Resample: resample,
    Correlation: correlation,
    FlowWarp: flow_warp,
    RNN: rnn,
    LSTM: lstm,
    LSTMUnit: lstm_unit,
    Region: region,
    PriorBox: prior_box,
    Parameter: parameter,
    **{kind: function(steps, formula) for kind, (steps, formula) in NEURONS.items()},
    **dict.fromkeys(
        (Concat, CropCenter, Flatten, Im2col, Permute, Reorg, Reshape, ShuffleChannel, Slice, Split, Tile),
        moved,
    ),
    **dict.fromkeys((BatchReindex, Crop, SegNetUpsample, UpsampleByScale), moved_from_first),
    Filter: moved_from_same,
}
"""By layer class; a class without a row of its own has its base's."""

BOXES = (
    "its rows are boxes that are sorted and dropped by what all others are: no sum makes one of their values"
)

WITHOUT: Mapping[type[Layer], str] = {
    **dict.fromkeys(
        (DetectionOutput, YoloDetectionOutput, Yolov3DetectionOutput, Proposal, ProposalMiniCaffe), BOXES
    ),
    DetectionEvaluate: "it matches all boxes with all labels: no sum makes one of its values",
    MultiBoxLoss: "which boxes count is found by matching and sorting all of them: no sum shows that",
    **dict.fromkeys(
        (AnchorTarget, ProposalTarget),
        "which boxes are trained on is found by matching all of them, and drawn at random",
    ),
    AdaptiveBiasChannel: "it raises classes round by round, in an order drawn at random: no sum shows that",
    Python: "its numbers come from Python code of the net's author",
}
"""Why one value of a kind of layer has none, of those that read bottoms and make tops."""


def types_with_ledger() -> list[str]:
    """Their names, sorted."""
    return sorted(
        {
            layer_class.type
            for layer_class in all_layer_classes()
            if any(issubclass(layer_class, kind) for kind in LEDGERS)
        }
    )
