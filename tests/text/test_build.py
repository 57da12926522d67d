"""Tree to message: equal to protobuf's own reading, and clear about every value that does not fit."""

from __future__ import annotations

import math
from typing import Any

import pytest
from google.protobuf import text_format

from prototxt.errors import TextError
from prototxt.schema import message_class
from prototxt.text.build import Built, build
from prototxt.text.parse import parse


def built(text: str, message_type: str = "NetParameter", *, strict: bool = False) -> Built[Any]:
    return build(parse(text, "net.prototxt"), "net.prototxt", message_class(message_type), strict=strict)


def layer(text: str) -> Any:
    return built(f"layer {{ {text} }}").message.layer[0]


SAME = {
    "NetParameter": [
        "",
        'name: "n" input: "data" input_dim: 1 input_dim: 3',
        "input_dim: [1, 3, 224, 224]",
        "input_dim: []",
        "input_shape { dim: 1 dim: 3 } input_shape: { dim: [1, 0x10, 010, -1] }",
        'layer { name: "a" type: "Input" top: "data" input_param { shape { dim: 1 } } }',
        "layer <name: 'a', type: 'ReLU'; bottom: 'x', top: 'x'>",
        "layer [{name: 'a'}, {name: 'b'}]",
        "layer: [{name: 'a'}, <name: 'b'>]",
        "layer: []",
        'layers { type: CONVOLUTION name: "c" blobs_lr: 1 blobs_lr: 2 convolution_param { num_output: 3 } }',
        "layers { type: 4 }",
        'layers { layer { name: "c" type: "conv" num_output: 3 kernelsize: 5 } bottom: "a" top: "b" }',
        "state { phase: TEST level: -3 stage: 'a' stage: 'b' }",
        "state {}",
        "force_backward: true debug_info: false",
        "force_backward: t debug_info: f",
        "force_backward: 1 debug_info: 0",
        "force_backward: True debug_info: False",
        "layer { include { phase: TRAIN } exclude { min_level: 1 not_stage: 'x' } }",
        "layer { include { phase: 1 } include { phase: 0x1 } }",
        "layer { propagate_down: true propagate_down: 0 }",
        "layer { convolution_param { kernel_size: 3 kernel_size: 5 stride: [2, 1] pad_h: 4294967295 } }",
        "layer { pooling_param { pool: AVE round_mode: FLOOR ceil_mode: false global_pooling: true } }",
        "layer { loss_param { normalization: NONE } loss_weight: 1 loss_weight: 0.5 }",
        "layer { lrn_param { alpha: 1e-4 beta: .75 k: 1. local_size: 5 } }",
        "layer { power_param { power: -1 scale: 1e400 shift: -1e400 } }",
        "layer { power_param { power: inf scale: -inf shift: infinity } }",
        "layer { power_param { power: InF scale: -Infinity shift: 1e-400 } }",
        "layer { power_param { power: 1f scale: 2.5F shift: -3.25e2f } }",
        "layer { power_param { power: 123456789123456789 scale: 0.1 shift: -0 } }",
        "layer { power_param { power: 3.4028236e38 scale: 16777217 shift: 1e-45 } }",
        r"layer { name: '\x41\101\n\t\\\'' type: 'caf\303\251 \u00e9' }",
        "layer { name: 'a' \"b\"\n 'c' # comment\n type: '' }",
        "layer { transform_param { mean_value: [104, 117.5, 1e2] mirror: true crop_size: 227 } }",
        "layer { param { lr_mult: 1 decay_mult: 0 } param { name: 'w' share_mode: PERMISSIVE } }",
        "layer { blobs { shape { dim: 2 } data: [1, -2.5] double_data: 1e300 } }",
        "layer { prior_box_param { min_size: 30 aspect_ratio: 2 variance: 0.1 clip: true } }",
        "layer { roi_pooling_param { pooled_w: 6 pooled_h: 6 spatial_scale: 0.0625 } }",
        "layer { bn_param { scale_filler { type: 'constant' value: 1 } bn_mode: INFERENCE momentum: .9 } }",
        "layer { unknown_field: 3 name: 'a' other { deep: [1, 'x'] } }",
        "nothing: -1 nothing2: 'a' 'b' nothing3: [1, 2] nothing4 <a: b> nothing5: FOO nothing6: 1.5e3",
        "layer { clip_param { min: 0 max: 6 } }",
    ],
    "SolverParameter": [
        'net: "a.prototxt" test_iter: 100 base_lr: 0.01 lr_policy: "step" gamma: 0.1 solver_mode: CPU',
        "random_seed: -9223372036854775808 stepvalue: [1, 2] solver_type: ADAM weights: 'a' type: 'SGD'",
        "random_seed: 9223372036854775807 max_iter: -2147483648 snapshot_format: HDF5",
        "net_param { layer { name: 'a' } } test_state { stage: 'x' }",
    ],
    "Datum": [r"data: '\000\377\x80abc' float_data: nan float_data: NaN", r"encoded: true data: '\''"],
}


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in SAME.items() for text in texts])
def test_equals_protobufs_reading(kind: str, text: str) -> None:
    theirs = message_class(kind)()
    text_format.Parse(text, theirs, allow_unknown_field=True)
    ours = built(text, kind).message
    assert ours.SerializeToString(deterministic=True) == theirs.SerializeToString(deterministic=True)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("- 5", -5.0),
        ("- inf", -math.inf),
        ("infinityf", math.inf),
        ("-0", -0.0),
        ("0x", None),
        ("9" * 5000, math.inf),
    ],
    ids=["minus apart", "minus infinity apart", "infinityf", "minus zero", "bad", "5000 digits"],
)
def test_floats_beyond_protobufs_python(written: str, value: float | None) -> None:
    if value is None:
        with pytest.raises(TextError):
            layer(f"power_param {{ power: {written} }}")
    else:
        power = layer(f"power_param {{ power: {written} }}").power_param.power
        assert power == value
        assert math.copysign(1, power) == math.copysign(1, value)


