"""The types of the schema: mypy finds a misspelt field, and the stub promises nothing that the classes lack."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from prototxt.schema import caffe_pb2, descriptor

ROOT = Path(__file__).resolve().parents[2]

SNIPPET = """
from prototxt.schema.caffe_pb2 import TEST, FillerParameter, LayerParameter, PoolingParameter

def setup(param: LayerParameter) -> None:
    size: int = param.pooling_param.kernel_size
    sizes: list[int] = list(param.convolution_param.kernel_size)
    method: str = PoolingParameter.PoolMethod.Name(param.pooling_param.pool)
    param.pooling_param.HasField("kernel_size")
    param.include.add(phase=TEST)
    LayerParameter(pooling_param={"kernel_size": 3}, blobs=[{"data": [1.0]}])
    FillerParameter(type="xavier", variance_norm="AVERAGE")
"""

MISTAKES = [
    ("param.pooling_param.kernal_size", "attr-defined"),
    ("param.poolng_param", "attr-defined"),
    ('param.pooling_param.HasField("kernal_size")', "arg-type"),
    ('param.ClearField("botom")', "arg-type"),
    ('PoolingParameter(kernel=3, pool="MAX")', "call-arg"),
    ('PoolingParameter(pool="MAXIMUM")', "arg-type"),
    ("PoolingParameter.MAXIMUM", "attr-defined"),
    ("param.name = 3", "assignment"),
    ("param.pooling_param = PoolingParameter()", "misc"),
]


@pytest.fixture(scope="module")
def errors(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The errors of mypy on the snippet, followed by one mistake on each line."""
    pytest.importorskip("mypy")
    file = tmp_path_factory.mktemp("stub") / "snippet.py"
    file.write_text(SNIPPET + "".join(f"    {line}\n" for line, _ in MISTAKES))
    cache = ["--cache-dir", os.fspath(ROOT / ".mypy_cache"), "--follow-imports", "silent"]
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", *cache, os.fspath(file)],
        cwd=ROOT,
        env=os.environ | {"MYPYPATH": os.fspath(ROOT / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert not done.stderr
    return [line for line in done.stdout.splitlines() if ": error: " in line]


def test_correct_code_passes(errors: list[str]) -> None:
    first = SNIPPET.count("\n") + 1
    assert all(int(error.split(":")[1]) >= first for error in errors), errors


@pytest.mark.parametrize("mistake", MISTAKES, ids=[line for line, _ in MISTAKES])
def test_a_misspelt_field_is_an_error(errors: list[str], mistake: tuple[str, str]) -> None:
    line = SNIPPET.count("\n") + 1 + MISTAKES.index(mistake)
    (result,) = [error for error in errors if error.split(":")[1] == str(line)]
    assert result.endswith(f"[{mistake[1]}]")


def test_the_stub_has_every_field() -> None:
    tree = ast.parse((ROOT / "src" / "prototxt" / "schema" / "caffe_pb2.pyi").read_text(encoding="utf-8"))
    classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    messages = list(caffe_pb2.DESCRIPTOR.message_types_by_name)
    assert len(messages) > 100
    for name in messages:
        stated = {
            node.name for node in classes[name].body if isinstance(node, ast.FunctionDef | ast.ClassDef)
        }
        stated |= {ast.unparse(node.target) for node in classes[name].body if isinstance(node, ast.AnnAssign)}
        fields = set(descriptor(name).fields_by_name) - {"lambda"}  # a keyword
        assert fields <= stated, name
        message = getattr(caffe_pb2, name)()
        assert all(hasattr(message, n) for n in stated if not n.startswith("_")), name
