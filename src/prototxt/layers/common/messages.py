"""Which messages of a LayerParameter hold a type's parameters."""

from __future__ import annotations

from prototxt.layers.base import Layer
from prototxt.schema import FieldDescriptor, descriptor

OTHER_PARAMS: dict[str | tuple[str, str], tuple[str, ...]] = {
    "AnchorTarget": ("python_param",),
    "AnnotatedData": ("annotated_data_param", "data_param"),
    "ConvolutionDepthwise": ("convolution_param",),
    "Convolution3D": ("convolution3d_param", "convolution_param"),
    "Deconvolution": ("convolution_param",),
    "Deconvolution3D": ("convolution3d_param", "convolution_param"),
    "DenseImageData": ("dense_image_data_param", "transform_param"),
    "DepthwiseConvolution": ("convolution_param",),
    "Im2col": ("convolution_param",),
    "ImageLabelmapData": ("image_data_param",),
    "ImageSegData": ("image_data_param", "transform_param"),
    "InfogainLoss": ("infogain_loss_param", "loss_param"),
    "LSTM": ("recurrent_param",),
    "MultiBoxLoss": ("multibox_loss_param", "loss_param"),
    "NdConvolution": ("convolution_param",),
    "NdPooling": ("pooling_param",),
    "Normalize": ("norm_param",),
    "Pooling3D": ("pooling3d_param", "pooling_param"),
    ("Proposal", "fasterrcnn"): ("python_param",),
    "ProposalTarget": ("python_param",),
    "RNN": ("recurrent_param",),
    "RoIData": ("python_param",),
    "SigmoidCrossEntropyLoss": ("loss_param",),
    ("SmoothL1Loss", "rfcn"): ("loss_param",),
    "SmoothL1LossOHEM": ("loss_param",),
    "SoftmaxWithLoss": ("softmax_param", "loss_param"),
    "SoftmaxWithLossOHEM": ("softmax_param", "loss_param"),
}
"""Types whose parameters do not carry their own name, or what a fork means by one."""


def param_fields(layer_class: type[Layer]) -> list[FieldDescriptor]:
    """The fields of LayerParameter that hold this type's parameters, as the schema describes them."""
    own = OTHER_PARAMS.get(layer_class.type, (f"{layer_class.type}_param",))
    names = OTHER_PARAMS.get((layer_class.type, layer_class.fork), own)
    wanted = [name.replace("_", "").lower() for name in names]
    fields = {f.name.replace("_", ""): f for f in descriptor("LayerParameter").fields}
    return [fields[name] for name in wanted if name in fields]
