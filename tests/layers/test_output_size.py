"""Windows from fields: output sizes, fields that do not fit, and that each is computed once."""

from __future__ import annotations

import pytest

from prototxt.layers.common.output_size import WindowSpec, pool_out


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "pad", "floor", "out"),
    [
        (7, 3, 2, 0, False, 3),
        (8, 3, 2, 0, False, 4),
        (8, 3, 2, 0, True, 3),
        (6, 3, 3, 2, False, 3),
        (3, 2, 2, 1, False, 2),
    ],
)
def test_out(size: int, kernel: int, stride: int, pad: int, floor: bool, out: int) -> None:
    assert pool_out(size, kernel, stride, pad, floor=floor, clip=pad > 0) == out


def test_clip_leaves_out_a_window_after_the_padding() -> None:
    assert pool_out(4, 1, 3, 0, floor=False, clip=False) == 2
    assert pool_out(5, 1, 3, 0, floor=False, clip=False) == 3
    assert pool_out(5, 1, 3, 0, floor=False, clip=True) == 2


def test_a_convolution_and_a_deconvolution_of_one_window() -> None:
    spec = WindowSpec(kernel=(3, 5), stride=(2, 1), pad=(1, 0), dilation=(1, 2))
    assert spec.convolved((8, 12)).out == (4, 4)
    assert spec.deconvolved((4, 4)).out == (7, 12)


def test_one_number_serves_all_axes() -> None:
    window = WindowSpec((3,), (2,), (1,)).convolved((9, 8, 7))
    assert (window.kernel, window.stride, window.pad) == ((3,) * 3, (2,) * 3, (1,) * 3)
    assert (window.size, window.out) == ((9, 8, 7), (5, 4, 4))


def test_a_kernel_of_none_spans_the_input() -> None:
    window = WindowSpec(None, (1,), (0,)).pooled((5, 7), floor=False)
    assert (window.kernel, window.out) == ((5, 7), (1, 1))
