"""The whole surface of Caffe 1.0's Python package: every name is there, and takes the same arguments in the same order.

Source: caffe/python/caffe/__init__.py, _caffe.cpp, pycaffe.py, io.py, classifier.py, detector.py, net_spec.py,
coord_map.py, draw.py, caffe/src/caffe/proto/caffe.proto.
"""

from __future__ import annotations

import importlib
import inspect
import sys
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import prototxt.caffe as caffe
from support.pycaffe_nets import SIMPLE, write_net

EMPTY = inspect.Parameter.empty

CPP = {
    "init_log": (0, 1, 2), "log": (1,), "set_mode_cpu": (0,), "set_mode_gpu": (0,), "set_device": (1,),
    "set_random_seed": (1,), "layer_type_list": (0,), "get_solver": (1,), "solver_count": (0,),
    "set_solver_count": (1,), "solver_rank": (0,), "set_solver_rank": (1,), "set_multiprocess": (1,), "has_nccl": (0,),
}  # fmt: skip
"""Functions of the compiled module: how many arguments, which have no names there."""

PACKAGE = {
    *CPP, "Net", "SGDSolver", "NesterovSolver", "AdaGradSolver", "RMSPropSolver", "AdaDeltaSolver", "AdamSolver",
    "NCCL", "Timer", "Layer", "__version__", "TRAIN", "TEST", "Classifier", "Detector", "io", "layers", "params",
    "NetSpec", "to_proto",
}  # fmt: skip
"""The names of `import caffe`."""

MODULES: dict[str, dict[str, str | None]] = {
    "io": {
        "blobproto_to_array": "blob, return_diff=False",
        "array_to_blobproto": "arr, diff=None",
        "arraylist_to_blobprotovector_str": "arraylist",
        "blobprotovector_str_to_arraylist": "str",
        "array_to_datum": "arr, label=None",
        "datum_to_array": "datum",
        "load_image": "filename, color=True",
        "resize_image": "im, new_dims, interp_order=1",
        "oversample": "images, crop_dims",
        "Transformer": "inputs",
        "Transformer.preprocess": "self, in_, data",
        "Transformer.deprocess": "self, in_, data",
        "Transformer.set_transpose": "self, in_, order",
        "Transformer.set_channel_swap": "self, in_, order",
        "Transformer.set_raw_scale": "self, in_, scale",
        "Transformer.set_mean": "self, in_, mean",
        "Transformer.set_input_scale": "self, in_, scale",
    },
    "classifier": {
        "Classifier": "model_file, pretrained_file, image_dims=None, mean=None, input_scale=None, raw_scale=None, "
        "channel_swap=None",
        "Classifier.predict": "self, inputs, oversample=True",
    },
    "detector": {
        "Detector": "model_file, pretrained_file, mean=None, input_scale=None, raw_scale=None, channel_swap=None, "
        "context_pad=None",
        "Detector.detect_windows": "self, images_windows",
        "Detector.detect_selective_search": "self, image_fnames",
        "Detector.crop": "self, im, window",
        "Detector.configure_crop": "self, context_pad",
    },
    "net_spec": {
        "param_name_dict": "",
        "to_proto": "*tops",
        "assign_proto": "proto, name, val",
        "Top": "fn, n",
        "Top.to_proto": "self",
        "Function": "type_name, inputs, params",
        "NetSpec": "",
        "NetSpec.keys": "self",
        "NetSpec.vals": "self",
        "NetSpec.update": "self, name, params",
        "NetSpec.to_proto": "self",
        "NetSpec.__setattr__": "self, name, value",
        "NetSpec.__getattr__": "self, name",
        "NetSpec.__setitem__": "self, name, value",
        "NetSpec.__getitem__": "self, name",
        "NetSpec.__delattr__": "self, name",
        "NetSpec.__delitem__": "self, name",
        "Layers": "",
        "Parameters": "",
    },
    "coord_map": {
        "conv_params": "fn",
        "crop_params": "fn",
        "coord_map": "fn",
        "compose": "base_map, next_map",
        "inverse": "coord_map",
        "coord_map_from_to": "top_from, top_to",
        "crop": "top_from, top_to",
        "UndefinedMapException": None,
        "AxisMismatchException": None,
    },
    "draw": {
        "get_pooling_types_dict": "",
        "get_edge_label": "layer",
        "get_layer_label": "layer, rankdir",
        "choose_color_by_layertype": "layertype",
        "get_pydot_graph": "caffe_net, rankdir, label_edges=True, phase=None",
        "draw_net": "caffe_net, rankdir, ext='png', phase=None",
        "draw_net_to_file": "caffe_net, filename, rankdir='LR', phase=None",
    },
    "pycaffe": {
        "Net.forward": "self, blobs=None, start=None, end=None, **kwargs",
        "Net.backward": "self, diffs=None, start=None, end=None, **kwargs",
        "Net.forward_all": "self, blobs=None, **kwargs",
        "Net.forward_backward_all": "self, blobs=None, diffs=None, **kwargs",
        "Net.set_input_arrays": "self, data, labels",
        "SGDSolver": None,
        "NesterovSolver": None,
        "AdaGradSolver": None,
        "RMSPropSolver": None,
        "AdaDeltaSolver": None,
        "AdamSolver": None,
        "NCCL": None,
        "Timer": "",
    },
}  # fmt: skip
"""The parameters of Caffe's Python functions; None where it has none of its own."""

