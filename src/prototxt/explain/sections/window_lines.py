"""The size of a window's output along one axis, as a line of arithmetic with its remarks."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.explain.axis_names import Names
from prototxt.explain.sections.section import Line
from prototxt.layers.common.output_size import pool_out
from prototxt.layers.common.window import Axis
from prototxt.views.numbers import counted, ranges

__all__ = ["convolution_line", "deconvolution_line", "pooling_line"]


def convolution_line(names: Names, axis: Axis) -> Line:
    """An axis of a convolution, whose size is rounded down."""
    # C divides towards 0: a kernel that is too large by less than a stride still has one window.
    rounding = "floor" if axis.slack >= 0 else "trunc"
    text = f"{rounding}({_room(axis)} / {axis.stride}) + 1 = {axis.out}"
    notes = [*_extent_note(axis), *_steps_note(axis)]
    rest = axis.slack % axis.stride
    if rest and axis.slack > 0:
        exact = axis.slack / axis.stride
        of = " of padding" if rest <= axis.pad else ""
        notes.append(
            f"{axis.slack} / {axis.stride} = {exact:g} is rounded down: {names.places(rest)}{of} left over"
        )
    if axis.slack < 0:
        notes.append(
            f"the kernel is {-axis.slack} too large, less than a stride: Caffe rounds towards 0 and reads zeros there"
        )
    return _line(names, axis, text, notes)


def pooling_line(names: Names, axis: Axis, floor: bool, clips: bool) -> Line:
    """An axis of pooling, whose size is rounded up, without windows that start after the image and its padding."""
    rounding = "floor" if floor else "ceil"
    windows = pool_out(axis.size, axis.kernel, axis.stride, axis.pad, floor=floor, clip=False)
    text = f"{rounding}({_room(axis)} / {axis.stride}) + 1 = {windows}"
    notes = _steps_note(axis)
    if windows > axis.out:
        start = axis.out * axis.stride - axis.pad
        text += f", without the last: {axis.out}"
        notes.append(
            f"clipped: window {axis.out} would start at {names.place} {start}, in the padding after the {axis.size}"
        )
    rest = axis.slack % axis.stride
    if rest:
        notes.append(_rounding_note(names, axis, floor))
    overhang = axis.last_end - axis.size - axis.pad
    if overhang > 0:
        notes.append(f"the last window extends past the edge: {overhang} of its {axis.kernel} lie outside")
    if clips and not axis.pad:
        notes.append("the other axis is padded, so no window starts after the image on this axis either")
    return _line(names, axis, text, notes)


def deconvolution_line(names: Names, axis: Axis) -> Line:
    """An axis of a deconvolution, which adds one kernel per value."""
    cut = f" - 2*{axis.pad}" if axis.pad else ""
    text = f"{axis.stride} * ({axis.size} - 1) + {axis.extent}{cut} = {axis.out}"
    notes = [
        *_extent_note(axis),
        f"each value adds a kernel {axis.extent} wide, {axis.stride} after the one before",
    ]
    if axis.pad:
        notes.append(f"pad cuts {names.places(axis.pad)} off at both ends")
    if axis.dilation == 1:
        notes.append(_overlap_note(names, axis))
    values = {
        "size": axis.size,
        "extent": axis.extent,
        "stride": axis.stride,
        "pad": axis.pad,
        "out": axis.out,
    }
    return Line(names.axis, text, "\n".join(notes), values)


def _line(names: Names, axis: Axis, text: str, notes: list[str]) -> Line:
    unseen = axis.unseen()
    notes = [*notes, *_edge_notes(names, axis), *_unseen_note(names, axis, unseen)]
    values = {
        "size": axis.size, "kernel": axis.kernel, "stride": axis.stride, "pad": axis.pad, "dilation": axis.dilation,
        "extent": axis.extent, "out": axis.out, "unseen": unseen,
    }  # fmt: skip
    return Line(names.axis, text, "\n".join(notes), values)


def _room(axis: Axis) -> str:
    """`(27 + 2*2 - 5)`."""
    pad = f" + 2*{axis.pad}" if axis.pad else ""
    return f"({axis.size}{pad} - {axis.extent})"


def _extent_note(axis: Axis) -> list[str]:
    if axis.dilation == 1:
        return []
    extent = f"{axis.dilation}*({axis.kernel} - 1) + 1 = {axis.extent}"
    return [f"the kernel's {axis.kernel} taps lie {axis.dilation} apart and span {extent}"]


def _steps_note(axis: Axis) -> list[str]:
    steps = counted(axis.out - 1, f"step of {axis.stride}", f"steps of {axis.stride}")
    return [f"the first window, then {steps}"] if axis.out > 1 else ["a single window"]


def _edge_notes(names: Names, axis: Axis) -> list[str]:
    """The padding that the first and the last window read."""
    before, after = axis.pad, max(min(axis.last_end - axis.size, axis.pad), 0)
    if not before and not after:
        return []
    if before == after:
        return [f"the first and the last window see {names.places(before)} of padding"]
    return [f"the first window sees {names.places(before)} of padding, the last {after or 'none'}"]


def _unseen_note(names: Names, axis: Axis, unseen: Sequence[int] | None) -> list[str]:
    if unseen is None:
        return []
    if not unseen:
        return [f"every {names.place} is seen"]
    which = f"{names.place if len(unseen) == 1 else names.plural} {ranges(unseen)}"
    of = f" ({len(unseen):,} of {axis.size:,})" if len(unseen) > 1 else ""
    return [f"no window sees {which}{of}"]


def _rounding_note(names: Names, axis: Axis, floor: bool) -> str:
    exact = f"{axis.slack} / {axis.stride} = {axis.slack / axis.stride:g}"
    if floor:
        rest = names.places(axis.slack % axis.stride)
        return f"{exact} is rounded down, as the layer's rounding mode says: {rest} left over"
    down = axis.slack // axis.stride + 1
    return f"{exact} is rounded up; rounded down, as convolutions and other programs do, it would be {down}"


def _overlap_note(names: Names, axis: Axis) -> str:
    """The number of kernels that overlap at a place."""
    least, uneven = divmod(axis.kernel, axis.stride)
    if uneven:
        return (
            f"{axis.kernel} is not a multiple of {axis.stride}: some {names.plural} are the sum of "
            f"{least + 1} kernels, others of {least}, which shows as a checkerboard"
        )
    return f"away from the edges each {names.place} is the sum of {counted(least, 'kernel')}"
