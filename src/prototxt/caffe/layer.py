"""Layer: the base of Python layers, which of them may run, and what a net shows of its layers."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec

from prototxt.caffe.blob import BlobVec
from prototxt.layers.python import PythonLayer as Layer
from prototxt.layers.python import PythonLayerError
from prototxt.layers.registry import PYTHON_LAYERS
from prototxt.text.definition import Definition

__all__ = [
    "ALLOW",
    "ALLOW_WRITES",
    "HOW_TO_ALLOW",
    "Layer",
    "LayerInfo",
    "may_run",
    "may_write",
    "raised_by_layers",
]

ALLOW = "PROTOTXT_ALLOW_PYTHON_LAYERS"

ALLOW_WRITES = "PROTOTXT_ALLOW_WRITES"

HOW_TO_ALLOW = (
    f"import its module in your script before the net is made, or set {ALLOW}=1 if you trust the net"
)


@dataclass(frozen=True, slots=True)
class LayerInfo:
    """A layer of a net: its type, and its learned arrays."""

    type: str
    blobs: BlobVec


def may_run(definition: Definition) -> bool:
    """Whether the net's Python layers may run: all are classes that the script itself has imported, or ALLOW is set.

    A net is data, and may come from a stranger: naming a module in it does not import that module. Well-known layers
    whose module is not here do not hinder others: built-in layers do their work.
    """
    if os.environ.get(ALLOW) == "1":
        return True
    layers = [layer.python_param for layer in definition.message.layer if layer.type == "Python"]
    known = [_is_known(p.module, p.layer) for p in layers]
    return any(known) and all(
        is_known or (_is_well_known(p.module, p.layer) and _is_absent(p.module))
        for p, is_known in zip(layers, known, strict=True)
    )


def may_write() -> bool:
    """Whether a net's layers (HDF5Output) may write the files that it names: ALLOW_WRITES is set."""
    return os.environ.get(ALLOW_WRITES) == "1"


def _is_known(module: str, name: str) -> bool:
    layer_class: object = getattr(sys.modules.get(module), name, None)
    return isinstance(layer_class, type) and issubclass(layer_class, Layer)


def _is_well_known(module: str, name: str) -> bool:
    return (module.rpartition(".")[2], name) in PYTHON_LAYERS


def _is_absent(module: str) -> bool:
    """Whether no such module could be imported, as far as can be known without importing any."""
    try:
        return find_spec(module.partition(".")[0]) is None
    except ValueError:  # a name such as "" or "__main__", which no finder knows
        return False


@contextmanager
def raised_by_layers() -> Iterator[None]:
    """Let errors of the code of a layer in Python reach the script as they are, with a note of the layer."""
    try:
        yield
    except PythonLayerError as error:
        error.raised.add_note(str(error))
        raise error.raised from None
