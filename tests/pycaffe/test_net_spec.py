"""NetSpec: the text that Caffe writes, names, fields found by type, values of every kind, what is refused."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from google.protobuf import text_format

import prototxt
import prototxt.caffe as caffe
from prototxt.caffe import NetSpec, to_proto
from prototxt.caffe import layers as L
from prototxt.caffe import params as P
from prototxt.caffe.net_spec import Function, Top, assign_proto, param_name_dict
from prototxt.caffe.proto import caffe_pb2


def lenet(source: str, batch_size: int) -> Any:
    """The net of Caffe's tutorial, on images that are not square."""
    n = NetSpec()
    n.data, n.label = L.Data(
        batch_size=batch_size,
        backend=P.Data.LMDB,
        source=source,
        transform_param=dict(scale=1.0 / 256),
        ntop=2,
    )
    n.conv1 = L.Convolution(n.data, kernel_size=5, num_output=20, weight_filler=dict(type="xavier"))
    n.pool1 = L.Pooling(n.conv1, kernel_size=2, stride=2, pool=P.Pooling.MAX)
    n.fc1 = L.InnerProduct(
        n.pool1,
        num_output=500,
        weight_filler=dict(type="xavier"),
        param=[dict(lr_mult=0.5), dict(lr_mult=2.5)],
    )
    n.relu1 = L.ReLU(n.fc1, in_place=True)
    n.score = L.InnerProduct(n.relu1, num_output=10, weight_filler=dict(type="xavier"))
    n.loss = L.SoftmaxWithLoss(n.score, n.label)
    return n.to_proto()


LENET = """\
layer {
  name: "data"
  type: "Data"
  top: "data"
  top: "label"
  transform_param {
    scale: 0.00390625
  }
  data_param {
    source: "train_lmdb"
    batch_size: 64
    backend: LMDB
  }
}
layer {
  name: "conv1"
  type: "Convolution"
  bottom: "data"
  top: "conv1"
  convolution_param {
    num_output: 20
    kernel_size: 5
    weight_filler {
      type: "xavier"
    }
  }
}
layer {
  name: "pool1"
  type: "Pooling"
  bottom: "conv1"
  top: "pool1"
  pooling_param {
    pool: MAX
    kernel_size: 2
    stride: 2
  }
}
layer {
  name: "fc1"
  type: "InnerProduct"
  bottom: "pool1"
  top: "fc1"
  param {
    lr_mult: 0.5
  }
  param {
    lr_mult: 2.5
  }
  inner_product_param {
    num_output: 500
    weight_filler {
      type: "xavier"
    }
  }
}
layer {
  name: "relu1"
  type: "ReLU"
  bottom: "fc1"
  top: "fc1"
}
layer {
  name: "score"
  type: "InnerProduct"
  bottom: "fc1"
  top: "score"
  inner_product_param {
    num_output: 10
    weight_filler {
      type: "xavier"
    }
  }
}
layer {
  name: "loss"
  type: "SoftmaxWithLoss"
  bottom: "score"
  bottom: "label"
  top: "loss"
}
"""


def test_the_text_is_caffes_and_reads_back() -> None:
    net = lenet("train_lmdb", 64)
    assert str(net) == LENET
    assert text_format.Parse(LENET, caffe_pb2.NetParameter()) == net


def small() -> NetSpec:
    n = NetSpec()
    n.data = L.Input(shape=dict(dim=[2, 3, 11, 14]))
    n.conv = L.Convolution(n.data, kernel_size=[3, 5], num_output=4, weight_filler=dict(type="msra"))
    n.relu = L.ReLU(n.conv, in_place=True)
    n.sum = L.Eltwise(n.relu, n.conv, operation=P.Eltwise.SUM, coeff=[1, -0.5])
    return n


def test_it_runs() -> None:
    x = np.random.default_rng(5).standard_normal((2, 3, 11, 14), np.float32)
    top = prototxt.parse_net(str(small().to_proto())).forward({"data": x})["sum"]
    assert top.shape == (2, 4, 9, 10)
    assert (top >= 0).all()
    assert top.any()


def test_in_a_caffe_net(tmp_path: Path) -> None:
    data, label = L.DummyData(
        shape=[dict(dim=[6, 2, 11, 14]), dict(dim=[6])], transform_param=dict(scale=0.5), ntop=2
    )
    ip = L.InnerProduct(data, num_output=9, weight_filler=dict(type="xavier"))
    file = tmp_path / "net.prototxt"
    file.write_text(str(L.SoftmaxWithLoss(L.ReLU(ip, in_place=True), label).to_proto()))
    with pytest.warns(
        prototxt.PrototxtWarning, match=r"transform_param .* a layer of type DummyData does not read it"
    ):
        net = caffe.Net(str(file), caffe.TEST)
    assert [layer.type for layer in net.layers] == ["DummyData", "InnerProduct", "ReLU", "SoftmaxWithLoss"]
    assert net.forward()["SoftmaxWithLoss1"] == pytest.approx(np.log(9))


