"""The choice of the kernel that runs a layer: of those that can, the one with the shortest estimated time.

A wrong estimate costs only time: tests/laws/test_engines.py runs every case through every kernel that can run it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from prototxt.blobs import Shape
from prototxt.layers.base import Layer
from prototxt.plan.kernel import Kernel, numpy_kernels
from prototxt.util.modules import import_submodules

__all__ = ["Choose", "ListKernels", "candidates", "choose"]

import_submodules("prototxt.plan.lowering")

ListKernels = Callable[[Layer, Sequence[Shape]], Sequence[Kernel]]
"""Lists the kernels of an engine that can run a layer on bottoms of these shapes."""

Choose = Callable[[Layer, list[Shape]], Kernel | None]
"""Chooses the kernel that runs a layer; None where the layer's own forward does."""


def candidates(layer: Layer, bottom: Sequence[Shape], kernels: ListKernels = numpy_kernels) -> list[Kernel]:
    """Every kernel that can run this layer on bottoms of these shapes, the fastest by estimate first."""
    return sorted(kernels(layer, bottom), key=lambda kernel: kernel.seconds())


def choose(layer: Layer, bottom: Sequence[Shape], kernels: ListKernels = numpy_kernels) -> Kernel | None:
    """The kernel that runs this layer; None where the layer's own forward does."""
    return next(iter(candidates(layer, bottom, kernels)), None)
