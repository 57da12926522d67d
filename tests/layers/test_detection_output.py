"""DetectionOutput: from differences and scores to rows."""

from __future__ import annotations

import numpy as np
import pytest

from prototxt.blobs import Array
from prototxt.errors import LayerError
from prototxt.layers.base import Layer, LayerSettings
from prototxt.layers.registry import make_layer
from support.helpers import floats, layer_from_text, layer_message, noise, refused

PRIORS = floats(
    [
        [[0.1, 0.1, 0.3, 0.3], [0.1, 0.1, 0.3, 0.32], [0.6, 0.6, 0.9, 0.9]],
        [[0.1, 0.1, 0.2, 0.2]] * 3,
    ]
).reshape(1, 2, 12)
SHAPES = ((2, 12), (2, 9), (1, 2, 12))


def output(fields: str = "", settings: str = "") -> str:
    bottoms = 'bottom: "loc" bottom: "conf" bottom: "priors"'
    return f'type: "DetectionOutput" {bottoms} top: "y" detection_output_param {{ num_classes: 3 {fields} }}'


def rows(fields: str, loc: Array, conf: Array) -> Array:
    layer = layer_from_text(output(fields))
    (y,) = layer.forward([loc, conf, PRIORS], [])
    (most,) = layer.shapes([loc.shape, conf.shape, PRIORS.shape])
    assert y.dtype == np.float32
    assert y.shape[:2] == most[:2] == (1, 1)
    assert y.shape[2] <= most[2]
    result: Array = y[0, 0]
    return result


LOC = np.zeros((1, 12), np.float32)
CONF = floats([[0.1, 0.8, 0.1], [0, 0.9, 0.1], [0.2, 0.3, 0.5]]).reshape(1, 9)


def test_the_best_of_those_that_overlap() -> None:
    """The second box is better than the first, which it overlaps; both classes see all boxes."""
    got = rows("confidence_threshold: 0.2", LOC, CONF)
    np.testing.assert_allclose(
        got,
        [
            [0, 1, 0.9, 0.1, 0.1, 0.3, 0.32],
            [0, 1, 0.3, 0.6, 0.6, 0.9, 0.9],
            [0, 2, 0.5, 0.6, 0.6, 0.9, 0.9],
        ],
        rtol=1e-6,
    )
    assert len(rows("confidence_threshold: 0.2 nms_param { nms_threshold: 0.95 }", LOC, CONF)) == 4


def test_limits() -> None:
    """A score at the threshold does not count; the best of all classes are kept, by class again."""
    assert rows("confidence_threshold: 0.5", LOC, CONF)[:, 2].tolist() == [np.float32(0.9)]
    got = rows("confidence_threshold: 0.2 keep_top_k: 2", LOC, CONF)
    assert got[:, 1].tolist() == [1, 2]
    assert len(rows("keep_top_k: -1", LOC, CONF)) == 4
    got = rows("nms_param { top_k: 1 }", LOC, CONF)
    assert got[:, 1].tolist() == [1, 2]


def test_no_detection_is_a_row_of_minus_one() -> None:
    got = rows("confidence_threshold: 0.9", np.tile(LOC, (2, 1)), np.tile(CONF, (2, 1)))
    np.testing.assert_array_equal(got, [[0] + [-1] * 6, [1] + [-1] * 6])
    assert len(rows("keep_top_k: 0", LOC, CONF)) == 1


def test_no_detection_in_one_image() -> None:
    got = rows("confidence_threshold: 0.6", np.tile(LOC, (2, 1)), np.concatenate([0 * CONF, CONF]))
    assert got[:, 0].tolist() == [1]


@pytest.mark.parametrize(
    ("fields", "want"),
    [
        ("", [0.2, 0.1, 0.3, 0.3]),
        ("variance_encoded_in_target: true", [1.1, 0.1, 0.3, 0.3]),
        ("code_type: CORNER_SIZE", [0.12, 0.1, 0.3, 0.3]),
        ("code_type: CENTER_SIZE", [0.12, 0.1, 0.32, 0.3]),
    ],
)
def test_codes(fields: str, want: list[float]) -> None:
    """The first of four differences is 1: times 0.1, and times the width, 0.2."""
    loc = LOC.copy()
    loc[0, 0] = 1
    conf = floats([0, 1, 0, 0, 0, 0, 0, 0, 0])[None]
    got = rows(f"{fields} confidence_threshold: 0.5", loc, conf)
    np.testing.assert_allclose(got[0, 3:], want, rtol=1e-5)


