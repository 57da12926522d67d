"""Opening trained weights: seconds and memory for a VGG-16 of 553 MB, beside OpenCV where it is at hand.

    python benchmarks/open_weights.py                    this project, and OpenCV if it can be imported here
    python benchmarks/open_weights.py --peer PYTHON      OpenCV of another interpreter (opencv-python-headless<5)

The net and its weights are made in a temporary folder. Each opening is a process of its own, with what it imports
already there; they take turns, so that a machine whose speed drifts treats both alike: read the ratio. Numbers that
stay in the file are fetched by the first forward, which is why it is timed too.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

import prototxt

ROUNDS = 5

CONVOLUTIONS = ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3))
"""Channels and how many convolutions, with a pooling behind each group."""

FULLY_CONNECTED = (("fc6", 4096), ("fc7", 4096), ("fc8", 1000))

_MEASURE = """
import json, re, sys, time
import numpy
{imports}

def resident():
    with open("/proc/self/status") as status:
        return int(re.search(r"VmRSS:\\s+(\\d+) kB", status.read())[1]) / 1e3

image = numpy.random.default_rng(0).standard_normal((1, 3, 224, 224)).astype(numpy.float32)
before, start = resident(), time.perf_counter()
net = {open}
opened, added = time.perf_counter() - start, resident() - before
start = time.perf_counter()
{forward}
print(json.dumps([opened, added, time.perf_counter() - start]))
"""

OURS = _MEASURE.format(
    imports="import prototxt.net",
    open='prototxt.load_net(sys.argv[1], sys.argv[2], keep="outputs")',
    forward="net.forward(data=image)",
)
OPENCV = _MEASURE.format(
    imports="import cv2",
    open="cv2.dnn.readNetFromCaffe(sys.argv[1], sys.argv[2])",
    forward="net.setInput(image); net.forward()",
)


def vgg16() -> str:
    """VGG-16 as text: 138,357,544 parameters."""
    lines = [
        'name: "VGG-16"',
        'layer { name: "data" type: "Input" top: "data" input_param { shape { dim: [1, 3, 224, 224] } } }',
    ]
    bottom = "data"

    def add(name: str, kind: str, param: str = "", top: str = "") -> None:
        nonlocal bottom
        top = top or name
        lines.append(f'layer {{ name: "{name}" type: "{kind}" bottom: "{bottom}" top: "{top}" {param} }}')
        bottom = top

    for group, (channels, depth) in enumerate(CONVOLUTIONS, 1):
        for i in range(1, depth + 1):
            filler = 'weight_filler { type: "xavier" }'
            add(
                f"conv{group}_{i}",
                "Convolution",
                f"convolution_param {{ num_output: {channels} kernel_size: 3 pad: 1 {filler} }}",
            )
            add(f"relu{group}_{i}", "ReLU", top=bottom)
        add(f"pool{group}", "Pooling", "pooling_param { pool: MAX kernel_size: 2 stride: 2 }")
    for name, outputs in FULLY_CONNECTED:
        filler = 'weight_filler { type: "xavier" }'
        add(name, "InnerProduct", f"inner_product_param {{ num_output: {outputs} {filler} }}")
        if name != "fc8":
            add(f"relu_{name}", "ReLU", top=bottom)
    add("prob", "Softmax")
    return "\n".join(lines) + "\n"


def measure(python: str, script: str, files: Sequence[str]) -> list[float]:
    """Seconds to open, megabytes added, seconds of the first forward, in a new process."""
    done = subprocess.run([python, "-c", script, *files], check=True, capture_output=True, text=True)
    measured: list[float] = json.loads(done.stdout)
    return measured


def has_opencv(python: str) -> bool:
    script = "import cv2; cv2.dnn.readNetFromCaffe"
    return subprocess.run([python, "-c", script], capture_output=True, check=False).returncode == 0


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--peer", default=sys.executable, metavar="PYTHON", help="an interpreter with OpenCV")
    peer, console = parser.parse_args().peer, Console()
    runners = {"prototxt": (sys.executable, OURS)}
    if has_opencv(peer):
        runners["OpenCV"] = (peer, OPENCV)
    times: dict[str, list[list[float]]] = {name: [] for name in runners}
    with tempfile.TemporaryDirectory() as folder:
        files = [str(Path(folder) / name) for name in ("net.prototxt", "net.caffemodel")]
        Path(files[0]).write_text(vgg16())
        prototxt.load_net(files[0]).save(files[1])
        size = Path(files[1]).stat().st_size
        for i in range(ROUNDS + 1):
            for name, (python, script) in runners.items():
                measured = measure(python, script, files)
                if i:  # the first round fills the caches
                    times[name].append(measured)
    table = Table(title=f"VGG-16, {size / 1e6:.0f} MB .caffemodel, medians of {ROUNDS} processes each")
    for title in ("", "open, s", "added resident memory, MB", "first forward, s"):
        table.add_column(title, justify="right" if title else "left")
    for name, rows in times.items():
        table.add_row(name, *(f"{median(column):.3f}" for column in zip(*rows, strict=True)))
    if len(times) > 1:
        ours, theirs = times.values()
        ratios = [
            [a / b for a, b in zip(mine, other, strict=True)]
            for mine, other in zip(ours, theirs, strict=True)
        ]
        table.add_row("ratio", *(f"{median(column):.4f}" for column in zip(*ratios, strict=True)))
    console.print(table)


if __name__ == "__main__":
    main()
