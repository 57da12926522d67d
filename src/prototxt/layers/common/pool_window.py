"""The geometry of pooling in pure integers: output sizes, each window's start and end, what AVE divides by.

`pool_out`, `pool_spans` and `pool_divisors` take one spatial axis: a pool over H x W asks twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from prototxt.blobs import Shape
from prototxt.errors import LayerError
from prototxt.layers.common.window import Window


def pool_out(size: int, kernel: int, stride: int, pad: int, *, floor: bool, clip: bool) -> int:
    """Number of windows along an axis of `size` values.

    ceil((size + 2*pad - kernel) / stride) + 1, or floor of it. With `clip` (any axis of the layer is padded),
    no window starts at or behind size + pad, where it would see padding only.
    """
    slack = size + 2 * pad - kernel
    out = (slack // stride if floor else -(-slack // stride)) + 1
    return min(out, -(-(size + pad) // stride)) if clip else out


def pool_spans(size: int, out: int, kernel: int, stride: int, pad: int) -> list[tuple[int, int]]:
    """Start and end of every window on the image; an empty window has end <= start."""
    starts = [i * stride - pad for i in range(out)]
    return [(max(s, 0), min(s + kernel, size)) for s in starts]


def pool_divisors(size: int, out: int, kernel: int, stride: int, pad: int) -> list[int]:
    """What AVE divides by: each window's length with the padding counted, cut off at size + pad.

    An empty window sums to 0; it gets divisor 1, so that its average is 0.
    """
    starts = [i * stride - pad for i in range(out)]
    return [max(min(s + kernel, size + pad) - s, 1) for s in starts]


def pool_shape(window: Window, spatial: Sequence[int], *, floor: bool) -> Shape:
    """Output size of every spatial axis.

    Raises LayerError when the kernel is larger than the padded input by so much that no window is left.
    """
    clip = any(window.pad)
    axes = zip(spatial, window.kernel, window.stride, window.pad, strict=True)
    out = tuple(pool_out(h, k, s, p, floor=floor, clip=clip) for h, k, s, p in axes)
    if min(out) < 1:
        kernel, padded = "x".join(map(str, window.kernel)), _show_padded(window, spatial)
        raise LayerError(
            f"a kernel of {kernel} leaves no window on a padded input of {padded}", field="kernel_size"
        )
    return out


def _show_padded(window: Window, spatial: Sequence[int]) -> str:
    return "x".join(str(h + 2 * p) for h, p in zip(spatial, window.pad, strict=True))


def pool_window(param: Any, spatial: Shape) -> Window:
    """The window of a PoolingParameter over two spatial axes; global pooling spans them all.

    Raises LayerError for a field given in two forms, a zero, a pad as large as the kernel, or global pooling
    with a window of its own.
    """
    stride = _pair(param, "stride") or (param.stride,) * 2
    pad = _pair(param, "pad") or (param.pad,) * 2
    kernel = _pair(param, "kernel")
    if param.HasField("kernel_size"):
        kernel = (param.kernel_size,) * 2
    if param.global_pooling:
        _check_global(kernel, stride, pad)
        return Window(spatial, stride, pad, (1, 1))
    if kernel is None:
        raise LayerError(
            "no kernel_size", field="kernel_size", hint="add kernel_size: 3, say, or global_pooling: true"
        )
    for name, values in (("kernel_size", kernel), ("stride", stride)):
        if min(values) < 1:
            raise LayerError(f"{name} must be at least 1, not {'x'.join(map(str, values))}", field=name)
    for p, k in zip(pad, kernel, strict=True):
        if p >= k:
            raise LayerError(f"pad {p} must be smaller than kernel {k}", field="pad")
    return Window(kernel, stride, pad, (1, 1))


def _pair(param: Any, name: str) -> Shape | None:
    """The _h and _w form of a field, None where it is not in use; kernel's square form is kernel_size."""
    pair, square = (f"{name}_h", f"{name}_w"), "kernel_size" if name == "kernel" else name
    given = [n for n in pair if param.HasField(n)]
    if not given:
        return None
    if param.HasField(square):
        raise LayerError(f"give either {square} or {pair[0]} and {pair[1]}, not both", field=given[0])
    if len(given) == 1:
        raise LayerError(f"{pair[0]} and {pair[1]} come together", field=given[0])
    return tuple(getattr(param, n) for n in pair)


def _check_global(kernel: Shape | None, stride: Shape, pad: Shape) -> None:
    if kernel is not None:
        raise LayerError("global_pooling takes no kernel: its window is the whole image", field="kernel_size")
    if any(pad):
        raise LayerError(f"global_pooling takes no pad, got {'x'.join(map(str, pad))}", field="pad")
    if set(stride) != {1}:
        raise LayerError(f"global_pooling takes no stride, got {'x'.join(map(str, stride))}", field="stride")
