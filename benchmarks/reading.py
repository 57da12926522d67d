"""Reading: a large net's text beside protobuf's own parser, and where `prototxt-shapes` spends its time.

    python benchmarks/reading.py                     a residual net of 152 layers, examples/alexnet.prototxt
    python benchmarks/reading.py a.prototxt          another net for both

The text becomes the same message either way, and what is compared takes turns, so that a machine whose speed drifts
treats both alike: read the ratios. The processes build on each other: Python alone, Python with the libraries, all.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from statistics import median
from time import perf_counter

from google.protobuf import text_format
from rich.console import Console
from rich.table import Table

from prototxt.schema.caffe_pb2 import NetParameter
from prototxt.text.build import build
from prototxt.text.parse import parse

ALEXNET = Path(__file__).parents[1] / "examples" / "alexnet.prototxt"
ROUNDS = 21

BLOCKS = (3, 8, 36, 3)
"""Residual blocks of each stage: 152 layers with weights (He et al. 2015, table 1)."""

LIBRARIES = "import click, google.protobuf.message_factory, lark, rich.console"


def resnet152() -> str:
    """ResNet-152 in the form that such nets have: a field a line, BatchNorm and Scale behind each convolution."""
    return "\n".join(_resnet152())


def _resnet152() -> Iterator[str]:
    yield 'name: "ResNet-152"\ninput: "data"\ninput_dim: 1\ninput_dim: 3\ninput_dim: 224\ninput_dim: 224\n'
    yield _convolution("data", "conv1", 64, 7, 3, 2) + _relu("conv1")
    yield _layer("conv1", "pool1", "pool1", "Pooling", "pooling", kernel_size=3, stride=2, pool="MAX")
    bottom = "pool1"
    for stage, blocks in enumerate(BLOCKS, 2):
        width = 32 * 2 ** (stage - 1)
        for block in range(blocks):
            name, stride = f"{stage}b{block}", 2 if stage > 2 and not block else 1
            short = f"res{name}_branch1" if not block else bottom
            if not block:
                yield _convolution(bottom, short, 4 * width, 1, 0, stride)
            inside = f"res{name}_branch2"
            yield _convolution(bottom, f"{inside}a", width, 1, 0, stride) + _relu(f"{inside}a")
            yield _convolution(f"{inside}a", f"{inside}b", width, 3, 1, 1) + _relu(f"{inside}b")
            yield _convolution(f"{inside}b", f"{inside}c", 4 * width, 1, 0, 1)
            bottom = f"res{name}"
            yield f'layer {{\n\tbottom: "{short}"\n\tbottom: "{inside}c"\n\ttop: "{bottom}"\n\tname: "{bottom}"\n'
            yield '\ttype: "Eltwise"\n}\n' + _relu(bottom)
    yield _layer(bottom, "pool5", "pool5", "Pooling", "pooling", kernel_size=7, stride=1, pool="AVE")
    yield _layer("pool5", "fc1000", "fc1000", "InnerProduct", "inner_product", num_output=1000)
    yield _layer("fc1000", "prob", "prob", "Softmax")


def _layer(bottom: str, top: str, name: str, kind: str, param: str = "", **fields: object) -> str:
    inside = "".join(f"\t\t{field}: {value}\n" for field, value in fields.items())
    block = f"\t{param}_param {{\n{inside}\t}}\n" if param else ""
    return f'layer {{\n\tbottom: "{bottom}"\n\ttop: "{top}"\n\tname: "{name}"\n\ttype: "{kind}"\n{block}}}\n'


def _convolution(bottom: str, top: str, outputs: int, kernel: int, pad: int, stride: int) -> str:
    size = {"num_output": outputs, "kernel_size": kernel, "pad": pad, "stride": stride, "bias_term": "false"}
    return (
        _layer(bottom, top, top, "Convolution", "convolution", **size)
        + _layer(top, top, f"bn_{top}", "BatchNorm", "batch_norm", use_global_stats="true")
        + _layer(top, top, f"scale_{top}", "Scale", "scale", bias_term="true")
    )


def _relu(blob: str) -> str:
    return _layer(blob, blob, f"{blob}_relu", "ReLU")


def in_turns(actions: Mapping[str, Callable[[], object]]) -> dict[str, list[float]]:
    """Milliseconds of each action, ROUNDS times, one after the other."""
    times: dict[str, list[float]] = {name: [] for name in actions}
    for i in range(ROUNDS + 1):
        for name, action in actions.items():
            start = perf_counter()
            action()
            if i:  # the first round fills the caches
                times[name].append(1000 * (perf_counter() - start))
    return times


def show(title: str, times: Mapping[str, list[float]]) -> None:
    """Medians, and the median of the ratios to the first row's time in the same round."""
    first = next(iter(times))
    table = Table("", "ms", f"ratio to {first}", title=title)
    for name, own in times.items():
        ratio = median(a / b for a, b in zip(own, times[first], strict=True))
        table.add_row(name, f"{median(own):.1f}", f"{ratio:.2f}")
    Console().print(table)


def main() -> None:
    given = [Path(path) for path in sys.argv[1:2]]
    text = given[0].read_text() if given else resnet152()
    new = NetParameter
    tree = parse(text)
    if build(tree, "net").message != text_format.Parse(text, new()):
        raise SystemExit("the two messages differ")
    reading = in_turns(
        {
            "text_format.Parse": lambda: text_format.Parse(text, new()),
            "prototxt, parse and build": lambda: build(parse(text), "net"),
            "parse": lambda: parse(text),
            "build": lambda: build(tree, "net"),
        }
    )
    show(f"{len(text) / 1e3:.0f} KB of text to a NetParameter", reading)
    shapes = [str(Path(sys.executable).with_name("prototxt-shapes")), str(*given or [ALEXNET])]
    commands = {
        "prototxt-shapes": shapes,
        "Python with the libraries": [sys.executable, "-c", LIBRARIES],
        "Python alone": [sys.executable, "-c", "pass"],
    }

    def run(command: list[str]) -> Callable[[], object]:
        return lambda: subprocess.run(command, check=True, capture_output=True)

    processes = in_turns({name: run(command) for name, command in commands.items()})
    show(f"whole processes, {Path(shapes[1]).name}", processes)


if __name__ == "__main__":
    main()