def test_a_box_for_each_class() -> None:
    loc = np.zeros((1, 3, 3, 4), np.float32)
    loc[0, 2, 2] = 1
    got = rows("share_location: false confidence_threshold: 0.25", loc.reshape(1, 36), CONF)
    np.testing.assert_allclose(got[1, 3:], [0.6, 0.6, 0.9, 0.9], rtol=1e-6)
    np.testing.assert_allclose(got[2, 3:], [0.7, 0.7, 1.1, 1.1], rtol=1e-6)
    fields = "share_location: false confidence_threshold: 0.25 clip: true"
    np.testing.assert_allclose(rows(fields, loc.reshape(1, 36), CONF)[2, 3:], [0.7, 0.7, 1, 1], rtol=1e-6)


def test_no_background() -> None:
    assert rows("background_label_id: -1 confidence_threshold: 0.15", LOC, CONF)[0, 1] == 0


def test_the_most_there_can_be() -> None:
    def most(fields: str) -> int:
        return layer_from_text(output(fields)).shapes(list(SHAPES))[0][2]

    assert most("") == 2 * 2 * 3
    assert most("nms_param { top_k: 2 }") == 2 * 2 * 2
    assert most("keep_top_k: 3") == 2 * 3
    assert most("keep_top_k: 0") == 2


def test_fields_that_would_write_or_draw_are_reported() -> None:
    layer = layer_from_text(output('save_output_param { output_directory: "x" } visualize: true'))
    assert layer.judgement is not None
    assert [remark.field.split(".")[1] for remark in layer.judgement.remarks] == [
        "save_output_param",
        "visualize",
    ]
    assert layer_from_text(output()).judgement is None


def test_cost_and_brief() -> None:
    layer = layer_from_text(output("code_type: CENTER_SIZE"))
    cost = layer.cost(list(SHAPES), [])
    assert (cost.comparisons, cost.multiplications, cost.exponentials) == (18, 48, 12)
    assert layer.brief(list(SHAPES)) == "CENTER_SIZE nms 0.3"


@pytest.mark.parametrize(
    ("fields", "shapes", "what"),
    [
        ("", ((2, 11), (2, 9), (1, 2, 12)), "11 box values an image, prior boxes and classes need 12"),
        ("share_location: false", SHAPES, "need 36"),
        ("", ((2, 12), (2, 8), (1, 2, 12)), "8 scores"),
        ("", ((2, 12), (1, 9), (1, 2, 12)), "2 x 12 and 1 x 9"),
        ("", ((2, 12), (2, 9), (2, 2, 12)), "2 x 2 x 12"),
        ("", ((2, 12), (2, 9), (1, 2, 13)), "1 x 2 x 13"),
        ("nms_param { nms_threshold: -1 }", SHAPES, "at least 0, not -1"),
        ("nms_param { eta: 0 }", SHAPES, "not 0"),
        ("nms_param { eta: 1.5 }", SHAPES, "not 1.5"),
    ],
)
def test_refused(fields: str, shapes: tuple[tuple[int, ...], ...], what: str) -> None:
    assert what in refused(output(fields), *shapes).what


def test_classes_must_be_said() -> None:
    assert (
        refused('type: "DetectionOutput" bottom: "a" bottom: "b" bottom: "c" top: "y"').field == "num_classes"
    )


def test_priors_without_width() -> None:
    layer = layer_from_text(output("code_type: CENTER_SIZE"))
    flat = PRIORS.copy()
    flat[0, 0, 6] = 0.1
    with pytest.raises(LayerError, match=r"prior box 1 \(0.1, 0.1, 0.1, 0.32\) has no width"):
        layer.forward([LOC, CONF, flat], [])


def test_a_field_that_one_fork_lacks() -> None:
    param = layer_message(output("clip: true"))
    assert make_layer(param, LayerSettings(dialect="ssd"))
    with pytest.raises(LayerError, match="clip"):
        make_layer(param, LayerSettings(dialect="yolo"))


def plain_boxes(code: str, priors: Array, offsets: Array, variances: Array) -> Array:
    """Boxes of one class, box by box."""
    boxes = []
    for prior, differences, variance in zip(priors, offsets, variances, strict=True):
        x1, y1, x2, y2 = prior.astype(np.float64)
        d = differences.astype(np.float64) * variance
        w, h = x2 - x1, y2 - y1
        if code == "CENTER_SIZE":
            x, y = d[0] * w + (x1 + x2) / 2, d[1] * h + (y1 + y2) / 2
            w, h = np.exp(d[2]) * w, np.exp(d[3]) * h
            boxes.append([x - w / 2, y - h / 2, x + w / 2, y + h / 2])
        else:
            unit = np.array([w, h, w, h]) if code == "CORNER_SIZE" else 1
            boxes.append(prior + d * unit)
    return floats(boxes)


