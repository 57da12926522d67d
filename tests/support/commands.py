"""Shared by the tests of the commands: running them, and small nets around one layer."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
from click.testing import CliRunner
from PIL import Image

from prototxt.blobs import Shape
from prototxt.cli.run.command import main as run
from prototxt.cli.shapes import main as shapes
from prototxt.schema.caffe_pb2 import NetParameter

ROOT = Path(__file__).parents[2]
LENET = str(ROOT / "examples" / "lenet.prototxt")
ALEXNET = str(ROOT / "examples" / "alexnet.prototxt")
DIGIT = str(ROOT / "examples" / "digit.png")
COMMANDS = {"shapes": shapes, "run": run}

DATA = (
    'layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 2 dim: 3 dim: 8 dim: 9 } } }\n'
)
"""Line 1 of most nets here: 2 x 3 x 8 x 9."""


@dataclass(frozen=True)
class Result:
    """The exit code and output of a command."""

    code: int
    out: str
    err: str


def invoke(command: click.Command, *args: str | float | Path) -> Result:
    """A command within this process; whatever it cannot handle is raised here."""
    done = CliRunner().invoke(command, [str(arg) for arg in args])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return Result(done.exit_code, done.stdout, done.stderr)


def layer(kind: str, param: str = "", bottom: str = 'bottom: "data"', top: str = 'top: "y"') -> str:
    """A layer "it" in six lines: name on the second, type third, bottoms fourth, tops fifth, `param` sixth."""
    return f'layer {{\n  name: "it"\n  type: "{kind}"\n  {bottom}\n  {top}\n  {param}\n}}\n'


def write_weights(path: Path, layers: dict[str, list[Shape]]) -> Path:
    """A .caffemodel with these blobs, counting up by hundredths."""
    net = NetParameter()
    for name, blobs in layers.items():
        stored = net.layer.add(name=name)
        for shape in blobs:
            blob = stored.blobs.add()
            blob.shape.dim.extend(shape)
            blob.data.extend((np.arange(np.prod(shape)) % 50 / 100).tolist())
    path.write_bytes(net.SerializeToString())
    return path


LENET_BLOBS: dict[str, list[Shape]] = {
    "conv1": [(20, 1, 5, 5), (20,)],
    "conv2": [(50, 20, 5, 5), (50,)],
    "ip1": [(500, 800), (500,)],
    "ip2": [(10, 500), (10,)],
}


def picture(path: Path, mode: str = "RGB", size: tuple[int, int] = (12, 10)) -> Path:
    """An image file of a slope of colours."""
    width, height = size
    ramp = np.linspace(0, 255, width * height * 3).reshape(height, width, 3).astype(np.uint8)
    image = Image.fromarray(ramp)
    if mode == "I;16":
        image = Image.fromarray(ramp[..., 0].astype(np.uint16) * 257)
    elif mode != "RGB":
        image = image.convert(mode)
    image.save(path)
    return path
