"""The setup that C3D's convolution and deconvolution have in common."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Shape
from prototxt.layers.common.convolution_base import ConvolutionBase
from prototxt.layers.common.nd_window import check_one_message, read_clip_convolution
from prototxt.schema.caffe_pb2 import LayerParameter


def set_up_clip_convolution(layer: ConvolutionBase, param: LayerParameter) -> None:
    """Sets the attributes of a ConvolutionBase from C3D's fields, in one group: each output sees all channels.

    Raises LayerError where a field is missing or wrong, and where the layer has both messages of C3D.
    """
    old = read_clip_convolution(param.convolution_param)
    new = read_clip_convolution(param.convolution3d_param)
    check_one_message(param, "convolution_param", "convolution3d_param")
    fields = new if param.HasField("convolution3d_param") else old
    fields.check()
    layer.bias_term, layer.axis = fields.bias_term, 1
    layer.num_output, layer.group = fields.num_output, 1
    layer.weight_filler, layer.bias_filler = fields.weight_filler, fields.bias_filler
    layer.window_spec = fields.window.spec()


def clip_stored_order(shapes: Sequence[Shape]) -> tuple[int, ...] | None:
    """The order of stored weights and bias where the bias has C3D's form, 1 x 1 x 1 x 1 x num_output."""
    has_bias = len(shapes) == 2 and len(shapes[1]) > 1
    return (0, 1) if has_bias and set(shapes[1][:-1]) == {1} else None
