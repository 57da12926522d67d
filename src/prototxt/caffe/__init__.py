"""pycaffe's names over prototxt: a script written for Caffe runs with `import prototxt.caffe as caffe`.

The same names, arguments and orders as Caffe 1.0's Python package, the same numbers, without Caffe. Training is not
built yet: solvers and `backward` raise NotImplementedError, and every `diff` is zeros.

Source: caffe/python/caffe/__init__.py.
"""

from __future__ import annotations

from prototxt.caffe import _caffe, io, pycaffe
from prototxt.caffe.classifier import Classifier
from prototxt.caffe.detector import Detector
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
from prototxt.caffe.net_spec import NetSpec, layers, params, to_proto
from prototxt.caffe.proto.caffe_pb2 import TEST, TRAIN
from prototxt.caffe.solvers import (
    NCCL,
    AdaDeltaSolver,
    AdaGradSolver,
    AdamSolver,
    NesterovSolver,
    RMSPropSolver,
    SGDSolver,
    get_solver,
)

__all__ = [
    "NCCL", "TEST", "TRAIN", "AdaDeltaSolver", "AdaGradSolver", "AdamSolver", "Classifier", "Detector", "Layer",
    "NesterovSolver", "Net", "NetSpec", "RMSPropSolver", "SGDSolver", "Timer", "__version__", "_caffe",
    "get_solver", "has_nccl", "init_log", "io", "layer_type_list", "layers", "log", "params", "pycaffe",
    "set_device", "set_mode_cpu", "set_mode_gpu", "set_multiprocess", "set_random_seed", "set_solver_count",
    "set_solver_rank", "solver_count", "solver_rank", "to_proto",
]  # fmt: skip
