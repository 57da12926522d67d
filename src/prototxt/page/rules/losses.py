"""Layers that score a net: losses, Accuracy, ArgMax."""

from __future__ import annotations

from prototxt.graph.context import LayerContext
from prototxt.layers.accuracy import Accuracy
from prototxt.layers.argmax import ArgMax
from prototxt.layers.center_loss import CenterLoss
from prototxt.layers.common.smooth_l1 import RegionLoss
from prototxt.layers.contrastive_loss import ContrastiveLoss
from prototxt.layers.dice_coef_loss import DiceCoefLoss
from prototxt.layers.euclidean_loss import EuclideanLoss
from prototxt.layers.l1_loss import L1Loss
from prototxt.layers.multi_box_loss import MultiBoxLoss
from prototxt.layers.sigmoid_cross_entropy_balance_loss import SigmoidCrossEntropyBalanceLoss
from prototxt.layers.sigmoid_cross_entropy_loss import SigmoidCrossEntropyLoss
from prototxt.layers.softmax_with_loss import SoftmaxWithLoss
from prototxt.page.rule import Rule, page_rule, unknown


class LossRule(Rule):
    """One number for the batch; a second top has the shape of the first bottom.

    `axis` is that of the classes, None for a loss without labels.
    """

    axis: int | None


class ArgMaxRule(Rule):
    """The best `top_k` values; `axis` is None where the whole image is searched."""

    axis: int | None
    out_max_val: bool
    top_k: int


@page_rule.register
def softmax_with_loss(layer: SoftmaxWithLoss, context: LayerContext) -> Rule:
    """The loss, with the softmax as an optional second top."""
    return _loss(layer.axis) if len(context.top) <= 2 else unknown()


@page_rule.register
def accuracy(layer: Accuracy, context: LayerContext) -> Rule:
    """The accuracy; with one number per class as a second top it is unknown to the page."""
    return _loss(layer.axis) if len(context.top) <= 1 else unknown()


@page_rule.register
def loss(
    layer: EuclideanLoss
    | L1Loss
    | CenterLoss
    | DiceCoefLoss
    | ContrastiveLoss
    | SigmoidCrossEntropyLoss
    | SigmoidCrossEntropyBalanceLoss
    | RegionLoss
    | MultiBoxLoss,
    context: LayerContext,
) -> Rule:
    """A loss without an axis of classes."""
    return _loss(None) if len(context.top) <= 1 else unknown()


def _loss(axis: int | None) -> LossRule:
    return {"kind": "loss", "axis": axis}


@page_rule.register
def arg_max(layer: ArgMax, context: LayerContext) -> ArgMaxRule:
    """The classes with the best scores."""
    return {
        "kind": "arg_max",
        "axis": layer.axis,
        "out_max_val": layer.out_max_val,
        "top_k": layer.top_k,
    }
