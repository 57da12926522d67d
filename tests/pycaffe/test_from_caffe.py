"""docs/from-caffe.md does what it says: its Python and its commands run in their order and print what stands there."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from support.commands import invoke
from support.extras import needs
from support.golden import ROOT

PAGE = (ROOT / "docs" / "from-caffe.md").read_text(encoding="utf-8")
SCRIPTS: dict[str, str] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]


@dataclass(frozen=True)
class Block:
    language: str
    text: str


BLOCKS = [Block(*found) for found in re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.M | re.S)]


def command(name: str) -> Any:
    module, _, attribute = SCRIPTS[name].partition(":")
    return getattr(import_module(module), attribute)


def run(block: Block) -> str:
    if block.language == "python":
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", block.text],
            capture_output=True,
            text=True,
            env={"PYTHONPATH": str(ROOT / "src")},
        )
        assert done.returncode == 0, done.stderr
        return done.stdout
    said = ""
    for line in block.text.splitlines():
        name, *args = shlex.split(line)
        result = invoke(command(name), *args)
        assert result.code == 0, result.err
        said += result.out
    return said


def test_every_block_runs_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    needs("lmdb")
    monkeypatch.chdir(tmp_path)
    shutil.copytree(ROOT / "examples", "examples", ignore=shutil.ignore_patterns("pycaffe"))
    said = [run(block) for block in BLOCKS if block.language in ("python", "sh")]
    assert len(said) == 4
    outputs = [block.text for block in BLOCKS if block.language == "output"]
    assert said[0] == outputs[0] == outputs[-1] == said[-1] == "7 1.0000\n"
    assert said[2].startswith(outputs[1])
    for file in ("pool1_lmdb", "label_lmdb", "features.dot", "lenet.prototxt"):
        assert Path(file).exists()


def test_the_refusal_of_a_python_layer_is_as_it_stands_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import prototxt.caffe as caffe
    from prototxt.errors import MissingLayerError

    monkeypatch.chdir(tmp_path)
    text = 'layer { name: "it" type: "Python" top: "it" python_param { module: "looks" layer: "Looks" } }'
    Path("net.prototxt").write_text(text)
    with pytest.raises(MissingLayerError) as refused:
        caffe.Net("net.prototxt", caffe.TEST)
    assert f"{refused.value}\n" in [block.text for block in BLOCKS if block.language == "output"]


def test_every_command_that_is_named_is_there() -> None:
    assert set(re.findall(r"prototxt-[a-z]+(?:-[a-z]+)*", PAGE)) <= set(SCRIPTS)
    for name in SCRIPTS:
        assert invoke(command(name), "--help").code == 0
