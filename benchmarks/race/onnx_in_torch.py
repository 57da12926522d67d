"""Runs the ONNX files of `to_onnx.py` in PyTorch: their few operators as calls of torch.nn.functional."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import onnx
import torch
from onnx import helper, numpy_helper
from torch import Tensor
from torch.nn import functional


def conv(a: dict[str, Any], x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    x, pads = _padded(x, a["pads"], 0.0)
    return functional.conv2d(x, weight, bias, a["strides"], pads, a["dilations"], a["group"])


def max_pool(a: dict[str, Any], x: Tensor) -> Tensor:
    x, pads = _padded(x, a["pads"], float("-inf"))
    return functional.max_pool2d(x, a["kernel_shape"], a["strides"], pads)


def _padded(x: Tensor, pads: list[int], value: float) -> tuple[Tensor, list[int]]:
    """The image and what is left to pad: PyTorch pads both ends alike."""
    if pads[:2] == pads[2:]:
        return x, pads[:2]
    top, left, bottom, right = pads
    return functional.pad(x, (left, right, top, bottom), value=value), [0, 0]


def batch_norm(
    a: dict[str, Any], x: Tensor, scale: Tensor, shift: Tensor, mean: Tensor, var: Tensor
) -> Tensor:
    return functional.batch_norm(x, mean, var, scale, shift, eps=a["epsilon"])


OPERATORS: dict[str, Callable[..., Tensor]] = {
    "Add": lambda _, x, y: x + y,
    "AveragePool": lambda a, x: functional.avg_pool2d(x, a["kernel_shape"], a["strides"]),
    "BatchNormalization": batch_norm,
    "Concat": lambda a, *xs: torch.cat(xs, a["axis"]),
    "Conv": conv,
    "Flatten": lambda a, x: x.flatten(a["axis"]),
    "Gemm": lambda _, x, weight, bias: functional.linear(x, weight, bias),
    "GlobalAveragePool": lambda _, x: x.mean((2, 3), keepdim=True),
    "Identity": lambda _, x: x,
    "LRN": lambda a, x: functional.local_response_norm(x, a["size"], a["alpha"], a["beta"], a["bias"]),
    "MaxPool": max_pool,
    "Relu": lambda _, x: functional.relu(x),
    "Softmax": lambda a, x: functional.softmax(x, a["axis"]),
}


class OnnxNet(torch.nn.Module):  # type: ignore[misc, unused-ignore]  # where torch is not installed
    """A module of one ONNX graph with one input and one output; its arrays are buffers, by number."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        graph = onnx.load(path).graph
        self._buffer_of = {array.name: f"array{i}" for i, array in enumerate(graph.initializer)}
        for array in graph.initializer:
            values = torch.from_numpy(numpy_helper.to_array(array).copy())
            self.register_buffer(self._buffer_of[array.name], values)
        self._steps = [(op.op_type, _attributes(op), list(op.input), op.output[0]) for op in graph.node]
        self._input, self._output = graph.input[0].name, graph.output[0].name

    def forward(self, x: Tensor) -> Tensor:
        blobs = {name: getattr(self, buffer) for name, buffer in self._buffer_of.items()} | {self._input: x}
        for kind, attributes, inputs, output in self._steps:
            blobs[output] = OPERATORS[kind](attributes, *(blobs[name] for name in inputs))
        return blobs[self._output]


def _attributes(operator: Any) -> dict[str, Any]:
    return {a.name: helper.get_attribute_value(a) for a in operator.attribute}


def frozen(path: Path, shape: tuple[int, ...]) -> Any:
    """The net of an ONNX file for inputs of this shape, N x C x H x W."""
    module = OnnxNet(path).eval().to(memory_format=torch.channels_last)
    example = torch.zeros(shape).contiguous(memory_format=torch.channels_last)
    with torch.no_grad():
        return torch.jit.freeze(torch.jit.trace(module, example))
