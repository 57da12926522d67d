"""caffe_pb2: every name of the schema, Caffe's own numbers, files of protobuf and beside another caffe_pb2."""

from __future__ import annotations

import csv
import pickle
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import text_format
from google.protobuf.descriptor_pb2 import FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass

from prototxt.caffe.proto import caffe_pb2
from prototxt.caffe.proto.caffe_pb2 import TEST, TRAIN, NetParameter
from support.golden import SHARED, needs_shared


def test_names() -> None:
    assert (TRAIN, TEST, caffe_pb2.Phase.Value("TEST"), caffe_pb2.Phase.TEST) == (0, 1, 1, 1)
    assert caffe_pb2.V1LayerParameter.CONVOLUTION == 4
    assert caffe_pb2.PoolingParameter.PoolMethod.Value("AVE") == caffe_pb2.PoolingParameter.AVE == 1
    assert caffe_pb2.PoolingParameter.PoolMethod.DESCRIPTOR.values_by_number[0].name == "MAX"
    assert caffe_pb2.LayerParameter(name="a", type="ReLU").type == "ReLU"
    assert caffe_pb2.DESCRIPTOR.message_types_by_name["Datum"] is caffe_pb2.Datum.DESCRIPTOR
    assert {"BlobProto", "BlobShape", "SolverParameter", "NetState", "Phase", "TEST"} <= set(dir(caffe_pb2))
    for name in dir(caffe_pb2):
        getattr(caffe_pb2, name)


def test_all_of_them() -> None:
    names: dict[str, Any] = {}
    exec("from prototxt.caffe.proto.caffe_pb2 import *", names)
    assert names["Datum"] is caffe_pb2.Datum


def test_a_name_that_is_not_there() -> None:
    with pytest.raises(AttributeError, match='no message or enum "NetParamter"; did you mean "NetParameter"'):
        _ = caffe_pb2.NetParamter  # type: ignore[attr-defined]
    assert not hasattr(caffe_pb2, "__path__")


@needs_shared
def test_caffes_own_numbers_are_caffes() -> None:
    checked = 0
    with (SHARED / "schema" / "fields.tsv").open() as file:
        for row in csv.DictReader(file, delimiter="\t"):
            if "bvlc" not in (row["first_seen_in"], *row["also_in"].split(",")):
                continue
            outer, *inner = row["message"].removesuffix(" (enum)").split(".")
            descriptor = getattr(caffe_pb2, outer).DESCRIPTOR
            if row["message"].endswith(" (enum)"):
                enum = descriptor.enum_types_by_name[inner[0]] if inner else descriptor
                number = enum.values_by_name[row["field"]].number
            else:
                number = descriptor.fields_by_name[row["field"]].number
            assert number == int(row["number"]), row
            checked += 1
    assert checked > 500


def test_text_and_bytes() -> None:
    net = NetParameter()
    text_format.Merge(
        'name: "n" layer { name: "p" type: "Pooling" pooling_param { pool: AVE kernel_h: 3 } }', net
    )
    assert net.layer[0].pooling_param.pool == caffe_pb2.PoolingParameter.AVE
    assert text_format.Parse(text_format.MessageToString(net), NetParameter()) == net
    again = NetParameter()
    again.ParseFromString(net.SerializeToString())
    assert again == net
    assert pickle.loads(pickle.dumps(net)) == net


@needs_shared
@pytest.mark.parametrize(
    ("model", "layer", "shape"), [("lenet", "conv2", [50, 20, 5, 5]), ("squeezenet", "", [])]
)
def test_a_trained_net(model: str, layer: str, shape: list[int]) -> None:
    (path,) = (SHARED / "models" / model).glob("*.caffemodel")
    net = NetParameter.FromString(path.read_bytes())
    blobs = {item.name: item.blobs for item in net.layer}
    assert sum(len(item) for item in blobs.values()) in (8, 52)
    if layer:
        assert list(blobs[layer][0].shape.dim) == shape


def test_beside_another_caffe_pb2() -> None:
    file = FileDescriptorProto(name="caffe.proto", package="caffe")
    file.message_type.add(name="NetParameter").field.add(name="name", number=1, type=9, label=1)
    pool = DescriptorPool()
    pool.AddSerializedFile(file.SerializeToString())
    other = GetMessageClass(pool.FindMessageTypeByName("caffe.NetParameter"))
    assert NetParameter.FromString(other(name="both").SerializeToString()).name == "both"


def test_the_module_is_light() -> None:
    source = Path(caffe_pb2.__file__).read_text()
    assert "import numpy" not in source
