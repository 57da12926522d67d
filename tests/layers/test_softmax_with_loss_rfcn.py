"""SoftmaxWithLoss of R-FCN: SoftmaxWithLossOHEM under Caffe's name, where 3 tops or the dialect tell."""

from __future__ import annotations

import numpy as np
import pytest

from prototxt.blobs import TEST
from support.helpers import layer_from_text, noise, run

TEXT = 'type: "%s" bottom: "x" bottom: "l" top: "y" %s'
THREE = 'top: "p" top: "each" loss_weight: [1, 0, 0]'


@pytest.mark.parametrize(
    ("extra", "dialect", "fork"), [(THREE, "", "rfcn"), ("", "", "caffe"), ("", "rfcn", "rfcn")]
)
def test_meanings(extra: str, dialect: str, fork: str) -> None:
    assert layer_from_text(TEXT % ("SoftmaxWithLoss", extra), TEST, dialect=dialect).fork == fork


def test_equals_softmax_with_loss_ohem() -> None:
    x, labels = noise(6, 5), np.array([0, 4, 2, 2, 1, 3], np.float32)
    got = run(layer_from_text(TEXT % ("SoftmaxWithLoss", THREE)), x, labels)
    want = run(layer_from_text(TEXT % ("SoftmaxWithLossOHEM", THREE)), x, labels)
    for one, other in zip(got, want, strict=True):
        np.testing.assert_array_equal(one, other)
