"""The answer to `--same` as a section: the pad for each axis, and the padding of TensorFlow and PyTorch."""

from __future__ import annotations

from collections.abc import Sequence
from functools import singledispatch

from prototxt.blobs import Shape
from prototxt.explain.axis_names import Names, alike
from prototxt.explain.sections.section import Line, Section
from prototxt.explain.surgery.same_padding import Fit, fits
from prototxt.graph.context import LayerContext
from prototxt.layers.base import Layer
from prototxt.layers.common.window import Axis
from prototxt.layers.pooling import Pooling
from prototxt.views.numbers import times

__all__ = ["same_padding_section"]


def same_padding_section(context: LayerContext, checked: Shape | None = None) -> Section:
    """The pad that keeps the size of a layer, axis by axis.

    `checked` is the inferred shape of the top with these pads (see `checked_shape`).

    Raises InputError for a layer without a window, or with one that covers the whole image.
    """
    axis_fits = fits(context)
    by_axis = {fit.axis: fit for fit in axis_fits}
    lines = [
        line
        for names, axis in alike([fit.axis for fit in axis_fits])
        for line in _axis_lines(context, names, by_axis[axis])
    ]
    if checked is not None:
        text = f"with {_pads_text(axis_fits)} the output is {' x '.join(map(str, checked))}"
        lines.append(Line("checked", text))
    return Section("same", f"Pad that keeps the size of {context.node.name}", tuple(lines))


def _pads_text(axis_fits: Sequence[Fit]) -> str:
    pads = [fit.pad for fit in axis_fits]
    return f"pad {pads[0]}" if len(set(pads)) == 1 else f"pads {times(pad or 0 for pad in pads)}"


def _axis_lines(context: LayerContext, names: Names, fit: Fit) -> list[Line]:
    axis = fit.axis
    values = {
        "size": axis.size, "kernel": axis.kernel, "extent": axis.extent, "stride": axis.stride, "pad_now": axis.pad,
        "out_now": axis.out, "wanted": fit.wanted, "pads": list(fit.pads), "always": list(fit.always),
    }  # fmt: skip
    lines = [
        Line(names.axis, _goal(fit), f"currently pad {axis.pad} gives {axis.out}", values),
        _pad_line(fit) if fit.pad is not None else _no_pad_line(fit),
    ]
    if fit.margins is None:
        return lines + _transposed_lines(axis)
    return lines + _framework_lines(context, fit, fit.margins)


def _goal(fit: Fit) -> str:
    axis = fit.axis
    if fit.margins is None:
        return f"wanted: {axis.stride} * {axis.size} = {fit.wanted}, the input's size times the stride"
    if axis.stride == 1:
        return f"wanted: {fit.wanted}, as its input"
    return f"wanted: ceil({axis.size} / {axis.stride}) = {fit.wanted}, the input's size over the stride"


def _pad_line(fit: Fit) -> Line:
    formula = _formula(fit)
    if fit.always:
        return Line("pad", f"{fit.pad}, for every size", formula)
    others = f" (so do {', '.join(map(str, fit.pads[1:]))})" if fit.pads[1:] else ""
    return Line("pad", f"{fit.pad}{others} for {fit.axis.size}, but not for every size", formula)


def _formula(fit: Fit) -> str:
    axis = fit.axis
    if fit.margins is None:
        return f"(extent - stride) / 2 = ({axis.extent} - {axis.stride}) / 2"
    if axis.extent % 2 and fit.pad == axis.extent // 2:
        spans = f", the extent of {axis.kernel} taps {axis.dilation} apart" if axis.dilation > 1 else ""
        return f"({axis.extent} - 1) / 2{spans}"
    return f"found by trying every pad up to {len(fit.outs) - 1}"


def _no_pad_line(fit: Fit) -> Line:
    why = "" if fit.margins is None else _even_kernel(fit.axis)
    if fit.nearest is None:
        return Line("pad", "none", why)
    smaller, larger = (f"pad {pad} gives {fit.outs[pad]}" for pad in fit.nearest)
    return Line("pad", f"none: {smaller}, {larger}", why)


def _even_kernel(axis: Axis) -> str:
    if axis.extent % 2:
        return ""
    return f"a kernel with an even extent of {axis.extent} has no middle, and Caffe pads both ends equally"


def _framework_lines(context: LayerContext, fit: Fit, margins: tuple[int, int]) -> list[Line]:
    """The "same" padding of TensorFlow and PyTorch, and how it differs from Caffe's."""
    axis, (before, after) = fit.axis, margins
    notes = []
    if fit.pad is not None and before != fit.pad:
        notes.append(
            f"its first window starts at {-before}, not at {-fit.pad}: weights trained there expect other windows"
            + (f"; for {axis.size}, pad {before} gives the same windows" if before in fit.pads else "")
        )
    if fit.pad is None and axis.stride == 1 and fit.nearest:
        larger = fit.nearest[1]
        notes.append(
            f"the same in Caffe: pad {larger}, then a Crop that drops the first {larger - before} of the "
            f"{fit.outs[larger]} (offset {larger - before})"
        )
    keras = f'padding="same" pads {before} before and {after} after'
    tensorflow = Line("TensorFlow", keras, "\n".join(notes), {"before": before, "behind": after})
    return [tensorflow, Line("PyTorch", pytorch_padding(context.layer, fit))]


@singledispatch
def pytorch_padding(layer: Layer, fit: Fit) -> str:
    """The padding argument of the same layer in PyTorch."""
    pad = "F.pad before it" if fit.pad is None else f"padding={fit.pad}"
    if fit.axis.stride > 1:
        return f'padding="same" is refused with a stride: {pad}'
    return 'padding="same"' + (", which pads as TensorFlow does" if fit.pad is None else f" or {pad}")


@pytorch_padding.register
def _pooling(layer: Pooling, fit: Fit) -> str:
    if fit.pad is None:
        return 'pooling has no padding="same": F.pad before it'
    ceil = "" if layer.floor else ", ceil_mode=True"
    too_large = " (refused by PyTorch: more than half the kernel)" if 2 * fit.pad > fit.axis.kernel else ""
    return f"padding={fit.pad}{ceil}{too_large}"


def _transposed_lines(axis: Axis) -> list[Line]:
    odd = (axis.extent - axis.stride) % 2
    pad = (axis.extent - axis.stride + odd) // 2
    lines = [Line("TensorFlow", 'Conv2DTranspose with padding="same" crops the excess')]
    if pad >= 0:
        output_padding = ", output_padding=1" if odd else ""
        lines.append(Line("PyTorch", f"padding={pad}{output_padding}"))
    return lines
