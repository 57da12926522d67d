"""prototxt-run: a net on an image, every layer's time, the best classes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import isfinite
from typing import TYPE_CHECKING, Any

import click

from prototxt.cli._common import Command, screen, show_notes
from prototxt.cli._options import NetChoice, file_name, net_options
from prototxt.files import whole_file

if TYPE_CHECKING:
    from prototxt.layers.base import Array, Shape
    from prototxt.net import Net


@click.command(cls=Command, context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("net", type=file_name)
@click.argument("image", type=file_name)
@click.option(
    "--weights", type=file_name, metavar="FILE",
    help="A .caffemodel; without it the fillers make random weights.",
)  # fmt: skip
@click.option(
    "--mean", type=file_name, metavar="B,G,R|FILE",
    help="Subtracted: a value per channel, or a .binaryproto or .npy file.",
)  # fmt: skip
@click.option("--scale", default=1.0, show_default=True, help="Multiplies the input, after the mean.")
@click.option(
    "--channel-order", type=click.Choice(["bgr", "rgb"]), default="bgr", show_default=True,
    help="The order of the net's three input channels.",
)  # fmt: skip
@click.option("--labels", type=file_name, metavar="FILE", help="Class names, one per line.")
@click.option("--seed", default=0, show_default=True, help="Seeds random weights.")
@click.option(
    "--engine", type=click.Choice(["fast", "reference"]), default="fast", show_default=True,
    help="fast: a plan of fused NumPy kernels; reference: each layer's plain formula.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of tables.")
@click.option("--save", type=file_name, metavar="FILE.npz", help="Write the output blobs to FILE.npz.")
@net_options
@click.version_option(package_name="prototxt")
def main(
    net: str,
    image: str,
    weights: str | None,
    mean: str | None,
    scale: float,
    channel_order: str,
    labels: str | None,
    seed: int,
    engine: str,
    as_json: bool,
    save: str | None,
    choice: NetChoice,
) -> None:
    """Run NET (a prototxt file) on IMAGE: every blob's shape, every layer's time, the best classes.

    \b
    Examples:
      prototxt-run examples/lenet.prototxt examples/digit.png --scale 0.00390625
      prototxt-run deploy.prototxt cat.jpg --weights net.caffemodel --mean 104,117,123 --labels synset_words.txt
    """
    from prototxt.images.labels import read_labels
    from prototxt.net import Net
    from prototxt.reading import define_net
    from prototxt.text.read import read_text

    names = read_labels(labels) if labels else ()
    definition = define_net(read_text(net), net, strict=choice.strict)
    show_notes(definition.notes)
    loaded = Net(definition, choice.options(seed), weights, keep="outputs", engine=engine)
    show_notes(loaded.graph.notes[len(definition.notes) :])
    run = _run(loaded, image, mean, scale, channel_order)
    show_notes(_not_finite(run.outputs))
    if save:
        _save(save, run.outputs)
    if as_json:
        click.echo(json.dumps(_without_nan(_as_dict(loaded, run, names)), indent=2, allow_nan=False))
    else:
        _print(loaded, run, names)
        if save:
            click.echo(f"saved {', '.join(run.outputs)} to {save}")


@dataclass(frozen=True)
class _Run:
    """One forward: how the image became the input, what else was fed, the outputs, the time of every layer."""

    image: str
    other_inputs: tuple[str, ...]
    outputs: dict[str, Array]
    timer: Any


def _run(net: Net, image: str, mean: str | None, scale: float, order: str) -> _Run:
    from prototxt.images.load import load_image
    from prototxt.images.mean import read_mean
    from prototxt.images.transform import Transform
    from prototxt.watch import Timer

    blob = _image_input(net)
    shape = net.blobs[blob].shape
    transform = Transform.for_input(
        shape, order="rgb" if order == "rgb" else "bgr", mean=read_mean(mean) if mean else None, scale=scale
    )
    pixels = load_image(image, color=transform.channels == 3)
    arrays = {blob: transform.apply(pixels), **_zeros(net, blob)}
    _wake_blas()
    timer = Timer()
    outputs = net.forward(arrays, watchers=[timer])
    return _Run(
        transform.describe(image, pixels, blob), tuple(n for n in arrays if n != blob), outputs, timer
    )


def _wake_blas() -> None:
    """A first product, so that starting the BLAS threads is not counted as some layer's time."""
    import numpy as np

    square = np.ones((256, 256), np.float32)
    square @ square


