"""pycaffe's names over prototxt: a script written for Caffe runs with `import prototxt.caffe as caffe`.

The same names, arguments and orders as Caffe 1.0's Python package, the same numbers, without Caffe. Training is not
built yet: solvers and `backward` raise NotImplementedError, and every `diff` is zeros.

Source: caffe/python/caffe/__init__.py.
"""

from __future__ import annotations

from prototxt.caffe import io
from prototxt.caffe.proto.caffe_pb2 import TEST, TRAIN

__all__ = ["TEST", "TRAIN", "io"]
