"""ClusterDetections: boxes of covered cells by hand, and what it refuses."""

from __future__ import annotations

from math import log

import numpy as np
import pytest

import prototxt
from prototxt.blobs import Array
from prototxt.layers.base import Cost, Layer
from support.helpers import layer_from_text, noise, refused, run

TEXT = (
    'type: "Python" bottom: "coverage" bottom: "bboxes" {} python_param {{ module: "caffe.layers.detectnet.clustering" '
    'layer: "ClusterDetections" param_str: "{}" }}'
)


def text(numbers: str, tops: int = 1) -> str:
    return TEXT.format(" ".join(f'top: "t{i}"' for i in range(tops)), numbers)


def cluster(numbers: str, tops: int = 1) -> Layer:
    return layer_from_text(text(numbers, tops))


def halves(*values: float) -> Array:
    """Numbers as a row has them, rounded to 16 bits."""
    return np.array(values).astype(np.float16).astype(np.float32)


def pointing_at(box: tuple[float, ...], rows: int, columns: int, stride: int) -> Array:
    """The values of every cell whose box is this one, whatever the cell: 4 x rows x columns."""
    down, across = np.indices((rows, columns)) * stride
    return np.stack([corner - place for corner, place in zip(box, [across, down] * 2, strict=True)]).astype(
        np.float32
    )


def test_cells_that_agree_are_one_box() -> None:
    """Three cells of 16 pixels propose 10, 20, 90.7, 140.2; a fourth is not covered enough, a fifth is alone."""
    boxes = pointing_at((10, 20, 90.7, 140.2), 3, 5, 16)
    boxes[:, 2, 4] = (0, 0, 300, 300)
    coverage = np.zeros((1, 3, 5), np.float32)
    coverage[0, 0, 1] = coverage[0, 1, 1] = coverage[0, 1, 2] = coverage[0, 2, 4] = 0.7
    coverage[0, 0, 0] = 0.4
    (y,) = run(
        cluster("80, 48, 16, 0.5, 2, 0.1, 22"), np.stack([coverage, 0 * coverage]), np.stack([boxes] * 2)
    )
    np.testing.assert_array_equal(y[0, 0], halves(10, 20, 90, 140, log(3)))
    assert not y[0, 1:].any()
    assert not y[1].any()


def test_a_low_box_goes_and_cells_outside_are_not_read() -> None:
    boxes = pointing_at((10, 20, 90, 40), 3, 5, 16)
    coverage = np.ones((1, 1, 3, 5), np.float32)
    assert not run(cluster("80, 48, 16, 0.5, 2, 0.1, 22"), coverage, boxes[None])[0].any()
    (y,) = run(cluster("64, 32, 16, 0.5, 2, 0.1, 20"), coverage, boxes[None])  # 4 x 2 cells
    np.testing.assert_array_equal(y[0, 0], halves(10, 20, 90, 40, log(8)))


def test_a_top_for_each_class() -> None:
    boxes = pointing_at((3, 5, 60, 50), 3, 5, 16)
    coverage = np.zeros((1, 2, 3, 5), np.float32)
    coverage[0, 1, 0] = 1
    first, second = run(cluster("80, 48, 16, 0.5, 2, 0.1, 22, 2", 2), coverage, boxes[None])
    assert not first.any()
    np.testing.assert_array_equal(second[0, 0], halves(3, 5, 60, 50, log(5)))


def test_the_largest_groups_stay_where_there_are_more_than_50() -> None:
    """With a threshold of 0 every cell is a box; with 1, pairs of cells: 60 pairs and one group of three."""
    rows, columns = 1, 130
    boxes = np.zeros((4, rows, columns), np.float32)
    for column in range(columns):
        pair = min(column // 2, 63) if column < 127 else 62
        boxes[:, 0, column] = np.array([20 * pair, 0, 20 * pair + 9, 30]) - np.array([column, 0, column, 0])
    coverage = np.ones((1, 1, rows, columns), np.float32)
    (y,) = run(cluster("130, 1, 1, 0.5, 1, 0.01, 0"), coverage, boxes[None])
    assert (y[0, :, 3] == 30).all()
    assert (np.diff(y[0, :, 0]) > 0).all()
    assert y[0, -1, 4] == np.float16(log(5))  # the last of the 50 is the largest group


def test_it_stands_for_the_python_layer() -> None:
    net = prototxt.parse_net(
        'input: "coverage" input_dim: [2, 1, 3, 5] input: "bboxes" input_dim: [2, 4, 3, 5] layer { name: "cluster" '
        + text("80, 48, 16, 0.5, 2, 0.1, 22")
        + " }"
    )
    assert net.layers[-1].type == "ClusterDetections"
    assert net.blobs["t0"].shape == (2, 50, 5)


def test_cost_and_brief() -> None:
    layer = cluster("80, 48, 16, 0.6, 2, 0.1, 22, 2", 2)
    shapes = [(3, 2, 3, 5), (3, 4, 3, 5)]
    assert layer.cost(shapes, layer.shapes(shapes)) == Cost(comparisons=90, additions=360)
    assert layer.brief(shapes) == "/16 >=0.6"


@pytest.mark.parametrize(
    ("numbers", "what"),
    [
        ("", "param_str has 0 numbers, it must have 7 or 8"),
        ("80, 48, 16", "param_str has 3 numbers"),
        ("80, 48, x, 0.5, 2, 0.1, 22", "is no list of numbers"),
        ("80, 48, 0, 0.5, 2, 0.1, 22", "stride in param_str must be 1 to 2,147,483,647, not 0"),
        ("80, 48, 50, 0.5, 2, 0.1, 22", "a stride of 50 is more than the image of 80 x 48 pixels"),
        ("80, 48, 16, 0.5, 2, -0.1, 22", "group eps must be at least 0, not -0.1"),
        ("80, 48, 16, 0.5, 2, 0.1, 22, 2", "1 tops for 2 classes"),
    ],
)
def test_numbers_that_are_refused(numbers: str, what: str) -> None:
    assert what in refused(text(numbers), (1, 1, 3, 5), (1, 4, 3, 5)).what


def test_shapes_and_values_that_are_refused() -> None:
    numbers = "80, 48, 16, 0.5, 2, 0.1, 22"
    assert "they must be 1 x 4 x 3 x 5" in refused(text(numbers), (1, 1, 3, 5), (1, 3, 3, 5)).what
    assert "1 channels for 2 classes" in refused(text(numbers + ", 2", 2), (1, 1, 3, 5), (1, 4, 3, 5)).what
    boxes = noise(1, 4, 3, 5)
    boxes[0, 1, 2, 3] = np.nan
    with pytest.raises(prototxt.PrototxtError, match="not finite"):
        cluster(numbers).forward([np.ones((1, 1, 3, 5), np.float32), boxes], [])
