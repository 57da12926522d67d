"""The scripts in examples/pycaffe run whole, as they are and with Caffe's own import line, and say the same."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import prototxt
from prototxt.cli.caffe_shim import Shim
from prototxt.images.load import load_image
from prototxt.images.recipe import Recipe
from prototxt.images.transform import Transform
from support.golden import ROOT

pytestmark = pytest.mark.sweep

EXAMPLES = ROOT / "examples"
OURS, CAFFES = "import prototxt.caffe as caffe\n", "import caffe\n"

SAID = {
    "classification.py": ["digit.png, LeNet:\n  1.000000  seven\n", "balloon.png, AlexNet with random weights:\n  0."],
    "filter_visualization.py": ["conv1  weights (20, 1, 5, 5), bias (20,)\n", "maps.png: 20 pictures of 24 x 24\n"],
    "net_surgery.py": [
        "ip1: (500, 800) becomes (500, 50, 4, 4)\n",
        "a map of scores: 10 classes x 9 x 13 places, 4 pixels apart\n",
        "where the digit is, in row 4 and column 8 of the map: a 7\n",
    ],
    "netspec_lenet.py": ["lenet_netspec.prototxt: 9 layers", 'name: "conv1"\n', "the digit: 7, 1.0000\n"],
    "batch_features.py": [
        "11 images in batches of 4: features (11, 500), prob (11, 10)\n",
        "image  4: class 7, like the digit 1.000\n",
    ],
}  # fmt: skip
"""A part of the output of each."""


@dataclass(frozen=True)
class Ran:
    """The output of a script, and the folder that it wrote to."""

    out: str
    folder: Path


def run(script: Path, folder: Path, *paths: Path) -> Ran:
    folder.mkdir()
    env = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, (*paths, ROOT / "src")))}
    command = [sys.executable, "-W", "error", str(script), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, env=env)
    assert done.returncode == 0, done.stderr
    return Ran(done.stdout, folder)


@pytest.fixture(scope="module")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shim")
    Shim(folder).install()
    return folder


def test_every_script_is_run() -> None:
    assert {path.name for path in (EXAMPLES / "pycaffe").glob("*.py")} == set(SAID)


@pytest.mark.parametrize("name", SAID)
def test_a_script_runs_with_either_import_line(name: str, tmp_path: Path, shim: Path) -> None:
    script = EXAMPLES / "pycaffe" / name
    ours = run(script, tmp_path / "ours")
    for words in SAID[name]:
        assert words in ours.out
    text = script.read_text()
    assert text.count(OURS) == 1
    copy = tmp_path / "examples" / "pycaffe" / name
    copy.parent.mkdir(parents=True)
    copy.write_text(text.replace(OURS, CAFFES))
    for file in EXAMPLES.glob("*.*"):
        shutil.copyfile(file, tmp_path / "examples" / file.name)
    caffes = run(copy, tmp_path / "caffes", shim)
    assert caffes.out == ours.out
    written = sorted(path.name for path in ours.folder.iterdir())
    assert written == sorted(path.name for path in caffes.folder.iterdir())
    check = CHECKS.get(name)
    assert (check is None) == (written == [])
    if check is not None:
        check(ours.folder)


def check_pictures(folder: Path) -> None:
    with Image.open(folder / "filters.png") as filters, Image.open(folder / "maps.png") as maps:
        assert (filters.size, maps.size) == ((5 * 6 * 8,) * 2, (5 * 25 * 4,) * 2)
        assert {filters.getextrema(), maps.getextrema()} == {(0, 255)}
        assert np.asarray(filters)[5 * 8 : 6 * 8].min() == 255  # the line below the first row of tiles


def check_conv_net(folder: Path) -> None:
    net = prototxt.load_net(folder / "lenet_conv.prototxt", inputs={"data": (1, 1, 60, 76)})
    assert net.blobs["prob"].shape == (1, 10, 9, 13)


def check_netspec(folder: Path) -> None:
    ours, shipped = (
        prototxt.load_net(path) for path in (folder / "lenet_netspec.prototxt", EXAMPLES / "lenet.prototxt")
    )
    assert [(n.name, n.type) for n in ours.layers] == [(n.name, n.type) for n in shipped.layers]
    shapes = [
        {name: [p.shape for p in params] for name, params in net.params.items()} for net in (ours, shipped)
    ]
    assert shapes[0] == shapes[1]


def check_features(folder: Path) -> None:
    """The same from this project's own API."""
    net = prototxt.load_net(EXAMPLES / "lenet.prototxt", EXAMPLES / "lenet.caffemodel")
    transform = Transform.for_input(net.blobs["data"].shape, Recipe(scale=0.00390625))
    net.forward(data=transform.apply(load_image(EXAMPLES / "digit.png", color=False)))
    with np.load(folder / "features.npz") as archive:
        assert archive["features"].shape == (11, 500)
        np.testing.assert_allclose(archive["features"][4], net.blobs["ip1"].data[0], rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(archive["prob"].sum(axis=1), 1, rtol=1e-5)


CHECKS = {
    "filter_visualization.py": check_pictures,
    "net_surgery.py": check_conv_net,
    "netspec_lenet.py": check_netspec,
    "batch_features.py": check_features,
}
