"""V0 nets (2013): `layers { layer { type: "conv" ... } }` with every parameter in one message."""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import replace

from prototxt.errors import NetError, did_you_mean, one_line
from prototxt.schema import Message
from prototxt.schema.caffe_pb2 import NetParameter, V0LayerParameter, V1LayerParameter
from prototxt.text.definition import Definition

__all__ = ["MOVES", "TYPES", "v0_to_v1"]

TYPES = {
    "accuracy": "ACCURACY",
    "bnll": "BNLL",
    "concat": "CONCAT",
    "conv": "CONVOLUTION",
    "data": "DATA",
    "dropout": "DROPOUT",
    "euclidean_loss": "EUCLIDEAN_LOSS",
    "flatten": "FLATTEN",
    "hdf5_data": "HDF5_DATA",
    "hdf5_output": "HDF5_OUTPUT",
    "im2col": "IM2COL",
    "images": "IMAGE_DATA",
    "infogain_loss": "INFOGAIN_LOSS",
    "innerproduct": "INNER_PRODUCT",
    "lrn": "LRN",
    "multinomial_logistic_loss": "MULTINOMIAL_LOGISTIC_LOSS",
    "pool": "POOLING",
    "relu": "RELU",
    "sigmoid": "SIGMOID",
    "softmax": "SOFTMAX",
    "softmax_loss": "SOFTMAX_LOSS",
    "split": "SPLIT",
    "tanh": "TANH",
    "window_data": "WINDOW_DATA",
}

PADDING = "padding"

_READERS = {"data": "data_param", "images": "image_data_param", "window_data": "window_data_param"}
_WEIGHTED = {"conv": "convolution_param", "innerproduct": "inner_product_param"}
_SLIDING = {"conv": "convolution_param", "pool": "pooling_param"}
_ANY = dict.fromkeys(TYPES, "transform_param")

_BESIDE = {"layer", "bottom", "top"}
_OF_PADDING = {"name", "type", "pad"}
_OF_ALL = {"name", "type", "blobs", "blobs_lr", "weight_decay", "hdf5_output_param"}

# V0 field -> (V1 field, {V0 type: the V1 message that holds it})
MOVES: dict[str, tuple[str, dict[str, str]]] = {
    "num_output": ("num_output", _WEIGHTED),
    "biasterm": ("bias_term", _WEIGHTED),
    "weight_filler": ("weight_filler", _WEIGHTED),
    "bias_filler": ("bias_filler", _WEIGHTED),
    "pad": ("pad", _SLIDING),
    "kernelsize": ("kernel_size", _SLIDING),
    "stride": ("stride", _SLIDING),
    "group": ("group", {"conv": "convolution_param"}),
    "pool": ("pool", {"pool": "pooling_param"}),
    "dropout_ratio": ("dropout_ratio", {"dropout": "dropout_param"}),
    "local_size": ("local_size", {"lrn": "lrn_param"}),
    "alpha": ("alpha", {"lrn": "lrn_param"}),
    "beta": ("beta", {"lrn": "lrn_param"}),
    "k": ("k", {"lrn": "lrn_param"}),
    "source": (
        "source",
        {**_READERS, "hdf5_data": "hdf5_data_param", "infogain_loss": "infogain_loss_param"},
    ),
    "batchsize": ("batch_size", {**_READERS, "hdf5_data": "hdf5_data_param"}),
    "scale": ("scale", _ANY),
    "meanfile": ("mean_file", _ANY),
    "cropsize": ("crop_size", _ANY),
    "mirror": ("mirror", _ANY),
    "rand_skip": ("rand_skip", {"data": "data_param", "images": "image_data_param"}),
    "shuffle_images": ("shuffle", {"images": "image_data_param"}),
    "new_height": ("new_height", {"images": "image_data_param"}),
    "new_width": ("new_width", {"images": "image_data_param"}),
    "concat_dim": ("concat_dim", {"concat": "concat_param"}),
    "det_fg_threshold": ("fg_threshold", {"window_data": "window_data_param"}),
    "det_bg_threshold": ("bg_threshold", {"window_data": "window_data_param"}),
    "det_fg_fraction": ("fg_fraction", {"window_data": "window_data_param"}),
    "det_context_pad": ("context_pad", {"window_data": "window_data_param"}),
    "det_crop_mode": ("crop_mode", {"window_data": "window_data_param"}),
}


