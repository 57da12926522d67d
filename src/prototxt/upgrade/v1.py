"""V1 nets (2014): `layers { type: CONVOLUTION blobs_lr: 1 ... }`, the type an enum."""

from __future__ import annotations

from typing import Any

from prototxt.definition import Definition
from prototxt.errors import NetError
from prototxt.schema import message_class

TYPES = {
    "ABSVAL": "AbsVal",
    "ACCURACY": "Accuracy",
    "ARGMAX": "ArgMax",
    "BNLL": "BNLL",
    "CONCAT": "Concat",
    "CONTRASTIVE_LOSS": "ContrastiveLoss",
    "CONVOLUTION": "Convolution",
    "CROP": "Crop",
    "DATA": "Data",
    "DECONVOLUTION": "Deconvolution",
    "DROPOUT": "Dropout",
    "DUMMY_DATA": "DummyData",
    "ELTWISE": "Eltwise",
    "EUCLIDEAN_LOSS": "EuclideanLoss",
    "EXP": "Exp",
    "FLATTEN": "Flatten",
    "HDF5_DATA": "HDF5Data",
    "HDF5_OUTPUT": "HDF5Output",
    "HINGE_LOSS": "HingeLoss",
    "IM2COL": "Im2col",
    "IMAGE_DATA": "ImageData",
    "INFOGAIN_LOSS": "InfogainLoss",
    "INNER_PRODUCT": "InnerProduct",
    "LRN": "LRN",
    "MEMORY_DATA": "MemoryData",
    "MULTINOMIAL_LOGISTIC_LOSS": "MultinomialLogisticLoss",
    "MVN": "MVN",
    "NONE": "",
    "POOLING": "Pooling",
    "POWER": "Power",
    "RELU": "ReLU",
    "RELU6": "ReLU6",
    "SIGMOID": "Sigmoid",
    "SIGMOID_CROSS_ENTROPY_LOSS": "SigmoidCrossEntropyLoss",
    "SILENCE": "Silence",
    "SLICE": "Slice",
    "SOFTMAX": "Softmax",
    "SOFTMAX_LOSS": "SoftmaxWithLoss",
    "SPLIT": "Split",
    "TANH": "TanH",
    "THRESHOLD": "Threshold",
    "WINDOW_DATA": "WindowData",
}

# What V1 says in parallel lists, ParamSpec says in one message; the rest keeps its name.
_RENAMED = {"type", "layer", "param", "blob_share_mode", "blobs_lr", "weight_decay"}


def v1_to_v2(definition: Definition) -> Definition:
    """`layers` as `layer`: the type by name, blobs_lr, weight_decay and shared names as ParamSpecs.

    Raises NetError when the file holds both `layer` and `layers`.
    """
    message = definition.message
    if not message.layers:
        return definition
    if message.layer:
        raise NetError(
            f"the net mixes {len(message.layer)} `layer` and {len(message.layers)} `layers` entries",
            place=definition.place(len(message.layer)),
            hint="`layers` is the old (V1) spelling with enum types; write all of them one way",
        )
    return definition.with_layers([_upgrade_layer(v1) for v1 in message.layers], definition.trees)


def _upgrade_layer(v1: Any) -> Any:
    layer = message_class("LayerParameter")()
    fields = layer.DESCRIPTOR.fields_by_name
    for field, value in v1.ListFields():
        if field.name in _RENAMED or field.name not in fields:
            continue
        if hasattr(value, "CopyFrom"):
            getattr(layer, field.name).CopyFrom(value)
        elif hasattr(value, "extend"):
            getattr(layer, field.name).extend(value)
        else:
            setattr(layer, field.name, value)
    types = v1.DESCRIPTOR.enum_types_by_name["LayerType"].values_by_number
    layer.type = TYPES.get(types[v1.type].name, types[v1.type].name)
    _upgrade_param_specs(v1, layer)
    return layer


def _upgrade_param_specs(v1: Any, layer: Any) -> None:
    for _ in range(max(len(v1.param), len(v1.blob_share_mode), len(v1.blobs_lr), len(v1.weight_decay))):
        layer.param.add()
    for spec, name in zip(layer.param, v1.param, strict=False):
        spec.name = name
    for spec, mode in zip(layer.param, v1.blob_share_mode, strict=False):
        spec.share_mode = mode
    for spec, rate in zip(layer.param, v1.blobs_lr, strict=False):
        spec.lr_mult = rate
    for spec, decay in zip(layer.param, v1.weight_decay, strict=False):
        spec.decay_mult = decay