def test_names_that_nobody_gave() -> None:
    data, label = L.DummyData(shape=[dict(dim=[2, 3, 5, 7]), dict(dim=[2])], ntop=2)
    first = L.Convolution(data, kernel_size=3, num_output=4)
    second = L.ReLU(L.Convolution(first, kernel_size=1, num_output=6), in_place=True)
    layers = to_proto(second, L.Silence(label, ntop=0)).layer
    assert [layer.name for layer in layers] == [
        "DummyData1",
        "Convolution1",
        "Convolution2",
        "ReLU1",
        "Silence1",
    ]
    assert list(layers[0].top) == ["DummyData1", "DummyData2"]
    assert list(layers[3].bottom) == list(layers[3].top) == ["Convolution2"]
    assert [list(shape.dim) for shape in layers[0].dummy_data_param.shape] == [[2, 3, 5, 7], [2]]
    assert list(layers[4].bottom) == ["DummyData2"]
    assert first.to_proto().layer[-1].name == "Convolution1"


def test_a_layer_may_have_another_name_than_its_top() -> None:
    n = NetSpec()
    n.data = L.Input(shape=dict(dim=[1, 3, 5, 7]))
    n["conv/1x1"] = L.Convolution(n.data, kernel_size=1, num_output=2, name="other")
    result = n.to_proto().layer[1]
    assert (result.name, list(result.top)) == ("other", ["conv/1x1"])


def test_tops_by_name() -> None:
    n = small()
    assert isinstance(n.conv, Top)
    assert isinstance(n.conv.fn, Function)
    assert n["conv"] is n.conv is n.tops["conv"]
    assert n.keys() == ["data", "conv", "relu", "sum"]
    assert n.vals()[1] is n.conv
    n.update("conv", dict(num_output=9, pad=1))
    assert n.to_proto().layer[1].convolution_param.num_output == 9
    del n.sum
    del n["relu"]
    assert [layer.name for layer in n.to_proto().layer] == ["data", "conv"]
    assert not hasattr(n, "sum")
    with pytest.raises(KeyError, match='no top "cnov"; did you mean "conv"'):
        n["cnov"]
    with pytest.raises(AttributeError, match='no top "cnov"'):
        _ = n.cnov
    assert str(copy.deepcopy(n).to_proto()) == str(n.to_proto())


def test_layers_without_tops() -> None:
    n = NetSpec()
    n.data, n.more = L.DummyData(shape=dict(dim=3), ntop=2)
    n.quiet = L.Silence(n.data, ntop=0)
    n.quiet2 = L.Silence(n.more, ntop=0)
    assert [(layer.name, list(layer.top)) for layer in n.to_proto().layer[1:]] == [
        ("quiet", []),
        ("quiet2", []),
    ]


def test_a_net_deeper_than_pythons_stack() -> None:
    top = L.Input(shape=dict(dim=[1, 2, 3, 4]))
    for _ in range(3000):
        top = L.ReLU(top, in_place=True)
    net = top.to_proto()
    assert (len(net.layer), net.layer[-1].name) == (3001, "ReLU3000")


def one(kind: str, *bottoms: Top, **params: Any) -> Any:
    """The last layer of a net of one layer on its bottoms."""
    return getattr(L, kind)(*bottoms, **params).to_proto().layer[-1]


@pytest.mark.parametrize(
    ("kind", "params", "want"),
    [
        ("InnerProduct", dict(num_output=3, axis=2), "inner_product_param { num_output: 3 axis: 2 }"),
        ("LRN", dict(local_size=3, norm_region=P.LRN.WITHIN_CHANNEL), "lrn_param {local_size: 3 norm_region: 1}"),
        ("HDF5Data", dict(source="a", batch_size=2), 'hdf5_data_param { source: "a" batch_size: 2 }'),
        ("Python", dict(module="m", layer="C", param_str="{}"),
         'python_param { module: "m" layer: "C" param_str: "{}" }'),
        # no message has these types' names
        ("Deconvolution", dict(num_output=3, kernel_size=4), "convolution_param { num_output: 3 kernel_size: 4 }"),
        ("SoftmaxWithLoss", dict(axis=2, ignore_label=255), "softmax_param {axis: 2} loss_param {ignore_label: 255}"),
        ("LSTM", dict(num_output=3), "recurrent_param { num_output: 3 }"),
        # forks
        ("PriorBox", dict(min_size=30.0, flip=True), "prior_box_param { min_size: 30 flip: true }"),
        ("ConvolutionDepthwise", dict(kernel_size=3), "convolution_param { kernel_size: 3 }"),
        ("AnnotatedData", dict(batch_size=2, label_map_file="m"),
         'annotated_data_param { label_map_file: "m" } data_param { batch_size: 2 }'),
        ("ROIPooling", dict(pooled_h=3, pooled_w=5), "roi_pooling_param { pooled_h: 3 pooled_w: 5 }"),
        # the layer's own
        ("Data", dict(include=dict(phase=1), phase=1), "include { phase: TEST } phase: TEST"),
        ("Mine", dict(loss_weight=[1, 0.5], convolution_param=dict(pad=2)),
         "loss_weight: [1, 0.5] convolution_param { pad: 2 }"),
    ],
)  # fmt: skip
def test_where_a_field_goes(kind: str, params: dict[str, Any], want: str) -> None:
    layer = one(kind, **params)
    text = f'name: "{kind}1" type: "{kind}" top: "{kind}1" {want}'
    assert layer == text_format.Parse(text, caffe_pb2.LayerParameter())


