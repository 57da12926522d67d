"""The weights of a net whose fully connected layers became convolutions, and a check that the outputs are equal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from prototxt.blobs import Array, Shape
from prototxt.explain.sections.section import Line, Section
from prototxt.explain.surgery.fc_as_conv import Converted
from prototxt.frontend.net_options import NetOptions
from prototxt.net import Net
from prototxt.text.definition import Definition
from prototxt.weights.params import Files, Params, make_params, read_files
from prototxt.weights.save import save_weights

__all__ = ["Proof", "proof_section", "prove", "save_converted"]

RTOL = 1e-5
"""Tolerance of the outputs, relative to the largest value: the two nets sum in another order, in float32."""

INPUT_RANGE = 50
"""Standard deviation of the random input, about that of an image minus its mean."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A blob of both nets for the same random input: the largest difference, and the largest value.

    `before` is the largest difference in the blobs that it is computed from: a softmax turns differences of large
    scores into differences of the same size in small values.
    """

    blob: str
    difference: float
    largest: float
    before: float = 0.0

    @property
    def agrees(self) -> bool:
        """Whether the blob is equal in both nets, up to rounding."""
        return self.difference <= RTOL * self.largest + self.before


def save_converted(converted: Converted, weights: Files, path: str, *, reshape: bool = False) -> None:
    """Write the weights of the converted net: the same numbers in the shapes of convolutions.

    `reshape` is the option reshape_weights of the net that has these weights.

    Raises WeightsError where the weights do not fit the net, InputError for an unknown file format.
    """
    old, _ = make_params(converted.before, converted.options.seed, read_files(weights), reshape=reshape)
    layers = {layer.index: layer for layer in converted.layers}
    sources: dict[tuple[int, int], Callable[[], Array]] = {}
    for node, origin in zip(converted.after.nodes, converted.origin, strict=True):
        is_transposed = origin in layers and layers[origin].transpose
        for ref in node.own_params:
            transposed = is_transposed and ref.slot == 0
            sources[node.index, ref.slot] = partial(_array, old, origin, ref.slot, ref.shape, transposed)
    params = Params(converted.after.nodes, sources)
    save_weights(path, converted.after, converted.definition.message.layer, params)


def _array(old: Params, index: int, slot: int, shape: Shape, transposed: bool) -> Array:
    """The matrix of an InnerProduct in the shape of kernels; in both, C varies slowest."""
    array = old.array(index, slot)
    return np.ascontiguousarray(array.T if transposed else array).reshape(shape)


def prove(
    definition: Definition,
    converted: Converted,
    weights: Files,
    converted_weights: Files,
    *,
    reshape: bool = False,
) -> tuple[Proof, ...]:
    """Run both nets with their weights on one random input of the original size, and compare.

    The outputs of the converted layers are compared as well as those of the net: a softmax can hide differences.
    """
    graph = converted.before
    tops = [graph.nodes[layer.index].tops[0] for layer in converted.layers]
    # The versions before a neuron overwrites them in place.
    names = [top.name if graph.last[top.name] == top else str(top) for top in tops]
    keep = list(dict.fromkeys([*names, *graph.outputs]))
    options = NetOptions.of(converted.options, keep=keep, reshape_weights=reshape)
    old = Net(definition, options, weights)
    new = Net(converted.definition, options, converted_weights)
    rng = np.random.default_rng(converted.options.seed)
    feeds = {
        name: (INPUT_RANGE * rng.standard_normal(old.blobs[name].shape)).astype(np.float32)
        for name in old.inputs
    }
    for net in (old, new):
        net.forward(feeds)
    layers = [_proof(name, old.blobs[name].data, new.blobs[name].data) for name in names]
    rounding = max(proof.difference for proof in layers)
    others = [name for name in keep if name not in names]
    outputs = [_proof(name, old.blobs[name].data, new.blobs[name].data, rounding) for name in others]
    return (*layers, *outputs)


def _proof(name: str, old: Array, new: Array, before: float = 0.0) -> Proof:
    difference = float(np.max(np.abs(old.reshape(-1) - new.reshape(-1)), initial=0))
    return Proof(name, difference, float(np.max(np.abs(old), initial=0)), before)


def proof_section(proofs: tuple[Proof, ...]) -> Section:
    """The comparison, blob by blob."""
    lines = [
        Line(
            proof.blob,
            f"{'equal' if proof.agrees else 'NOT EQUAL'}: largest difference {proof.difference:.3g}, "
            f"largest value {proof.largest:.3g}",
            values={"difference": proof.difference, "largest": proof.largest, "agrees": proof.agrees},
        )
        for proof in proofs
    ]
    return Section("proof", "Both nets on one random input of the original size", tuple(lines))
