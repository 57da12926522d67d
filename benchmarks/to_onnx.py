"""A net as an ONNX file, for the benchmarks' peers: the layers that the six nets of nets.py use, and no others.

python benchmarks/to_onnx.py NET.prototxt WEIGHTS NET.onnx
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

import prototxt
from prototxt.blobs import Array, Shape
from prototxt.errors import LayerError, PrototxtError
from prototxt.graph.graph import BlobId, Graph, Node, located_at
from prototxt.net import Net

OPSET = 17
BATCH = "N"
"""What the first axis of inputs and outputs is called: any batch will do."""


@dataclass
class Draft:
    """An ONNX graph while it grows: operators, and the arrays they hold."""

    graph: Graph
    operators: list[Any] = field(default_factory=list)
    arrays: list[Any] = field(default_factory=list)

    def add(self, op: str, inputs: Sequence[str], output: str, **attributes: Any) -> str:
        self.operators.append(helper.make_node(op, list(inputs), [output], name=output, **attributes))
        return output

    def array(self, name: str, values: Array) -> str:
        self.arrays.append(numpy_helper.from_array(np.ascontiguousarray(values, np.float32), name))
        return name

    def params(self, node: Node, params: Sequence[Array]) -> list[str]:
        return [self.array(f"{node.name}/{slot}", param) for slot, param in enumerate(params)]

    def bottoms(self, node: Node) -> list[str]:
        return [blob_name(blob) for blob in node.bottoms]

    def top(self, node: Node) -> str:
        (top,) = node.tops
        return blob_name(top)

    def shape(self, blob: BlobId) -> Shape:
        return self.graph.shapes[blob]


def blob_name(blob: BlobId) -> str:
    """A version's name: ONNX knows no writing in place, as the graph does not."""
    return blob.name if not blob.version else str(blob)


def layer_of(node: Node) -> Any:
    """The layer as what it is: of the type under which the function that asks stands in WRITERS."""
    return node.layer


def windows(draft: Draft, node: Node) -> dict[str, Shape]:
    """Kernel, stride and padding as attributes.

    Padding at the end is what Caffe's last window needs: ONNX would leave a window away, or see another one.
    """
    window = layer_of(node).window(draft.shape(node.bottoms[0]))
    starts, ends = zip(*window.margins, strict=True)
    return {"kernel_shape": window.kernel, "strides": window.stride, "pads": (*starts, *ends)}


def convolution(draft: Draft, node: Node, params: Sequence[Array]) -> None:
    inputs = [*draft.bottoms(node), *draft.params(node, params)]
    dilations = layer_of(node).window(draft.shape(node.bottoms[0])).dilation
    draft.add(
        "Conv",
        inputs,
        draft.top(node),
        **windows(draft, node),
        dilations=dilations,
        group=layer_of(node).group,
    )


def inner_product(draft: Draft, node: Node, params: Sequence[Array]) -> None:
    layer = layer_of(node)
    if layer.axis != 1 or layer.transpose:
        raise LayerError(
            "only axis 1 and no transpose can be written as ONNX here", field="inner_product_param"
        )
    (bottom,) = draft.bottoms(node)
    if len(draft.shape(node.bottoms[0])) > 2:
        bottom = draft.add("Flatten", [bottom], f"{node.name}/flat", axis=1)
    draft.add("Gemm", [bottom, *draft.params(node, params)], draft.top(node), transB=1)


def pooling(draft: Draft, node: Node, _params: Sequence[Array]) -> None:
    method, attributes = layer_of(node).method, windows(draft, node)
    inside = not any(attributes["pads"])
    if method == "MAX" and len(node.tops) == 1:
        draft.add("MaxPool", draft.bottoms(node), draft.top(node), **attributes)
    elif method == "AVE" and inside and attributes["kernel_shape"] == draft.shape(node.bottoms[0])[2:]:
        draft.add("GlobalAveragePool", draft.bottoms(node), draft.top(node))
    elif method == "AVE" and inside:
        draft.add("AveragePool", draft.bottoms(node), draft.top(node), **attributes)
    else:
        what = (
            "only MAX with one top, and AVE whose windows lie within the image, can be written as ONNX here"
        )
        raise LayerError(what, field="pooling_param")


def relu(draft: Draft, node: Node, _params: Sequence[Array]) -> None:
    if layer_of(node).negative_slope:
        raise LayerError("a negative_slope cannot be written as ONNX here", field="negative_slope")
    draft.add("Relu", draft.bottoms(node), draft.top(node))


def lrn(draft: Draft, node: Node, _params: Sequence[Array]) -> None:
    layer = layer_of(node)
    if not layer.across:
        raise LayerError("only ACROSS_CHANNELS can be written as ONNX here", field="norm_region")
    sizes = {"size": layer.local_size, "alpha": layer.alpha, "beta": layer.beta, "bias": layer.k}
    draft.add("LRN", draft.bottoms(node), draft.top(node), **sizes)


