"""Embed: a learned vector for every word of a vocabulary."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape, count
from prototxt.layers.base import Cost, Layer, Param
from prototxt.layers.common.fields import check_given, check_least
from prototxt.layers.common.labels import read_indices
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter


@layer("Embed")
class Embed(Layer):
    """Looks up one row of a learned table for each index: an InnerProduct of one-hot vectors.

    Formula:
        y[..., o] = w[x[...], o] + b[o]

    Shapes:
        x: any, w: input_dim x num_output, b: num_output
        y: any x num_output

    Pitfalls:
        Indices are whole numbers from 0 to input_dim - 1 in a float blob. The table is stored the other way
        round than InnerProduct's. bias_term is true unless said otherwise.

    Example:
        layer {
          name: "embed" type: "Embed" bottom: "words" top: "embedded"
          embed_param { input_dim: 8801 num_output: 1000 bias_term: false }
        }

    Source: caffe/src/caffe/layers/embed_layer.cpp.
    """

    def setup(self, param: LayerParameter) -> None:
        p = param.embed_param
        for name in ("num_output", "input_dim"):
            check_given(p, name)
            check_least(getattr(p, name), 1, name)
        self.num_output: int = p.num_output
        self.input_dim: int = p.input_dim
        self.bias_term: bool = p.bias_term
        self.weight_filler, self.bias_filler = p.weight_filler, p.bias_filler

    def params(self, bottom: Sequence[Shape]) -> tuple[Param, ...]:
        weight = Param((self.input_dim, self.num_output), self.weight_filler, name="weights")
        bias = Param((self.num_output,), self.bias_filler, name="bias")
        return (weight, bias) if self.bias_term else (weight,)

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        return [(*bottom[0], self.num_output)]

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        y = params[0][read_indices(bottom[0], self.input_dim, "index")]
        return [y + params[1] if self.bias_term else y]

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        return Cost(additions=count(top[0]) if self.bias_term else 0)

    def brief(self, bottom: Sequence[Shape]) -> str:
        return f"of {self.input_dim}"
