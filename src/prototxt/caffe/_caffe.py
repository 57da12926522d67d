"""What `caffe._caffe`, the compiled module, has: for scripts that import from there.

Source: caffe/python/caffe/_caffe.cpp.
"""

from __future__ import annotations

from prototxt.caffe.blob import Blob, BlobVec
from prototxt.caffe.layer import Layer
from prototxt.caffe.modes import (
    Timer,
    __version__,
    has_nccl,
    init_log,
    layer_type_list,
    log,
    set_device,
    set_mode_cpu,
    set_mode_gpu,
    set_multiprocess,
    set_random_seed,
    set_solver_count,
    set_solver_rank,
    solver_count,
    solver_rank,
)
from prototxt.caffe.net import Net
from prototxt.caffe.solvers import (
    NCCL,
    AdaDeltaSolver,
    AdaGradSolver,
    AdamSolver,
    NesterovSolver,
    RMSPropSolver,
    SGDSolver,
    Solver,
    get_solver,
)

__all__ = [
    "NCCL", "AdaDeltaSolver", "AdaGradSolver", "AdamSolver", "Blob", "BlobVec", "Layer", "NesterovSolver", "Net",
    "RMSPropSolver", "SGDSolver", "Solver", "Timer", "__version__", "get_solver", "has_nccl", "init_log",
    "layer_type_list", "log", "set_device", "set_mode_cpu", "set_mode_gpu", "set_multiprocess", "set_random_seed",
    "set_solver_count", "set_solver_rank", "solver_count", "solver_rank",
]  # fmt: skip