WRONG = {
    "string for a number": ('convolution_param { pad: "3" }', 'a whole number, not "3"', "without quotes"),
    "word for a number": ("convolution_param { pad: three }", 'pad" takes a whole number, not three', None),
    "float for a whole number": ("convolution_param { pad: 1.5 }", "takes a whole number, not 1.5", None),
    "negative": ("convolution_param { pad: -1 }", "from 0 to 4294967295, not -1", None),
    "too large": ("convolution_param { pad: 4294967296 }", "from 0 to 4294967295", None),
    "too large int32": ("concat_param { axis: 2147483648 }", "from -2147483648 to 2147483647", None),
    "far too large": (f"concat_param {{ axis: {'9' * 5000} }}", "takes a whole number from", None),
    "word for a float": ("power_param { power: two }", "takes a number, not two", None),
    "string for a float": ('power_param { power: "2" }', 'takes a number, not "2"', "without quotes"),
    "hex for a float": ("power_param { power: 0x10 }", "takes a decimal number, not 0x10", None),
    "bad bool": ("convolution_param { bias_term: yes }", "takes true or false, not yes", None),
    "bool as a string": ('convolution_param { bias_term: "true" }', 'not "true"', "without quotes"),
    "bool of 2": ("convolution_param { bias_term: 2 }", "takes true or false, not 2", None),
    "unquoted string": ("bottom: data", '"bottom" takes a string in quotes, not data', 'write "data"'),
    "quoted enum": ('pooling_param { pool: "MAX" }', 'not "MAX"', "without quotes"),
    "message for a value": ("bottom { a: 1 }", '"bottom" takes a value, not a message in braces', None),
    "value for a message": ("convolution_param: 3", "takes a message in braces", "write convolution_param {"),
    "list for one value": ("convolution_param { group: [1, 2] }", "takes one value, not a list", None),
    "given twice": ("convolution_param { group: 1 group: 2 }", '"group" is given twice', None),
    "message given twice": ("lrn_param {} lrn_param {}", '"lrn_param" is given twice', None),
    "required": ("clip_param { min: 1 }", 'ClipParameter lacks its required field "max"', None),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_wrong_value(wrong: str) -> None:
    text, words, hint = WRONG[wrong]
    with pytest.raises(TextError) as caught:
        built(f'layer {{ name: "c1" type: "Some" {text} }}')
    error = caught.value
    assert words in error.what
    assert (error.layer, error.layer_type) == ("c1", "Some")
    assert hint is None or hint in (error.hint or "")
    assert error.__suppress_context__ or error.__context__ is None


def test_error_in_full() -> None:
    with pytest.raises(TextError) as caught:
        built('layer {\n  name: "pool1"\n  type: "Pooling"\n  pooling_param {\n    pool: "MAX"\n  }\n}')
    assert str(caught.value) == (
        'net.prototxt:5:11: layer "pool1" (Pooling): "pool" takes one of MAX, AVE, STOCHASTIC; not "MAX"\n'
        "hint: write it without quotes"
    )


@pytest.mark.parametrize(
    ("text", "layer", "layer_type"),
    [
        ("name: 3", None, None),
        ("layer { bottom: 3 }", None, None),
        ("layer { bottom: 3 name: 'late' }", "late", None),
        ("layers { name: 'a' type: RELU bottom: 3 }", "a", "RELU"),
        ("layers { layer { name: 'old' type: 'conv' pad: 'x' } }", "old", "conv"),
        ("layer { name: 'a' } name: 3", None, None),
    ],
)
def test_error_names_the_layer(text: str, layer: str | None, layer_type: str | None) -> None:
    with pytest.raises(TextError) as caught:
        built(text)
    assert (caught.value.layer, caught.value.layer_type) == (layer, layer_type)


def test_missing_required_field_points_at_the_message() -> None:
    with pytest.raises(TextError) as caught:
        built("layer {\n  clip_param {\n    max: 1\n  }\n}")
    assert str(caught.value.place) == "net.prototxt:2:3"


def test_unknown_field_is_a_note() -> None:
    result = built('layer {\n  name: "x"\n  convolution_param {\n    kernel_szie: 3\n    pad: 1\n  }\n}')
    (note,) = result.notes
    assert note.startswith(
        'net.prototxt:4:5: layer "x": unknown field "kernel_szie" in ConvolutionParameter; '
        'did you mean "kernel_size"'
    )
    assert result.message.layer[0].convolution_param.pad == [1]


def test_unknown_field_outside_layers_and_without_a_neighbour() -> None:
    assert built("zzz { a: [1, {b: 2}] }").notes == ('net.prototxt:1:1: unknown field "zzz" in NetParameter',)


@pytest.mark.parametrize("name", ["[a.b.c]", "[type.googleapis.com/x.Y]"])
def test_extensions_are_unknown_fields(name: str) -> None:
    assert built(f"{name} {{ a: 1 }}").notes == (f'net.prototxt:1:1: unknown field "{name}" in NetParameter',)


def test_a_field_that_a_fork_repeats_keeps_its_first_value() -> None:
    text = (
        'layer {\n name: "in" transform_param { resize_param { height: 3 }\n resize_param { height: 5 } } }'
    )
    net = built(text)
    assert net.message.layer[0].transform_param.resize_param.height == 3
    (note,) = net.notes
    assert note.startswith(
        'net.prototxt:3:2: layer "in": "resize_param" is given again, and the first is used'
    )


def test_strict() -> None:
    with pytest.raises(TextError) as caught:
        built('layer { name: "x" convolution_param { kernel_szie: 3 } }', strict=True)
    assert str(caught.value).startswith(
        'net.prototxt:1:39: layer "x": unknown field "kernel_szie" in ConvolutionParameter\n'
        'hint: did you mean "kernel_size"'
    )


def test_strict_accepts_known_fields() -> None:
    assert built("name: 'a'", strict=True) == built("name: 'a'")


def test_deepest_tree() -> None:
    assert len(built("a{" * 100 + "}" * 100).notes) == 1
    net = built("multi { " * 3 + "} " * 3)
    assert len(net.notes) == 1


def test_presence_is_kept() -> None:
    param = layer("convolution_param { group: 1 } pooling_param {}")
    assert param.convolution_param.HasField("group")
    assert not param.convolution_param.HasField("axis")
    assert param.HasField("pooling_param")
    assert not param.HasField("lrn_param")
