"""The base of Convolution and Deconvolution: one message, one window, weights in groups."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape
from prototxt.errors import LayerError
from prototxt.layers.base import Layer, Param
from prototxt.layers.common.axes import canonical_axis, check_one_shape
from prototxt.layers.common.fields import check_given, check_least
from prototxt.layers.common.memo import once_per_shape
from prototxt.layers.common.output_size import WindowSpec, convolution_spec
from prototxt.layers.common.window import Window
from prototxt.schema.caffe_pb2 import ConvolutionParameter, LayerParameter


class ConvolutionBase(Layer):
    """Parameters and shapes of a layer with a `convolution_param` (base_conv_layer.cpp).

    A subclass adds the weights' shape, the window, and the arithmetic for one bottom.
    """

    kind = "convolution"

    def setup(self, param: LayerParameter) -> None:
        p = param.convolution_param
        self.bias_term: bool = p.bias_term
        self.axis: int = p.axis
        self.weight_filler, self.bias_filler = p.weight_filler, p.bias_filler
        self.window_spec = self.read_window(p)
        self.take_group(p)

    def read_window(self, p: ConvolutionParameter) -> WindowSpec:
        """The window as the fields give it."""
        return convolution_spec(p)

    def take_group(self, p: ConvolutionParameter) -> None:
        """Read the number of outputs and of groups."""
        self.num_output: int = p.num_output
        self.group: int = p.group
        check_given(p, "num_output")
        check_least(self.num_output, 1, "num_output")
        check_least(self.group, 1, "group")
        if self.num_output % self.group:
            what = f"{self.num_output} outputs are not divisible by group {self.group}"
            raise LayerError(what, field="group")

    def groups(self, shape: Shape) -> int:
        """Number of groups for a bottom of this shape."""
        return self.group

    def outputs(self, shape: Shape) -> int:
        """The top's channels for a bottom of this shape."""
        return self.num_output

    def channel_axis(self, shape: Shape) -> int:
        """The axis that holds C; the axes after it are spatial."""
        return canonical_axis(self.axis, shape)

    def channels(self, shape: Shape) -> int:
        """C.

        Raises LayerError when the groups cannot share it evenly.
        """
        channels, group = shape[self.channel_axis(shape)], self.groups(shape)
        if channels % group:
            raise LayerError(f"{channels} input channels are not divisible by group {group}", field="group")
        return channels

    @once_per_shape
    def window(self, shape: Shape) -> Window:
        """The window over the spatial axes of a bottom of this shape."""
        return self.slide(shape, self.channel_axis(shape) + 1)

    def slide(self, shape: Shape, first: int) -> Window:
        """The window over the axes of `shape` from `first` on."""
        raise NotImplementedError

    def params(self, bottom: Sequence[Shape]) -> tuple[Param, ...]:
        weight = Param(self.weight_shape(bottom[0]), self.weight_filler, name="weights")
        bias = Param((self.outputs(bottom[0]),), self.bias_filler, name="bias")
        return (weight, bias) if self.bias_term else (weight,)

    def weight_shape(self, shape: Shape) -> Shape:
        """The weights' shape for a bottom of this shape."""
        raise NotImplementedError

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        check_one_shape(bottom)
        self.channels(bottom[0])
        return [self.top_shape(bottom[0])] * len(bottom)

    def top_shape(self, shape: Shape) -> Shape:
        """The top's shape for a bottom of this shape."""
        axis = self.channel_axis(shape)
        return (*shape[:axis], self.outputs(shape), *self.window(shape).out)

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        return [self.forward_one(x, params) for x in bottom]

    def forward_one(self, x: Array, params: Sequence[Array]) -> Array:
        """The top for one bottom."""
        raise NotImplementedError

    def brief(self, bottom: Sequence[Shape]) -> str:
        group = self.groups(bottom[0])
        return self.window(bottom[0]).brief() + (f" g{group}" if group > 1 else "")