def batch_norm(draft: Draft, node: Node, params: Sequence[Array]) -> None:
    """With a scale of one and no shift: a Scale layer that follows brings those."""
    if not layer_of(node).use_global_stats:
        raise LayerError("only stored statistics can be written as ONNX here", field="use_global_stats")
    mean, variance = layer_of(node).statistics(params)
    ones = draft.array(f"{node.name}/scale", np.ones_like(mean))
    zeros = draft.array(f"{node.name}/shift", np.zeros_like(mean))
    stored = [draft.array(f"{node.name}/mean", mean), draft.array(f"{node.name}/variance", variance)]
    draft.add(
        "BatchNormalization",
        [*draft.bottoms(node), ones, zeros, *stored],
        draft.top(node),
        epsilon=layer_of(node).eps,
    )


def scale(draft: Draft, node: Node, params: Sequence[Array]) -> None:
    """As a BatchNormalization of mean 0 and variance 1, which every peer folds into the convolution before it."""
    layer = layer_of(node)
    if layer.axis != 1 or params[0].ndim != 1:
        raise LayerError("only one factor per channel can be written as ONNX here", field="scale_param")
    names = draft.params(node, params)
    if not layer.bias_term:
        names.append(draft.array(f"{node.name}/shift", np.zeros_like(params[0])))
    names.append(draft.array(f"{node.name}/mean", np.zeros_like(params[0])))
    names.append(draft.array(f"{node.name}/variance", np.ones_like(params[0])))
    draft.add("BatchNormalization", [*draft.bottoms(node), *names], draft.top(node), epsilon=0.0)


def eltwise(draft: Draft, node: Node, _params: Sequence[Array]) -> None:
    layer = layer_of(node)
    if layer.operation != "SUM" or layer.coeff or len(node.bottoms) != 2:
        raise LayerError("only the plain sum of two blobs can be written as ONNX here", field="eltwise_param")
    draft.add("Add", draft.bottoms(node), draft.top(node))


def concat(draft: Draft, node: Node, _params: Sequence[Array]) -> None:
    draft.add("Concat", draft.bottoms(node), draft.top(node), axis=layer_of(node).axis)


def softmax(draft: Draft, node: Node, _params: Sequence[Array]) -> None:
    draft.add("Softmax", draft.bottoms(node), draft.top(node), axis=layer_of(node).axis)


def identity(draft: Draft, node: Node, _params: Sequence[Array]) -> None:
    draft.add("Identity", draft.bottoms(node), draft.top(node))


WRITERS: dict[str, Callable[[Draft, Node, Sequence[Array]], None]] = {
    "BatchNorm": batch_norm,
    "Concat": concat,
    "Convolution": convolution,
    "Dropout": identity,
    "Eltwise": eltwise,
    "InnerProduct": inner_product,
    "LRN": lrn,
    "Pooling": pooling,
    "ReLU": relu,
    "Scale": scale,
    "Softmax": softmax,
}
"""What writes a layer as operators, by its type."""


def make_model(net: Net) -> Any:
    """The net with its parameters as an ONNX ModelProto, of any batch.

    Raises LayerError, with the layer, for what cannot be written.
    """
    draft, params = Draft(net.graph), net.params
    for node in net.graph.nodes:
        if node.layer.is_input:
            continue
        with located_at(node):
            if node.type not in WRITERS:
                raise LayerError(f"cannot be written as ONNX here; what can be: {', '.join(WRITERS)}")
            WRITERS[node.type](draft, node, [param.data for param in params.get(node.name, [])])
    inputs = [_value(draft, net.graph.last[name]) for name in net.inputs]
    outputs = [_value(draft, net.graph.last[name]) for name in net.outputs]
    graph = helper.make_graph(draft.operators, net.name or "net", inputs, outputs, draft.arrays)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8)


def _value(draft: Draft, blob: BlobId) -> Any:
    return helper.make_tensor_value_info(
        blob_name(blob), onnx.TensorProto.FLOAT, [BATCH, *draft.shape(blob)[1:]]
    )


def save_onnx(net: Net, path: Path) -> None:
    """Check the model and write it."""
    model = make_model(net)
    onnx.checker.check_model(model)
    onnx.save(model, path)


def main() -> None:
    if len(sys.argv) != 4:
        raise SystemExit("usage: to_onnx.py NET.prototxt WEIGHTS NET.onnx")
    net, weights, model = sys.argv[1:]
    try:
        save_onnx(prototxt.load_net(net, weights), Path(model))
    except PrototxtError as error:
        raise SystemExit(f"error: {error}") from None


if __name__ == "__main__":
    main()
