"""Axis arithmetic."""

from __future__ import annotations

import numpy as np
import pytest

from prototxt.errors import LayerError
from prototxt.layers.common.axes import along, canonical_axis, check_num_axes, check_operand, run_of_axes


def test_canonical_axis() -> None:
    assert canonical_axis(-1, (2, 3, 5)) == 2
    with pytest.raises(LayerError, match="axis 3 is out of range for a bottom of 2 x 3 x 5"):
        canonical_axis(3, (2, 3, 5))
    with pytest.raises(LayerError, match="axis 0 is out of range for a bottom of scalar"):
        canonical_axis(0, ())


def test_run_of_axes() -> None:
    assert run_of_axes((2, 3, 5), 1, 1) == (3,)
    assert run_of_axes((2, 3, 5), -2, -1) == (3, 5)
    assert run_of_axes((2, 3, 5), 1, 0) == ()


def test_along_lays_a_small_array_on_its_axes() -> None:
    assert along(np.zeros((3, 5), np.float32), -3, 4).shape == (3, 5, 1)
    assert along(np.zeros((), np.float32), 1, 4).shape == ()


def test_check_operand() -> None:
    check_operand((2, 3, 5), 1, (3, 5))
    check_operand((2, 3, 5), 9, ())
    with pytest.raises(LayerError, match="a second bottom of 2 x 3 does not fit 2 x 3 x 5 from axis 1 on"):
        check_operand((2, 3, 5), 1, (2, 3))


def test_check_num_axes() -> None:
    with pytest.raises(LayerError, match="needs a bottom of at least 2 axes, got 1: 4"):
        check_num_axes((4,), 2)
    with pytest.raises(LayerError, match="needs a bottom of 2 to 4 axes, got 5: 1 x 2 x 3 x 4 x 5"):
        check_num_axes((1, 2, 3, 4, 5), 2, 4)
    with pytest.raises(LayerError, match="needs a bottom of 4 axes, got 1: 4"):
        check_num_axes((4,), 4, 4)
