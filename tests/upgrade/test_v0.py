"""V0 nets: every parameter moves to where V1 keeps it, and padding layers fold into their reader."""

from __future__ import annotations

from typing import Any

import pytest

from prototxt.errors import NetError
from prototxt.frontend.load import Options, define_net, make_graph
from prototxt.upgrade.v0 import MOVES, TYPES

PADDED = """
    layers {{ layer {{ name: "pad" type: "padding" pad: 2 }} bottom: "data" top: "padded" }}
    layers {{ layer {{ {reader} }} bottom: "padded" top: "y" }}
"""

# V0 type, field and value -> where it stands in today's LayerParameter
MOVED = [
    ("conv", "num_output: 7", "convolution_param.num_output", 7),
    ("conv", "biasterm: false", "convolution_param.bias_term", False),
    ("conv", 'weight_filler { type: "xavier" }', "convolution_param.weight_filler.type", "xavier"),
    ("conv", "bias_filler { value: 3 }", "convolution_param.bias_filler.value", 3),
    ("conv", "pad: 2", "convolution_param.pad", [2]),
    ("conv", "kernelsize: 5", "convolution_param.kernel_size", [5]),
    ("conv", "stride: 4", "convolution_param.stride", [4]),
    ("conv", "group: 2", "convolution_param.group", 2),
    ("pool", "pad: 1", "pooling_param.pad", 1),
    ("pool", "kernelsize: 3", "pooling_param.kernel_size", 3),
    ("pool", "stride: 2", "pooling_param.stride", 2),
    ("pool", "pool: STOCHASTIC", "pooling_param.pool", 2),
    ("pool", "pool: AVE", "pooling_param.pool", 1),
    ("innerproduct", "num_output: 9", "inner_product_param.num_output", 9),
    ("innerproduct", "biasterm: false", "inner_product_param.bias_term", False),
    ("innerproduct", "weight_filler { std: 0.5 }", "inner_product_param.weight_filler.std", 0.5),
    ("innerproduct", "bias_filler { value: 2 }", "inner_product_param.bias_filler.value", 2),
    ("dropout", "dropout_ratio: 0.25", "dropout_param.dropout_ratio", 0.25),
    ("lrn", "local_size: 3", "lrn_param.local_size", 3),
    ("lrn", "alpha: 0.5", "lrn_param.alpha", 0.5),
    ("lrn", "beta: 0.25", "lrn_param.beta", 0.25),
    ("lrn", "k: 2", "lrn_param.k", 2),
    ("concat", "concat_dim: 0", "concat_param.concat_dim", 0),
    ("data", 'source: "db"', "data_param.source", "db"),
    ("data", "batchsize: 64", "data_param.batch_size", 64),
    ("data", "rand_skip: 3", "data_param.rand_skip", 3),
    ("data", "scale: 0.5", "transform_param.scale", 0.5),
    ("data", 'meanfile: "mean"', "transform_param.mean_file", "mean"),
    ("data", "cropsize: 227", "transform_param.crop_size", 227),
    ("data", "mirror: true", "transform_param.mirror", True),
    ("images", 'source: "list"', "image_data_param.source", "list"),
    ("images", "batchsize: 5", "image_data_param.batch_size", 5),
    ("images", "rand_skip: 3", "image_data_param.rand_skip", 3),
    ("images", "shuffle_images: true", "image_data_param.shuffle", True),
    ("images", "new_height: 20", "image_data_param.new_height", 20),
    ("images", "new_width: 30", "image_data_param.new_width", 30),
    ("images", "mirror: true", "transform_param.mirror", True),
    ("window_data", 'source: "windows"', "window_data_param.source", "windows"),
    ("window_data", "batchsize: 5", "window_data_param.batch_size", 5),
    ("window_data", "det_fg_threshold: 0.25", "window_data_param.fg_threshold", 0.25),
    ("window_data", "det_bg_threshold: 0.75", "window_data_param.bg_threshold", 0.75),
    ("window_data", "det_fg_fraction: 0.5", "window_data_param.fg_fraction", 0.5),
    ("window_data", "det_context_pad: 4", "window_data_param.context_pad", 4),
    ("window_data", 'det_crop_mode: "square"', "window_data_param.crop_mode", "square"),
    ("window_data", "cropsize: 3", "transform_param.crop_size", 3),
    ("hdf5_data", 'source: "h5"', "hdf5_data_param.source", "h5"),
    ("hdf5_data", "batchsize: 6", "hdf5_data_param.batch_size", 6),
    ("hdf5_data", "scale: 2", "transform_param.scale", 2),
    ("infogain_loss", 'source: "H"', "infogain_loss_param.source", "H"),
    ("hdf5_output", 'hdf5_output_param { file_name: "out" }', "hdf5_output_param.file_name", "out"),
]