def plain_overlap(a: Array, b: Array) -> float:
    w, h = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    if w <= 0 or h <= 0:
        return 0.0

    def area(box: Array) -> float:
        return 0.0 if box[2] < box[0] or box[3] < box[1] else float((box[2] - box[0]) * (box[3] - box[1]))

    return float(w * h / (area(a) + area(b) - w * h))


def plain_best(
    boxes: Array, scores: Array, least: float, top_k: int, threshold: float, eta: float
) -> list[int]:
    order = sorted((i for i in range(len(scores)) if scores[i] > least), key=lambda i: -scores[i])
    kept: list[int] = []
    for i in order if top_k < 0 else order[:top_k]:
        if all(plain_overlap(boxes[i], boxes[j]) <= threshold for j in kept):
            kept.append(i)
            threshold *= eta if threshold > 0.5 else 1
    return kept


@pytest.mark.parametrize("seed", range(40))
def test_against_plain_loops(seed: int) -> None:
    """Several images and classes, any limits, any background, boxes shared or not."""
    r = np.random.default_rng(seed)
    images, classes, number = int(r.integers(1, 4)), int(r.integers(1, 5)), int(r.integers(1, 12))
    code = ("CORNER", "CENTER_SIZE", "CORNER_SIZE")[r.integers(3)]
    background, keep, top_k = int(r.integers(-1, 3)), int(r.integers(-1, 8)), int(r.integers(-1, 6))
    threshold, eta = (0.0, 0.3, 0.6, 0.9)[r.integers(4)], (1.0, 0.8)[r.integers(2)]
    least, shared, inside = (0.0, 0.4, 2.0)[r.integers(3)], bool(r.integers(2)), bool(r.integers(2))
    starts = r.random((number, 2))
    priors = floats(
        [np.hstack([starts, starts + r.uniform(0.05, 0.6, (number, 2))]), r.uniform(0.1, 0.3, (number, 4))]
    )
    loc = floats(r.standard_normal((images, number, 1 if shared else classes, 4)))
    conf = floats(r.random((images, number, classes)))
    want = []
    for n in range(images):
        rows = []
        for c in range(classes):
            if c != background:
                offsets = loc[n, :, 0 if shared else c]
                boxes = plain_boxes(
                    code, priors[0], offsets, floats(np.ones((number, 4))) if inside else priors[1]
                )
                kept = plain_best(boxes, conf[n, :, c], least, top_k, threshold, eta)
                rows += [[n, c, conf[n, i, c], *boxes[i]] for i in kept]
        if -1 < keep < len(rows):
            best = sorted(range(len(rows)), key=lambda i: -rows[i][2])[:keep]
            rows = [rows[i] for i in sorted(best)]
        want += rows
    fields = f"""num_classes: {classes} background_label_id: {background} keep_top_k: {keep} code_type: {code}
        confidence_threshold: {least} share_location: {str(shared).lower()}
        variance_encoded_in_target: {str(inside).lower()}
        nms_param {{ nms_threshold: {threshold} top_k: {top_k} eta: {eta} }}"""
    text = output().replace("num_classes: 3", fields)
    (y,) = layer_from_text(text).forward(
        [loc.reshape(images, -1), conf.reshape(images, -1), priors.reshape(1, 2, -1)], []
    )
    none = [[n, *[-1] * 6] for n in range(images)]
    np.testing.assert_allclose(y[0, 0], want or none, 1e-5, 1e-6)


def refined(fields: str, *arms: Array) -> Array:
    names = "".join(f' bottom: "arm{i}"' for i in range(len(arms)))
    layer = layer_from_text(output(fields).replace(' top: "y"', f'{names} top: "y"'))
    (y,) = layer.forward([LOC, CONF, PRIORS, *arms], [])
    result: Array = y[0, 0]
    return result


def test_the_first_stage_of_refinedet() -> None:
    """The second prior is dropped; the third moves by 1 x 0.1 of its corners (CORNER)."""
    arm_conf = floats([[0.2, 0.8], [0.995, 0.005], [0.5, 0.5]]).reshape(1, 6)
    arm_loc = np.zeros((1, 12), np.float32)
    arm_loc[0, 8] = 1
    got = refined("confidence_threshold: 0.4 objectness_score: 0.01", arm_conf, arm_loc)
    rest = [[0, 1, 0.8, 0.1, 0.1, 0.3, 0.3], [0, 2, 0.5, 0.7, 0.6, 0.9, 0.9]]
    np.testing.assert_allclose(got, rest, rtol=1e-6)
    assert len(refined("confidence_threshold: 0.4 objectness_score: 0.01", arm_conf)) == 2
    images = np.zeros((1, 3, 4, 5), np.float32)
    np.testing.assert_array_equal(
        refined("confidence_threshold: 0.4", images), rows("confidence_threshold: 0.4", LOC, CONF)
    )


