"""MultiBoxLoss: sums by hand, and a plain loop over boxes."""

from __future__ import annotations

from math import exp, log

import numpy as np
import pytest

from prototxt.blobs import Array
from prototxt.errors import LayerError
from support.helpers import floats, layer_from_text, noise, refused

PRIORS = floats(
    [
        [[0, 0, 0.5, 0.5], [0, 0, 0.5, 0.4], [0.5, 0.5, 1, 1], [0.5, 0, 1, 0.5]],
        [[0.1, 0.1, 0.1, 0.1]] * 4,
    ]
).reshape(1, 2, 16)
LOC = floats([0, 0, 0, 0, 3, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0])[None]
CONF = floats([[0, 0, 0], [0, 0, 0], [0, 0, 0], [-10, 0, 0]]).reshape(1, 12)
TRUTH = floats([[0, 1, 0, 0, 0, 0.5, 0.5, 0]]).reshape(1, 1, 1, 8)
"""Like the first prior box, and 0.8 of the second: that says it is 0.3 too far right; the others do not touch it."""

EVEN = log(3)
"""The error of a box all of whose scores are alike."""
WRONG = 10 + log(exp(-10) + 2)
"""That of the last box, which is background."""


def loss(fields: str = "", loss_param: str = "", outside: str = "") -> str:
    bottoms = 'bottom: "loc" bottom: "conf" bottom: "priors" bottom: "truth" top: "y"'
    return (
        f'type: "MultiBoxLoss" {bottoms} loss_param {{ {loss_param} }} {outside} '
        f"multibox_loss_param {{ num_classes: 3 {fields} }}"
    )


def value(
    fields: str = "", loss_param: str = "", outside: str = "", loc: Array = LOC, truth: Array = TRUTH
) -> float:
    conf = np.tile(CONF, (len(loc), 1))
    layer = layer_from_text(loss(fields, loss_param, outside))
    (y,) = layer.forward([loc, conf, PRIORS, truth], [])
    assert y.dtype == np.float32
    assert [y.shape] == layer.shapes([loc.shape, conf.shape, PRIORS.shape, truth.shape])
    return float(y)


@pytest.mark.parametrize(
    ("fields", "want"),
    [
        ("", (2.5 + 2 * EVEN + EVEN + WRONG) / 2),  # both that do not touch are negatives
        ("neg_pos_ratio: 0.5", (2.5 + 2 * EVEN + WRONG) / 2),  # one of them, the worse
        ("neg_pos_ratio: 0", (2.5 + 2 * EVEN) / 2),
        ("loc_loss_type: L2", (4.5 + 3 * EVEN + WRONG) / 2),
        ("loc_weight: 2", (5 + 3 * EVEN + WRONG) / 2),
        ("overlap_threshold: 0.81", EVEN + EVEN + WRONG),  # the second box is neither, for it overlaps by 0.8
        ("overlap_threshold: 0.81 neg_overlap: 0.9", EVEN + 2 * EVEN + WRONG),
        ("match_type: BIPARTITE", EVEN + EVEN + WRONG),
        ("mining_type: NONE", (2.5 + 3 * EVEN + WRONG) / 2),
        ("mining_type: HARD_EXAMPLE sample_size: 1", WRONG),
        ("mining_type: HARD_EXAMPLE sample_size: 2", 2.5 + EVEN + WRONG),
        ("encode_variance_in_target: true", (29.5 + 8.5 + 3 * EVEN + WRONG) / 2),
        ("bp_inside: true", (2.5 + 3 * EVEN + WRONG) / 2),
    ],
)
def test_by_hand(fields: str, want: float) -> None:
    assert value(fields) == pytest.approx(want, rel=1e-5)


@pytest.mark.parametrize(("name", "divisor"), [("VALID", 2), ("FULL", 4), ("BATCH_SIZE", 1), ("NONE", 1)])
def test_normalization(name: str, divisor: int) -> None:
    got = value(loss_param=f"normalization: {name}")
    assert got == pytest.approx((2.5 + 3 * EVEN + WRONG) / divisor, rel=1e-5)


def test_sums_that_are_left_out() -> None:
    rest = "propagate_down: false propagate_down: false"
    assert value(outside=f"propagate_down: true propagate_down: false {rest}") == pytest.approx(1.25)
    got = value(outside=f"propagate_down: false propagate_down: true {rest}")
    assert got == pytest.approx((3 * EVEN + WRONG) / 2)


def test_classes_apart() -> None:
    """Sigmoid cross-entropy: log 2 for each score of 0; the last box's background is at -10."""
    half, off = 3 * log(2), 10 + log(1 + exp(-10)) + 2 * log(2)
    assert value("conf_loss_type: LOGISTIC") == pytest.approx((2.5 + 3 * half + off) / 2, rel=1e-5)
    unmined = "conf_loss_type: LOGISTIC mining_type: NONE"
    assert value(unmined) == pytest.approx((2.5 + 3 * half + off - 10) / 2, rel=1e-5)


