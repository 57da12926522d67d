"""Normalize: L2 norm over the channels (or an image), then a learned scale."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape, count
from prototxt.layers.base import Cost, Layer, Param
from prototxt.layers.common.axes import along, check_num_axes
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import FillerParameter, LayerParameter
from prototxt.util.lazy import np


@layer("Normalize", fork="ssd")
class Normalize(Layer):
    """Divides by the L2 norm, of all channels at a position or of a whole item, and multiplies by a learned scale.

    Formula:
        y[n, c, i] = scale[c] * x[n, c, i] / sqrt(sum of x^2 + eps)
        The sum goes over the channels at position i, with `across_spatial: true` over the item's positions too.

    Shapes:
        x, y: N x C x any
        scale: C; a single number with `channel_shared: true`

    Pitfalls:
        `across_spatial` and `channel_shared` are both true where the file does not say; SSD sets both false.
        `scale_filler` is constant 1 where none is given.

    Example:
        layer {
          name: "conv4_3_norm" type: "Normalize" bottom: "conv4_3" top: "conv4_3_norm"
          norm_param { across_spatial: false scale_filler { type: "constant" value: 20 } channel_shared: false }
        }

    Source: normalize_layer.cpp of the SSD fork; Liu et al., ParseNet (2015).
    """

    kind = "normalization"

    def setup(self, param: LayerParameter) -> None:
        p = param.norm_param
        ones = FillerParameter(type="constant", value=1)
        self.filler = p.scale_filler if p.HasField("scale_filler") else ones
        self.across_spatial: bool = p.across_spatial
        self.channel_shared: bool = p.channel_shared
        self.eps: float = p.eps

    def params(self, bottom: Sequence[Shape]) -> tuple[Param, ...]:
        check_num_axes(bottom[0], 2)
        return (Param(() if self.channel_shared else (bottom[0][1],), self.filler, name="scale"),)

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        x, (scale,) = bottom[0], params
        summed = tuple(range(1, x.ndim)) if self.across_spatial else 1
        norm = np.sqrt(np.square(x).sum(summed, keepdims=True) + np.float32(self.eps))
        return [x / norm * along(scale, 1, x.ndim)]

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        values = count(bottom[0])
        norms = bottom[0][0] * (1 if self.across_spatial else count(bottom[0][2:]))
        return Cost(
            multiplications=2 * values, additions=values + norms, divisions=values, exponentials=norms
        )

    def brief(self, bottom: Sequence[Shape]) -> str:
        return "across" if self.across_spatial else "per position"
