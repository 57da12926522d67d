"""Region: activations of darknet's region layer."""

from __future__ import annotations

import numpy as np
import pytest

from support.helpers import floats, layer_from_text, noise, refused, run


def region(fields: str) -> str:
    return f'type: "Region" bottom: "x" top: "y" region_param {{ {fields} }}'


def test_every_channel_has_its_activation() -> None:
    """One box of two classes: places and objectness of 0 are a half, sizes stay, e and 1 share 1."""
    x = floats([0, 0, 7, -7, 0, 1, 0]).reshape(1, 7, 1, 1)
    (y,) = run(layer_from_text(region("classes: 2 num: 1")), x)
    share = np.e / (np.e + 1)
    np.testing.assert_allclose(y.ravel(), [0.5, 0.5, 7, -7, 0.5, share, 1 - share], rtol=1e-5)
    (y,) = run(layer_from_text(region("classes: 2 num: 1 softmax: 0")), x)
    np.testing.assert_allclose(y.ravel()[5:], [share, 0.5], rtol=1e-5)


def test_each_box_for_itself() -> None:
    x = noise(2, 16, 3, 4)
    (y,) = run(layer_from_text(region('classes: 3 num: 2 anchors: "1,2, 3,4"')), x)
    (second,) = run(layer_from_text(region("classes: 3 num: 1")), x[:, 8:])
    np.testing.assert_array_equal(y[:, 8:], second)


def test_cost_and_brief() -> None:
    layer = layer_from_text(region("classes: 3 num: 2"))
    assert layer.cost([(1, 16, 3, 4)], []).exponentials == 24 * 6
    assert layer.brief([]) == "2 boxes 3 classes"


@pytest.mark.parametrize(
    ("fields", "what"), [("classes: 3 num: 1", "16 channels"), ("num: 0", "not 0"), ("coords: 1", "not 1")]
)
def test_refused(fields: str, what: str) -> None:
    assert what in refused(region(fields), (1, 16, 3, 4)).what
