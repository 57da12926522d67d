"""V1 nets: enum types by name, parallel lists as ParamSpecs, everything else as it was."""

from __future__ import annotations

from typing import Any

import pytest

from prototxt.frontend.load import define_net
from prototxt.layers.registry import layer_types
from prototxt.schema.caffe_pb2 import V1LayerParameter
from prototxt.text.legacy import V1_TYPES as TYPES

ENUM = V1LayerParameter.DESCRIPTOR.enum_types_by_name["LayerType"]

# The reference's table of V1 types, by enum number
NAMES = [
    ("NONE", ""), ("ACCURACY", "Accuracy"), ("BNLL", "BNLL"), ("CONCAT", "Concat"),
    ("CONVOLUTION", "Convolution"), ("DATA", "Data"), ("DROPOUT", "Dropout"),
    ("EUCLIDEAN_LOSS", "EuclideanLoss"), ("FLATTEN", "Flatten"), ("HDF5_DATA", "HDF5Data"),
    ("HDF5_OUTPUT", "HDF5Output"), ("IM2COL", "Im2col"), ("IMAGE_DATA", "ImageData"),
    ("INFOGAIN_LOSS", "InfogainLoss"), ("INNER_PRODUCT", "InnerProduct"), ("LRN", "LRN"),
    ("MULTINOMIAL_LOGISTIC_LOSS", "MultinomialLogisticLoss"), ("POOLING", "Pooling"), ("RELU", "ReLU"),
    ("SIGMOID", "Sigmoid"), ("SOFTMAX", "Softmax"), ("SOFTMAX_LOSS", "SoftmaxWithLoss"), ("SPLIT", "Split"),
    ("TANH", "TanH"), ("WINDOW_DATA", "WindowData"), ("ELTWISE", "Eltwise"), ("POWER", "Power"),
    ("SIGMOID_CROSS_ENTROPY_LOSS", "SigmoidCrossEntropyLoss"), ("HINGE_LOSS", "HingeLoss"),
    ("MEMORY_DATA", "MemoryData"), ("ARGMAX", "ArgMax"), ("THRESHOLD", "Threshold"),
    ("DUMMY_DATA", "DummyData"), ("SLICE", "Slice"), ("MVN", "MVN"), ("ABSVAL", "AbsVal"),
    ("SILENCE", "Silence"), ("CONTRASTIVE_LOSS", "ContrastiveLoss"), ("EXP", "Exp"),
    ("DECONVOLUTION", "Deconvolution"),
]  # fmt: skip


def upgraded(text: str) -> Any:
    """The only layer of a V1 net, today."""
    (layer,) = define_net(text, "v1.prototxt").message.layer
    return layer


@pytest.mark.parametrize(("number", "old", "new"), [(i, old, new) for i, (old, new) in enumerate(NAMES)])
def test_a_type_by_its_new_name(number: int, old: str, new: str) -> None:
    assert ENUM.values_by_name[old].number == number
    layer = upgraded(f'layers {{ name: "a" type: {old} bottom: "x" top: "y" }}')
    assert (layer.name, layer.type, list(layer.bottom), list(layer.top)) == ("a", new, ["x"], ["y"])


def test_every_enum_value_has_a_name() -> None:
    assert set(TYPES) == {value.name for value in ENUM.values}
    forks = {name: TYPES[name] for name in set(TYPES) - {old for old, _ in NAMES}}
    assert forks == {"CROP": "Crop", "RELU6": "ReLU6"}


def test_names_are_those_of_layer_types() -> None:
    """No type is misspelt: a name that differs from a layer type only in case is an error."""
    types = {name.lower(): name for name in layer_types()}
    for name in TYPES.values():
        assert types.get(name.lower(), name) == name


def test_a_layer_without_a_type() -> None:
    assert upgraded('layers { name: "a" bottom: "x" top: "y" }').type == ""


def test_rates_decays_names_and_modes_become_param_specs() -> None:
    layer = upgraded("""
        layers {
          name: "a" type: CONVOLUTION bottom: "x" top: "y"
          blobs_lr: 1 blobs_lr: 2 blobs_lr: 0
          weight_decay: 0.5
          param: "w" param: "b"
          blob_share_mode: STRICT blob_share_mode: PERMISSIVE
        }
    """)
    assert [p.lr_mult for p in layer.param] == [1, 2, 0]
    assert [p.HasField("decay_mult") for p in layer.param] == [True, False, False]
    assert layer.param[0].decay_mult == 0.5
    assert [p.name for p in layer.param] == ["w", "b", ""]
    assert [p.HasField("name") for p in layer.param] == [True, True, False]
    permissive = layer.param[1].PERMISSIVE
    assert [p.share_mode for p in layer.param[:2]] == [layer.param[0].STRICT, permissive]
    assert not layer.param[2].HasField("share_mode")


def test_no_param_specs_without_the_lists() -> None:
    assert not upgraded('layers { name: "a" type: CONVOLUTION bottom: "x" top: "y" }').param


def test_the_rest_keeps_its_name() -> None:
    layer = upgraded("""
        layers {
          name: "a" type: SOFTMAX_LOSS bottom: "x" bottom: "label" top: "y" top: "z"
          loss_weight: 0.25 loss_weight: 2
          include { phase: TEST stage: "deploy" } include { min_level: 3 }
          loss_param { ignore_label: 255 }
          softmax_param { axis: 2 }
          transform_param { scale: 0.5 }
          blobs { num: 1 data: 3 data: 4 }
        }
    """)
    assert list(layer.loss_weight) == [0.25, 2]
    assert [(r.HasField("phase"), r.phase, list(r.stage)) for r in layer.include] == [
        (True, 1, ["deploy"]),
        (False, 0, []),
    ]
    assert layer.include[1].min_level == 3
    assert layer.loss_param.ignore_label == 255
    assert layer.softmax_param.axis == 2
    assert layer.transform_param.scale == 0.5
    assert list(layer.blobs[0].data) == [3, 4]


def test_exclude_rules() -> None:
    layer = upgraded('layers { name: "a" type: RELU bottom: "x" top: "x" exclude { not_stage: "s" } }')
    assert list(layer.exclude[0].not_stage) == ["s"]
    assert not layer.include


@pytest.mark.parametrize(
    "field",
    [f.name for f in V1LayerParameter.DESCRIPTOR.fields if f.name.endswith("_param")],
)
def test_every_parameter_message_arrives(field: str) -> None:
    layer = upgraded(f'layers {{ name: "a" type: RELU bottom: "x" top: "x" {field} {{ }} }}')
    assert layer.HasField(field)


def test_layer_and_layers_together_are_taken_in_the_files_order() -> None:
    text = """
        layer { name: "a" type: "Split" bottom: "x" top: "y" }
        layers { name: "b" type: RELU bottom: "y" top: "y" }
        layer { name: "c" type: "Split" bottom: "y" top: "z" }
        layers { name: "d" type: TANH bottom: "z" top: "z" }
    """
    definition = define_net(text, "mixed.prototxt")
    assert [layer.name for layer in definition.message.layer] == ["a", "b", "c", "d"]
    assert [tree.line for tree in definition.trees if tree] == [2, 3, 4, 5]
    (note,) = definition.notes
    assert note.startswith("mixed.prototxt:3:9: the net mixes 2 `layer` and 2 `layers`")


def test_todays_nets_are_not_changed() -> None:
    text = 'name: "n" layer { name: "a" type: "ReLU" bottom: "x" top: "x" param { lr_mult: 2 } }'
    message = define_net(text, "v2.prototxt").message
    assert message.name == "n"
    assert message.layer[0].param[0].lr_mult == 2
