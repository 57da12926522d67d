"""DetectionEvaluate: right and wrong detections."""

from __future__ import annotations

import numpy as np
import pytest

from prototxt.blobs import Array
from prototxt.errors import LayerError
from support.helpers import floats, layer_from_text, refused

A, B = [0.0, 0.0, 0.4, 0.4], [0.5, 0.5, 1.0, 1.0]
TRUTH = floats([[0, 1, 0, *A, 0], [0, 1, 1, *B, 1], [1, 2, 0, *A, 0]])


def evaluate(fields: str = "") -> str:
    bottoms = 'bottom: "found" bottom: "truth" top: "y"'
    return f'type: "DetectionEvaluate" {bottoms} detection_evaluate_param {{ num_classes: 3 {fields} }}'


def rows(result: Array, fields: str = "", truth: Array = TRUTH) -> Array:
    layer = layer_from_text(evaluate(fields))
    bottom = [result.reshape(1, 1, -1, 7), truth.reshape(1, 1, -1, 8)]
    (y,) = layer.forward(bottom, [])
    assert y.dtype == np.float32
    assert y.shape[2] <= layer.shapes([x.shape for x in bottom])[0][2]
    judged: Array = y[0, 0]
    return judged


FOUND = floats(
    [
        [0, 1, 0.6, *A],  # right, but a better one follows
        [0, 1, 0.9, 0, 0, 0.4, 0.39],
        [0, 1, 0.8, *B],  # difficult
        [0, 2, 0.7, *A],  # no thing of that class in the image
        [1, 2, 0.5, 0.2, 0.2, 0.6, 0.6],  # too far away
        [2, 1, 0.4, *A],  # an image without things
    ]
)


def test_every_kind() -> None:
    np.testing.assert_allclose(
        rows(FOUND),
        floats(
            [
                [-1, 1, 2, -1, -1],
                [-1, 2, 1, -1, -1],
                [0, 1, 0.9, 1, 0],
                [0, 1, 0.8, 1, 0],
                [0, 1, 0.6, 0, 1],
                [0, 2, 0.7, 0, 1],
                [1, 2, 0.5, 0, 1],
                [2, 1, 0.4, 0, 1],
            ]
        ),
        rtol=1e-6,
    )


def test_difficult_ones_do_not_count() -> None:
    got = rows(FOUND, "evaluate_difficult_gt: false")
    assert got[0].tolist() == [-1, 1, 1, -1, -1]
    assert got[3, 3:].tolist() == [0, 0]
    assert got[2, 3:].tolist() == [1, 0]


def test_threshold() -> None:
    got = rows(FOUND, "overlap_threshold: 0.1")
    assert got[6, 3:].tolist() == [1, 0]


def test_a_row_of_minus_one_is_no_detection() -> None:
    got = rows(floats([[0] + [-1] * 6, [1] + [-1] * 6]))
    assert got.shape == (2, 5)
    got = rows(FOUND[:0], truth=floats([[-1] * 8]))
    assert got[:, 2].tolist() == [0, 0]


def test_without_a_background() -> None:
    assert rows(FOUND, "background_label_id: 3").shape == (9, 5)


def test_remark_and_cost() -> None:
    layer = layer_from_text(evaluate('name_size_file: "sizes.txt"'))
    assert "name_size_file is not read" in layer.notes([])[0]
    assert layer_from_text(evaluate()).notes([]) == ()
    assert layer.cost([(1, 1, 5, 7), (1, 1, 3, 8)], []).divisions == 15


@pytest.mark.parametrize(
    ("fields", "shapes", "what"),
    [
        ("", ((1, 1, 5, 6), (1, 1, 3, 8)), "rows of 7"),
        ("", ((1, 1, 5, 7), (1, 1, 3, 7)), "rows of 8"),
        ("overlap_threshold: 0", ((1, 1, 5, 7), (1, 1, 3, 8)), "not 0"),
    ],
)
def test_refused(fields: str, shapes: tuple[tuple[int, ...], ...], what: str) -> None:
    assert what in refused(evaluate(fields), *shapes).what


def test_the_background_is_nothing_to_detect() -> None:
    result = FOUND.copy()
    result[0, 1] = 0
    with pytest.raises(LayerError, match="label of the background, 0"):
        rows(result)
    truth = TRUTH.copy()
    truth[1, 1] = 0
    with pytest.raises(LayerError, match="true box 1"):
        rows(FOUND, truth=truth)
