"""Split: the bottom under every name."""

from __future__ import annotations

import numpy as np

from support.helpers import layer_from_text, noise, run


def test_every_top_is_the_bottom() -> None:
    x = noise(2, 3, 5)
    tops = run(layer_from_text('type: "Split" bottom: "x" top: "a" top: "b" top: "c"'), x)
    assert len(tops) == 3
    for y in tops:
        np.testing.assert_array_equal(y, x)
