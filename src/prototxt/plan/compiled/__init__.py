"""The engine "numba": compiled kernels before NumPy's, where NumPy needs many passes. Importing this imports numba.

It is the fast engine with more kernels: plan, tiles and threads are the same. The choice still goes by estimates, so
that NumPy pools a 7 x 7 window, one axis after the other. Compiled kernels were not faster for large windows, few
channels, means of whole images and the epilogue of Winograd's tiles; these stay with NumPy.
"""

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
