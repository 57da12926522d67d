"""docs/layers.md: every layer type by its docstring, with its fields as the schema declares them."""

from __future__ import annotations

from inspect import cleandoc

from prototxt.layers.base import Layer
from prototxt.layers.common.messages import param_fields
from prototxt.layers.forks import CAFFE, FORKS
from prototxt.layers.registry import all_layer_classes
from prototxt.schema import FieldDescriptor

__all__ = ["layers_markdown"]

HEAD = """# Layers

Generated from the layer types in `src/prototxt/layers` by `make docs`; do not edit.

N, C, H and W are batch, channels, height and width; a shape is written N x C x H x W. A layer reads *bottoms* and
writes *tops*. Defaults are those of `proto/caffe.proto`. A type that is not Caffe's own names the fork it comes
from; where forks mean different things by one name, a layer's fields and learned arrays tell, or `--dialect`.
"""


def layers_markdown() -> str:
    """The whole page: a table of all types, then a section for each."""
    classes = all_layer_classes()
    rows = [
        f"| [{_title(layer_class)}](#{_anchor(layer_class)}) | {_arity(layer_class.bottoms)} | "
        f"{_arity(layer_class.tops)} | {_first_line(layer_class)} |"
        for layer_class in classes
    ]
    table = ["| type | bottoms | tops | what it computes |", "|---|---|---|---|", *rows]
    return "\n".join([HEAD, *table, "", *(_section(layer_class) for layer_class in classes)]).rstrip() + "\n"


def _title(layer_class: type[Layer]) -> str:
    """The type, with the fork that it comes from."""
    return (
        layer_class.type if layer_class.fork == CAFFE else f"{layer_class.type} ({FORKS[layer_class.fork]})"
    )


def _anchor(layer_class: type[Layer]) -> str:
    """The anchor that GitHub gives the section of this title."""
    kept = [letter for letter in _title(layer_class).lower() if letter.isalnum() or letter in " -_"]
    return "".join(kept).replace(" ", "-")


def _arity(arity: tuple[int, int | None]) -> str:
    least, most = arity
    if most is None:
        return f"{least} or more"
    return str(least) if least == most else f"{least} to {most}"


def _doc(layer_class: type[Layer]) -> str:
    return cleandoc(layer_class.__doc__ or "")


def _first_line(layer_class: type[Layer]) -> str:
    paragraph = _doc(layer_class).split("\n\n", 1)[0]
    return " ".join(paragraph.split()).replace("|", "\\|")


def _section(layer_class: type[Layer]) -> str:
    """The docstring with its indented parts as code blocks, then the parameters."""
    lines = [f"## {_title(layer_class)}", ""]
    for paragraph in _doc(layer_class).split("\n\n"):
        head, _, body = paragraph.partition("\n")
        if head in ("Formula:", "Shapes:", "Example:"):
            lines += [f"**{head.rstrip(':')}**", "", "```", cleandoc(body), "```", ""]
        elif head == "Pitfalls:":
            lines += ["**Pitfalls**", "", cleandoc(body), ""]
        else:
            lines += [paragraph, ""]
    return "\n".join(lines + _parameters(layer_class))


def _parameters(layer_class: type[Layer]) -> list[str]:
    lines: list[str] = []
    for field in param_fields(layer_class):
        described = field.message_type
        assert described is not None
        rows = [f"| {f.name} | {_type(f)} | {_default(f)} |" for f in described.fields]
        lines += [f"**{field.name}**", "", "| field | type | default |", "|---|---|---|", *rows, ""]
    return lines


def _type(field: FieldDescriptor) -> str:
    kinds = {field.CPPTYPE_BOOL: "bool", field.CPPTYPE_STRING: "string"}
    kinds |= {field.CPPTYPE_FLOAT: "float", field.CPPTYPE_DOUBLE: "double"}
    if field.message_type is not None:
        name = field.message_type.name
    elif field.enum_type is not None:
        name = " or ".join(field.enum_type.values_by_name)
    else:
        name = kinds.get(field.cpp_type, "integer")
    return f"{name}, repeated" if field.is_repeated else name


def _default(field: FieldDescriptor) -> str:
    if field.is_repeated or field.message_type is not None or not field.has_default_value:
        return ""
    if field.enum_type is not None:
        return str(field.enum_type.values_by_number[field.default_value].name)
    if field.cpp_type == field.CPPTYPE_FLOAT:
        return f"{field.default_value:.6g}"
    return (
        str(field.default_value).lower() if field.cpp_type == field.CPPTYPE_BOOL else str(field.default_value)
    )
