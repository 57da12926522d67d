"""DetectionOutput: from differences and scores to rows."""

from __future__ import annotations

import numpy as np
import pytest

from helpers import floats, layer_message, refused, room
from prototxt.errors import LayerError
from prototxt.layers.base import Array, Setting
from prototxt.layers.registry import make_layer

PRIORS = floats(
    [
        [[0.1, 0.1, 0.3, 0.3], [0.1, 0.1, 0.3, 0.32], [0.6, 0.6, 0.9, 0.9]],
        [[0.1, 0.1, 0.2, 0.2]] * 3,
    ]
).reshape(1, 2, 12)
SHAPES = ((2, 12), (2, 9), (1, 2, 12))


def output(fields: str = "", setting: str = "") -> str:
    bottoms = 'bottom: "loc" bottom: "conf" bottom: "priors"'
    return f'type: "DetectionOutput" {bottoms} top: "y" detection_output_param {{ num_classes: 3 {fields} }}'


def rows(fields: str, loc: Array, conf: Array) -> Array:
    layer = room(output(fields))
    (y,) = layer.forward([loc, conf, PRIORS], [])
    (most,) = layer.shapes([loc.shape, conf.shape, PRIORS.shape])
    assert y.dtype == np.float32
    assert y.shape[:2] == most[:2] == (1, 1)
    assert y.shape[2] <= most[2]
    found: Array = y[0, 0]
    return found


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


def test_nothing_found() -> None:
    got = rows("confidence_threshold: 0.9", np.tile(LOC, (2, 1)), np.tile(CONF, (2, 1)))
    np.testing.assert_array_equal(got, [[0] + [-1] * 6, [1] + [-1] * 6])
    assert len(rows("keep_top_k: 0", LOC, CONF)) == 1


def test_nothing_found_in_one_image() -> None:
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
        return room(output(fields)).shapes(list(SHAPES))[0][2]

    assert most("") == 2 * 2 * 3
    assert most("nms_param { top_k: 2 }") == 2 * 2 * 2
    assert most("keep_top_k: 3") == 2 * 3
    assert most("keep_top_k: 0") == 2


def test_what_would_write_or_draw_is_told() -> None:
    layer = room(output('save_output_param { output_directory: "x" } visualize: true'))
    assert [line.split(":")[0] for line in layer.remarks(list(SHAPES))] == ["save_output_param", "visualize"]
    assert room(output()).remarks(list(SHAPES)) == ()


def test_cost_and_brief() -> None:
    layer = room(output("code_type: CENTER_SIZE"))
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
    layer = room(output("code_type: CENTER_SIZE"))
    flat = PRIORS.copy()
    flat[0, 0, 6] = 0.1
    with pytest.raises(LayerError, match=r"prior box 1 \(0.1, 0.1, 0.1, 0.32\) has no width"):
        layer.forward([LOC, CONF, flat], [])


def test_a_field_that_one_fork_lacks() -> None:
    param = layer_message(output("clip: true"))
    assert make_layer(param, Setting(dialect="ssd"))
    with pytest.raises(LayerError, match="clip"):
        make_layer(param, Setting(dialect="yolo"))
