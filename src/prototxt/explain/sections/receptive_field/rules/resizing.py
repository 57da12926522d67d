"""Receptive fields of layers that enlarge, shrink or cut their input."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from math import ceil

import numpy as np

from prototxt.explain.sections.receptive_field.model import FieldAxis, ReceptiveField
from prototxt.explain.sections.receptive_field.rule import Inputs, receptive_field
from prototxt.layers.common.window import Axis
from prototxt.layers.crop import Crop
from prototxt.layers.crop_center import CropCenter
from prototxt.layers.deconvolution import Deconvolution
from prototxt.layers.interp import Interp
from prototxt.layers.padding import Padding
from prototxt.layers.resample import Resample
from prototxt.layers.upsample_segnet import SegNetUpsample
from prototxt.layers.upsample_yolo import UpsampleByScale


@receptive_field.register
def field_of_deconvolution(layer: Deconvolution, inputs: Inputs) -> ReceptiveField | None:
    """The kernels that overlap at a value."""
    return inputs.first.through_transposed(layer.window(inputs.shape).axes)


@receptive_field.register
def field_of_upsample(layer: UpsampleByScale, inputs: Inputs) -> ReceptiveField | None:
    """Each value is repeated over a block."""
    pairs = zip(inputs.first.axes, layer.scales, strict=True)
    return inputs.first.through_transposed(
        [Axis(axis.length, scale, scale, 0, 1, axis.length * scale) for axis, scale in pairs]
    )


@receptive_field.register
def field_of_unpooling(layer: SegNetUpsample, inputs: Inputs) -> ReceptiveField | None:
    """The mask puts each value back somewhere in the block that the pooling had taken it from."""
    axes, out = inputs.first.axes, inputs.top[2:]
    if len(axes) != 2:
        return None
    scales = [-(-new // old) for new, old in zip(out, inputs.shape[2:], strict=True)]
    return inputs.first.through_transposed(
        [Axis(axis.length, s, s, 0, 1, n) for axis, s, n in zip(axes, scales, out, strict=True)]
    )


@receptive_field.register
def field_of_interp(layer: Interp, inputs: Inputs) -> ReceptiveField | None:
    """Corners are aligned with corners, and a value is a mean of its two neighbours along each axis."""
    before, after = layer.cut_off
    resized = []
    for axis, length in zip(inputs.first.axes, inputs.top[2:], strict=False):
        kept = axis.length - before - after
        jump = axis.jump * Fraction(kept - 1, length - 1) if length > 1 and kept > 1 else axis.jump
        size = axis.size + (ceil(axis.jump) if kept > 1 and length != kept else 0)
        resized.append(FieldAxis(size, jump, axis.centre + before * axis.jump, length))
    return replace(inputs.first, axes=tuple(resized))


@receptive_field.register
def field_of_resample(layer: Resample, inputs: Inputs) -> ReceptiveField | None:
    """The widest sum of all values, centred at the place that each value is sampled from."""
    field, out = inputs.first, inputs.top[2:]
    factors = [Fraction(old, new) for old, new in zip(inputs.shape[2:], out, strict=True)]
    # The layer takes the offset along an axis from the factor of the other one.
    offsets = [factor / 2 - Fraction(1, 2) for factor in reversed(factors)]
    resized = []
    for axis, factor, offset, width, length in zip(
        field.axes, factors, offsets, _widths(layer, inputs), out, strict=True
    ):
        size = axis.size + ceil((width - 1) * axis.jump)
        resized.append(FieldAxis(size, axis.jump * factor, axis.centre + offset * axis.jump, length))
    return replace(field, axes=tuple(resized))


def _widths(layer: Resample, inputs: Inputs) -> list[int]:
    """The widest sum along each axis, in values of the bottom."""
    if layer.method == "NEAREST":
        return [1, 1]
    return [
        max(
            (
                int(np.ptp(places[weights != 0])) + 1
                for places, weights in zip(*taps, strict=True)
                if weights.any()
            ),
            default=1,  # no value of the bottom counts where the sums are all empty
        )
        for taps in layer.taps(inputs.shape, inputs.top[2:])
    ]


@receptive_field.register
def field_of_crop(layer: Crop, inputs: Inputs) -> ReceptiveField | None:
    """The field moves by what is cut off before."""
    offsets = layer.offsets(*inputs.context.bottom)
    axes_before = len(inputs.shape) - len(offsets)
    return _moved(inputs, ((0,) * axes_before + tuple(offsets))[2:])


@receptive_field.register
def field_of_crop_center(layer: CropCenter, inputs: Inputs) -> ReceptiveField | None:
    """The field moves by what is cut off before."""
    return _moved(inputs, layer.crop_size[2:])


@receptive_field.register
def field_of_padding(layer: Padding, inputs: Inputs) -> ReceptiveField | None:
    """The field moves by what is put before, or by what is cut off there."""
    return _moved(inputs, (-layer.pads[0],) * 2)


def _moved(inputs: Inputs, offsets: Sequence[int]) -> ReceptiveField:
    axes = (
        replace(axis, centre=axis.centre + offset * axis.jump, length=length)
        for axis, offset, length in zip(inputs.first.axes, offsets, inputs.top[2:], strict=False)
    )
    return replace(inputs.first, axes=tuple(axes))
