"""The engine "numba": compiled kernels before NumPy's, where NumPy needs many passes. Importing this imports numba."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Shape
from prototxt.layers.base import Layer
from prototxt.plan.choose_kernel import choose
from prototxt.plan.kernel import Kernel, compiled_kernels, numpy_kernels
from prototxt.util.modules import import_submodules

import_submodules("prototxt.plan.compiled")

__all__ = ["choose_compiled", "numba_kernels"]


def numba_kernels(layer: Layer, bottom: Sequence[Shape]) -> list[Kernel]:
    """The kernels of this engine that can run the layer; of two with the same estimate the compiled one comes first."""
    return [*compiled_kernels(layer, bottom), *numpy_kernels(layer, bottom)]


def choose_compiled(layer: Layer, bottom: Sequence[Shape]) -> Kernel | None:
    """The kernel that runs this layer; None where the layer's own forward does."""
    return choose(layer, bottom, numba_kernels)