CONSTANTS = {
    "net_spec": ["layers", "params"],
    "coord_map": ["PASS_THROUGH_LAYERS"],
    "draw": ["LAYER_STYLE_DEFAULT", "NEURON_LAYER_STYLE", "BLOB_STYLE"],
}

NET_METHODS = {
    "reshape": 0, "clear_param_diffs": 0, "copy_from": 1, "share_with": 1, "save": 1, "save_hdf5": 1, "load_hdf5": 1,
    "before_forward": 1, "after_forward": 1, "before_backward": 1, "after_backward": 1, "_forward": 2,
    "_top_ids": 1, "_bottom_ids": 1,
}  # fmt: skip
"""Methods of the compiled Net: how many arguments."""

NET_ATTRIBUTES = {
    "blobs": OrderedDict, "params": OrderedDict, "layer_dict": OrderedDict, "top_names": OrderedDict,
    "bottom_names": OrderedDict, "blob_loss_weights": OrderedDict, "inputs": list, "outputs": list,
    "_layer_names": list, "_blob_names": list, "layers": list,
}  # fmt: skip

MESSAGES = """
AccuracyParameter ArgMaxParameter BatchNormParameter BiasParameter BlobProto BlobProtoVector BlobShape ConcatParameter
ContrastiveLossParameter ConvolutionParameter CropParameter DataParameter Datum DropoutParameter DummyDataParameter
ELUParameter EltwiseParameter EmbedParameter ExpParameter FillerParameter FlattenParameter HDF5DataParameter
HDF5OutputParameter HingeLossParameter ImageDataParameter InfogainLossParameter InnerProductParameter InputParameter
LRNParameter LayerParameter LogParameter LossParameter MVNParameter MemoryDataParameter NetParameter NetState
NetStateRule PReLUParameter ParamSpec ParameterParameter PoolingParameter PowerParameter PythonParameter ReLUParameter
RecurrentParameter ReductionParameter ReshapeParameter SPPParameter ScaleParameter SigmoidParameter SliceParameter
SoftmaxParameter SolverParameter SolverState TanHParameter ThresholdParameter TileParameter TransformationParameter
V0LayerParameter V1LayerParameter WindowDataParameter
"""
"""Every message of Caffe 1.0's schema."""


def parameters(function: Any) -> list[tuple[str, Any, Any]]:
    return [(p.name, p.kind, p.default) for p in inspect.signature(function).parameters.values()]


def as_written(text: str) -> list[tuple[str, Any, Any]]:
    namespace: dict[str, Any] = {}
    exec(f"def written({text}): ...", namespace)
    return parameters(namespace["written"])


def takes(function: Any, many: int) -> bool:
    try:
        inspect.signature(function).bind(*range(many))
    except TypeError:
        return False
    return True


def test_the_package_has_every_name() -> None:
    assert not {name for name in PACKAGE if not hasattr(caffe, name)}
    assert set(caffe.__all__) >= PACKAGE
    assert (caffe.TRAIN, caffe.TEST, caffe.__version__) == (0, 1, "1.0.0")


@pytest.mark.parametrize("name", CPP)
def test_functions_of_the_compiled_module(name: str) -> None:
    for module in (caffe, importlib.import_module("prototxt.caffe._caffe")):
        assert [many for many in range(4) if takes(getattr(module, name), many)] == list(CPP[name])


@pytest.mark.parametrize(
    ("module", "name"), [(module, name) for module, names in MODULES.items() for name in names]
)
def test_python_functions_have_the_parameters_of_caffe(module: str, name: str) -> None:
    result = importlib.import_module(f"prototxt.caffe.{module}")
    for part in name.split("."):
        result = getattr(result, part)
    wanted = MODULES[module][name]
    if wanted is None:
        return
    ours, caffes = parameters(result), as_written(wanted)
    assert ours[: len(caffes)] == caffes
    more = ours[len(caffes) :]
    assert all(default is not EMPTY for _, _, default in more), (
        "what Caffe's callers do not give has a default"
    )