# In the order of the reference's table of V0 names
NAMES = {
    "accuracy": "Accuracy", "bnll": "BNLL", "concat": "Concat", "conv": "Convolution", "data": "Data",
    "dropout": "Dropout", "euclidean_loss": "EuclideanLoss", "flatten": "Flatten", "hdf5_data": "HDF5Data",
    "hdf5_output": "HDF5Output", "im2col": "Im2col", "images": "ImageData", "infogain_loss": "InfogainLoss",
    "innerproduct": "InnerProduct", "lrn": "LRN", "multinomial_logistic_loss": "MultinomialLogisticLoss",
    "pool": "Pooling", "relu": "ReLU", "sigmoid": "Sigmoid", "softmax": "Softmax",
    "softmax_loss": "SoftmaxWithLoss", "split": "Split", "tanh": "TanH", "window_data": "WindowData",
}  # fmt: skip


def upgraded(text: str) -> list[Any]:
    return list(define_net(text, "v0.prototxt").message.layer)


def value_at(message: Any, path: str) -> Any:
    """The value, which must have been set; repeated fields as lists."""
    *parents, last = path.split(".")
    for name in parents:
        assert message.HasField(name), name
        message = getattr(message, name)
    value = getattr(message, last)
    if hasattr(value, "append"):
        return list(value)
    assert message.HasField(last), last
    return value


@pytest.mark.parametrize(("v0_type", "text", "path", "value"), MOVED)
def test_a_parameter_moves(v0_type: str, text: str, path: str, value: Any) -> None:
    (layer,) = upgraded(f'layers {{ layer {{ name: "a" type: "{v0_type}" {text} }} bottom: "x" top: "y" }}')
    assert layer.type == NAMES[v0_type]
    assert value_at(layer, path) == value
    fields = [field.name for field, _ in layer.ListFields()]
    assert fields == ["name", "type", "bottom", "top", path.split(".")[0]]


def test_every_move_is_in_the_table_above() -> None:
    moves = {(field, v0_type) for field, (_, homes) in MOVES.items() for v0_type in homes}
    tested = {(text.replace("{", ":").split(":")[0].strip(), v0_type) for v0_type, text, _, _ in MOVED}
    transforms = {"scale", "meanfile", "cropsize", "mirror"}
    assert {m for m in moves if m[0] not in transforms} <= tested
    assert transforms <= {field for field, _ in tested}


@pytest.mark.parametrize("v0_type", sorted(NAMES))
def test_a_type_by_its_new_name(v0_type: str) -> None:
    (layer,) = upgraded(f'layers {{ layer {{ name: "a" type: "{v0_type}" }} bottom: "x" top: "y" top: "z" }}')
    assert (layer.name, layer.type) == ("a", NAMES[v0_type])
    assert list(layer.bottom) == ["x"]
    assert list(layer.top) == ["y", "z"]


def test_all_names_are_there() -> None:
    assert set(TYPES) == set(NAMES)


def test_learning_rates_decays_and_blobs_move() -> None:
    (layer,) = upgraded("""
        layers {
          layer { name: "a" type: "conv" blobs_lr: 1 blobs_lr: 2 weight_decay: 3 weight_decay: 0
                  blobs { num: 1 data: 5 } }
          bottom: "x" top: "y"
        }
    """)
    assert [(p.lr_mult, p.decay_mult) for p in layer.param] == [(1, 3), (2, 0)]
    assert list(layer.blobs[0].data) == [5]


def test_padding_folds_into_a_convolution() -> None:
    reader = 'name: "conv" type: "conv" num_output: 4 kernelsize: 5'
    (conv,) = upgraded(PADDED.format(reader=reader))
    assert conv.name == "conv"
    assert list(conv.bottom) == ["data"]
    assert list(conv.convolution_param.pad) == [2]


def test_padding_replaces_a_convolutions_own() -> None:
    (conv,) = upgraded(PADDED.format(reader='name: "conv" type: "conv" num_output: 4 pad: 7'))
    assert list(conv.convolution_param.pad) == [2]


def test_padding_folds_into_a_pooling() -> None:
    (pool,) = upgraded(PADDED.format(reader='name: "pool" type: "pool"'))
    assert list(pool.bottom) == ["data"]
    assert pool.pooling_param.pad == 2


