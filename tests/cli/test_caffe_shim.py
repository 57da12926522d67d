"""prototxt-caffe-shim in virtual environments of its own: one module, two names; nobody else's caffe touched."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
from dataclasses import dataclass
from pathlib import Path

import pytest

from prototxt.cli.caffe_shim import main
from support.commands import ROOT, invoke

SAME = """
import importlib, pkgutil, sys
import caffe
import prototxt.caffe
assert caffe is prototxt.caffe
for found in pkgutil.walk_packages(prototxt.caffe.__path__, "prototxt.caffe."):
    again = importlib.import_module(found.name.removeprefix("prototxt."))
    assert again is importlib.import_module(found.name), found.name
    assert again.__name__ == found.name
import caffe.io
from caffe.proto import caffe_pb2
from caffe import Net, TEST, layers as L, params as P
from caffe.net_spec import NetSpec
from caffe.coord_map import crop
import caffe.coord_map, caffe.draw
assert caffe.io is prototxt.caffe.io
assert Net is prototxt.caffe.Net
assert (L, P, NetSpec) == (prototxt.caffe.layers, prototxt.caffe.params, prototxt.caffe.NetSpec)
assert crop is sys.modules["prototxt.caffe.coord_map"].crop
assert caffe.draw is sys.modules["prototxt.caffe.draw"]
assert caffe_pb2 is sys.modules["prototxt.caffe.proto.caffe_pb2"]
print(len(caffe.layer_type_list()))
"""


@dataclass(frozen=True)
class Environment:
    """A virtual environment that sees this one's packages and these sources."""

    folder: Path

    @property
    def python(self) -> str:
        return str(self.folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))

    @property
    def packages(self) -> Path:
        return Path(sysconfig.get_path("purelib", "venv", vars={"base": str(self.folder)}))

    def run(self, code: str, *args: str) -> subprocess.CompletedProcess[str]:
        outside = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        return subprocess.run(
            [self.python, "-c", code, *args], capture_output=True, text=True, env=outside, cwd=self.folder
        )

    def shim(self, *args: str) -> subprocess.CompletedProcess[str]:
        return self.run("from prototxt.cli.caffe_shim import main; main()", *args)


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    result = Environment(tmp_path / "env")
    venv.create(result.folder, with_pip=False)
    paths = [str(ROOT / "src"), sysconfig.get_path("purelib"), sysconfig.get_path("platlib")]
    (result.packages / "prototxt.pth").write_text("\n".join(paths))
    return result


def test_install_use_and_uninstall(environment: Environment) -> None:
    assert "not installed" in environment.shim("status").stdout
    assert environment.run("import caffe").returncode == 1
    done = environment.shim("install")
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{environment.packages / 'caffe'}: written; import caffe gives prototxt.caffe\n"
    assert done.stderr == ""
    used = environment.run(SAME)
    assert used.returncode == 0, used.stderr
    assert int(used.stdout) > 61
    assert "installed; import caffe gives" in environment.shim("status").stdout
    assert "written again" in environment.shim("install").stdout
    assert environment.shim("uninstall").stdout.endswith("removed\n")
    assert not (environment.packages / "caffe").exists()
    assert "nothing to do" in environment.shim("uninstall").stdout
    assert environment.run("import caffe").returncode == 1


def test_a_caffe_that_comes_first_is_reported(environment: Environment, tmp_path: Path) -> None:
    other = tmp_path / "other"
    (other / "caffe").mkdir(parents=True)
    code = f"import sys; sys.path.insert(0, {str(other)!r}); from prototxt.cli.caffe_shim import main; main()"
    assert environment.run(code, "install").stderr == ""  # a folder is no package yet
    (other / "caffe" / "__init__.py").touch()
    done = environment.run(code, "status")
    assert f"warning: {other / 'caffe'} comes first on Python's path" in done.stderr


def test_outside_of_a_virtual_environment_it_asks_for_a_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "prefix", sys.base_prefix)
    for command in ("install", "uninstall", "status"):
        done = invoke(main, command)
        assert done.code == 1
        assert "is not a virtual environment" in done.err
        assert "--target DIR" in done.err


def test_a_folder_that_is_named(tmp_path: Path) -> None:
    done = invoke(main, "install", "--target", tmp_path)
    assert done.code == 0, done.err
    assert f"warning: {tmp_path} is not on Python's path" in done.err
    env = os.environ | {"PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT / "src")])}
    subprocess.run([sys.executable, "-c", SAME], check=True, capture_output=True, env=env)
    assert invoke(main, "uninstall", "--target", tmp_path).code == 0
    assert list(tmp_path.iterdir()) == []
    assert invoke(main, "install", "--target", tmp_path / "none").err.endswith("none: no such folder\n")


@pytest.mark.parametrize("name", ["caffe/__init__.py", "caffe/_caffe.so", "caffe.py", "caffe.cpython-311.so"])
def test_somebody_elses_caffe_stays(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(b"\xff mine")
    for command in ("install", "uninstall"):
        done = invoke(main, command, "--target", tmp_path)
        assert done.code == 1
        assert "is left as it is" in done.err
    assert "another caffe" in invoke(main, "status", "--target", tmp_path).out
    assert file.read_bytes() == b"\xff mine"
    assert sum(path.is_file() for path in tmp_path.rglob("*")) == 1


def test_files_put_into_ours_stay(tmp_path: Path) -> None:
    assert invoke(main, "install", "--target", tmp_path).code == 0
    (tmp_path / "caffe" / "notes.txt").write_text("mine")
    done = invoke(main, "uninstall", "--target", tmp_path)
    assert (done.code, "notes.txt" in done.err) == (1, True)
    assert len(list((tmp_path / "caffe").iterdir())) == 2
