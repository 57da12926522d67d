"""An ONNX graph while it grows: values, operators and constants; nothing of it needs the library onnx yet.

Every blob is the name of a value here, in versions: ONNX knows no writing in place, as the graph does not. Shapes come
in pairs, for the batch of the net and for one that is larger by 1: where the two differ, an axis depends on the batch.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from prototxt.blobs import Array, Shape
from prototxt.errors import LayerError
from prototxt.graph.graph import BlobId, Graph, Node

__all__ = ["BOOL", "FLOAT", "INT64", "Constant", "Draft", "LayerDraft", "Operator"]

Constant = NDArray[Any]

FLOAT, INT64, BOOL = 1, 7, 9
"""ONNX's numbers for types, as its operator Cast takes them."""

FOLDS = ("Conv", "ConvTranspose", "Gemm")
"""Operators that a function of each output channel can become a part of."""


@dataclass
class Operator:
    """One node of an ONNX graph: its values and attributes by name, and the layer that it is for."""

    kind: str
    inputs: list[str]
    outputs: list[str]
    attributes: dict[str, Any]
    layer: Node


@dataclass
class Draft:
    """Operators and constants of a graph, in the order in which they run.

    `larger` is the same graph with a batch that is larger by 1; None where the batch is fixed.
    """

    graph: Graph
    larger: Graph | None
    folds: bool
    exposed: frozenset[BlobId]
    operators: list[Operator] = field(default_factory=list)
    constants: dict[str, Constant] = field(default_factory=dict)
    values: dict[BlobId, str] = field(default_factory=dict)
    open_axes: dict[BlobId, int] = field(default_factory=dict)
    """The axis of a blob whose length depends on values: as many rows as things were found."""
    producers: dict[str, Operator] = field(default_factory=dict)
    """The operator that makes each value."""
    _held: set[str] = field(default_factory=set)
    _shared: set[str] = field(default_factory=set)
    folded: dict[int, Node] = field(default_factory=dict)
    """Of layers that became a part of an earlier operator, by their index, the layer of that."""
    _names: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        # Blobs get their own names in the end; layers may share one.
        self._names.update({name for blob in self.graph.shapes for name in (blob.name, str(blob))})

    def unique(self, name: str) -> str:
        """A name that no value, constant or blob has yet: this one, or this one with a number."""
        free = name
        while free in self._names:
            self._names[name] += 1
            free = f"{name}_{self._names[name]}"
        self._names[free] += 1
        return free

    def shapes(self, blob: BlobId) -> tuple[Shape, Shape]:
        """A blob's shape, and the one it has with the larger batch."""
        shape = self.graph.shapes[blob]
        return shape, self.larger.shapes[blob] if self.larger else shape

    def dims(self, blob: BlobId) -> tuple[int | None, ...]:
        """A blob's shape; None for an axis that depends on the batch."""
        return tuple(n if n == larger else None for n, larger in zip(*self.shapes(blob), strict=True))

    def give(self, blob: BlobId, value: str) -> None:
        """Say which value a blob is."""
        if value in self._held:
            self._shared.add(value)
        self._held.add(value)
        self.values[blob] = value

    def take(self, blob: BlobId) -> None:
        """Say that no value is this blob any more: another layer has become a part of its operator."""
        self._held.discard(self.values.pop(blob))

    def is_read_once(self, blob: BlobId) -> bool:
        """Whether one layer alone sees the value of this blob, and nobody outside of the net."""
        shared = self.values[blob] in self._shared
        return not shared and len(self.graph.readers(blob)) == 1 and blob not in self.exposed

    def rename(self, names: dict[str, str]) -> None:
        """Give values other names."""
        for operator in self.operators:
            operator.inputs = [names.get(name, name) for name in operator.inputs]
            operator.outputs = [names.get(name, name) for name in operator.outputs]
        self.values = {blob: names.get(name, name) for blob, name in self.values.items()}


