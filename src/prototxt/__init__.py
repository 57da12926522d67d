"""prototxt: an interpreter for Caffe networks in NumPy.

import prototxt

net = prototxt.load_net("examples/lenet.prototxt")
net.blobs["conv1"].shape              # (1, 20, 24, 24): N x C x H x W
net.params["conv1"][0].data           # float32, 20 x 1 x 5 x 5
net.forward(data=image)["prob"]       # 1 x 10
print(net.summary())
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from prototxt.errors import (
    DataError,
    ImageError,
    InputError,
    LayerError,
    NetError,
    PrototxtError,
    PrototxtWarning,
    TextError,
    WeightsError,
)
from prototxt.util.version import __version__ as __version__

if TYPE_CHECKING:
    from prototxt.batch.features.write import open_features
    from prototxt.batch.images import run_images
    from prototxt.batch.items import Failure
    from prototxt.batch.runner import Outcome
    from prototxt.blobs import count
    from prototxt.detection.detection import Detection
    from prototxt.engine.watch import Timer, Trace, Watcher
    from prototxt.explain.sections.layer import explain_layer
    from prototxt.export.onnx.report import ExportReport
    from prototxt.export.onnx.write import export_onnx
    from prototxt.frontend.load import load_graph
    from prototxt.frontend.net_options import NetOptions
    from prototxt.graph.context import find_layer
    from prototxt.images.labels import read_labels
    from prototxt.images.load import load_image
    from prototxt.images.mean import read_mean
    from prototxt.images.recipe import Recipe
    from prototxt.images.transform import Transform
    from prototxt.images.view import View
    from prototxt.layers.base import Cost, Layer, Param
    from prototxt.layers.python import PythonLayer
    from prototxt.layers.registry import layer
    from prototxt.net import Blob, Net, Parameter, load_net, parse_net
    from prototxt.weights.contents import read_weights_contents

# Modules that import NumPy or lark are imported when one of their names is first used.
_HOMES = {
    "Blob": "prototxt.net",
    "Cost": "prototxt.layers.base",
    "Detection": "prototxt.detection.detection",
    "ExportReport": "prototxt.export.onnx.report",
    "Failure": "prototxt.batch.items",
    "Layer": "prototxt.layers.base",
    "Net": "prototxt.net",
    "NetOptions": "prototxt.frontend.net_options",
    "Outcome": "prototxt.batch.runner",
    "Param": "prototxt.layers.base",
    "Parameter": "prototxt.net",
    "PythonLayer": "prototxt.layers.python",
    "Recipe": "prototxt.images.recipe",
    "Timer": "prototxt.engine.watch",
    "Trace": "prototxt.engine.watch",
    "Transform": "prototxt.images.transform",
    "View": "prototxt.images.view",
    "Watcher": "prototxt.engine.watch",
    "count": "prototxt.blobs",
    "explain_layer": "prototxt.explain.sections.layer",
    "export_onnx": "prototxt.export.onnx.write",
    "find_layer": "prototxt.graph.context",
    "layer": "prototxt.layers.registry",
    "load_graph": "prototxt.frontend.load",
    "load_image": "prototxt.images.load",
    "load_net": "prototxt.net",
    "open_features": "prototxt.batch.features.write",
    "parse_net": "prototxt.net",
    "read_labels": "prototxt.images.labels",
    "read_mean": "prototxt.images.mean",
    "read_weights_contents": "prototxt.weights.contents",
    "run_images": "prototxt.batch.images",
}

__all__ = [
    "Blob", "Cost", "DataError", "Detection", "ExportReport", "Failure", "ImageError", "InputError", "Layer",
    "LayerError", "Net", "NetError", "NetOptions", "Outcome", "Param", "Parameter", "PrototxtError",
    "PrototxtWarning", "PythonLayer", "Recipe", "TextError", "Timer", "Trace", "Transform", "View", "Watcher",
    "WeightsError", "count", "explain_layer", "export_onnx", "find_layer", "layer", "load_graph", "load_image",
    "load_net", "open_features", "parse_net", "read_labels", "read_mean", "read_weights_contents", "run_images",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    """The public names, also those that are not imported yet."""
    return sorted({*globals(), *__all__})
