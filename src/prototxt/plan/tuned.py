"""The choice of kernels by measured times: the name of the fastest one for each layer and its shapes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from prototxt.blobs import Shape
from prototxt.layers.base import Layer
from prototxt.plan.choose_kernel import Choose, candidates, choose
from prototxt.plan.kernel import Kernel

__all__ = ["FastestKernels", "choose_tuned", "tuning_key"]

FastestKernels = Mapping[str, str]
"""Names of the fastest kernels, by `tuning_key`."""


def tuning_key(layer: Layer, bottom: Sequence[Shape]) -> str:
    """The type, fields and shapes that a kernel's time depends on, as one line.

    For example `Convolution 3x3+1/1 g2: 1x384x13x13 -> 1x256x13x13`.
    """
    title = f"{layer.type} {layer.brief(bottom)}".strip()
    return f"{title}: {_shapes(bottom)} -> {_shapes(layer.shapes(bottom))}"


def _shapes(shapes: Sequence[Shape]) -> str:
    return ", ".join("x".join(map(str, shape)) for shape in shapes)


def choose_tuned(fastest: FastestKernels) -> Choose:
    """A choice that takes the measured kernel where it can run the layer, else the fastest by estimate."""
    if not fastest:
        return choose

    def chosen(layer: Layer, bottom: Sequence[Shape]) -> Kernel | None:
        kernels = candidates(layer, bottom)
        if len(kernels) < 2:
            return kernels[0] if kernels else None
        name = fastest.get(tuning_key(layer, bottom))
        return next((kernel for kernel in kernels if kernel.name == name), kernels[0])

    return chosen