def _image_input(net: Net) -> str:
    """The first input that can take an image: N x C x H x W with 1 or 3 channels."""
    from prototxt.errors import InputError

    shapes = {name: net.blobs[name].shape for name in net.inputs}
    for name, shape in shapes.items():
        if len(shape) == 4 and shape[1] in (1, 3):
            return name
    known = ", ".join(f'"{name}" {" x ".join(map(str, shape))}' for name, shape in shapes.items()) or "none"
    reads = next(
        (n.tops[0].name for n in net.layers if n.tops and not n.bottoms and not n.layer.is_input), None
    )
    raise InputError(
        f"{net.graph.file}: no input takes an image (N x 1 or 3 x H x W); its inputs: {known}",
        hint=reads and f'"{reads}" is read from files: give --input {reads}=1,C,H,W to make it an input',
    )


def _zeros(net: Net, image_blob: str) -> dict[str, Array]:
    """The other inputs as zeros, for one image where the file has a batch."""
    import numpy as np

    batch = net.blobs[image_blob].shape[0]
    shapes: dict[str, Shape] = {name: net.blobs[name].shape for name in net.inputs if name != image_blob}
    return {
        name: np.zeros((1, *shape[1:]) if shape[:1] == (batch,) else shape, np.float32)
        for name, shape in shapes.items()
    }


def _weights_line(net: Net) -> str:
    loaded, params = net.loaded, list(net.graph.own_params())
    if loaded is None:
        if not params:
            return "weights: the net has none"
        fillers = {p.filler.type for p in params if p.filler is not None and not p.statistic}
        if fillers <= {"constant"}:
            return "weights: none given, and the file's fillers are constant: every class will look alike"
        return (
            f"weights: random (seed {net.seed}), the net has learned nothing; give --weights FILE.caffemodel"
        )
    line = f"weights: {loaded.file}, {len(loaded.layers)} layers"
    if loaded.missing:
        line += f"; not in the file, so random: {', '.join(loaded.missing)}"
    if loaded.unused:
        line += f"; not in the net, so unused: {', '.join(loaded.unused)}"
    return line


def _print(net: Net, run: _Run, labels: Sequence[str]) -> None:
    from prototxt.cli.shapes import print_table
    from prototxt.views.answers import answers
    from prototxt.views.report import make_report
    from prototxt.views.table import answers_table

    print_table(make_report(net.graph), run.timer)
    click.echo(f"image: {run.image}")
    if run.other_inputs:
        click.echo(f"other inputs, fed with zeros: {', '.join(run.other_inputs)}")
    click.echo(_weights_line(net))
    if net.graph.losses:
        click.echo(f"loss: {net.loss:g}")
    console = screen()
    for answer in answers(run.outputs, labels):
        console.print()
        console.print(answers_table(answer))


def _as_dict(net: Net, run: _Run, labels: Sequence[str]) -> dict[str, Any]:
    from prototxt.views.answers import answers
    from prototxt.views.export import report_dict
    from prototxt.views.report import make_report

    document = report_dict(make_report(net.graph))
    for index, layer in enumerate(document["layers"]):
        layer["milliseconds"] = None if index in run.timer.fused else 1000 * run.timer.seconds.get(index, 0.0)
    document["image"] = run.image
    document["weights"] = _weights_line(net).removeprefix("weights: ")
    document["loss"] = net.loss if net.graph.losses else None
    document["answers"] = [asdict(answer) for answer in answers(run.outputs, labels)]
    return document


def _not_finite(outputs: dict[str, Array]) -> list[str]:
    import numpy as np

    bad = {name: values.size - int(np.isfinite(values).sum()) for name, values in outputs.items()}
    return [
        f'output "{name}": {n} of {outputs[name].size} values are NaN or infinite'
        for name, n in bad.items()
        if n
    ]


def _without_nan(value: Any) -> Any:
    """JSON knows no NaN and no infinity: null stands for them."""
    if isinstance(value, dict):
        return {key: _without_nan(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(item) for item in value]
    return None if isinstance(value, float) and not isfinite(value) else value


def _save(path: str, outputs: dict[str, Array]) -> None:
    with whole_file(path) as file:
        _write_npz(file, outputs)


def _write_npz(file: Any, outputs: dict[str, Array]) -> None:
    """What np.savez writes, for any blob name: one called "file" would be taken for its own argument."""
    from zipfile import ZipFile

    import numpy as np

    with ZipFile(file, "w") as archive:
        for name, values in outputs.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as entry:
                np.lib.format.write_array(entry, values, allow_pickle=False)
