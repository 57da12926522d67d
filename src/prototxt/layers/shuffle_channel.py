"""ShuffleChannel: mixes the channels of groups, so that the next grouped convolution sees all of them."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape
from prototxt.errors import LayerError
from prototxt.layers.base import Layer
from prototxt.layers.common.axes import check_num_axes, four_axes
from prototxt.layers.common.fields import check_least
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter


@layer("ShuffleChannel", fork="shufflenet")
class ShuffleChannel(Layer):
    """Deals the channels of `group` groups out in turn: the first of every group, then the second of every group.

    Formula:
        y[n, j*group + i] = x[n, i*C/group + j] for every group i and every place j in it

    Shapes:
        x: N x C, N x C x H or N x C x H x W
        y: N x C x H x W, always with four axes

    Pitfalls:
        C must be divisible by `group`, which is 1 where it is not given: then nothing moves.

    Example:
        layer {
          name: "shuffle2" type: "ShuffleChannel" bottom: "concat2" top: "shuffle2"
          shuffle_channel_param { group: 2 }
        }

    Source: ShuffleNet's Caffe, shuffle_channel_layer.cpp; https://arxiv.org/abs/1707.01083
    """

    def setup(self, param: LayerParameter) -> None:
        self.group: int = param.shuffle_channel_param.group
        check_least(self.group, 1, "group")

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        shape = bottom[0]
        check_num_axes(shape, 2, 4)
        if shape[1] % self.group:
            raise LayerError(f"{shape[1]} channels are not divisible by group {self.group}", field="group")
        return [four_axes(shape)]

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        x = bottom[0]
        groups = x.reshape(x.shape[0], self.group, x.shape[1] // self.group, *x.shape[2:])
        return [groups.swapaxes(1, 2).reshape(self.shapes([x.shape])[0])]

    def brief(self, bottom: Sequence[Shape]) -> str:
        return f"g{self.group}"
