"""Layer types whose values no sum produces, each with the reason."""

from __future__ import annotations

from prototxt.explain.breakdown.rules import reason_against
from prototxt.layers.adaptive_bias_channel import AdaptiveBiasChannel
from prototxt.layers.anchor_target import AnchorTarget
from prototxt.layers.cluster_detections import ClusterDetections
from prototxt.layers.common.margin import MarginLayer
from prototxt.layers.detection_evaluate import DetectionEvaluate
from prototxt.layers.detection_output import DetectionOutput
from prototxt.layers.dice_coef_loss import DiceCoefLoss
from prototxt.layers.eval_detection import EvalDetection
from prototxt.layers.multi_box_loss import MultiBoxLoss
from prototxt.layers.multi_stage_meanfield import MultiStageMeanfield
from prototxt.layers.proposal import Proposal
from prototxt.layers.proposal2 import Proposal2
from prototxt.layers.proposal_minicaffe import ProposalMiniCaffe
from prototxt.layers.proposal_target import ProposalTarget
from prototxt.layers.python import Python
from prototxt.layers.sigmoid_cross_entropy_balance_loss import SigmoidCrossEntropyBalanceLoss
from prototxt.layers.yolo_detection_output import YoloDetectionOutput
from prototxt.layers.yolov3_detection_output import Yolov3DetectionOutput


@reason_against.register
def boxes(
    layer: DetectionOutput | YoloDetectionOutput | Yolov3DetectionOutput | Proposal | ProposalMiniCaffe,
) -> str:
    """Non-maximum suppression relates every row to all others."""
    return "rows are boxes ranked and suppressed against each other; no single sum produces a value"


@reason_against.register
def detection_evaluate(layer: DetectionEvaluate | EvalDetection) -> str:
    """Matching relates all boxes to all labels."""
    return "all boxes are matched with all labels; no single sum produces a value"


@reason_against.register
def multi_box_loss(layer: MultiBoxLoss) -> str:
    """The loss covers the boxes that mining selects."""
    return "matching and sorting of all boxes selects which of them count; no single sum shows that"


@reason_against.register
def training_targets(layer: AnchorTarget | ProposalTarget | Proposal2) -> str:
    """The layer samples the boxes to train on."""
    return "the boxes to train on are matched against all others and sampled at random"


@reason_against.register
def adaptive_bias_channel(layer: AdaptiveBiasChannel) -> str:
    """The layer iterates."""
    return "classes are raised round by round, in a random order; no single sum shows that"


@reason_against.register
def grouped_boxes(layer: ClusterDetections) -> str:
    """Grouping relates every row to all proposals."""
    return "rows are means of groups that all proposals form together; no single sum produces a value"


@reason_against.register
def mean_field(layer: MultiStageMeanfield) -> str:
    """Every pixel depends on all others, many times over."""
    return "every round sums over all pixels of the image, on a lattice of their colours; no single sum shows that"


@reason_against.register
def margin(layer: MarginLayer) -> str:
    """The own class has an angle."""
    return "the score of an item's own class follows from an angle, not from a sum"


@reason_against.register
def ratios(layer: DiceCoefLoss) -> str:
    """Each item is a quotient of sums."""
    return "each item is a quotient of sums; no single sum produces the value"


@reason_against.register
def balanced(layer: SigmoidCrossEntropyBalanceLoss) -> str:
    """The weights depend on all targets."""
    return "the weight of every value depends on all targets of its item; no single sum shows that"


@reason_against.register
def python(layer: Python) -> str:
    """The computation is in a module of the user."""
    return "the values come from Python code of the net's author"
