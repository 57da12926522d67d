"""Compiles proto/caffe.proto to the file descriptor that prototxt.schema loads, to a stub with its types, and to the
list of the fields of forks.

Run as `make proto`. The stub is written here rather than by a plug-in of protoc: field names in HasField and names of
enum values are checked, messages cannot be assigned to, and its text depends on the schema only.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Iterator
from functools import cached_property
from importlib.resources import files
from keyword import iskeyword
from pathlib import Path

from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
    FileDescriptorSet,
)
from grpc_tools import protoc  # type: ignore[import-untyped]

from prototxt.schema.forks import NAMES_OF_FORKS

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "proto" / "caffe.proto"
TARGET = ROOT / "src" / "prototxt" / "schema" / "caffe.binpb"
STUB = TARGET.with_name("caffe_pb2.pyi")
FORKS = TARGET.with_name("forks.tsv")

STUB_HEAD = '''\
"""Caffe's messages and enums as mypy sees them. Generated from proto/caffe.proto by `make proto`: do not edit."""

from collections.abc import Iterable, Mapping
from typing import ClassVar, Literal, final

from google.protobuf.descriptor import FileDescriptor
from google.protobuf.internal.containers import RepeatedCompositeFieldContainer, RepeatedScalarFieldContainer
from google.protobuf.internal.enum_type_wrapper import _EnumTypeWrapper
from google.protobuf.message import Message

