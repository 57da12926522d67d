"""The geometry of a sliding window over N spatial axes: kernel, stride, pad, dilation, read once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any

from prototxt.blobs import MAX_ELEMENTS, Shape, count, format_shape
from prototxt.errors import LayerError


@dataclass(frozen=True, slots=True)
class Window:
    """Kernel, stride, pad and dilation, one number per spatial axis."""

    kernel: Shape
    stride: Shape
    pad: Shape
    dilation: Shape

    @property
    def extent(self) -> Shape:
        """What the kernel spans on the input: d(k - 1) + 1 per axis."""
        return tuple(d * (k - 1) + 1 for k, d in zip(self.kernel, self.dilation, strict=True))

    @property
    def size(self) -> int:
        """Number of taps."""
        return prod(self.kernel)

    def conv_out(self, spatial: Sequence[int]) -> Shape:
        """floor((H + 2p - (d(k - 1) + 1)) / s) + 1 per axis.

        A kernel that sticks out of the padded input by less than a stride still has one window, which sees
        zeros there: the reference divides as C does, towards 0.

        Raises LayerError when the kernel is larger than that.
        """
        axes = zip(spatial, self.extent, self.stride, self.pad, strict=True)
        out = tuple((h + 2 * p - e + (s - 1) * (h + 2 * p < e)) // s + 1 for h, e, s, p in axes)
        if min(out, default=1) < 1:
            padded = "x".join(str(h + 2 * p) for h, p in zip(spatial, self.pad, strict=True))
            extent = "x".join(map(str, self.extent))
            raise LayerError(
                f"the kernel spans {extent}, more than the padded input of {padded}", field="kernel_size"
            )
        return out

    def deconv_out(self, spatial: Sequence[int]) -> Shape:
        """s(H - 1) + d(k - 1) + 1 - 2p per axis.

        Raises LayerError when the padding eats the whole output.
        """
        axes = zip(spatial, self.extent, self.stride, self.pad, strict=True)
        out = tuple(s * (h - 1) + e - 2 * p for h, e, s, p in axes)
        if min(out, default=1) < 1:
            raise LayerError(
                f"the output would be {'x'.join(map(str, out))}: pad is too large for this kernel and stride",
                field="pad",
            )
        return out

    def margins(self, spatial: Sequence[int], out: Sequence[int]) -> list[tuple[int, int]]:
        """How far the first window reaches out before, and the last behind the input, per axis."""
        axes = zip(spatial, out, self.extent, self.stride, self.pad, strict=True)
        return [(p, max((o - 1) * s + e - p - h, 0)) for h, o, e, s, p in axes]

    def taps(self) -> Iterator[tuple[int, ...]]:
        """Every kernel position in row-major order."""
        return product(*map(range, self.kernel))

    def span(self, tap: Sequence[int], out: Sequence[int]) -> tuple[slice, ...]:
        """The padded input positions that this tap meets, one slice per axis, as long as `out`."""
        axes = zip(tap, out, self.stride, self.dilation, strict=True)
        return tuple(slice(t * d, t * d + s * (o - 1) + 1, s) for t, o, s, d in axes)

    def brief(self) -> str:
        """`5x5+2/1`: kernel, pad (when any) and stride; `d2` when dilated."""
        text = "x".join(map(str, self.kernel))
        if any(self.pad):
            text += "+" + _same_or_each(self.pad)
        text += "/" + _same_or_each(self.stride)
        return text + (f" d{_same_or_each(self.dilation)}" if set(self.dilation) - {1} else "")


def check_padded(shape: Shape, axis: int, margins: Sequence[tuple[int, int]]) -> None:
    """Raises LayerError where margins on the axes from `axis` on make an array larger than any blob may be."""
    sizes = [h + before + behind for h, (before, behind) in zip(shape[axis:], margins, strict=True)]
    padded = (*shape[:axis], *sizes)
    if count(padded) > MAX_ELEMENTS:
        raise LayerError(
            f"with its padding it takes an array of {format_shape(padded)} = {count(padded):,} elements, "
            f"more than the {MAX_ELEMENTS:,} a blob may have",
            field="pad",
        )


def last_axes(index: Iterable[int | slice]) -> tuple[Any, ...]:
    """An index into the last axes of an array, all of the others."""
    return (..., *index)


def _same_or_each(values: Sequence[int]) -> str:
    return str(values[0]) if len(set(values)) == 1 else "x".join(map(str, values))


def conv_window(param: Any, spatial_axes: int) -> Window:
    """The window of a ConvolutionParameter over `spatial_axes` axes (base_conv_layer.cpp).

    kernel_size, stride, pad and dilation hold one value for all axes or one per axis; kernel_h/kernel_w and
    kin serve two axes alone and exclude the repeated form.

    Raises LayerError for a wrong number of values, a mix of both forms, or a zero.
    """
    kernel = _per_axis(param, "kernel_size", ("kernel_h", "kernel_w"), spatial_axes, None)
    stride = _per_axis(param, "stride", ("stride_h", "stride_w"), spatial_axes, 1)
    pad = _per_axis(param, "pad", ("pad_h", "pad_w"), spatial_axes, 0)
    dilation = _per_axis(param, "dilation", None, spatial_axes, 1)
    for name, values in (("kernel_size", kernel), ("stride", stride), ("dilation", dilation)):
        if min(values, default=1) < 1:
            raise LayerError(f"{name} must be at least 1, not {_same_or_each(values)}", field=name)
    return Window(kernel, stride, pad, dilation)


def _per_axis(param: Any, name: str, pair: tuple[str, str] | None, axes: int, default: int | None) -> Shape:
    values = tuple(getattr(param, name))
    if pair and any(param.HasField(n) for n in pair):
        if values:
            raise LayerError(f"give either {name} or {pair[0]} and {pair[1]}, not both", field=pair[0])
        if axes != 2:
            raise LayerError(
                f"{pair[0]} and {pair[1]} serve 2 spatial axes, this layer has {axes}", field=pair[0]
            )
        if default is None and not all(param.HasField(n) for n in pair):
            raise LayerError(f"{pair[0]} and {pair[1]} come together", field=pair[0])
        return tuple(getattr(param, n) if param.HasField(n) else default or 0 for n in pair)
    if not values and default is None and axes:
        raise LayerError(f"no {name}", field=name, hint=f"add {name}: 3, say")
    if len(values) not in (0, 1, axes):
        raise LayerError(
            f"{len(values)} values of {name} for {axes} spatial axes; give 1 or {axes}", field=name
        )
    if len(values) == axes:
        return values
    return (values[0] if values else default or 0,) * axes
