"""A folder of images through prototxt-run: images a second and peak memory of the whole process.

    python benchmarks/folder.py                            AlexNet of examples/ with random weights, 1,000 images
    python benchmarks/folder.py --images 10000 --batch 8
    python benchmarks/folder.py NET --weights FILE --preset imagenet

The images are JPEGs of 500 x 375 pixels and thereabouts, made in a temporary folder. Each run is a process of its own
that starts, reads, decodes, resizes, runs and writes the features of every image to an .npz file.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

import numpy as np
from PIL import Image
from rich.console import Console
from rich.table import Table

ALEXNET = Path(__file__).parents[1] / "examples" / "alexnet.prototxt"
WIDE, HIGH = 500, 375


def make_images(folder: Path, count: int) -> None:
    """Pictures of smooth colours and edges, of sizes that differ by up to a fifth."""
    rng = np.random.default_rng(0)
    for i in range(count):
        coarse = rng.integers(0, 256, (12, 16, 3), np.uint8)
        width, height = (round(side * rng.uniform(0.8, 1.2)) for side in (WIDE, HIGH))
        picture = Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)
        picture.save(folder / f"{i:06d}.jpg", quality=90)


def measure(command: list[str]) -> tuple[float, float]:
    """Seconds and peak memory (MB) of a command that must end well."""
    start = perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{' '.join(command[:3])} ... ended with {status}")
    return perf_counter() - start, usage.ru_maxrss / 1e3


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("net", nargs="?", type=Path, default=ALEXNET)
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--preset", default="imagenet")
    parser.add_argument("--images", type=int, default=1000)
    parser.add_argument("--batch", type=int, nargs="*", default=[1, 8])
    given = parser.parse_args()
    title = f"{given.net.stem}, {given.images:,} JPEGs of about {WIDE} x {HIGH}, {os.cpu_count()} cores"
    table = Table("batch", "seconds", "images/s", "peak memory, MB", title=title)
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made) / "images"
        folder.mkdir()
        make_images(folder, given.images)
        run = [str(Path(sys.executable).with_name("prototxt-run")), str(given.net), str(folder)]
        run += ["--preset", given.preset, "--json", "--save", str(Path(made) / "features.npz")]
        run += ["--weights", str(given.weights)] if given.weights else []
        for batch in given.batch:
            seconds, peak = measure([*run, "--batch", str(batch)])
            row = (str(batch), f"{seconds:.1f}", f"{given.images / seconds:.1f}", f"{peak:.0f}")
            table.add_row(*row)
    Console().print(table)


if __name__ == "__main__":
    main()
