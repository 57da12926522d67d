"""The compiled schema: fresh, with the facts Caffe's users rely on, and a good neighbour to other schemas."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from google.protobuf.descriptor_pb2 import FileDescriptorProto

from prototxt import schema
from prototxt.schema import caffe_pb2, descriptor, enum_type, message_class
from support.extras import needs

ROOT = Path(__file__).resolve().parents[2]


def compiler() -> ModuleType:
    needs("grpc_tools")
    spec = importlib.util.spec_from_file_location("compile_schema", ROOT / "tools" / "compile_schema.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_compiled_schema_is_fresh() -> None:
    tool = compiler()
    compiled = FileDescriptorProto.FromString(tool.compile_schema(tool.SOURCE))
    committed = FileDescriptorProto.FromString(tool.TARGET.read_bytes())
    assert committed == compiled, "run `make proto`"


def test_stub_is_fresh() -> None:
    tool = compiler()
    assert tool.STUB.read_text(encoding="utf-8") == tool.make_stub(tool.SOURCE), "run `make proto`"


def test_compiler_refuses_a_broken_schema(tmp_path: Path) -> None:
    broken = tmp_path / "broken.proto"
    broken.write_text('syntax = "proto2"; message A { optional Missing b = 1; }')
    with pytest.raises(RuntimeError, match=r"broken\.proto"):
        compiler().compile_schema(broken)


FIELDS = [
    ("NetParameter.layer", 100, None),
    ("NetParameter.layers", 2, None),
    ("LayerParameter.bottom", 3, None),
    ("LayerParameter.convolution_param", 106, None),
    ("LayerParameter.batch_norm_param", 139, None),
    ("LayerParameter.input_param", 143, None),
    ("LayerParameter.clip_param", 148, None),
    ("LayerParameter.prior_box_param", 203, None),
    ("LayerParameter.roi_pooling_param", 8266711, None),
    ("ConvolutionParameter.group", 5, 1),
    ("ConvolutionParameter.bias_term", 2, True),
    ("ConvolutionParameter.axis", 16, 1),
    ("BatchNormParameter.moving_average_fraction", 2, 0.999),
    ("BatchNormParameter.eps", 3, 1e-5),
    ("PoolingParameter.pool", 1, 0),
    ("PoolingParameter.round_mode", 13, 0),
    ("PoolingParameter.stride", 3, 1),
    ("LRNParameter.local_size", 1, 5),
    ("LRNParameter.beta", 3, 0.75),
    ("DropoutParameter.dropout_ratio", 1, 0.5),
    ("EltwiseParameter.operation", 1, 1),
    ("FillerParameter.type", 1, "constant"),
    ("FillerParameter.sparse", 7, -1),
    ("NetState.phase", 1, 1),
    ("ScaleParameter.bias_term", 4, False),
    ("ReshapeParameter.num_axes", 3, -1),
    ("ExpParameter.base", 1, -1),
    ("MVNParameter.eps", 3, 1e-9),
    ("V0LayerParameter.det_crop_mode", 59, "warp"),
    ("V1LayerParameter.blobs_lr", 7, None),
    ("SolverParameter.momentum2", 39, 0.999),
    ("SolverParameter.solver_mode", 17, 1),
    ("NormalizeParameter.eps", 4, 1e-10),
    ("DetectionOutputParameter.keep_top_k", 7, -1),
    ("UpsampleParameter.scale", 1, 2),
    ("BNParameter.slope_filler", 20000, None),
    ("BNParameter.scale_filler", 1, None),
    ("PoolingParameter.ceil_mode", 20001, True),
    ("NetParameter.default_conv_algos_override", 17, "-1,-1,-1"),
]


@pytest.mark.parametrize(("path", "number", "default"), FIELDS, ids=[f[0] for f in FIELDS])
def test_number_and_default(path: str, number: int, default: Any) -> None:
    message, name = path.split(".")
    field = descriptor(message).fields_by_name[name]
    assert field.number == number
    assert field.has_default_value == (default is not None)
    if isinstance(default, float):
        assert field.default_value == pytest.approx(default, rel=1e-7)
    elif default is not None:
        assert field.default_value == default


@pytest.mark.parametrize(
    ("enum", "names"),
    [
        ("Phase", {"TRAIN": 0, "TEST": 1, "RUN": 2}),
        ("PoolingParameter.PoolMethod", {"MAX": 0, "AVE": 1, "STOCHASTIC": 2}),
        ("EltwiseParameter.EltwiseOp", {"PROD": 0, "SUM": 1, "MAX": 2}),
        (
            "LossParameter.NormalizationMode",
            {"FULL": 0, "VALID": 1, "BATCH_SIZE": 2, "NONE": 3, "PRE_FIXED": 100},
        ),
        ("HingeLossParameter.Norm", {"L1": 1, "L2": 2}),
        ("Packing", {"NCHW": 0, "NHWC": 1}),
    ],
)
def test_enum_values(enum: str, names: dict[str, int]) -> None:
    assert {value.name: value.number for value in enum_type(enum).values} == names


def test_v1_types() -> None:
    types = enum_type("V1LayerParameter.LayerType").values_by_name
    assert (types["NONE"].number, types["DECONVOLUTION"].number, types["RELU6"].number) == (0, 39, 61)


def test_packed_arrays_are_compact() -> None:
    blob = message_class("BlobProto")(data=[1.0] * 100)
    assert blob.ByteSize() == 403


def test_required_fields_are_kept() -> None:
    assert descriptor("ClipParameter").fields_by_name["min"].is_required
    assert descriptor("DetectNetGroundTruthParameter.ClassMapping").fields_by_name["src"].is_required


def test_classes_are_created_once() -> None:
    assert message_class("NetParameter") is message_class("NetParameter")
    assert (
        type(caffe_pb2.NetParameter().layer.add())
        is caffe_pb2.LayerParameter
        is message_class("LayerParameter")
    )


def test_unknown_message() -> None:
    with pytest.raises(KeyError):
        message_class("NoSuchParameter")


OURS = "from prototxt.schema import message_class; message_class('NetParameter')(name='a')"
THEIRS = "import caffe_pb2; assert caffe_pb2.NetParameter(other=1).other == 1"


@pytest.mark.parametrize("lines", [[OURS, THEIRS], [THEIRS, OURS]], ids=["ours first", "theirs first"])
def test_lives_beside_another_caffe_pb2(tmp_path: Path, lines: list[str]) -> None:
    needs("grpc_tools")
    from grpc_tools import protoc  # type: ignore[import-untyped, unused-ignore]

    proto = tmp_path / "caffe.proto"
    proto.write_text('syntax = "proto2"; package caffe; message NetParameter { optional int32 other = 7; }')
    assert protoc.main(["protoc", f"-I{tmp_path}", f"--python_out={tmp_path}", str(proto)]) == 0
    source = Path(schema.__file__).parents[2]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(source)])}
    run = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)], env=env, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
