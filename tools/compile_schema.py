"""Compile proto/caffe.proto to the file descriptor that prototxt.schema loads. Run as `make proto`."""

from __future__ import annotations

import sys
import tempfile
from importlib.resources import files
from pathlib import Path

from google.protobuf.descriptor_pb2 import FileDescriptorSet
from grpc_tools import protoc  # type: ignore[import-untyped]

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "proto" / "caffe.proto"
TARGET = ROOT / "src" / "prototxt" / "schema" / "caffe.binpb"


def compile_schema(source: Path) -> bytes:
    """The serialized FileDescriptorProto of a .proto file that imports none, without source positions.

    Raises RuntimeError when protoc refuses the file; protoc itself prints where and why.
    """
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.binpb"
        include = files("grpc_tools") / "_proto"
        code = protoc.main(
            ["protoc", f"-I{source.parent}", f"-I{include}", f"--descriptor_set_out={out}", str(source)]
        )
        if code:
            raise RuntimeError(f"protoc refused {source}")
        (file,) = FileDescriptorSet.FromString(out.read_bytes()).file
        return file.SerializeToString(deterministic=True)


def main() -> int:
    """Write the compiled schema, whole or not at all."""
    compiled = compile_schema(SOURCE)
    half_written = TARGET.with_suffix(".tmp")
    half_written.write_bytes(compiled)
    half_written.replace(TARGET)
    return 0


if __name__ == "__main__":
    sys.exit(main())
