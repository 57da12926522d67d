"""SpatialRep: a vector at every place, and what it refuses."""

from __future__ import annotations

import pytest

from prototxt.blobs import Shape
from prototxt.layers.spatial_rep import SpatialRep
from support.helpers import layer_from_text, noise, refused, run

TEXT = (
    'type: "Python" bottom: "x" bottom: "map" top: "y" '
    'python_param { module: "caffe_traininglayers" layer: "SpatialRepLayer" }'
)


def test_every_place_has_the_vector() -> None:
    layer, x = layer_from_text(TEXT), noise(2, 3, 1, 1)
    assert isinstance(layer, SpatialRep)
    (y,) = run(layer, x, noise(2, 6, 4, 5))
    assert y.shape == (2, 3, 4, 5)
    for n, c, h, w in ((0, 0, 0, 0), (1, 2, 3, 4), (0, 1, 2, 3)):
        assert y[n, c, h, w] == x[n, c, 0, 0]


@pytest.mark.parametrize(
    ("shapes", "what"),
    [
        (((2, 3, 1, 2), (2, 6, 4, 5)), "the first bottom must be N x C x 1 x 1, got 2 x 3 x 1 x 2"),
        (((2, 3), (2, 6, 4, 5)), "needs a bottom of 4 axes, got 2: 2 x 3"),
        (((2, 3, 1, 1), (2, 6)), "needs a bottom of 4 axes, got 2: 2 x 6"),
    ],
)
def test_refused(shapes: tuple[Shape, ...], what: str) -> None:
    assert refused(TEXT, *shapes).what == what
