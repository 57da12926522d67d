"""Types from outside the package: registered by hand, and by an installed plug-in's entry point."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from support.golden import ROOT

NET = (
    'layer { name: "in" type: "Input" top: "x" input_param { shape { dim: 2 dim: 3 dim: 4 dim: 5 } } }\n'
    'layer { name: "c" type: "Clamp" bottom: "x" top: "y" power_param { scale: 0.5 } }\n'
)
USE = (
    "import prototxt, numpy as np; net = prototxt.parse_net({net!r}); "
    "print(net.forward(x=np.ones((2, 3, 4, 5)))['y'].max(), net.graph.nodes[1].cost.comparisons)"
)


def guide() -> str:
    """The first Python example of the guide, without the line that loads a net."""
    page = (ROOT / "docs" / "own-layers.md").read_text(encoding="utf-8")
    match = re.search(r"```python\n(.*?)```", page, re.DOTALL)
    assert match
    return match[1].replace('net = prototxt.load_net("net.prototxt")\n', "")


def run(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", script], env=environment, capture_output=True, text=True
    )


def install(folder: Path, module: str) -> None:
    """A package as pip would leave it: its module and its metadata."""
    (folder / "clamp_plugin.py").write_text(module)
    info = folder / "clamp_plugin-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: clamp-plugin\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[prototxt.layers]\nclamp = clamp_plugin\n")


def test_the_guides_example_registers_a_type(tmp_path: Path) -> None:
    done = run(guide() + "\n" + USE.format(net=NET), tmp_path)
    assert (done.stdout, done.stderr) == ("0.5 120\n", "")


def test_a_plug_in_registers_itself(tmp_path: Path) -> None:
    install(tmp_path, guide())
    done = run(USE.format(net=NET), tmp_path)
    assert (done.stdout, done.stderr) == ("0.5 120\n", "")


def test_a_plug_ins_refusal_points_at_the_field(tmp_path: Path) -> None:
    install(tmp_path, guide())
    script = (
        "import prototxt\ntry: prototxt.parse_net({net!r}, file='n.prototxt')\n"
        "except prototxt.LayerError as error: print(error)"
    )
    done = run(script.format(net=NET.replace("0.5", "-2")), tmp_path)
    assert done.stdout == 'n.prototxt:2:68: layer "c" (Clamp): the bound must be above 0, not -2\n', (
        done.stderr
    )


SHIFTED = NET.replace("scale: 0.5", "scale: 0.5 shift: 2")


def test_a_field_that_a_plug_in_does_not_read_stops_its_layer(tmp_path: Path) -> None:
    install(tmp_path, guide())
    done = run(USE.format(net=SHIFTED), tmp_path)
    assert "power_param.shift (Caffe) is not applied: layers of type Clamp here do without it" in done.stderr


def test_a_plug_in_says_what_it_ignores(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "own-layers.md").read_text(encoding="utf-8")
    ignores = re.search(r"^    ignores = .*$", page, re.MULTILINE)
    assert ignores
    module = guide().replace("    def setup", f"{ignores[0]}\n\n    def setup")
    install(tmp_path, "from prototxt.layers.outcomes import Outcome, ignore\n" + module)
    done = run("import warnings; warnings.simplefilter('default'); " + USE.format(net=SHIFTED), tmp_path)
    assert done.stdout == "0.5 120\n"
    assert "power_param.shift (Caffe) is not applied: the bound is not moved by it" in done.stderr


@pytest.mark.parametrize("module", ["import no_such_thing", "1 / 0"])
def test_a_broken_plug_in_is_named(tmp_path: Path, module: str) -> None:
    install(tmp_path, module)
    script = (
        "import prototxt\ntry: prototxt.parse_net({net!r})\nexcept prototxt.LayerError as error: print(error)"
    )
    done = run(script.format(net=NET), tmp_path)
    assert 'plug-in "clamp" (clamp_plugin) failed' in done.stdout, done.stderr


def test_without_the_plug_in_the_type_is_unknown(tmp_path: Path) -> None:
    done = run(USE.format(net=NET), tmp_path)
    assert 'unknown layer type "Clamp"' in done.stderr