def test_the_first_stage_must_fit() -> None:
    text = output("objectness_score: 0.1").replace(' top: "y"', ' bottom: "a" top: "y"')
    error = refused(text, *SHAPES, (2, 5))
    assert "2 x 5 holds 5 scores of the first stage an image" in error.what


QUADS = (
    'type: "DetectionOutput" bottom: "loc" bottom: "conf" bottom: "priors" top: "y" detection_output_param {{ '
    "num_classes: 2 code_type: CENTER_SIZE confidence_threshold: 0.3 nms_param {{ nms_threshold: 0.4 }} {} }}"
)


def test_quadrilaterals_by_hand() -> None:
    """Two prior boxes far apart; of each the box is moved by its first 4 values, each corner by two of the other 8."""
    priors = floats([[0.1, 0.2, 0.3, 0.6, 0.6, 0.5, 1, 0.7], [0.1, 0.1, 0.2, 0.2, 0.5, 0.25, 0.2, 0.2]])[None]
    loc = floats([[0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8], [1, 0, 0, 0, 0, 0, -1, 1, 0, 0, 2, -2]]).reshape(
        1, 24
    )
    conf = floats([[0.1, 0.9, 0.5, 0.5]])
    for fields in ("", "use_polygon: true"):
        (y,) = run_upper(layer_from_text(QUADS.format(fields)), loc, conf, priors)
        first, second = y[0, 0]
        box = [0, 1, 0.9, 0.1, 0.2, 0.3, 0.6]
        # Corners from the upper left one clockwise: unit 0.2 * 0.1 along x, 0.4 * 0.1 along y.
        corners = [
            0.1 + 0.02,
            0.2 + 0.08,
            0.3 + 0.06,
            0.2 + 0.16,
            0.3 + 0.1,
            0.6 + 0.24,
            0.1 + 0.14,
            0.6 + 0.32,
        ]
        np.testing.assert_allclose(first, [*box, *corners], rtol=1e-5)
        box = [0, 1, 0.5, 0.6 + 0.2, 0.5, 1 + 0.2, 0.7]
        corners = [0.6, 0.5, 1 - 0.2, 0.5 + 0.05, 1, 0.7, 0.6 + 0.4, 0.7 - 0.1]
        np.testing.assert_allclose(second, [*box, *corners], rtol=1e-5)


def run_upper(layer: Layer, *bottom: Array) -> list[Array]:
    """One forward; its rows are no more than the shapes say, and as wide."""
    (shape,), (y,) = layer.shapes([x.shape for x in bottom]), layer.forward(list(bottom), [])
    assert y.shape[3] == shape[3]
    assert y.shape[2] <= shape[2]
    return [y]


def test_when_there_are_quadrilaterals() -> None:
    shapes = [(3, 24), (3, 4), (1, 2, 8)]
    assert layer_from_text(QUADS.format("")).shapes(shapes) == [(1, 1, 6, 15)]
    assert layer_from_text(QUADS.format("")).shapes([(3, 8), *shapes[1:]]) == [(1, 1, 6, 7)]
    assert "need 8" in refused(QUADS.format("use_polygon: false"), *shapes).what
    assert "need 24" in refused(QUADS.format("use_polygon: true"), (3, 8), *shapes[1:]).what
    with pytest.raises(LayerError, match="need 24"):
        layer_from_text(QUADS.format(""), dialect="textboxes").shapes([(3, 8), *shapes[1:]])
    assert refused(QUADS.format("use_polygon: true share_location: false"), *shapes).field == "share_location"


def test_nothing_found_is_a_row_of_15() -> None:
    layer = layer_from_text(QUADS.format(""))
    (y,) = layer.forward([noise(2, 24), np.zeros((2, 4), np.float32), floats(PRIORS_OF_TWO)], [])
    assert y.shape == (1, 1, 2, 15)
    assert y[0, 0, :, 0].tolist() == [0, 1]
    assert (y[0, 0, :, 1:] == -1).all()


PRIORS_OF_TWO = [[[0.1, 0.2, 0.3, 0.6, 0.6, 0.5, 1, 0.7], [0.1, 0.1, 0.2, 0.2] * 2]]
