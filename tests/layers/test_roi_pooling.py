"""ROIPooling: bins by hand, every region as a loop over its cells does it, and what it refuses."""

from __future__ import annotations

import math

import numpy as np
import pytest

import prototxt
from prototxt.blobs import Array, Shape
from prototxt.errors import LayerError
from prototxt.layers.base import Cost
from support.helpers import layer_from_text, noise, refused, run

TEXT = 'type: "ROIPooling" bottom: "x" bottom: "rois" top: "y" roi_pooling_param { %s }'


def pool(x: Array, rois: list[list[float]], fields: str) -> Array:
    (y,) = run(layer_from_text(TEXT % fields), x, np.array(rois, np.float32))
    return y


def test_bins_by_hand() -> None:
    x = np.arange(12, dtype=np.float32).reshape(1, 1, 3, 4)
    # Columns 0 to 2 in two bins of 1.5: 0, 1 and 1, 2; rows 1 and 2 in one.
    np.testing.assert_array_equal(pool(x, [[0, 0, 1, 2, 2]], "pooled_h: 1 pooled_w: 2"), [[[[9, 10]]]])
    # 2.5 * 0.5 = 1.25 is 1; 5 * 0.5 = 2.5 is 3, away from 0.
    half = "pooled_h: 1 pooled_w: 1 spatial_scale: 0.5"
    np.testing.assert_array_equal(pool(x, [[0, 2.5, 0, 5, 0]], half), [[[[3]]]])


def test_bins_outside_of_the_map_are_0() -> None:
    x = np.full((1, 1, 3, 4), -5, np.float32)
    y = pool(x, [[0, 2, 0, 5, 2], [0, -9, -9, -4, -4]], "pooled_h: 1 pooled_w: 2")
    np.testing.assert_array_equal(y[:, 0, 0], [[-5, 0], [0, 0]])


def test_a_region_the_wrong_way_round_is_one_cell() -> None:
    x = noise(1, 2, 5, 6)
    y = pool(x, [[0, 3, 2, 1, 0]], "pooled_h: 1 pooled_w: 1")
    np.testing.assert_array_equal(y[0, :, 0, 0], x[0, :, 2, 3])


def test_nan_is_no_maximum() -> None:
    x = np.array([[[[np.nan, -3, -np.inf, np.nan]]]], np.float32)
    y = pool(x, [[0, 0, 0, 1, 0], [0, 3, 0, 3, 0]], "pooled_h: 1 pooled_w: 1")
    np.testing.assert_array_equal(y.ravel(), [-3, np.finfo(np.float32).min])


def by_loops(x: Array, rois: Array, pooled: tuple[int, int], scale: float) -> Array:
    y = np.zeros((len(rois), x.shape[1], *pooled), np.float32)
    for r, (image, *corners) in enumerate(rois):
        x1, y1, x2, y2 = (math.floor(float(c * np.float32(scale)) + 0.5) for c in corners)
        high = np.float32(max(y2 - y1 + 1, 1)) / np.float32(pooled[0])
        wide = np.float32(max(x2 - x1 + 1, 1)) / np.float32(pooled[1])
        for i in range(pooled[0]):
            for j in range(pooled[1]):
                rows = [math.floor(np.float32(i) * high) + y1, math.ceil(np.float32(i + 1) * high) + y1]
                columns = [math.floor(np.float32(j) * wide) + x1, math.ceil(np.float32(j + 1) * wide) + x1]
                cells = x[int(image), :, slice(*np.clip(rows, 0, None)), slice(*np.clip(columns, 0, None))]
                if cells.size:
                    y[r, :, i, j] = cells.max(axis=(1, 2))
    return y


