"""BatchReindex: items by index, and indices it refuses."""

from __future__ import annotations

import numpy as np
import pytest

from prototxt.errors import LayerError
from support.helpers import layer_from_text, noise, refused, run

TEXT = 'type: "BatchReindex" bottom: "x" bottom: "i" top: "y"'


def test_items_may_come_again_or_not_at_all() -> None:
    x = noise(3, 2, 4)
    (y,) = run(layer_from_text(TEXT), x, np.array([2, 0, 2, 2, 0], np.float32))
    np.testing.assert_array_equal(y, np.stack([x[2], x[0], x[2], x[2], x[0]]))


@pytest.mark.parametrize("index", [3, -1, -0.5, np.nan])
def test_indices_out_of_range(index: float) -> None:
    with pytest.raises(LayerError, match=f"index {index:g} is out of range: it must be 0 to 2") as caught:
        layer_from_text(TEXT).forward([noise(3, 2), np.array([0, index], np.float32)], ())
    assert caught.value.field == "bottom"


def test_indices_have_one_axis() -> None:
    error = refused(TEXT, (3, 2), (5, 1))
    assert (error.what, error.field) == ("needs a bottom of 1 axes, got 2: 5 x 1", "bottom")
