"""What C3D's convolution and deconvolution have in common."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Shape
from prototxt.layers.common.convolution_base import ConvolutionBase
from prototxt.layers.common.nd_window import check_clip, check_one_message, read_clip_convolution
from prototxt.layers.outcomes import Outcome, ignore
from prototxt.schema.caffe_pb2 import LayerParameter


class ClipConvolutionBase(ConvolutionBase):
    """A ConvolutionBase over clips with C3D's fields, in one group: each output sees all channels.

    It comes before the class whose arithmetic it takes.
    """

    ignores = ignore(
        Outcome.WARNS,
        "C3D does not read it: every output sees all input channels",
        "convolution_param.group",
    )

    def setup(self, param: LayerParameter) -> None:
        old = read_clip_convolution(param.convolution_param)
        new = read_clip_convolution(param.convolution3d_param)
        check_one_message(param, "convolution_param", "convolution3d_param")
        fields = new if param.HasField("convolution3d_param") else old
        fields.check()
        self.bias_term, self.axis = fields.bias_term, 1
        self.num_output, self.group = fields.num_output, 1
        self.weight_filler, self.bias_filler = fields.weight_filler, fields.bias_filler
        self.window_spec = fields.window.spec()

    @classmethod
    def stored_order(cls, shapes: Sequence[Shape]) -> tuple[int, ...] | None:
        """That of C3D's files, whose bias is 1 x 1 x 1 x 1 x num_output."""
        has_bias = len(shapes) == 2 and len(shapes[1]) > 1
        return (0, 1) if has_bias and set(shapes[1][:-1]) == {1} else None

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        check_clip(bottom[0])
        return super().shapes(bottom)
