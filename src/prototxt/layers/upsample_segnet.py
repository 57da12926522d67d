"""Upsample of SegNet: undoes a max pooling, with the positions of its maxima."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape, count
from prototxt.errors import LayerError
from prototxt.layers.base import Layer
from prototxt.layers.common.axes import check_num_axes, check_one_shape
from prototxt.layers.common.fields import check_least
from prototxt.layers.common.labels import Labels
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter
from prototxt.util.lazy import np


@layer("Upsample", bottoms=2, fork="segnet")
class SegNetUpsample(Layer):
    """Puts each value where the mask says, all else is 0; the mask is the second top of a MAX Pooling.

    Formula:
        y[n, c, k / OW, k % OW] = x[n, c, h, w] with k = mask[n, c, h, w] cut to a whole number
        where several masks are one place, the last in the order of rows stays

    Shapes:
        x and mask: N x C x H x W
        y: N x C x OH x OW with upsample_h and upsample_w; else H * scale x W * scale (default 2), or scale_h and
        scale_w, less one row for `pad_out_h` and one column for `pad_out_w`

    Pitfalls:
        Masks count in y: if y is not as wide as what was pooled, values land in wrong places without an error. Odd
        sizes need upsample_h and upsample_w, or pad_out_h and pad_out_w. upsample_h without upsample_w is not read. A
        mask below 0, which a window without a maximum has, is refused; the fork writes before the start of the plane.

    Example:
        layer {
          name: "upsample5" type: "Upsample" bottom: "pool5" bottom: "pool5_mask" top: "pool5_D"
          upsample_param { scale: 2 upsample_w: 60 upsample_h: 45 }
        }

    Source: caffe-segnet/src/caffe/layers/upsample_layer.cpp.
    """

    @classmethod
    def matches(cls, param: LayerParameter, stored: int | None) -> bool | None:
        return len(param.bottom) == 2

    def setup(self, param: LayerParameter) -> None:
        p = param.upsample_param
        height, width = p.HasField("upsample_h"), p.HasField("upsample_w")
        self.size = (p.upsample_h, p.upsample_w) if height and width else None
        self.less = (int(p.pad_out_h), int(p.pad_out_w))
        scale_h, scale_w, scale_given = p.HasField("scale_h"), p.HasField("scale_w"), p.HasField("scale")
        if self.size is not None:
            check_least(p.upsample_h, 2, "upsample_h")
            check_least(p.upsample_w, 2, "upsample_w")
            return
        by_axis = scale_h or scale_w
        if by_axis and (scale_given or not (scale_h and scale_w)):
            what = f"scale_h {p.scale_h} and scale_w {p.scale_w}: give both without scale, or only scale"
            raise LayerError(what, field="scale_h" if scale_h else "scale_w")
        self.scales = (p.scale_h, p.scale_w) if by_axis else (p.scale, p.scale)
        for name, scale, less in zip("hw", self.scales, self.less, strict=True):
            check_least(scale, 2, f"scale_{name}" if by_axis else "scale")
            if less and scale != 2:
                what = f"pad_out_{name} needs a scale of 2 along its axis, not {scale}"
                raise LayerError(what, field=f"pad_out_{name}")

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        check_one_shape(bottom)
        check_num_axes(bottom[0], 4, 4)
        axes = zip(bottom[0][2:], self.scales, self.less, strict=True) if self.size is None else ()
        return [(*bottom[0][:2], *(self.size or (size * scale - less for size, scale, less in axes)))]

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        n, c, height, width = self.shapes([x.shape for x in bottom])[0]
        # Channels-last, as blobs lie in memory: the order of rows stays that of each channel.
        values, mask = (x.transpose(0, 2, 3, 1).reshape(n, count(x.shape[2:]), c) for x in bottom)
        places = self._places(mask, height, width)
        places *= c
        places += np.arange(c)
        places += np.arange(n)[:, None, None] * (height * width * c)
        y = np.zeros((n, height, width, c), np.float32)
        y.reshape(-1)[places.reshape(-1)] = values.reshape(-1)
        return [y.transpose(0, 3, 1, 2)]

    def _places(self, mask: Array, height: int, width: int) -> Labels:
        bad = ~((mask > -1) & (mask < height * width))
        if bad.any():
            what = f"the mask holds {mask[bad][0]:g}, the top of {height} x {width} holds 0 to {height * width - 1}"
            hint = "the top must be as large as what was pooled: see upsample_h and upsample_w"
            raise LayerError(what, field="bottom", hint=hint)
        return mask.astype(np.intp)

    def brief(self, bottom: Sequence[Shape]) -> str:
        return "to " + "x".join(map(str, self.shapes(bottom)[0][2:]))
