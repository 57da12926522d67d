"""An ONNX file held against the net that it was made of: both run the same input."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from prototxt.blobs import Array
from prototxt.errors import InputError
from prototxt.export.onnx.report import OutputCheck
from prototxt.graph.graph import Graph

if TYPE_CHECKING:
    from prototxt.net import Net

__all__ = ["check_model"]

RTOL, ATOL = 1e-4, 1e-5
"""Of each value, and of the largest value of a blob."""


def check_model(
    net: Net, graph: Graph, names: Sequence[str], data: bytes, every_blob: Callable[[], bytes]
) -> tuple[tuple[OutputCheck, ...], str]:
    """The differences of every output, or the reason why nothing was compared; `names` are the file's inputs.

    `every_blob` makes the file again with every blob as an output, to find the layer where a difference begins. Raises
    InputError where one is beyond the tolerance, or ONNX Runtime refuses the file.
    """
    try:
        import onnxruntime
    except ImportError:
        return (), "onnxruntime is not installed"
    if set(names) - set(graph.inputs):
        return (), "the net has data layers, whose values this check cannot make up"
    inputs = {name: _drawn(net, name, i) for i, name in enumerate(names)}

    def compare(file: bytes, names: Sequence[str]) -> list[OutputCheck]:
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 4
        try:
            session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
            results = session.run(list(names), inputs)
        except Exception as error:  # of as many kinds as it has states
            raise InputError(f"{graph.file}: ONNX Runtime refuses the file: {error}") from None
        pairs = zip(names, results, strict=True)
        return [_compared(name, net.blob(name).data, values) for name, values in pairs]

    net.forward(inputs, keep="all")
    checks = compare(data, graph.outputs)
    bad = [check for check in checks if not check.passes]
    if bad:
        inner = [name for name in graph.last if name not in graph.inputs]
        first = next((c for c in compare(every_blob(), inner) if not c.passes), bad[0])
        what = (
            f"ONNX Runtime gives other numbers: {_off(bad[0])}; the first blob that differs is {_off(first)}"
        )
        raise InputError(f"{graph.file}: {what}", hint="--no-check (check=False) keeps the file")
    return tuple(checks), ""


def _off(check: OutputCheck) -> str:
    return f'"{check.name}", by {check.difference:.3g} of values up to {check.largest:.3g}'


def _drawn(net: Net, name: str, seed: int) -> Array:
    """Values of an input from 0 to 1, which nets can take whatever they were trained on."""
    return np.random.default_rng(seed).random(net.blob(name).shape, np.float32)


def _compared(name: str, wanted: Array, got: Any) -> OutputCheck:
    largest = float(np.abs(wanted).max(initial=0))
    if wanted.shape != got.shape:
        return OutputCheck(name, float("inf"), largest, False)
    off = np.abs(wanted.astype(np.float64) - got)
    passes = bool((off <= RTOL * np.abs(wanted) + ATOL * max(largest, 1e-30)).all())
    return OutputCheck(name, float(off.max(initial=0)), largest, passes)
