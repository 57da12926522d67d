"""pycaffe's names over prototxt: a script written for Caffe runs with `import prototxt.caffe as caffe`.

The same names, arguments and orders as Caffe 1.0's Python package, the same numbers, without Caffe. Training is not
built yet: solvers and `backward` raise NotImplementedError, and every `diff` is zeros.

Source: caffe/python/caffe/__init__.py.
"""

from __future__ import annotations

from prototxt.caffe import _caffe, io, modes, pycaffe, solvers
from prototxt.caffe.classifier import Classifier
from prototxt.caffe.detector import Detector
from prototxt.caffe.layer import Layer
from prototxt.caffe.modes import *  # noqa: F403 - its __all__ is Caffe's own list
from prototxt.caffe.net import Net
from prototxt.caffe.net_spec import NetSpec, layers, params, to_proto
from prototxt.caffe.proto.caffe_pb2 import TEST, TRAIN
from prototxt.caffe.solvers import *  # noqa: F403 - its __all__ is Caffe's own list

__all__ = [
    "TEST", "TRAIN", "Classifier", "Detector", "Layer", "Net", "NetSpec", "_caffe", "io", "layers", "params",
    "pycaffe", "to_proto",
]  # fmt: skip
__all__ += modes.__all__
__all__ += solvers.__all__
