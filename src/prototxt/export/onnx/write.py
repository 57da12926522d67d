"""A net written as an ONNX file, and held against the net itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from os import PathLike, fspath
from typing import TYPE_CHECKING, Any

import numpy as np

from prototxt.errors import InputError, PrototxtError
from prototxt.export.onnx.check import check_model
from prototxt.export.onnx.draft import Draft, LayerDraft, Operator
from prototxt.export.onnx.report import ExportReport, LayerReport
from prototxt.export.onnx.rule import onnx_rule
from prototxt.export.onnx.select import is_source, needed
from prototxt.graph.graph import BlobId, Graph, Node, located_at
from prototxt.util.extras import missing_library
from prototxt.util.files import whole_file
from prototxt.util.modules import import_submodules

if TYPE_CHECKING:
    from prototxt.net import Net

__all__ = ["export_onnx"]

import_submodules("prototxt.export.onnx.rules")

OPSET = 17
"""The operator set that runtimes of the last years have in common."""

OPSETS = range(17, 24)

IR_VERSION = 8
"""The file format that goes with that set."""

BATCH = "N"


def export_onnx(
    net: Net,
    path: str | PathLike[str],
    *,
    opset: int = OPSET,
    batch: int | None = None,
    fold: bool = True,
    keep_losses: bool = False,
    outputs: Sequence[str] | None = None,
    check: bool = True,
) -> ExportReport:
    """Write a net as an ONNX file.

    `batch` is the size of the first axis of the inputs, None for any. `outputs` are the blobs to give out, the net's
    own by default; of losses and accuracies, which need labels, what they score, unless `keep_losses`. `fold` makes
    BatchNorm, Scale and Bias a part of the convolution before them. Inputs and outputs are named as the blobs.

    With `check`, and where onnxruntime is installed, both programs run the same input, and a file that differs is not
    kept: the tolerance is 1e-4 of each value and 1e-5 of the largest one.

    Raises InputError without the library onnx, for an operator set or a blob that does not exist, and for a file that
    differs; LayerError, with file, line and layer, for a layer that cannot be written. Nothing is written then.

    >>> report = export_onnx(load_net("deploy.prototxt", "net.caffemodel"), "net.onnx")
    """
    _import_onnx()
    if opset not in OPSETS:
        raise InputError(f"opset must be {OPSETS[0]} to {OPSETS[-1]}, not {opset}")
    net = net.clone()
    if batch is not None:
        net.reshape(**{name: (batch, *net.blob(name).shape[1:]) for name in net.inputs})
    graph = needed(net.graph, outputs, keep_losses=keep_losses)
    draft, reports, notes = _drafted(net, graph, fold, open_batch=batch is None)
    data = _model(draft, opset).SerializeToString()

    def every_blob() -> bytes:
        """The same net with every blob as an output."""
        shown = replace(graph, outputs=tuple(graph.last))
        return bytes(_model(_drafted(net, shown, fold=False, open_batch=False)[0], opset).SerializeToString())

    inputs = _input_names(draft)
    checks, unchecked = check_model(net, graph, inputs, data, every_blob) if check else ((), "not asked for")
    with whole_file(path) as file:
        file.write(data)
    return ExportReport(
        fspath(path),
        len(data),
        opset,
        tuple((name, _shown(draft, graph.last[name])) for name in inputs),
        tuple((name, _shown(draft, graph.last[name])) for name in graph.outputs),
        tuple(reports),
        checks,
        unchecked,
        tuple(notes),
    )


def _import_onnx() -> Any:
    try:
        import onnx
    except ImportError:
        what, hint = missing_library("onnx", "onnx", "writing ONNX files")
        raise InputError(what, hint=hint) from None
    return onnx


def _drafted(
    net: Net, graph: Graph, fold: bool, *, open_batch: bool
) -> tuple[Draft, list[LayerReport], list[str]]:
    """The operators of every layer."""
    larger, notes = (_larger(net, graph), []) if open_batch else (None, [])
    if open_batch and larger is None:
        notes.append("the batch is fixed: a layer of the net takes no other")
    draft = Draft(graph, larger, fold, frozenset(graph.last[name] for name in graph.outputs))
    reports = []
    for node in graph.nodes:
        before = len(draft.operators)
        with located_at(node):
            _write(net, draft, node)
        reports.append(_report(draft, node, draft.operators[before:]))
    _name_values(draft)
    return draft, reports, notes


def _write(net: Net, draft: Draft, node: Node) -> None:
    if is_source(node):
        for top in node.tops:
            draft.give(top, top.name)
        return
    params = [parameter.data for parameter in net.params_of(node)]
    layer = LayerDraft(draft, node, [np.asarray(p) for p in params])
    values = onnx_rule(node.layer, layer)
    values = [values] if isinstance(values, str) else list(values)
    for top, value in zip(node.tops, values, strict=False):
        draft.give(top, value)


def _larger(net: Net, graph: Graph) -> Graph | None:
    """The same layers with a batch that is larger by 1; None where the net takes no other."""
    other = net.clone()
    try:
        other.reshape(**{name: (n + 1, *rest) for name in net.inputs for n, *rest in [net.blob(name).shape]})
    except PrototxtError:
        return None
    return needed(other.graph, list(graph.outputs), keep_losses=True)


def _report(draft: Draft, node: Node, operators: Sequence[Operator]) -> LayerReport:
    kinds = tuple(operator.kind for operator in operators)
    if node.index in draft.folded:
        return LayerReport(node.name, node.type, (), f"folded into {draft.folded[node.index].name}")
    if is_source(node):
        return LayerReport(node.name, node.type, (), "input")
    constant = all(draft.values[top] in draft.constants for top in node.tops if top in draft.values)
    note = "" if kinds else "a constant" if constant else "left out: it changes nothing"
    return LayerReport(node.name, node.type, kinds, note)


def _name_values(draft: Draft) -> None:
    """Give values the names of their blobs: the last version the plain name, earlier ones `conv1@0`."""
    taken = set(_input_names(draft))
    names: dict[str, str] = {}
    for blob in sorted(draft.values, key=lambda blob: (blob not in draft.exposed, -blob.version)):
        value = draft.values[blob]
        name = blob.name if blob == draft.graph.last[blob.name] else str(blob)
        if value in names or value in taken or name in taken or value in draft.constants:
            continue
        names[value] = name
        taken.add(name)
    draft.rename(names)
    # An output that is an input, a constant, or the same value as another output, needs a value of its own.
    for blob in draft.exposed:
        if draft.values[blob] != blob.name:
            node = next(node for node in draft.graph.nodes if blob in node.tops)
            draft.operators.append(Operator("Identity", [draft.values[blob]], [blob.name], {}, node))


def _input_names(draft: Draft) -> list[str]:
    return [
        top.name for node in draft.graph.nodes if is_source(node) for top in node.tops if _is_read(draft, top)
    ]


def _is_read(draft: Draft, top: BlobId) -> bool:
    """Whether a layer reads this input: of the tops of a data layer, the labels may have no reader left."""
    return top in draft.exposed or bool(draft.graph.readers(top))


def _shown(draft: Draft, blob: BlobId) -> tuple[int | str, ...]:
    """A shape with "N" for the batch, and multiples of it for axes that go with it."""
    dims: list[int | str] = []
    for n, larger in zip(*draft.shapes(blob), strict=True):
        times = larger - n
        dims.append(n if not times else BATCH if times == 1 else f"{times}*{BATCH}")
    axis = draft.open_axes.get(blob)
    if axis is not None:
        dims[axis] = f"{blob.name} rows"
    return tuple(dims)


def _model(draft: Draft, opset: int) -> Any:
    onnx = _import_onnx()
    helper, numpy_helper = onnx.helper, onnx.numpy_helper
    nodes = [
        helper.make_node(
            op.kind,
            op.inputs,
            op.outputs,
            name=op.outputs[0],
            doc_string=f'{op.layer.type} "{op.layer.name}"',
            **op.attributes,
        )
        for op in draft.operators
    ]

    def info(blob: BlobId) -> Any:
        return helper.make_tensor_value_info(blob.name, onnx.TensorProto.FLOAT, _shown(draft, blob))

    graph, used = draft.graph, {name for op in draft.operators for name in op.inputs}
    inputs = [info(BlobId(name)) for name in _input_names(draft)]
    outputs = [info(graph.last[name]) for name in graph.outputs]
    shown = {value.name for value in (*inputs, *outputs)} | draft.constants.keys()
    inner = {
        value: helper.make_tensor_value_info(value, onnx.TensorProto.FLOAT, _shown(draft, blob))
        for blob, value in draft.values.items()
        if value not in shown
    }
    constants = [numpy_helper.from_array(v, name) for name, v in draft.constants.items() if name in used]
    made = helper.make_graph(
        nodes, graph.name or "net", inputs, outputs, constants, value_info=list(inner.values())
    )
    return helper.make_model(
        made, opset_imports=[helper.make_opsetid("", opset)], producer_name="prototxt", ir_version=IR_VERSION
    )
