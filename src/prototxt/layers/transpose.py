"""Transpose: all axes in another order."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Shape, format_shape
from prototxt.errors import LayerError
from prototxt.layers.permute import Permute
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter


@layer("Transpose", fork="crnn")
class Transpose(Permute):
    """Puts the axes in another order: a map's columns become the time steps of an Lstm, say.

    Formula:
        y[w, h, n, c] = x[n, c, h, w]   (dim 3, 2, 0, 1)

    Shapes:
        x: any; y: the same lengths, axis i being axis dim[i] of x

    Pitfalls:
        Every axis must be named once; Permute, SSD's layer, lets axes be left out.

    Example:
        layer {
          name: "columns" type: "Transpose" bottom: "conv5" top: "columns"
          transpose_param { dim: 3 dim: 2 dim: 0 dim: 1 }
        }

    Source: transpose_layer.cpp of caffe_ocr.
    """

    field = "dim"
    golden = "only the source text of the fork is available; the tests move values by hand"

    def setup(self, param: LayerParameter) -> None:
        dims = tuple(param.transpose_param.dim)
        if min(dims, default=0) < 0:
            raise LayerError(f"dim must be 0 or more, not {min(dims)}", field="dim")
        self.take(dims)

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        if len(self.order) != len(bottom[0]):
            what = f"{len(self.order)} dims for a bottom of {len(bottom[0])} axes, {format_shape(bottom[0])}"
            raise LayerError(what, field="dim", hint="name every axis once")
        return super().shapes(bottom)
