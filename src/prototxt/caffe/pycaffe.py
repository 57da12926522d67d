"""The names of `caffe.pycaffe`: the net and the solvers, for scripts that import them from there.

Source: caffe/python/caffe/pycaffe.py.
"""

from __future__ import annotations

from prototxt.caffe import io
from prototxt.caffe.modes import Timer
from prototxt.caffe.net import Net
from prototxt.caffe.solvers import (
    NCCL,
    AdaDeltaSolver,
    AdaGradSolver,
    AdamSolver,
    NesterovSolver,
    RMSPropSolver,
    SGDSolver,
)

__all__ = [
    "NCCL", "AdaDeltaSolver", "AdaGradSolver", "AdamSolver", "NesterovSolver", "Net", "RMSPropSolver", "SGDSolver",
    "Timer", "io",
]  # fmt: skip