def v0_to_v1(definition: Definition) -> Definition:
    """Converts V0 layers to V1; a "padding" layer becomes the pad of the convolution or pooling that reads it.

    A parameter that its type does not have is left out with a note, as in Caffe; so is every field beside the layer of
    the oldest form but its bottoms and tops.

    Raises NetError for an unknown V0 type, or a padding layer that something else reads.
    """
    old = definition.message.layers
    if not any(connection.HasField("layer") for connection in old):
        return definition
    paddings: dict[str, V1LayerParameter] = {}
    layers, trees = [], []
    notes: list[str] = []
    for index, connection in enumerate(old):
        padded = _padded_bottoms(definition, index, connection, paddings)
        if connection.layer.type == PADDING:
            paddings.update(dict.fromkeys(connection.top, connection))
            notes += _left_out(definition, index, connection, _OF_PADDING)
            continue
        upgraded = _upgrade_layer(definition, index, connection, notes)
        for i, padding in padded.items():
            _fold(upgraded, i, padding)
        for top in connection.top:
            paddings.pop(top, None)
        layers.append(upgraded)
        trees.append(definition.trees[len(definition.message.layer) + index])
    message = NetParameter()
    message.CopyFrom(definition.message)
    message.ClearField("layers")
    message.layers.extend(layers)
    kept = definition.trees[: len(definition.message.layer)]
    return replace(definition, message=message, trees=(*kept, *trees), notes=(*definition.notes, *notes))


def _upgrade_layer(
    definition: Definition, index: int, connection: V1LayerParameter, notes: list[str]
) -> V1LayerParameter:
    layer = V1LayerParameter(bottom=connection.bottom, top=connection.top)
    if not connection.HasField("layer"):
        layer.CopyFrom(connection)
        return layer
    v0 = connection.layer
    layer.name = v0.name
    if v0.HasField("type"):
        if v0.type not in TYPES:
            raise _error(
                definition, index, v0, f'unknown V0 layer type "{v0.type}"', did_you_mean(v0.type, TYPES)
            )
        layer.type = V1LayerParameter.LayerType.Value(TYPES[v0.type])
    layer.blobs.extend(v0.blobs)
    layer.blobs_lr.extend(v0.blobs_lr)
    layer.weight_decay.extend(v0.weight_decay)
    if v0.HasField("hdf5_output_param"):
        layer.hdf5_output_param.CopyFrom(v0.hdf5_output_param)
    moved = {field: move for field, move in MOVES.items() if v0.type in move[1]}
    for field, value in v0.ListFields():
        if field.name in moved:
            target, homes = moved[field.name]
            _put(getattr(layer, homes[v0.type]), target, value)
    notes += _left_out(definition, index, connection, {*_OF_ALL, *moved})
    return layer


def _left_out(
    definition: Definition, index: int, connection: V1LayerParameter, moved: Set[str]
) -> Iterator[str]:
    """Notes on the fields of a V0 layer, and those beside it, that are not moved."""
    v0, number = connection.layer, len(definition.message.layer) + index
    for field, _ in v0.ListFields():
        if field.name not in moved:
            what = f'{field.name} means nothing to V0 type "{v0.type}", left out'
            yield one_line(what, place=definition.place(number, f"layer.{field.name}"), layer=v0.name)
    for field, _ in connection.ListFields():
        if field.name not in _BESIDE:
            what = f"{field.name} beside a V0 layer means nothing, left out"
            yield one_line(what, place=definition.place(number, field.name), layer=v0.name)


def _put(message: Message, field: str, value: object) -> None:
    target = getattr(message, field)
    if hasattr(target, "append"):
        target.append(value)
    elif hasattr(target, "CopyFrom"):
        target.CopyFrom(value)
    else:
        setattr(message, field, value)


def _padded_bottoms(
    definition: Definition, index: int, connection: V1LayerParameter, paddings: dict[str, V1LayerParameter]
) -> dict[int, V1LayerParameter]:
    """The padding layers that this layer reads, by the bottom's index; raises NetError where it may read none."""
    v0 = connection.layer
    padded = {i: paddings[bottom] for i, bottom in enumerate(connection.bottom) if bottom in paddings}
    for padding in padded.values():
        name = padding.layer.name
        if v0.type not in _SLIDING:
            what = f'padding layer "{name}" can only feed a convolution or a pooling'
            raise _error(definition, index, v0, what, None)
        if len(connection.bottom) != 1:
            what = f'reads padding layer "{name}" and takes one bottom then, not {len(connection.bottom)}'
            raise _error(definition, index, v0, what, None)
    if v0.type == PADDING and (len(connection.bottom), len(connection.top)) != (1, 1):
        raise _error(definition, index, v0, "a padding layer has one bottom and one top", None)
    return padded


def _fold(layer: V1LayerParameter, bottom: int, padding: V1LayerParameter) -> None:
    """Makes a padding layer the pad of the layer that reads it."""
    if layer.type == V1LayerParameter.CONVOLUTION:
        layer.convolution_param.pad[:] = [padding.layer.pad]
    else:
        layer.pooling_param.pad = padding.layer.pad
    layer.bottom[bottom] = padding.bottom[0]


def _error(definition: Definition, index: int, v0: V0LayerParameter, what: str, hint: str | None) -> NetError:
    place = definition.place(len(definition.message.layer) + index, "type")
    return NetError(what, place=place, layer=v0.name, layer_type=v0.type, hint=hint)
