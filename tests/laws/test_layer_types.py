"""Law: every layer type is documented, has a golden case or a reason for none, and states its cost."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from prototxt.layers.base import Layer, LayerSettings
from prototxt.layers.common.elementwise import ElementwiseLayer
from prototxt.layers.registry import PYTHON_LAYERS, all_layer_classes, layer, resolve_type
from support.golden import CASES, DATA_CASES, Case
from support.helpers import net_message

LAYER_CLASSES = all_layer_classes()


@cache
def classes_of_cases() -> set[type[Layer]]:
    """The layer classes of the golden cases, each under the dialect of its folder."""
    collected = set()
    for folder in (CASES, DATA_CASES):
        for path in folder.rglob("*.prototxt"):
            dialect = Case(path).dialect if folder == CASES else ""
            for param in net_message(path.read_text()).layer:
                collected.add(resolve_type(param, LayerSettings(dialect=dialect)).layer_class)
    return collected


READERS = {
    "AnnotatedData",
    "Data",
    "DenseImageData",
    "DummyData",
    "HDF5Data",
    "HDF5Output",
    "ImageData",
    "ImageLabelmapData",
    "ImageSegData",
    "MatWrite",
    "MemoryData",
    "RoIData",
    "WindowData",
}
NO_WORK = READERS | {
    "BatchReindex",
    "Concat",
    "Crop",
    "CropCenter",
    "Dropout",
    "Filter",
    "Flatten",
    "Flip",
    "Im2col",
    "Input",
    "Padding",
    "Parameter",
    "Permute",
    "Reorg",
    "Reshape",
    "Reverse",
    "ShuffleChannel",
    "Silence",
    "Slice",
    "SpatialRep",
    "Split",
    "Tile",
    "Transpose",
    "Upsample",
    "implicit",
}
"""Types that only move or rename values: their cost is nothing."""

PYTHON_TYPES = set(PYTHON_LAYERS.values())
"""Types that files name by a Python class."""

UNKNOWN_WORK = {"Python"}
"""Types whose cost only their author knows."""


def layer_id(layer_class: type[Layer]) -> str:
    return f"{layer_class.type}-{layer_class.fork}"


def snake(type_name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", type_name).lower()


@pytest.mark.parametrize("layer_class", LAYER_CLASSES, ids=layer_id)
def test_docstring(layer_class: type[Layer]) -> None:
    doc = layer_class.__doc__ or ""
    assert "Formula:" in doc
    assert "Example:" in doc
    assert f'type: "{layer_class.type}"' in doc or (
        layer_class.type in PYTHON_TYPES and 'type: "Python"' in doc
    )
    assert "Source:" in doc


@pytest.mark.parametrize("layer_class", LAYER_CLASSES, ids=layer_id)
def test_golden_case_or_reason(layer_class: type[Layer]) -> None:
    assert layer_class in classes_of_cases() or layer_class.golden


@pytest.mark.parametrize(
    "layer_class", [r for r in LAYER_CLASSES if r.type not in NO_WORK | UNKNOWN_WORK], ids=layer_id
)
def test_cost(layer_class: type[Layer]) -> None:
    assert layer_class.cost is not Layer.cost


def test_types_that_do_no_work_are_known() -> None:
    assert {layer_class.type for layer_class in LAYER_CLASSES} >= NO_WORK


@pytest.mark.parametrize("layer_class", LAYER_CLASSES, ids=layer_id)
def test_a_layer_class_and_its_tests_are_in_files_of_its_name(layer_class: type[Layer]) -> None:
    module = layer_class.__module__.rsplit(".", 1)[1]
    names = {snake(layer_class.type), layer_class.type.lower()}
    assert module in names | {f"{name}_{layer_class.fork}" for name in names}
    tested_in = "elementwise" if issubclass(layer_class, ElementwiseLayer) else module
    assert (Path(__file__).parents[1] / "layers" / f"test_{tested_in}.py").is_file()


def test_a_taken_name_is_refused() -> None:
    with pytest.raises(ValueError, match="already registered"):

        @layer("Pooling")
        class Pooling(Layer):
            pass
