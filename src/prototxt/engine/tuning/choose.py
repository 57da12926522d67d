"""A choice of kernels from measured times: the name of the fastest by a layer's geometry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from prototxt.blobs import Shape
from prototxt.layers.base import Layer
from prototxt.plan.choose import Choose, candidates, choose
from prototxt.plan.kernel import Kernel

Kernels = Mapping[str, str]
"""Names of kernels by geometry."""


def geometry(layer: Layer, bottom: Sequence[Shape]) -> str:
    """Everything that a kernel's time depends on: `Convolution 3x3+1/1 g2: 1x384x13x13 -> 1x256x13x13`."""
    what = f"{layer.type} {layer.brief(bottom)}".strip()
    return f"{what}: {_shapes(bottom)} -> {_shapes(layer.shapes(bottom))}"


def _shapes(shapes: Sequence[Shape]) -> str:
    return ", ".join("x".join(map(str, shape)) for shape in shapes)


def tuned(kernels: Kernels) -> Choose:
    """The measured kernel where there is one that can run the layer, else the one that should be fastest."""
    if not kernels:
        return choose

    def chosen(layer: Layer, bottom: Sequence[Shape]) -> Kernel | None:
        able = candidates(layer, bottom)
        if len(able) < 2:
            return able[0] if able else None
        name = kernels.get(geometry(layer, bottom))
        return next((kernel for kernel in able if kernel.name == name), able[0])

    return chosen
