"""MemoryData: images and labels that the program itself hands over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from prototxt.blobs import Array, Shape
from prototxt.layers.base import ImpliedShape, Layer
from prototxt.layers.common.data_layer import label_shape
from prototxt.layers.common.fields import check_least
from prototxt.layers.outcomes import Outcome, ignore
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter
from prototxt.util.lazy import np

FIELDS = ("batch_size", "channels", "height", "width")


@layer("MemoryData", bottoms=0, tops=2)
class MemoryData(Layer):
    """Two inputs of the net, images and labels: the caller fills them, as an Input layer's.

    Formula:
        y, label = what the caller gives: net.forward(data=images, label=labels); zeros where nothing is given

    Shapes:
        y: batch_size x channels x height x width
        label: batch_size

    Pitfalls:
        The arrays are taken as they are: transform_param is for images added from C++, and is not applied (as in
        pycaffe's set_input_arrays). Here one forward takes one batch, of any size.

    Example:
        layer {
          name: "data" type: "MemoryData" top: "data" top: "label"
          memory_data_param { batch_size: 10 channels: 3 height: 227 width: 227 }
        }

    Source: caffe/src/caffe/layers/memory_data_layer.cpp.
    """

    is_input = True
    ignores = ignore(Outcome.WARNS, "arrays that are given are taken as they are", "transform_param")
    golden = "it computes nothing: its tops are what the caller gives"

    @classmethod
    def implied_shape(
        cls, param: LayerParameter, top: int, given: Mapping[str, Shape]
    ) -> ImpliedShape | None:
        return label_shape(param, top, given) or (cls(param).shapes([])[top], "as the file says")

    def setup(self, param: LayerParameter) -> None:
        p = param.memory_data_param
        for field in FIELDS:
            check_least(getattr(p, field), 1, field)
        self.shape: Shape = tuple(getattr(p, field) for field in FIELDS)

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        return [self.shape, self.shape[:1]]

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        return [np.zeros(shape, np.float32) for shape in self.shapes([])]