def test_a_message_is_the_type_s_where_it_has_its_name() -> None:
    names = param_name_dict()
    assert names["InnerProduct"] == "inner_product"
    assert names["ReLU"] == "relu"
    assert "Deconvolution" not in names


@pytest.mark.parametrize(
    ("value", "want"),
    [
        (3, [3]),
        ([3, 5], [3, 5]),
        ((3, 5), [3, 5]),
        (np.array([3, 5]), [3, 5]),
        (np.int64(3), [3]),
        (6 / 2, [3]),
        ([], []),
    ],
)
def test_values_of_a_repeated_field(value: Any, want: list[int]) -> None:
    assert list(one("Convolution", kernel_size=value).convolution_param.kernel_size) == want


def test_values_of_messages_and_enums() -> None:
    filler = caffe_pb2.FillerParameter(type="gaussian", std=0.5)
    result = one(
        "Convolution",
        weight_filler=filler,
        bias_filler=dict(value=np.float32(0.25)),
        bias_term=np.bool_(True),
    )
    assert result.convolution_param.weight_filler == filler
    assert (result.convolution_param.bias_filler.value, result.convolution_param.bias_term) == (0.25, True)
    assert one("Pooling", pool="AVE").pooling_param.pool == P.Pooling.AVE == 1
    assert one("Input", shape=[caffe_pb2.BlobShape(dim=[2, 3])]).input_param.shape[0].dim == [2, 3]


def test_assign_proto() -> None:
    net = caffe_pb2.NetParameter()
    assign_proto(net, "layer", [dict(name="a", top="x", param=[dict(), dict(lr_mult=0)])])
    assign_proto(net, "state", dict(phase=0, stage=["one", "two"]))
    text = 'layer {name: "a" top: "x" param {} param {lr_mult: 0}} state {phase: TRAIN stage: "one" stage: "two"}'
    assert net == text_format.Parse(text, caffe_pb2.NetParameter())


@pytest.mark.parametrize(
    ("params", "error", "what"),
    [
        (dict(kernel_szie=3), AttributeError,
         r'layer "Convolution1" \(Convolution\): no field "kernel_szie" in ConvolutionParameter or LayerParameter; '
         'did you mean "kernel_size"'),
        (dict(inner_prodct_param={}), AttributeError, 'in LayerParameter; did you mean "inner_product_param"'),
        (dict(weight_filler=dict(sdt=1)), AttributeError, 'no field "sdt" in FillerParameter; did you mean "std"'),
        (dict(num_output="many"), TypeError, r'layer "Convolution1" .*: num_output does not take \'many\''),
        (dict(num_output=2.5), TypeError, "num_output does not take 2.5"),
        (dict(num_output=-1), ValueError, "num_output does not take -1"),
        (dict(num_output=[3, 4]), TypeError, "num_output takes one value, not a list"),
        (dict(weight_filler="xavier"), TypeError, "weight_filler takes a dict or a FillerParameter, not 'xavier'"),
        (dict(weight_filler=dict(std="x")), TypeError, "weight_filler: std does not take 'x'"),
        (dict(engine="FAST"), ValueError, r"engine does not take 'FAST' \(it takes DEFAULT, CAFFE, CUDNN"),
    ],
)  # fmt: skip
def test_refused(params: dict[str, Any], error: type[Exception], what: str) -> None:
    with pytest.raises(error, match=what):
        one("Convolution", **params)


def test_inputs_are_tops() -> None:
    both = L.DummyData(ntop=2)
    with pytest.raises(TypeError, match=r"^Silence input 0 is not a Top \(type is <class 'tuple'>\)$"):
        L.Silence(both, ntop=0)
    L.Silence(*both, ntop=0)
    n = NetSpec()
    n.data = both
    with pytest.raises(
        TypeError, match=r"^data is not a Top .*give each of its tops a name: n\.data0, n\.data1 = "
    ):
        n.to_proto()


def test_constants_that_are_not_there() -> None:
    with pytest.raises(AttributeError, match='did you mean "PoolingParameter"'):
        _ = P.Poling
    with pytest.raises(AttributeError, match='PoolingParameter has no constant "MAXI"; did you mean "MAX"'):
        _ = P.Pooling.MAXI
    assert caffe_pb2.LossParameter.NormalizationMode.Name(P.Loss.VALID) == "VALID"
