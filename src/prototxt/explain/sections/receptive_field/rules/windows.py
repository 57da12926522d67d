"""Receptive fields of layers that slide a window over their input."""

from __future__ import annotations

from dataclasses import replace

from prototxt.explain.sections.receptive_field.model import ReceptiveField, merge
from prototxt.explain.sections.receptive_field.rule import Inputs, receptive_field
from prototxt.layers.common.window import Axis
from prototxt.layers.convolution import Convolution
from prototxt.layers.correlation import Correlation
from prototxt.layers.dense_block import DenseBlock
from prototxt.layers.im2col import Im2col
from prototxt.layers.lrn import LRN
from prototxt.layers.pooling import Pooling


@receptive_field.register
def field_of_window(layer: Convolution | Im2col | Pooling, inputs: Inputs) -> ReceptiveField | None:
    """A window over the last axes."""
    return inputs.first.through(layer.window(inputs.shape).axes)


@receptive_field.register
def field_of_dense_block(layer: DenseBlock, inputs: Inputs) -> ReceptiveField | None:
    """The window of the last transition over that of the one before, and so on: the field of the last maps."""
    field: ReceptiveField | None = inputs.first
    for _ in range(layer.transitions):
        field = field and field.through(layer.window(inputs.shape).axes)
    return field and replace(field, note=field.note or "of the last maps; the first are those of the bottom")


@receptive_field.register
def field_of_lrn(layer: LRN, inputs: Inputs) -> ReceptiveField | None:
    """Across channels only the own place; within a channel a square around it."""
    window = layer.window(inputs.shape)
    return inputs.first.through(window.axes) if window else inputs.first


@receptive_field.register
def field_of_correlation(layer: Correlation, inputs: Inputs) -> ReceptiveField | None:
    """A patch of the first map, and all patches of the second that it is compared with."""
    first, second = inputs.fields
    reach = layer.radius * layer.stride_2
    patch, patches = (
        field.through(
            [
                Axis(
                    axis.length,
                    layer.kernel_size + 2 * around,
                    layer.stride_1,
                    layer.pad - layer.max_displacement + around,
                    1,
                    out,
                )
                for axis, out in zip(field.axes, inputs.top[2:], strict=True)
            ]
        )
        for field, around in ((first, 0), (second, reach))
    )
    return merge(patch, patches) if patch and patches else None
