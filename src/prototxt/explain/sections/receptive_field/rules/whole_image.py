"""Receptive fields of layers whose values may depend on every place of an image."""

from __future__ import annotations

from dataclasses import replace

from prototxt.explain.sections.receptive_field.model import ReceptiveField
from prototxt.explain.sections.receptive_field.rule import (
    Inputs,
    elementwise,
    receptive_field,
    whole_image,
    whole_image_everywhere,
)
from prototxt.layers.accuracy import Accuracy
from prototxt.layers.adaptive_bias_channel import AdaptiveBiasChannel
from prototxt.layers.anchor_target import AnchorTarget
from prototxt.layers.argmax import ArgMax
from prototxt.layers.box_annotator_ohem import BoxAnnotatorOHEM
from prototxt.layers.cluster_detections import ClusterDetections
from prototxt.layers.common.margin import MarginLayer
from prototxt.layers.ctc_greedy_decoder import CTCGreedyDecoder
from prototxt.layers.detection_evaluate import DetectionEvaluate
from prototxt.layers.detection_output import DetectionOutput
from prototxt.layers.eval_detection import EvalDetection
from prototxt.layers.flow_warp import FlowWarp
from prototxt.layers.inner_product import InnerProduct
from prototxt.layers.l2_norm import L2Norm
from prototxt.layers.lstm import LSTM
from prototxt.layers.lstm_unit import LSTMUnit
from prototxt.layers.multi_stage_meanfield import MultiStageMeanfield
from prototxt.layers.mvn import MVN
from prototxt.layers.normalize import Normalize
from prototxt.layers.proposal import Proposal
from prototxt.layers.proposal2 import Proposal2
from prototxt.layers.proposal_minicaffe import ProposalMiniCaffe
from prototxt.layers.proposal_target import ProposalTarget
from prototxt.layers.psroi_pooling import PSROIPooling
from prototxt.layers.reduction import Reduction
from prototxt.layers.rnn import RNN
from prototxt.layers.roi_pooling import ROIPooling
from prototxt.layers.seg_accuracy import SegAccuracy
from prototxt.layers.softmax import Softmax
from prototxt.layers.spatial_rep import SpatialRep
from prototxt.layers.spp import SPP
from prototxt.layers.unique_label import UniqueLabel
from prototxt.layers.warp_ctc_loss import WarpCTCLoss
from prototxt.layers.yolo_detection_output import YoloDetectionOutput
from prototxt.layers.yolov3_detection_output import Yolov3DetectionOutput


@receptive_field.register
def field_of_reduction(
    layer: InnerProduct | MarginLayer | Reduction | SPP | Accuracy | SegAccuracy | UniqueLabel | WarpCTCLoss,
    inputs: Inputs,
) -> ReceptiveField | None:
    """One result for all places."""
    return whole_image(inputs)


@receptive_field.register
def field_of_mvn(layer: MVN | L2Norm | MultiStageMeanfield, inputs: Inputs) -> ReceptiveField | None:
    """Mean and variance, the norm or the messages of all pixels are those of the whole map."""
    return whole_image_everywhere(inputs)


@receptive_field.register
def field_of_softmax(layer: Softmax, inputs: Inputs) -> ReceptiveField | None:
    """Over the channels only the own place; over another axis all of it."""
    on_channels = layer.axis % len(inputs.shape) == 1
    return elementwise(inputs) if on_channels else whole_image_everywhere(inputs)


@receptive_field.register
def field_of_argmax(layer: ArgMax, inputs: Inputs) -> ReceptiveField | None:
    """Over the channels only the own place; without an axis the whole image."""
    return elementwise(inputs) if layer.axis == 1 else whole_image(inputs)


@receptive_field.register
def field_of_normalize(layer: Normalize, inputs: Inputs) -> ReceptiveField | None:
    """The norm is one of a place, or of the whole image."""
    return whole_image_everywhere(inputs) if layer.across_spatial else elementwise(inputs)


@receptive_field.register
def field_of_recurrence(layer: LSTM | RNN | LSTMUnit, inputs: Inputs) -> ReceptiveField | None:
    """This time step, and through the state all earlier ones."""
    return whole_image_everywhere(inputs, "of this time step, and through the state of earlier ones")


@receptive_field.register
def field_of_spatial_rep(layer: SpatialRep, inputs: Inputs) -> ReceptiveField | None:
    """Everywhere what the one place of the first bottom depends on."""
    return replace(inputs.first, aligned=False)


@receptive_field.register
def field_of_lines(layer: CTCGreedyDecoder, inputs: Inputs) -> ReceptiveField | None:
    """A label may come from any step from its own place in the line on."""
    return whole_image_everywhere(inputs, "which steps make the labels depends on all before")


@receptive_field.register
def field_of_region_pooling(layer: ROIPooling | PSROIPooling, inputs: Inputs) -> ReceptiveField | None:
    """The region may lie anywhere."""
    return whole_image_everywhere(inputs, "the region decides which of them count")


@receptive_field.register
def field_of_detections(
    layer: Proposal
    | ProposalMiniCaffe
    | DetectionOutput
    | YoloDetectionOutput
    | Yolov3DetectionOutput
    | ClusterDetections,
    inputs: Inputs,
) -> ReceptiveField | None:
    """Boxes compete with each other."""
    return whole_image_everywhere(inputs, "boxes are ranked and suppressed against each other")


@receptive_field.register
def field_of_box_targets(
    layer: AnchorTarget | ProposalTarget | Proposal2 | BoxAnnotatorOHEM | DetectionEvaluate | EvalDetection,
    inputs: Inputs,
) -> ReceptiveField | None:
    """Boxes compete with each other."""
    return whole_image_everywhere(inputs, "boxes are selected by comparison with each other")


@receptive_field.register
def field_of_flow_warp(layer: FlowWarp, inputs: Inputs) -> ReceptiveField | None:
    """The flow may point anywhere."""
    return whole_image_everywhere(inputs, "the flow decides which of them count")


@receptive_field.register
def field_of_adaptive_bias(layer: AdaptiveBiasChannel, inputs: Inputs) -> ReceptiveField | None:
    """Each class's bias depends on all scores of the image."""
    return whole_image_everywhere(inputs, "the bias of a class depends on all scores of an image")