DESCRIPTOR: FileDescriptor
'''


def parse_schema(source: Path) -> FileDescriptorProto:
    """The descriptor of a .proto file that imports none, with the positions of its comments.

    Raises RuntimeError when protoc refuses the file; protoc itself prints where and why.
    """
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.binpb"
        include = files("grpc_tools") / "_proto"
        options = [
            f"-I{source.parent}",
            f"-I{include}",
            "--include_source_info",
            f"--descriptor_set_out={out}",
        ]
        if protoc.main(["protoc", *options, str(source)]):
            raise RuntimeError(f"protoc refused {source}")
        (file,) = FileDescriptorSet.FromString(out.read_bytes()).file
        return file


def compile_schema(source: Path) -> bytes:
    """The serialized FileDescriptorProto of a .proto file that imports none, without source positions.

    Raises RuntimeError when protoc refuses the file.
    """
    file = parse_schema(source)
    file.ClearField("source_code_info")
    return file.SerializeToString(deterministic=True)


def make_stub(source: Path) -> str:
    """The text of a .pyi with the types of every message and enum of a .proto file that imports none.

    Raises RuntimeError when protoc refuses the file.
    """
    return "\n".join([STUB_HEAD, *Stub(parse_schema(source)).lines(), ""])


def make_forks(source: Path) -> str:
    """The text of a .tsv with a line for each field that is not Caffe's own: message, field, forks.

    The forks of a field are named by the last comment above it in its message that names forks, else by the heading
    of the section that the message stands in.

    Raises RuntimeError when protoc refuses the file, ValueError where a comment names an unknown fork.
    """
    return "\n".join(["message\tfield\tforks", *ForkFields(parse_schema(source)).lines(), ""])


SECTIONS = {
    "SSD (single shot detector)": "ssd",
    "R-FCN and Fast R-CNN": "rfcn",
    "SegNet": "segnet",
    "PSPNet and DeepLab": "pspnet",
    "FlowNet 2": "flownet",
    "C3D": "c3d",
    "YOLO ports": "yolo",
    "Intel": "intel",
    "NVIDIA": "nvidia",
    "CTPN and caffe_ocr": "crnn",
    "Layers seen in public files": "public",
}
"""Headings of the schema above whole messages of a fork."""

FORK_NAMES = re.compile(r"[a-z][a-z0-9]*(, [a-z][a-z0-9]*)*")


class ForkFields:
    """The fields of forks in one file."""

    def __init__(self, file: FileDescriptorProto) -> None:
        self.file = file
        self.comments = {tuple(location.path): location for location in file.source_code_info.location}

    def lines(self) -> Iterator[str]:
        """A line per field of a fork, in the order of the file."""
        for i, message in enumerate(self.file.message_type):
            yield from self._message(message, message.name, (4, i), self._section((4, i)))

    def _section(self, path: Location) -> str:
        """The fork of the section that a message stands in; empty in Caffe's own sections."""
        line = self.comments[path].span[0]
        headings = {
            location.span[0]: comment.strip(" -\n")
            for location in self.comments.values()
            for comment in location.leading_detached_comments
            if comment.startswith(" ----") and location.span[0] <= line
        }
        return SECTIONS.get(headings[max(headings)], "") if headings else ""

    def _message(self, message: DescriptorProto, name: str, path: Location, forks: str) -> Iterator[str]:
        for i, nested in enumerate(message.nested_type):
            yield from self._message(nested, f"{name}.{nested.name}", (*path, 3, i), forks)
        for i, field in enumerate(message.field):
            first_line = self.comments[*path, 2, i].leading_comments.strip().partition("\n")[0]
            forks = self._forks(first_line, f"{name}.{field.name}") or forks
            if forks:
                yield f"{name}\t{field.name}\t{forks}"

    def _forks(self, comment: str, field: str) -> str:
        """The forks that a comment names, empty where it says something else."""
        if comment == "seen in public files":
            return "public"
        if not FORK_NAMES.fullmatch(comment):
            return ""
        unknown = set(comment.split(", ")) - set(NAMES_OF_FORKS)
        if unknown:
            raise ValueError(f"{field}: NAMES_OF_FORKS has no name for {', '.join(sorted(unknown))}")
        return comment


SCALARS = {
    FieldDescriptorProto.TYPE_DOUBLE: "float",
    FieldDescriptorProto.TYPE_FLOAT: "float",
    FieldDescriptorProto.TYPE_INT64: "int",
    FieldDescriptorProto.TYPE_UINT64: "int",
    FieldDescriptorProto.TYPE_INT32: "int",
    FieldDescriptorProto.TYPE_UINT32: "int",
    FieldDescriptorProto.TYPE_BOOL: "bool",
    FieldDescriptorProto.TYPE_STRING: "str",
    FieldDescriptorProto.TYPE_BYTES: "bytes",
}

Location = tuple[int, ...]
"""The path of a declaration in its file, as SourceCodeInfo gives it: field number, index, field number ..."""


class Stub:
    """The lines of a stub for one file, written without oneofs, maps, extensions and groups: Caffe uses none."""

    def __init__(self, file: FileDescriptorProto) -> None:
        self.file = file

    def lines(self) -> Iterator[str]:
        """Enums first, then messages, each after an empty line."""
        for i, enum in enumerate(self.file.enum_type):
            yield from self._enum(enum, "", (5, i))
        for i, message in enumerate(self.file.message_type):
            yield from self._message(message, "", (4, i))

    @cached_property
    def _comments(self) -> dict[Location, list[str]]:
        """The comment before each declaration, without headings such as `---- Arrays ----`."""
        comments = {}
        for location in self.file.source_code_info.location:
            text = [line.strip() for line in location.leading_comments.splitlines()]
            comments[tuple(location.path)] = [line for line in text if line and not line.startswith("----")]
        return comments

    def _doc(self, location: Location) -> list[str]:
        lines = self._comments.get(location, [])
        if len(lines) < 2:
            return [f'"""{line}"""' for line in lines]
        return [f'"""{lines[0]}', *lines[1:], '"""']

    def _enum(self, enum: EnumDescriptorProto, scope: str, location: Location) -> Iterator[str]:
        """A class whose instances are its values, and whose metaclass has Name() and Value(), as at run time."""
        name = f"{scope}{enum.name}"
        yield ""
        yield f"class _{enum.name}Type(_EnumTypeWrapper[{name}]): ..."
        yield ""
        yield f"class {enum.name}(int, metaclass=_{enum.name}Type):"
        yield from _indented(self._doc(location))
        values = [f"{value.name}: ClassVar[{name}]  # {value.number}" for value in enum.value]
        yield from _indented(values)
        yield ""
        yield from (f"{value.name}: {_class_var(name, scope)}" for value in enum.value)

    def _message(self, message: DescriptorProto, scope: str, location: Location) -> Iterator[str]:
        if message.oneof_decl or message.extension or message.extension_range:
            raise NotImplementedError(f"{message.name}: a oneof or an extension")
        yield ""
        yield "@final"
        yield f"class {message.name}(Message):"
        yield from _indented(self._message_body(message, f"{scope}{message.name}.", location))

    def _message_body(self, message: DescriptorProto, scope: str, location: Location) -> Iterator[str]:
        yield from self._doc(location)
        for i, enum in enumerate(message.enum_type):
            yield from self._enum(enum, scope, (*location, 4, i))
        for i, nested in enumerate(message.nested_type):
            yield from self._message(nested, scope, (*location, 3, i))
        if message.enum_type or message.nested_type:
            yield ""
        fields = [field for field in message.field if not iskeyword(field.name)]  # `lambda`: for getattr only
        for field in fields:
            yield from self._field(field)
        yield "def __init__("
        yield from _indented(["self,", *(["*,"] if fields else [])])
        yield from _indented(f"{field.name}: {self._accepted(field)} | None = ...," for field in fields)
        yield ") -> None: ..."
        singular = [field.name for field in message.field if field.label != field.LABEL_REPEATED]
        yield from _checked_name("HasField", singular, "bool")
        yield from _checked_name("ClearField", [field.name for field in message.field], "None")

    def _field(self, field: FieldDescriptorProto) -> Iterator[str]:
        """An attribute; a property where protobuf refuses to assign to it."""
        kind = self._type(field)
        if field.label == field.LABEL_REPEATED:
            container = "Composite" if field.type == field.TYPE_MESSAGE else "Scalar"
            kind = f"Repeated{container}FieldContainer[{kind}]"
        elif field.type != field.TYPE_MESSAGE:
            yield f"{field.name}: {kind}" + (f"  # {field.default_value}" if field.default_value else "")
            return
        yield "@property"
        yield f"def {field.name}(self) -> {kind}: ..."

    def _type(self, field: FieldDescriptorProto) -> str:
        """The type of one value of a field."""
        if field.type in {field.TYPE_MESSAGE, field.TYPE_ENUM}:
            return field.type_name.removeprefix(f".{self.file.package}.")
        return SCALARS[field.type]

    def _accepted(self, field: FieldDescriptorProto) -> str:
        """What the constructor takes for a field: also the fields of a message, and the name of an enum's value."""
        kind = self._type(field)
        if field.type == field.TYPE_MESSAGE:
            kind = f"{kind} | Mapping[str, object]"
        elif field.type == field.TYPE_ENUM:
            kind = f"{kind} | {_literal(self._value_names(field.type_name))}"
        return f"Iterable[{kind}]" if field.label == field.LABEL_REPEATED else kind

    def _value_names(self, type_name: str) -> list[str]:
        *messages, name = type_name.removeprefix(f".{self.file.package}.").split(".")
        scope: FileDescriptorProto | DescriptorProto = self.file
        for message in messages:
            nested = scope.message_type if isinstance(scope, FileDescriptorProto) else scope.nested_type
            scope = next(m for m in nested if m.name == message)
        enum = next(e for e in scope.enum_type if e.name == name)
        return [value.name for value in enum.value]


def _class_var(kind: str, scope: str) -> str:
    return f"ClassVar[{kind}]" if scope else kind


def _checked_name(method: str, names: list[str], result: str) -> list[str]:
    """A method of Message whose argument must name a field; nothing for a message without such fields."""
    return [f"def {method}(self, field_name: {_literal(names)}) -> {result}: ..."] if names else []


def _literal(names: list[str]) -> str:
    quoted = (f'"{name}"' for name in names)
    return f"Literal[{', '.join(quoted)}]"


def _indented(lines: Iterator[str] | list[str]) -> Iterator[str]:
    return (f"    {line}" if line else "" for line in lines)


def write_whole(target: Path, content: bytes) -> None:
    """Writes a file whole or not at all."""
    half_written = target.with_suffix(".tmp")
    half_written.write_bytes(content)
    half_written.replace(target)


def main() -> int:
    """Writes the compiled schema, its stub and the list of the fields of forks."""
    write_whole(TARGET, compile_schema(SOURCE))
    write_whole(STUB, make_stub(SOURCE).encode())
    write_whole(FORKS, make_forks(SOURCE).encode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
