"""LargeMarginInnerProduct: what sets it apart from MarginInnerProduct, whose test tries both."""

from __future__ import annotations

import numpy as np

from support.helpers import layer_from_text, run

TEXT = 'type: "%s" bottom: "x" bottom: "label" top: "y" %s { num_output: 2 type: DOUBLE }'


def test_the_length_of_the_weights_counts() -> None:
    x, label = np.array([[3, 4]], np.float32), np.array([1], np.float32)
    weights = np.array([[10, 0], [0, 2]], np.float32)
    # Own class: cos t = 4/5, cos 2t = 7/25, lambda 1: 10 * (4/5 + 7/25) / 2; of weights of length 1 half of it.
    (large,) = run(
        layer_from_text(TEXT % ("LargeMarginInnerProduct", "largemargin_inner_product_param")),
        x,
        label,
        params=[weights],
    )
    np.testing.assert_allclose(large, [[30, 5.4]], rtol=1e-6)
    (unit,) = run(
        layer_from_text(TEXT % ("MarginInnerProduct", "margin_inner_product_param")),
        x,
        label,
        params=[weights],
    )
    np.testing.assert_allclose(unit, [[3, 2.7]], rtol=1e-6)