def test_padding_folds_into_every_reader() -> None:
    text = PADDED.format(reader='name: "a" type: "conv" num_output: 4')
    text += 'layers { layer { name: "b" type: "pool" kernelsize: 3 } bottom: "padded" top: "z" }'
    conv, pool = upgraded(text)
    assert list(conv.bottom) == list(pool.bottom) == ["data"]
    assert (conv.convolution_param.pad[0], pool.pooling_param.pad) == (2, 2)


def test_a_blob_written_again_is_not_padded_any_more() -> None:
    text = PADDED.format(reader='name: "a" type: "conv" num_output: 4')
    text += 'layers { layer { name: "b" type: "pool" kernelsize: 3 } bottom: "y" top: "padded" }'
    text += 'layers { layer { name: "c" type: "relu" } bottom: "padded" top: "padded" }'
    _, pool, relu = upgraded(text)
    assert not pool.pooling_param.HasField("pad")
    assert list(relu.bottom) == ["padded"]


@pytest.mark.parametrize(
    ("reader", "what"),
    [
        ('name: "r" type: "relu"', 'padding layer "pad" can only feed a convolution or a pooling'),
        ('name: "r" type: "padding" pad: 1', 'padding layer "pad" can only feed'),
    ],
)
def test_padding_read_by_something_else(reader: str, what: str) -> None:
    with pytest.raises(NetError) as caught:
        upgraded(PADDED.format(reader=reader))
    assert what in str(caught.value)
    assert str(caught.value).startswith("v0.prototxt:3:")
    assert caught.value.layer == "r"


@pytest.mark.parametrize("wires", ['top: "p"', 'bottom: "x" bottom: "z" top: "p"', 'bottom: "x"'])
def test_a_padding_layer_has_one_bottom_and_one_top(wires: str) -> None:
    with pytest.raises(NetError, match="one bottom and one top"):
        upgraded(f'layers {{ layer {{ name: "pad" type: "padding" pad: 1 }} {wires} }}')


def test_a_padded_convolution_has_one_bottom() -> None:
    text = PADDED.format(reader='name: "a" type: "conv" num_output: 4')
    with pytest.raises(NetError, match="one bottom then, not 2"):
        upgraded(text.replace('bottom: "padded"', 'bottom: "padded" bottom: "data"'))


def test_an_unknown_type() -> None:
    with pytest.raises(NetError) as caught:
        upgraded('layers {\n  layer { name: "a"\n    type: "inerproduct" }\n  bottom: "x" top: "y"\n}')
    assert 'unknown V0 layer type "inerproduct"' in str(caught.value)
    assert caught.value.hint == 'did you mean "innerproduct"?'
    assert str(caught.value.place) == "v0.prototxt:3:5"


def test_a_parameter_of_another_type_is_left_out_with_a_note() -> None:
    text = 'layers {\n  layer { name: "a" type: "relu"\n    kernelsize: 3 }\n  bottom: "x" top: "y"\n}'
    definition = define_net(text, "v0.prototxt")
    assert definition.notes == (
        'v0.prototxt:3:5: layer "a": kernelsize means nothing to V0 type "relu", left out',
    )
    assert [field.name for field, _ in definition.message.layer[0].ListFields()] == [
        "name", "type", "bottom", "top",
    ]  # fmt: skip


def test_a_v1_layer_beside_v0_layers_stays() -> None:
    _, relu = upgraded("""
        layers { layer { name: "a" type: "conv" num_output: 4 } bottom: "x" top: "y" }
        layers { name: "b" type: RELU bottom: "y" top: "y" }
    """)
    assert (relu.name, relu.type) == ("b", "ReLU")


def test_errors_after_the_upgrade_still_point_at_the_layer() -> None:
    text = """input: "data" input_dim: 1 input_dim: 1 input_dim: 4 input_dim: 4
        layers { layer { name: "pad" type: "padding" pad: 2 } bottom: "data" top: "padded" }
        layers { layer { name: "conv" type: "conv" num_output: 4 kernelsize: 3 } bottom: "padded" top: "y" }
        layers { layer { name: "pool" type: "pool" kernelsize: 30 } bottom: "y" top: "z" }
    """
    with pytest.raises(NetError) as caught:
        make_graph(define_net(text, "v0.prototxt"), Options())
    assert caught.value.place is not None
    assert (caught.value.layer, caught.value.place.line) == ("pool", 4)
