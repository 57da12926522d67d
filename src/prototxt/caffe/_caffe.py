"""The names of `caffe._caffe`, the compiled module, for scripts that import from there.

Source: caffe/python/caffe/_caffe.cpp.
"""

from __future__ import annotations

from prototxt.caffe import modes, solvers
from prototxt.caffe.blob import Blob, BlobVec
from prototxt.caffe.layer import Layer
from prototxt.caffe.modes import *  # noqa: F403 - its __all__ is Caffe's own list
from prototxt.caffe.net import Net
from prototxt.caffe.solvers import *  # noqa: F403 - its __all__ is Caffe's own list
from prototxt.caffe.solvers import Solver

__all__ = ["Blob", "BlobVec", "Layer", "Net", "Solver"]
__all__ += modes.__all__
__all__ += solvers.__all__
