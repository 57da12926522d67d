"""SpatialProduct: one map for all channels."""

from __future__ import annotations

import numpy as np
import pytest

from prototxt.layers.base import Cost
from support.helpers import layer_from_text, noise, refused, run

TEXT = 'type: "SpatialProduct" bottom: "x" bottom: "s" top: "y"'


def test_one_map_for_all_channels() -> None:
    x, s = noise(2, 3, 4, 5), noise(2, 1, 4, 5, seed=1)
    (y,) = run(layer_from_text(TEXT), x, s)
    np.testing.assert_array_equal(y[:, 2], x[:, 2] * s[:, 0])
    assert layer_from_text(TEXT).cost([x.shape, s.shape], [x.shape]) == Cost(multiplications=120)


@pytest.mark.parametrize("shape", [(2, 3, 4, 5), (2, 1, 5, 5), (1, 1, 4, 5), (2, 4, 5)])
def test_refusals(shape: tuple[int, ...]) -> None:
    assert refused(TEXT, (2, 3, 4, 5), shape).field == "bottom"