def test_an_image_without_boxes_has_no_negatives() -> None:
    """Unless every box counts."""
    both = np.concatenate([0 * LOC, LOC])
    truth = TRUTH.copy()
    truth[..., 0] = 1
    assert value(loc=both, truth=truth) == pytest.approx((2.5 + 3 * EVEN + WRONG) / 2, rel=1e-5)
    got = value("mining_type: NONE", loc=both, truth=truth)
    assert got == pytest.approx((2.5 + 6 * EVEN + 2 * WRONG) / 2, rel=1e-5)
    assert value("mining_type: HARD_EXAMPLE", truth=truth) == 0


def test_rows_after_the_first_of_no_image_do_not_count() -> None:
    end = floats([-1] * 8)
    other = floats([0, 2, 0, 0.5, 0.5, 1, 1, 0])
    truth = np.stack([TRUTH.ravel(), end, other])[None, None]
    assert value(truth=truth) == value()
    assert value(truth=truth[:, :, 1:]) == 0


def test_difficult_boxes() -> None:
    hard = TRUTH.copy()
    hard[..., 7] = 1
    assert value(truth=hard) == value()
    assert value("use_difficult_gt: false", truth=hard) == 0


def test_one_kind_of_thing() -> None:
    """Any thing is class 1: the label 1 of two classes."""
    text = loss("map_object_to_agnostic: true").replace("num_classes: 3", "num_classes: 2")
    conf = floats([[0, 1], [0, 1], [0, 0], [0, 0]]).reshape(1, 8)
    (y,) = layer_from_text(text).forward([LOC, conf, PRIORS, TRUTH], [])
    assert y == pytest.approx((2.5 + 2 * log(1 + exp(-1)) + 2 * log(2)) / 2, rel=1e-5)


def test_boxes_that_hang_over_are_ignored() -> None:
    """The first box leaves the image: neither matched nor a negative, and the second takes its place."""
    priors = PRIORS.copy()
    priors[0, 0, 0] = -0.01
    layer = layer_from_text(loss("ignore_cross_boundary_bbox: true"))
    (y,) = layer.forward([LOC, CONF, priors, TRUTH], [])
    assert y == pytest.approx(2.5 + EVEN + EVEN + WRONG, rel=1e-5)


def test_hard_examples_apart_from_each_other() -> None:
    """The second box is worse than the first, which overlaps it; the tiny one is no example at all."""
    nms = "nms_param { nms_threshold: 0.5 top_k: 10 } use_prior_for_nms: true"
    hard = f"mining_type: HARD_EXAMPLE sample_size: 10 {nms}"
    assert value(hard) == pytest.approx(2.5 + EVEN + EVEN + WRONG, rel=1e-5)
    assert value(hard.replace("top_k: 10", "top_k: 1")) == pytest.approx(WRONG, rel=1e-5)
    decoded = hard.replace("use_prior_for_nms: true", "")  # the second box says it is elsewhere
    assert value(decoded) == pytest.approx((2.5 + 3 * EVEN + WRONG) / 2, rel=1e-5)


def test_a_box_for_each_class() -> None:
    """Only the true box's class has boxes that match."""
    loc = np.zeros((1, 4, 3, 4), np.float32)
    loc[0, 1, 1] = [3, 0, 0, 1]
    loc[0, 1, 2] = 100
    fields = "share_location: false mining_type: NONE"
    want = (2.5 + 3 * EVEN + WRONG) / 2
    assert value(fields, loc=loc.reshape(1, 48)) == pytest.approx(want, rel=1e-5)
    loc[0, 1, 1] = [0, 0, 0, 1]
    again = value(f"{fields} use_prior_for_matching: false", loc=loc.reshape(1, 48))
    assert again == pytest.approx((3 * EVEN + WRONG) / 2, rel=1e-5)


@pytest.mark.parametrize("code", ["CORNER", "CENTER_SIZE", "CORNER_SIZE"])
def test_a_detector_that_is_right_has_no_error_of_boxes(code: str) -> None:
    """What `encode` makes of the true box, decoded, is the true box: DetectionOutput and the loss agree."""
    from prototxt.boxes.coders import encode

    boxes, variances = PRIORS.reshape(2, 4, 4)
    loc = (encode(code, boxes, TRUTH[0, 0, :, 3:7]) / variances).reshape(1, 16)
    only = "propagate_down: true propagate_down: false propagate_down: false propagate_down: false"
    for rule in ("", "use_prior_for_matching: false"):
        assert value(f"code_type: {code} {rule}", outside=only, loc=loc) == pytest.approx(0, abs=1e-5)


