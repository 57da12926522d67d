"""Libraries of the package's extras: tests that need one that is not installed are skipped, with the extra's name."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import pytest

EXTRAS = {
    "grpc_tools": "lint",
    "h5py": "data",
    "lmdb": "data",
    "numba": "fast",
    "onnx": "onnx",
    "onnxruntime": "onnx",
    "playwright.sync_api": "browser",
    "plyvel": "data",
    "pyarrow": "parquet",
    "pyarrow.parquet": "parquet",
}
"""The extra of pyproject.toml that installs a library, by the module's name."""


def needs(module: str) -> Any:
    """The module; without it, skip the test, or at the top of a test file all of its tests."""
    return pytest.importorskip(module, reason=_reason(module))


def param_with(module: str, *values: object) -> Any:
    """Values of a parametrised test that only a top-level module can check: without it, they are skipped."""
    return pytest.param(*values, marks=pytest.mark.skipif(find_spec(module) is None, reason=_reason(module)))


def _reason(module: str) -> str:
    return f"{module} is not installed (the extra {EXTRAS[module]})"
