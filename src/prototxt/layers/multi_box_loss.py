"""MultiBoxLoss: the loss of SSD, the errors of boxes and of classes in one number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

from prototxt.blobs import Array, Shape, count
from prototxt.boxes.coders import decode, encode
from prototxt.boxes.match import IGNORED, NONE, Indices, match
from prototxt.boxes.overlap import areas
from prototxt.boxes.suppress import Mask, Positions, suppress
from prototxt.errors import LayerError
from prototxt.layers.base import Cost, Layer
from prototxt.layers.common.detections import (
    Truth,
    check_box_values,
    check_truth,
    num_priors,
    read_priors,
    read_truth,
)
from prototxt.layers.common.fields import check_given, check_least
from prototxt.layers.common.loss import check_batch, divisor, normalization, scalar
from prototxt.layers.common.smooth_l1 import smooth_l1
from prototxt.layers.registry import layer
from prototxt.layers.softmax import softmax, softmax_cost
from prototxt.layers.softmax_with_loss import TINY
from prototxt.schema.caffe_pb2 import (
    LayerParameter,
    MultiBoxLossParameter,
    PriorBoxParameter,
)
from prototxt.util.lazy import np

MIN_AREA = 1e-5
"""Boxes of a smaller area are no hard examples where `nms_param` is given."""


@layer("MultiBoxLoss", bottoms=4, loss=True, fork="ssd")
class MultiBoxLoss(Layer):
    """Matches prior boxes with true ones, and adds the errors of the matched boxes to those of classes.

    Formula:
        y = (loc_weight * sum of f(loc - g) + sum of c) / D
        the first sum: over boxes that stand for a true one; g is the true box as differences from the prior box
            (code_type, over the variances), f is smooth L1, or half the square for loc_loss_type L2
        the second sum: over those and as many negatives as are mined; c is -log softmax of the right class, the
            background for negatives, or sigmoid cross-entropy over all classes for conf_loss_type LOGISTIC
        D: matched boxes for VALID (the default), N * P for FULL, N for BATCH_SIZE, 1 for NONE; never below 1

    Shapes:
        loc: N x (P * 4), with `share_location: false` N x (P * num_classes * 4); conf: N x (P * num_classes), scores
        priors: 1 x 2 x (P * 4) as PriorBox makes them
        truth: 1 x 1 x G x 8, rows [image, label, instance, x1, y1, x2, y2, difficult]; -1 for the image ends them
        y: a single number without axes

    Pitfalls:
        Each true box gets the prior box nearest to it however far that is; with match_type PER_PREDICTION further
        boxes that overlap by overlap_threshold. Negatives overlap by less than neg_overlap: those with the largest
        error, neg_pos_ratio for each match (mining_type MAX_NEGATIVE); HARD_EXAMPLE takes sample_size of all boxes,
        matched or not; NONE takes all. An image without true boxes has no negatives either, unless the mining_type is
        NONE. `nms_param` without top_k mines nothing, as in SSD. Where `propagate_down` is false for loc or conf, that
        sum is left out.

    Example:
        layer {
          name: "mbox_loss" type: "MultiBoxLoss" bottom: "loc" bottom: "conf" bottom: "priors" bottom: "label"
          top: "mbox_loss"
          multibox_loss_param { num_classes: 21 code_type: CENTER_SIZE neg_pos_ratio: 3 }
        }

    Source: multibox_loss_layer.cpp and bbox_util.cpp of the SSD fork; Liu et al., SSD (2016).
    """

    golden = "no reference numbers were made; sums done by hand are in its test"

    def setup(self, param: LayerParameter) -> None:
        p = param.multibox_loss_param
        check_given(p, "num_classes")
        check_least(p.num_classes, 1, "num_classes")
        self.num_classes: int = p.num_classes
        self.share_location: bool = p.share_location
        self.background: int = p.background_label_id
        self.mining = MultiBoxLossParameter.MiningType.Name(p.mining_type)
        self.logistic = p.conf_loss_type == MultiBoxLossParameter.LOGISTIC
        self.squares = p.loc_loss_type == MultiBoxLossParameter.L2
        self.code = PriorBoxParameter.CodeType.Name(p.code_type)
        threshold, per_prediction = p.overlap_threshold, p.match_type == MultiBoxLossParameter.PER_PREDICTION
        self.threshold: float | None = threshold if per_prediction else None
        self.normalization = normalization(param.loss_param)
        self.agnostic: bool = p.map_object_to_agnostic
        self.use_difficult: bool = p.use_difficult_gt
        self.match_priors: bool = p.use_prior_for_matching
        self.within_image: bool = p.ignore_cross_boundary_bbox
        self.scaled_targets: bool = p.encode_variance_in_target
        self.inside_only: bool = p.bp_inside
        self.negatives_per_match: float = p.neg_pos_ratio
        self.max_negative_overlap: float = p.neg_overlap
        self.sample_size: int = p.sample_size
        self.suppress_priors: bool = p.use_prior_for_nms
        self.nms = _nms(p)
        self._check(p)
        shown = tuple(param.propagate_down) or (True, True)
        self.loc_weight: float = p.loc_weight if shown[0] else 0.0
        self.conf_weight = float(len(shown) < 2 or shown[1])

    def _check(self, p: MultiBoxLossParameter) -> None:
        if p.HasField("do_neg_mining") and p.do_neg_mining != (self.mining != "NONE"):
            what = f"do_neg_mining: {str(p.do_neg_mining).lower()} contradicts mining_type {self.mining}"
            raise LayerError(what, field="do_neg_mining", hint="leave do_neg_mining out")
        if self.mining != "NONE" and not self.share_location:
            what = f"mining_type {self.mining} needs boxes that all classes share"
            raise LayerError(what, field="share_location", hint="give mining_type: NONE")
        if not self.logistic and not 0 <= self.background < self.num_classes:
            what = f"background_label_id {self.background} is no class: there are {self.num_classes}"
            raise LayerError(what, field="background_label_id")
        if p.map_object_to_agnostic and self.num_classes != 2:
            what = (
                f"map_object_to_agnostic needs num_classes: 2, background and thing, not {self.num_classes}"
            )
            raise LayerError(what, field="num_classes")
        if self.mining == "HARD_EXAMPLE":
            check_least(p.sample_size, 1, "sample_size")
        if not 0 <= p.neg_pos_ratio < inf:
            what = f"neg_pos_ratio must be a number of at least 0, not {p.neg_pos_ratio:g}"
            raise LayerError(what, field="neg_pos_ratio")

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        loc, conf, priors, truth = bottom
        check_batch(bottom)
        boxes = num_priors(priors)
        check_box_values(loc, boxes * 4 * (1 if self.share_location else self.num_classes), "box values")
        check_box_values(conf, boxes * self.num_classes, "scores")
        check_truth(truth)
        return [()]

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        priors, variances = read_priors(bottom[2], sized=self.code != "CORNER")
        images, boxes = len(bottom[0]), len(priors)
        loc = bottom[0].reshape(images, boxes, -1, 4).swapaxes(1, 2)  # image, class or all, box
        conf = bottom[1].reshape(images, boxes, -1)
        truth = read_truth(bottom[3], self.num_classes, self.background)
        if not self.use_difficult:
            truth = truth[~truth.difficult]
        if not (variances > 0).all():
            raise LayerError(
                f"a variance of the prior boxes is {variances.min():g}, not above 0", field="bottom"
            )
        start = _Start(priors, variances)
        sums = [self._errors(start, loc[i], conf[i], truth[truth.image == i]) for i in range(images)]
        matched, of_boxes, of_classes = map(sum, zip(*sums, strict=True))
        total = self.loc_weight * of_boxes + self.conf_weight * of_classes
        return scalar(total / divisor(self.normalization, images, boxes, int(matched)))

    def _errors(self, start: _Start, loc: Array, conf: Array, truth: Truth) -> tuple[int, float, float]:
        """For one image: the number of matched boxes, the sum of their errors, and that of the classes' errors."""
        matches, nearest = self._match(start, loc, truth)
        of_boxes = self._box_errors(start, loc, matches, truth)
        of_classes = self._class_errors(conf, matches, truth)
        if self.mining == "NONE":
            return int((matches >= 0).sum()), float(of_boxes.sum()), float(of_classes.sum())
        if not len(truth):
            return 0, 0.0, 0.0
        hard = self._hard(start, loc[0], matches[0], nearest[0], of_boxes[0], of_classes)
        matched = matches[0] >= 0
        if self.mining == "HARD_EXAMPLE":
            matched &= hard
        counted = matched | (hard & (matches[0] == NONE))
        return int(matched.sum()), float(of_boxes[0, matched].sum()), float(of_classes[counted].sum())

    def _match(self, start: _Start, loc: Array, truth: Truth) -> tuple[Indices, Array]:
        """The true box of each box, and by how much each overlaps the nearest; a row for each class, or for all."""
        within = self.within_image
        if self.match_priors:
            once, near = match(start.boxes, truth.boxes, self.threshold, within=within)
            matches = np.tile(once, (len(loc), 1))
            if not self.share_location and len(truth):
                others = truth.labels[np.maximum(once, 0)] != np.arange(self.num_classes)[:, None]
                matches[others & (once >= 0)] = NONE
            return matches, np.tile(near, (len(loc), 1))
        matches, nearest = np.full(loc.shape[:2], NONE, np.intp), np.zeros(loc.shape[:2], np.float32)
        decoded = self._decode(start, loc)
        for label in range(len(loc)):
            mine = np.arange(len(truth)) if self.share_location else np.flatnonzero(truth.labels == label)
            which, nearest[label] = match(decoded[label], truth.boxes[mine], self.threshold, within=within)
            matches[label] = np.append(mine, [IGNORED, NONE])[which]  # these two count from the end
        return matches, nearest

    def _decode(self, start: _Start, loc: Array) -> Array:
        offsets = loc if self.scaled_targets else loc * start.variances
        return decode(self.code, start.boxes, offsets)

    def _box_errors(self, start: _Start, loc: Array, matches: Indices, truth: Truth) -> Array:
        """The error of each box that stands for a true one, 0 for all others."""
        row, box = np.nonzero(matches >= 0)
        errors = np.zeros(matches.shape, np.float32)
        want = encode(self.code, start.boxes[box], truth.boxes[matches[row, box]])
        off = loc[row, box] - (want if self.scaled_targets else want / start.variances[box])
        if self.inside_only:
            places = start.boxes[box] if self.match_priors else self._decode(start, loc)[row, box]
            off = off * ((places >= 0) & (places <= 1))
        if self.scaled_targets:
            off = off / start.variances[box]
        errors[row, box] = (off * off / 2 if self.squares else smooth_l1(off)).sum(1)
        return errors

    def _class_errors(self, conf: Array, matches: Indices, truth: Truth) -> Array:
        """The error of each box's classes: of its true box's label, or of the background."""
        # As in SSD, boxes that stand for nothing have no class at all where every box counts and classes are apart.
        nothing = -1 if self.logistic and self.mining == "NONE" else self.background
        labels = np.full(len(conf), nothing, np.intp)
        row, box = np.nonzero(matches >= 0)
        labels[box] = self.background + 1 if self.agnostic else truth.labels[matches[row, box]]
        if self.logistic:
            want = labels[:, None] == np.arange(self.num_classes)
            errors: Array = (np.logaddexp(np.float32(0), conf) - conf * want).sum(1)
            return errors
        right = np.take_along_axis(softmax(conf, 1), labels[:, None], 1)[:, 0]
        return -np.log(np.maximum(right, np.float32(TINY)))

    def _hard(
        self,
        start: _Start,
        loc: Array,
        matches: Indices,
        nearest: Array,
        of_boxes: Array,
        of_classes: Array,
    ) -> Mask:
        """The boxes with the largest errors among those that may be mined."""
        if self.mining == "HARD_EXAMPLE":
            candidates, most, errors = np.arange(len(matches)), self.sample_size, of_classes + of_boxes
        else:
            negative = (matches == NONE) & (nearest < np.float32(self.max_negative_overlap))
            candidates, errors = np.flatnonzero(negative), of_classes
            most = int((matches >= 0).sum() * self.negatives_per_match)
        order = candidates[np.argsort(-errors[candidates], kind="stable")]
        if self.nms is not None:
            boxes = start.boxes if self.suppress_priors else self._decode(start, loc)
            order = self.nms.apply(boxes, order)
        chosen = np.zeros(len(matches), np.bool_)
        chosen[order[:most]] = True
        return chosen

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        """The cost of the classes and of comparing prior boxes with true ones; the rest depends on the values."""
        boxes = num_priors(bottom[2])
        pairs = boxes * (count(bottom[3]) // 8)
        return softmax_cost((bottom[0][0] * boxes, self.num_classes)) + Cost(
            comparisons=4 * pairs, additions=4 * pairs, multiplications=pairs, divisions=pairs
        )

    def brief(self, bottom: Sequence[Shape]) -> str:
        return f"{self.code} {self.mining}"


@dataclass(frozen=True, slots=True)
class _Start:
    """The prior boxes and their variances, P x 4 both."""

    boxes: Array
    variances: Array


@dataclass(frozen=True, slots=True)
class _Suppression:
    """Non-maximum suppression among the first `top_k` of some boxes; all of them where it is below 0."""

    threshold: float
    top_k: int

    def apply(self, boxes: Array, order: Positions) -> Positions:
        """Those of `order` (positions in `boxes`, the best first) that no better one overlaps."""
        order = order[: self.top_k] if self.top_k >= 0 else order
        order = order[areas(boxes[order]) >= MIN_AREA]
        return order[suppress(boxes[order], self.threshold)]


def _nms(p: MultiBoxLossParameter) -> _Suppression | None:
    threshold, top_k = p.nms_param.nms_threshold, p.nms_param.top_k
    return _Suppression(threshold, top_k) if p.HasField("nms_param") and threshold > 0 else None
