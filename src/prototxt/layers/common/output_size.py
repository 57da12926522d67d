"""A layer's window as its fields give it, read once; with an input's spatial axes it becomes a Window."""

from __future__ import annotations

from dataclasses import dataclass, replace

from prototxt.blobs import Shape
from prototxt.errors import LayerError
from prototxt.layers.common.fields import as_trained, given
from prototxt.layers.common.window import Window, same_or_each
from prototxt.schema import Message
from prototxt.schema.caffe_pb2 import ConvolutionParameter, PoolingParameter

NUM_AXES_3D = 3
"""The spatial axes of fields named ..._3d."""


@dataclass(frozen=True, slots=True)
class WindowSpec:
    """Kernel, stride, pad and dilation: one number per spatial axis, or a single one for all of them.

    A kernel of None spans the whole input (global pooling).
    """

    kernel: Shape | None
    stride: Shape
    pad: Shape
    dilation: Shape = (1,)
    pairs: tuple[str, ...] = ()
    """The first fields of those given as a pair: kernel_h, say. A pair fits two axes only."""
    counts_pad: bool = True
    """Whether the mean of a window counts the padding in it."""
    clips: bool = True
    """Whether a padded pooling has no window that starts after the input and its padding."""

    def convolved(self, spatial: Shape) -> Window:
        """The window of a convolution: floor((H + 2p - (d(k - 1) + 1)) / s) + 1 places per axis.

        A kernel that sticks out of the padded input by less than a stride still has one place, and reads
        zeros there: the reference divides as C does, towards 0.

        Raises LayerError where a field does not fit the number of axes, or the kernel is larger than that.
        """
        window = self._over(spatial)
        axes = zip(spatial, window.extent, window.stride, window.pad, strict=True)
        out = tuple((h + 2 * p - e + (s - 1) * (h + 2 * p < e)) // s + 1 for h, e, s, p in axes)
        if min(out, default=1) < 1:
            extent = "x".join(map(str, window.extent))
            what = f"the kernel spans {extent}, more than the padded input of {_padded(window)}"
            raise LayerError(what, field="kernel_size")
        return _with_out(window, out)

    def deconvolved(self, spatial: Shape) -> Window:
        """The window of a deconvolution, whose output has s(H - 1) + d(k - 1) + 1 - 2p values per axis.

        Raises LayerError where a field does not fit the number of axes, or the padding leaves no output.
        """
        window = self._over(spatial)
        axes = zip(spatial, window.extent, window.stride, window.pad, strict=True)
        out = tuple(s * (h - 1) + e - 2 * p for h, e, s, p in axes)
        if min(out, default=1) < 1:
            size = "x".join(map(str, out))
            what = f"the output would be {size}: pad is too large for this kernel and stride"
            raise LayerError(what, field="pad")
        return _with_out(window, out)

    def pooled(self, spatial: Shape, *, floor: bool) -> Window:
        """The window of a pooling layer (see `pool_out`).

        Raises LayerError where the kernel is so much larger than the padded input that no window is left.
        """
        window = self._over(spatial)
        clip = self.clips and any(window.pad)
        axes = zip(spatial, window.kernel, window.stride, window.pad, strict=True)
        out = tuple(pool_out(h, k, s, p, floor=floor, clip=clip) for h, k, s, p in axes)
        if min(out, default=1) < 1:
            kernel = "x".join(map(str, window.kernel))
            what = f"a kernel of {kernel} leaves no window on a padded input of {_padded(window)}"
            raise LayerError(what, field="kernel_size")
        return _with_out(window, out)

    def _over(self, spatial: Shape) -> Window:
        """The window over these axes, its output not known yet."""
        number = len(spatial)
        for first in self.pairs if number != 2 else ():
            second = first.replace("_h", "_w")
            what = f"{first} and {second} fit 2 spatial axes, this layer has {number}"
            raise LayerError(what, field=first)
        kernel = spatial if self.kernel is None else _per_axis(self.kernel, "kernel_size", number)
        stride = _per_axis(self.stride, "stride", number)
        pad = _per_axis(self.pad, "pad", number)
        dilation = _per_axis(self.dilation, "dilation", number)
        return Window(kernel, stride, pad, dilation, spatial, (), self.counts_pad)


def pool_out(size: int, kernel: int, stride: int, pad: int, *, floor: bool, clip: bool) -> int:
    """Number of windows of a pooling layer along an axis of `size` values.

    ceil((size + 2*pad - kernel) / stride) + 1, or floor of it. With `clip` (any axis of the layer is padded),
    no window starts at or after size + pad, where it would read padding only.
    """
    slack = size + 2 * pad - kernel
    out = (slack // stride if floor else -(-slack // stride)) + 1
    return min(out, -(-(size + pad) // stride)) if clip else out


def convolution_spec(param: ConvolutionParameter) -> WindowSpec:
    """The window of a ConvolutionParameter (base_conv_layer.cpp).

    kernel_size, stride, pad and dilation hold one value for all axes or one per axis; kernel_h, kernel_w and
    their like fit two axes only and exclude the repeated form. DeepLab's hole, hole_h and hole_w are dilation.

    Raises LayerError for a mix of both forms, a missing kernel, or a zero.
    """
    kernel = _repeated_or_pair(param, "kernel_size", "kernel", None)
    stride = _repeated_or_pair(param, "stride", "stride", 1)
    pad = _repeated_or_pair(param, "pad", "pad", 0)
    name, dilation = _dilation(param)
    check_positive(("kernel_size", kernel), ("stride", stride), (name, dilation))
    return WindowSpec(kernel, stride, pad, dilation, _pairs(param))


def _pairs(param: Message) -> tuple[str, ...]:
    """The first fields of those given as a pair."""
    pairs = ("kernel_h", "kernel_w"), ("stride_h", "stride_w"), ("pad_h", "pad_w"), ("hole_h", "hole_w")
    return tuple(first for first, second in pairs if param.HasField(first) or param.HasField(second))


def _dilation(param: ConvolutionParameter) -> tuple[str, Shape]:
    """The dilation, by today's name or by DeepLab's, and the field that gives it."""
    dilation, holes = tuple(param.dilation), given(param, ("hole", "hole_h", "hole_w"))
    if not holes:
        return "dilation", dilation or (1,)
    if dilation:
        what = f"give either dilation or {holes[0]}, not both: they mean the same"
        raise LayerError(what, field=holes[0])
    if len(holes) > 1 and "hole" in holes:
        raise LayerError("give either hole or hole_h and hole_w, not both", field=holes[1])
    return holes[0], (param.hole,) if "hole" in holes else (param.hole_h, param.hole_w)


def pooling_spec(param: PoolingParameter) -> WindowSpec:
    """The window of a PoolingParameter over two spatial axes; global pooling spans the whole input.

    Intel's kernel_size_3d, stride_3d and pad_3d make a window over three axes, with one value for all of them or one
    per axis.

    Raises LayerError for a field given in two forms, a zero, a pad as large as the kernel, or global pooling
    with a window of its own.
    """
    over_three = _three_axes(param)
    if over_three is not None:
        return over_three
    stride = _pair(param, "stride") or (param.stride,) * 2
    pad = _pair(param, "pad") or (param.pad,) * 2
    kernel = _pair(param, "kernel")
    if param.HasField("kernel_size"):
        kernel = (param.kernel_size,) * 2
    if param.global_pooling:
        _check_global(kernel, stride, pad)
        return WindowSpec(None, (1,), (0,))
    if kernel is None:
        raise LayerError(
            "no kernel_size",
            field="kernel_size",
            hint=f"{as_trained('kernel_size')}, or global_pooling: true",
        )
    return pooled_spec(WindowSpec(kernel, stride, pad, counts_pad=param.avg_include_pad))


def pooled_spec(
    spec: WindowSpec, kernel: str = "kernel_size", stride: str = "stride", pad: str = "pad"
) -> WindowSpec:
    """The window of a pooling layer, after its checks; `kernel`, `stride` and `pad` are the fields that give it.

    Raises LayerError for a zero, and for a pad that is not smaller than the kernel.
    """
    sizes = spec.kernel or ()
    check_positive((kernel, sizes), (stride, spec.stride))
    axes = max(len(sizes), len(spec.pad))
    each = zip(_per_axis(spec.pad, pad, axes), _per_axis(sizes, kernel, axes), strict=True)
    for p, k in each:
        if p >= k:
            raise LayerError(
                f"{pad} {p} must be smaller than {'kernel' if pad == 'pad' else kernel} {k}", field=pad
            )
    return spec


def _three_axes(param: PoolingParameter) -> WindowSpec | None:
    """The window of kernel_size_3d and its kind (Intel's pooling_layer.cpp); None where none of them is given."""
    kernel, stride, pad = tuple(param.kernel_size_3d), tuple(param.stride_3d), tuple(param.pad_3d)
    if not (kernel or stride or pad):
        return None
    plain = ("kernel_size", "kernel_h", "kernel_w", "stride", "stride_h", "stride_w", "pad", "pad_h", "pad_w")
    if mixed := [*given(param, plain), *["global_pooling"] * param.global_pooling]:
        what = f"{mixed[0]} does not go with kernel_size_3d, stride_3d and pad_3d, the fields of a window over 3 axes"
        raise LayerError(what, field=mixed[0])
    if not kernel:
        raise LayerError("no kernel_size_3d", field="kernel_size_3d", hint=as_trained("kernel_size_3d"))
    for name, values in (("kernel_size_3d", kernel), ("stride_3d", stride), ("pad_3d", pad)):
        if len(values) not in (0, 1, NUM_AXES_3D):
            raise LayerError(f"{len(values)} values of {name}; give 1 or {NUM_AXES_3D}", field=name)
    kernel = kernel * NUM_AXES_3D if len(kernel) == 1 else kernel
    spec = WindowSpec(kernel, stride or (1,), pad or (0,), counts_pad=param.avg_include_pad)
    return pooled_spec(spec, "kernel_size_3d", "stride_3d", "pad_3d")


def _repeated_or_pair(param: Message, field: str, name: str, default: int | None) -> Shape:
    """The values of a field or of its _h and _w form; with neither the default, if there is one."""
    values, pair = tuple(getattr(param, field)), (f"{name}_h", f"{name}_w")
    if not (param.HasField(pair[0]) or param.HasField(pair[1])):
        return values or (() if default is None else (default,))
    if values:
        raise LayerError(f"give either {field} or {pair[0]} and {pair[1]}, not both", field=pair[0])
    if default is None and not all(map(param.HasField, pair)):
        raise LayerError(f"{pair[0]} and {pair[1]} come together", field=pair[0])
    return tuple(getattr(param, n) if param.HasField(n) else default or 0 for n in pair)


def _pair(param: Message, name: str) -> Shape | None:
    """The _h and _w form of a pooling field, None where it is not in use; kernel's square form is kernel_size."""
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


def check_positive(*fields: tuple[str, Shape]) -> None:
    """Raises LayerError for a value below 1 of any of these fields, which are given with their values."""
    for name, values in fields:
        if min(values, default=1) < 1:
            raise LayerError(f"{name} must be at least 1, not {same_or_each(values)}", field=name)


def _with_out(window: Window, out: Shape) -> Window:
    return replace(window, out=out)


def _padded(window: Window) -> str:
    return "x".join(str(h + 2 * p) for h, p in zip(window.size, window.pad, strict=True))


def _per_axis(values: Shape, name: str, axes: int) -> Shape:
    """A field's values for this many axes, a single one for all of them."""
    if len(values) == axes:
        return values
    if len(values) == 1:
        return values * axes
    if not values:
        raise LayerError(f"no {name}", field=name, hint=as_trained(name))
    what = f"{len(values)} values of {name} for {axes} spatial axes; give 1 or {axes}"
    raise LayerError(what, field=name)