def test_cost_and_brief() -> None:
    layer = layer_from_text(loss())
    shapes = [LOC.shape, CONF.shape, PRIORS.shape, TRUTH.shape]
    assert layer.cost(shapes, [()]).exponentials >= 12
    assert layer.brief(shapes) == "CORNER MAX_NEGATIVE"
    assert layer.loss_weights == (1.0,)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ("do_neg_mining: false", "do_neg_mining"),
        ("share_location: false", "share_location"),
        ("background_label_id: 3", "background_label_id"),
        ("map_object_to_agnostic: true", "num_classes"),
        ("mining_type: HARD_EXAMPLE sample_size: 0", "sample_size"),
        ("neg_pos_ratio: -1", "neg_pos_ratio"),
    ],
)
def test_refused(fields: str, field: str) -> None:
    assert refused(loss(fields), LOC.shape, CONF.shape, PRIORS.shape, TRUTH.shape).field == field


def test_shapes_that_do_not_fit() -> None:
    assert "need 12" in refused(loss(), LOC.shape, (1, 13), PRIORS.shape, TRUTH.shape).what
    assert "need 16" in refused(loss(), (1, 17), CONF.shape, PRIORS.shape, TRUTH.shape).what
    assert "rows of 8" in refused(loss(), LOC.shape, CONF.shape, PRIORS.shape, (1, 1, 8, 1)).what


@pytest.mark.parametrize("label", [0, 3, -1, np.nan])
def test_labels_that_are_none(label: float) -> None:
    truth = TRUTH.copy()
    truth[..., 1] = label
    with pytest.raises(LayerError, match="label"):
        value(truth=truth)


def test_variances_of_nothing() -> None:
    with pytest.raises(LayerError, match="variance of the prior boxes is 0"):
        layer_from_text(loss()).forward([LOC, CONF, PRIORS * floats([1, 0])[:, None], TRUTH], [])


def plainly(loc: Array, conf: Array, priors: Array, truth: Array) -> float:
    """SSD's usual settings, box by box."""
    from prototxt.boxes.coders import encode
    from prototxt.boxes.overlap import overlap

    boxes, variances = priors.reshape(2, -1, 4)
    total, matches = 0.0, 0
    for image in range(len(loc)):
        true = [row for row in truth.reshape(-1, 8) if row[0] == image]
        if not true:
            continue
        share = np.array([[float(overlap(b, t[3:7])) for t in true] for b in boxes])
        matched = dict[int, int]()
        for _ in true:
            pairs = [
                (share[b, t], -b, -t)
                for b in range(len(boxes))
                for t in range(len(true))
                if b not in matched and t not in matched.values() and share[b, t] > 1e-6
            ]
            if pairs:
                _, b, t = max(pairs)
                matched[-b] = -t
        for b in range(len(boxes)):
            if b not in matched and share[b].max() >= 0.5:
                matched[b] = int(share[b].argmax())
        errors = []
        for b, scores in enumerate(conf[image].reshape(len(boxes), -1)):
            label = int(true[matched[b]][1]) if b in matched else 0
            errors.append(float(np.log(np.exp(scores - scores.max()).sum()) + scores.max() - scores[label]))
        negatives = [e for b, e in enumerate(errors) if b not in matched and share[b].max() < 0.5]
        total += sum(sorted(negatives, reverse=True)[: int(3 * len(matched))]) + sum(
            errors[b] for b in matched
        )
        for b, t in matched.items():
            off = loc[image].reshape(-1, 4)[b] - encode("CENTER_SIZE", boxes[b], true[t][3:7]) / variances[b]
            total += sum(d * d / 2 if d < 1 else d - 0.5 for d in np.abs(off).tolist())
        matches += len(matched)
    return total / max(matches, 1)


@pytest.mark.parametrize("seed", range(8))
def test_against_a_plain_loop(seed: int) -> None:
    rng = np.random.default_rng(seed)
    corner = rng.random((30, 2)) * 0.7
    boxes = np.hstack([corner, corner + 0.1 + 0.4 * rng.random((30, 2))])
    priors = floats([boxes, np.tile([0.1, 0.1, 0.2, 0.2], (30, 1))]).reshape(1, 2, 120)
    near = boxes[rng.integers(30, size=6)] + 0.03 * rng.standard_normal((6, 4))
    head = np.stack([rng.integers(3, size=6), rng.integers(1, 5, size=6), np.zeros(6)], 1)
    truth = floats(np.hstack([head, near, np.zeros((6, 1))])).reshape(1, 1, 6, 8)
    loc, conf = noise(3, 120, seed=seed), noise(3, 150, seed=seed + 100)
    text = loss("code_type: CENTER_SIZE").replace("num_classes: 3", "num_classes: 5")
    (y,) = layer_from_text(text).forward([loc, conf, priors, truth], [])
    assert y == pytest.approx(plainly(loc, conf, priors, truth), rel=1e-4)