@pytest.mark.parametrize(("module", "name"), [(m, n) for m, names in CONSTANTS.items() for n in names])
def test_constants(module: str, name: str) -> None:
    assert hasattr(importlib.import_module(f"prototxt.caffe.{module}"), name)


def test_a_net_has_every_method_and_attribute(tmp_path: Path) -> None:
    net = caffe.Net(write_net(tmp_path, SIMPLE), caffe.TEST)
    for name, many in NET_METHODS.items():
        assert takes(getattr(net, name), many), name
    assert {name: type(getattr(net, name)) for name in NET_ATTRIBUTES} == NET_ATTRIBUTES
    assert {type(layer.type) for layer in net.layers} == {str}
    assert [len(layer.blobs) for layer in net.layers if layer.type == "Convolution"] == [2]


@pytest.mark.parametrize(
    "arguments",
    [
        ((caffe.TEST,), {}),
        ((caffe.TEST, 0, ["a"]), {}),
        ((caffe.TEST,), {"level": 0, "stages": ["a"], "weights": None}),
        ((), {"phase": caffe.TEST}),
    ],
)
def test_nets_are_created_as_in_caffe(
    tmp_path: Path, arguments: tuple[tuple[Any, ...], dict[str, Any]]
) -> None:
    file = write_net(tmp_path, SIMPLE)
    args, named = arguments
    net = caffe.Net(file, *args, **named)
    weights = str(tmp_path / "net.caffemodel")
    net.save(weights)
    old, by_name = (
        caffe.Net(file, weights, caffe.TEST),
        caffe.Net(file, *args, **named | {"weights": weights}),
    )
    for item in (old, by_name):
        np.testing.assert_array_equal(item.params["conv"][0].data, net.params["conv"][0].data)
    assert caffe.Net(network_file=file, phase=caffe.TEST).inputs == net.inputs


def test_a_blob_has_every_attribute(tmp_path: Path) -> None:
    blob = caffe.Net(write_net(tmp_path, SIMPLE), caffe.TEST).blobs["conv"]
    assert tuple(blob.shape) == (5, 11, 8, 9)
    assert (blob.num, blob.channels, blob.height, blob.width, blob.count) == (5, 11, 8, 9, 5 * 11 * 8 * 9)
    assert blob.data.shape == blob.diff.shape == (5, 11, 8, 9)
    blob.reshape(1, 2, 3)
    assert tuple(blob.shape) == (1, 2, 3)


SEEN: list[set[str]] = []


class Looks(caffe.Layer):
    """Tells what it has."""

    def setup(self, bottom: Any, top: Any) -> None:
        SEEN.append({name for name in dir(self) if not name.startswith("__")})
        self.blobs.add_blob(2, 3)

    def forward(self, bottom: Any, top: Any) -> None:
        top[0].data[...] = 0


def test_a_layer_of_ones_own_has_every_attribute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    SEEN.clear()
    monkeypatch.setitem(sys.modules, "looks", sys.modules[__name__])
    text = 'layer { name: "it" type: "Python" top: "it" python_param { module: "looks" layer: "Looks" } }'
    net = caffe.Net(write_net(tmp_path, text), caffe.TEST)
    assert {"setup", "reshape", "blobs", "param_str", "phase", "type"} <= SEEN[0]
    assert tuple(net.params["it"][0].shape) == (2, 3)


@pytest.mark.parametrize("name", MESSAGES.split())
def test_messages(name: str) -> None:
    from prototxt.caffe.proto import caffe_pb2

    message = getattr(caffe_pb2, name)()
    message.ParseFromString(message.SerializeToString())


def test_enums_and_their_values() -> None:
    from prototxt.caffe.proto import caffe_pb2

    assert (caffe_pb2.TRAIN, caffe_pb2.TEST) == (0, 1)
    assert caffe_pb2.Phase.Name(caffe_pb2.TEST) == "TEST"
    assert caffe_pb2.Phase.Value("TRAIN") == 0
    assert caffe_pb2.PoolingParameter.AVE == caffe_pb2.PoolingParameter.PoolMethod.Value("AVE") == 1
    assert caffe_pb2.V1LayerParameter.CONVOLUTION == 4
    assert caffe_pb2.SolverParameter.SolverMode.Value("GPU") == 1
