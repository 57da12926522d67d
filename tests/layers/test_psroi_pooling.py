"""PSROIPooling: bins by hand, every region as a loop over its cells does it, and what it refuses."""

from __future__ import annotations

import math

import numpy as np
import pytest

from prototxt.blobs import Array, Shape
from prototxt.errors import LayerError
from prototxt.layers import psroi_pooling
from prototxt.layers.base import Cost
from support.helpers import layer_from_text, noise, refused, run

TEXT = 'type: "PSROIPooling" bottom: "x" bottom: "rois" top: "y" psroi_pooling_param { %s }'


def pool(x: Array, rois: Array, fields: str) -> Array:
    (y,) = run(layer_from_text(TEXT % fields), x, rois.astype(np.float32))
    return y


def test_each_bin_reads_a_channel_of_its_own() -> None:
    x = np.arange(8, dtype=np.float32)[:, None, None] * np.ones((1, 8, 4, 6), np.float32)
    y = pool(x, np.array([[0, 0, 0, 3, 3]]), "output_dim: 2 group_size: 2 spatial_scale: 1")
    np.testing.assert_array_equal(y, np.arange(8).reshape(1, 2, 2, 2))


def test_means_by_hand() -> None:
    x = np.arange(12, dtype=np.float32).reshape(1, 1, 3, 4)
    # 0.5 is rounded to 1, 2.4 to 2, the end to 3: columns 1 and 2 of rows 0 and 1.
    y = pool(x, np.array([[0, 0.5, 0, 2.4, 1]]), "output_dim: 1 group_size: 1 spatial_scale: 1")
    assert y.item() == pytest.approx((1 + 2 + 5 + 6) / 4)


def test_an_empty_bin_is_0() -> None:
    y = pool(noise(1, 4, 3, 5), np.array([[0, 90, 0, 99, 2]]), "output_dim: 1 group_size: 2 spatial_scale: 1")
    np.testing.assert_array_equal(y, np.zeros((1, 1, 2, 2)))


def test_a_large_value_does_not_change_the_windows_beside_it() -> None:
    x = np.ones((1, 1, 3, 5), np.float32)
    x[..., 0] = 1e30
    x[..., 1] = np.inf
    y = pool(x, np.array([[0, 2, 0, 4, 2]]), "output_dim: 1 group_size: 1 spatial_scale: 1")
    assert y.item() == 1


def by_loops(x: Array, rois: Array, dim: int, group: int, scale: float) -> Array:
    y = np.zeros((len(rois), dim, group, group), np.float32)
    for r, (image, *corners) in enumerate(rois):
        x1, y1, x2, y2 = (math.floor(float(c) + 0.5) for c in corners)
        starts = [np.float32(v) * np.float32(scale) for v in (y1, x1)]
        ends = [np.float32(v + 1) * np.float32(scale) for v in (y2, x2)]
        sizes = [
            np.float32(max(float(e - s), 0.1)) / np.float32(group) for s, e in zip(starts, ends, strict=True)
        ]
        for c, i, j in np.ndindex(dim, group, group):
            spans = [
                slice(*np.clip([math.floor(p * b + s), math.ceil((p + 1) * b + s)], 0, None))
                for p, b, s in zip(map(np.float32, (i, j)), sizes, starts, strict=True)
            ]
            cells = x[int(image), (c * group + i) * group + j, spans[0], spans[1]]
            y[r, c, i, j] = cells.mean(dtype=np.float64) if cells.size else 0
    return y


@pytest.mark.parametrize("together", [1, 100, 2**20])
def test_equals_loops(together: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psroi_pooling, "BLOCK_VALUES", together)
    rng = np.random.default_rng(together)
    x = noise(2, 18, 13, 17)
    corners = np.sort(rng.uniform(-30, 300, (25, 2, 2)), axis=1).reshape(25, 4)
    rois = np.column_stack([rng.integers(0, 2, 25), corners]).astype(np.float32)
    y = pool(x, rois, "output_dim: 2 group_size: 3 spatial_scale: 0.0625")
    np.testing.assert_allclose(y, by_loops(x, rois, 2, 3, 0.0625), rtol=1e-5, atol=1e-6)


def test_no_regions() -> None:
    assert (
        pool(
            noise(1, 4, 5, 6), np.zeros((0, 5), np.float32), "output_dim: 1 group_size: 2 spatial_scale: 1"
        ).size
        == 0
    )


@pytest.mark.parametrize(
    ("fields", "what", "field"),
    [
        ("output_dim: 0 group_size: 2", "output_dim must be at least 1, not 0", "output_dim"),
        ("output_dim: 3 group_size: 0", "group_size must be at least 1, not 0", "group_size"),
        (
            "output_dim: 3 group_size: 2",
            "output_dim 3 and group_size 2 take 3 x 2^2 = 12 channels, got 13: 1 x 13 x 5 x 6",
            "output_dim",
        ),
    ],
)
def test_refusals(fields: str, what: str, field: str) -> None:
    error = refused(TEXT % (fields + " spatial_scale: 1"), (1, 13, 5, 6), (3, 5))
    assert (error.what, error.field) == (what, field)


def test_a_region_of_an_image_that_is_not_there() -> None:
    with pytest.raises(LayerError, match="a region's image 1 is out of range: it must be 0 to 0"):
        pool(noise(1, 4, 3, 5), np.array([[1, 0, 0, 2, 2]]), "output_dim: 1 group_size: 2 spatial_scale: 1")


def test_cost_and_brief() -> None:
    layer = layer_from_text(TEXT % "output_dim: 2 group_size: 3 spatial_scale: 1")
    shapes: list[Shape] = [(1, 18, 5, 6), (10, 5)]
    cost = layer.cost(shapes, layer.shapes(shapes))
    assert cost == Cost(additions=10 * 2 * 5 * 6, divisions=10 * 2 * 3 * 3)
    assert layer.brief(shapes) == "AVE 3x3"
