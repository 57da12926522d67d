"""Law: every registered type explains itself, has a golden case or says why not, and tells its cost."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from golden import CASES, DATA_CASES
from prototxt.layers.base import Layer
from prototxt.layers.registry import layer, layer_types

ROOMS = layer_types()
CASE_TEXT = "".join(p.read_text() for folder in (CASES, DATA_CASES) for p in folder.rglob("*.prototxt"))
CASE_TYPES = set(re.findall(r'type: "(\w+)"', CASE_TEXT))
READERS = {"Data", "DummyData", "HDF5Data", "HDF5Output", "ImageData", "MemoryData", "WindowData"}
NO_WORK = READERS | {
    "BatchReindex", "Concat", "Crop", "Dropout", "Filter", "Flatten", "Im2col", "Input", "Parameter", "Reshape",
    "Silence", "Slice", "Split", "Tile",
}  # fmt: skip
"""Types that only move or rename values: their cost is nothing."""

UNTOLD = {"Python"}
"""Types whose work nobody but their author knows."""


def snake(type_name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", type_name).lower()


@pytest.mark.parametrize("name", ROOMS)
def test_docstring(name: str) -> None:
    doc = ROOMS[name].__doc__ or ""
    assert "Formula:" in doc
    assert "Example:" in doc
    assert f'type: "{name}"' in doc
    assert "Source:" in doc


@pytest.mark.parametrize("name", ROOMS)
def test_golden_case_or_reason(name: str) -> None:
    assert name in CASE_TYPES or ROOMS[name].golden


@pytest.mark.parametrize("name", sorted(set(ROOMS) - NO_WORK - UNTOLD))
def test_cost(name: str) -> None:
    assert ROOMS[name].cost is not Layer.cost


def test_types_that_do_no_work_are_known() -> None:
    assert set(ROOMS) >= NO_WORK


@pytest.mark.parametrize("name", ROOMS)
def test_a_room_is_where_one_looks_for_it(name: str) -> None:
    module = ROOMS[name].__module__.rsplit(".", 1)[1]
    assert module in {snake(name), name.lower(), "neuron"}
    tests = Path(__file__).parents[1] / "layers"
    assert (tests / f"test_{module}.py").is_file()


def test_a_taken_name_is_refused() -> None:
    with pytest.raises(ValueError, match="already registered"):

        @layer("Pooling")
        class Pooling(Layer):
            pass