@pytest.mark.parametrize("seed", range(5))
def test_equals_loops(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n, channels, height, width = 2, 3, 23 + seed, 41
    x = noise(n, channels, height, width, seed=seed)
    corners = np.sort(rng.uniform(0, 350, (40, 2, 2)), axis=1).reshape(40, 4)
    rois = np.column_stack([rng.integers(0, n, 40), corners]).astype(np.float32)
    y = pool(x, rois.tolist(), "pooled_h: 3 pooled_w: 5 spatial_scale: 0.125")
    np.testing.assert_array_equal(y, by_loops(x, rois, (3, 5), 0.125))


def test_no_regions() -> None:
    (y,) = run(
        layer_from_text(TEXT % "pooled_h: 1 pooled_w: 3"), noise(1, 2, 5, 6), np.zeros((0, 5), np.float32)
    )
    assert y.shape == (0, 2, 1, 3)


@pytest.mark.parametrize(
    ("fields", "bottom", "what", "field"),
    [
        ("pooled_h: 2", ((1, 2, 5, 6), (3, 5)), "pooled_w must be at least 1, not 0", "pooled_w"),
        (
            "pooled_h: 2 pooled_w: 2",
            ((1, 2, 5, 6), (3, 4)),
            "bottom 1 must be R x 5 (a row is image, x1, y1, x2, y2), got 3 x 4",
            "bottom",
        ),
        ("pooled_h: 2 pooled_w: 2", ((2, 5), (3, 5)), "needs a bottom of 4 axes, got 2: 2 x 5", "bottom"),
    ],
)
def test_refusals(fields: str, bottom: tuple[Shape, ...], what: str, field: str) -> None:
    error = refused(TEXT % fields, *bottom)
    assert (error.what, error.field) == (what, field)


@pytest.mark.parametrize(
    ("roi", "what"),
    [
        ([2, 0, 0, 1, 1], "a region's image 2 is out of range: it must be 0 to 1"),
        ([-1, 0, 0, 1, 1], "a region's image -1 is out of range: it must be 0 to 1"),
        ([0, 0, np.inf, 1, 1], "the corners of region 0 are no numbers: 0, inf, 1, 1"),
    ],
)
def test_regions_that_are_none(roi: list[float], what: str) -> None:
    with pytest.raises(LayerError) as caught:
        pool(noise(2, 3, 4, 5), [roi], "pooled_h: 1 pooled_w: 1")
    assert caught.value.what == what


def test_cost_and_brief() -> None:
    layer = layer_from_text(TEXT % "pooled_h: 7 pooled_w: 6")
    shapes: list[Shape] = [(1, 8, 5, 6), (10, 5)]
    assert layer.cost(shapes, layer.shapes(shapes)) == Cost(comparisons=10 * 8 * 5 * 6)
    assert layer.brief(shapes) == "MAX 7x6"


@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_in_a_net(engine: str) -> None:
    net = prototxt.parse_net(
        """
        layer { name: "in" type: "Input" top: "x" top: "rois"
          input_param { shape { dim: 1 dim: 3 dim: 6 dim: 9 } shape { dim: 4 dim: 5 } } }
        layer { name: "relu" type: "ReLU" bottom: "x" top: "x" }
        layer { name: "pool" type: "ROIPooling" bottom: "x" bottom: "rois" top: "y"
          roi_pooling_param { pooled_h: 2 pooled_w: 3 } }
        layer { name: "fc" type: "InnerProduct" bottom: "y" top: "fc"
          inner_product_param { num_output: 2 weight_filler { type: "xavier" } } }
        """,
        engine=engine,
    )
    x, rois = (
        noise(1, 3, 6, 9),
        np.array([[0, 0, 0, 5, 5], [0, 2, 1, 3, 5], [0, 8, 5, 8, 5], [0, 1, 1, 7, 2]]),
    )
    got = net.forward(x=x, rois=rois)["fc"]
    flat = by_loops(np.maximum(x, 0), rois.astype(np.float32), (2, 3), 1).reshape(4, -1)
    np.testing.assert_allclose(got, flat @ net.params["fc"][0].data.T, rtol=1e-4, atol=1e-5)