class LayerDraft:
    """One layer's part of a draft: what a rule needs to write it."""

    def __init__(self, draft: Draft, node: Node, params: Sequence[Array]) -> None:
        self.draft, self.node, self.params = draft, node, params
        self.bottoms = [draft.values[blob] for blob in node.bottoms]
        self.bottom = [draft.graph.shapes[blob] for blob in node.bottoms]
        self.top = [draft.graph.shapes[blob] for blob in node.tops]
        self._made = 0

    @property
    def dims(self) -> tuple[int | None, ...]:
        """The shape of the first bottom; None for an axis that depends on the batch."""
        return self.draft.dims(self.node.bottoms[0])

    @property
    def x(self) -> str:
        """The first bottom."""
        return self.bottoms[0]

    def op(self, kind: str, *inputs: str, **attributes: Any) -> str:
        """The value of an operator."""
        return self.ops(kind, *inputs, outputs=1, **attributes)[0]

    def ops(self, kind: str, *inputs: str, outputs: int, **attributes: Any) -> list[str]:
        """An operator's values."""
        names = []
        for _ in range(outputs):
            self._made += 1
            names.append(self.draft.unique(f"{self.node.name}/{kind}_{self._made}"))
        operator = Operator(kind, list(inputs), names, attributes, self.node)
        self.draft.operators.append(operator)
        self.draft.producers.update(dict.fromkeys(names, operator))
        return names

    def constant(self, values: Any, what: str, dtype: type[np.generic] = np.float32) -> str:
        """The name of a constant; `what` is a word for it."""
        name = self.draft.unique(f"{self.node.name}/{what}")
        # Not ascontiguousarray, which makes an array of a scalar.
        self.draft.constants[name] = np.asarray(values, dtype=dtype, order="C")
        return name

    def whole(self, numbers: Iterable[int], what: str) -> str:
        """A constant of whole numbers: a shape, axes."""
        return self.constant(list(numbers), what, np.int64)

    def per_axis(self, values: Array, axis: int, axes: int, what: str) -> str:
        """A constant whose axes lie from `axis` of a blob on, as it is broadcast there."""
        after = axes - axis - values.ndim
        return self.constant(values.reshape(*values.shape, *(1,) * after), what)

    def affine(self, x: str, factor: Array | None, offset: Array | None) -> str:
        """factor[c] * x + offset[c] along axis 1; part of the convolution before it where that is possible."""
        if self._fold(factor, offset):
            return x
        axes = len(self.bottom[0])
        if factor is not None:
            x = self.op("Mul", x, self.per_axis(factor, 1, axes, "factors"))
        return x if offset is None else self.op("Add", x, self.per_axis(offset, 1, axes, "offsets"))

    def _fold(self, factor: Array | None, offset: Array | None) -> bool:
        draft, blob = self.draft, self.node.bottoms[0]
        producer = draft.producers.get(draft.values[blob])
        if not (draft.folds and producer and producer.kind in FOLDS and draft.is_read_once(blob)):
            return False
        if len(producer.layer.bottoms) > 1:  # its operators share their constants
            return False
        if producer.attributes.get("group", 1) != 1 and producer.kind == "ConvTranspose":
            return False
        weight = draft.constants[producer.inputs[1]]
        channels = 1 if producer.kind == "ConvTranspose" else 0
        outputs = weight.shape[channels]
        bias = (
            draft.constants[producer.inputs[2]] if len(producer.inputs) > 2 else np.zeros(outputs, np.float32)
        )
        if factor is not None:
            along = [1] * weight.ndim
            along[channels] = outputs
            weight, bias = weight * factor.reshape(along), bias * factor
        draft.constants[producer.inputs[1]] = weight
        if len(producer.inputs) == 2:
            producer.inputs.append(LayerDraft(draft, producer.layer, ()).constant(bias, "bias"))
        draft.constants[producer.inputs[2]] = bias if offset is None else bias + offset
        draft.folded[self.node.index] = producer.layer
        draft.take(blob)
        return True

    def scaled(self, x: str, factor: float, what: str) -> str:
        """factor * x; nothing is written for a factor of 1."""
        return x if factor == 1 else self.op("Mul", x, self.constant(factor, what))

    def lengths(self, x: str, axes: int) -> str:
        """The first numbers of a value's shape, as a value."""
        return self.op("Slice", self.op("Shape", x), self.whole([0], "start"), self.whole([axes], "end"))

    def reshape(self, x: str, shape: Sequence[int | None]) -> str:
        """Values in another shape, in which at most one axis is None: it depends on the batch."""
        if sum(n is None for n in shape) > 1:
            raise self.refuse("more than one axis of it depends on the batch", hint="give a fixed batch")
        return self.op("Reshape", x, self.whole([-1 if n is None else n for n in shape], "shape"))

    def open_axis(self, axis: int) -> None:
        """Say that the length of an axis of the first top depends on values."""
        self.draft.open_axes[self.node.tops[0]] = axis

    def as_top(self, x: str) -> str:
        """Values in the shape of the first top."""
        return self.reshape(x, self.draft.dims(self.node.tops[0]))

    def refuse(self, what: str, field: str | None = None, hint: str | None = None) -> LayerError:
        """An error that says why the layer cannot be written."""
        return LayerError(f"cannot be written as ONNX: {what}", field=field, hint=hint)
