"""A trained net with DenseBlock, Transpose and CTCGreedyDecoder reads lines of text that are drawn here.

The net is model-chars of the package dnnocr on PyPI (`pip download dnnocr --no-deps` gives a zip file);
PROTOTXT_MODEL_CHARS names its folder. It reads white letters on black, less 152, and so tells what no source text
does: a DenseBlock turns its kernels, takes its channels from the bottom (initChannel says 64 where there are 128), and
stores means and variances undivided.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

import prototxt
from prototxt.blobs import Array
from prototxt.explain.breakdown.values import run_for

FOLDER = Path(os.environ.get("PROTOTXT_MODEL_CHARS", ""))

pytestmark = [
    pytest.mark.sweep,
    pytest.mark.skipif(
        not (FOLDER / "model.caffemodel").is_file(), reason="PROTOTXT_MODEL_CHARS names no folder with it"
    ),
]

HEIGHT, WIDTH, MEAN = 32, 192, 152
LETTERS, MARGIN = 22, 4
"""Rows of the letters, and columns before them."""


def drawn(text: str) -> Array:
    """A line of white letters on black, 1 x 3 x 32 x 192: a bundled font, letters a third of their size apart."""
    font, size = ImageFont.load_default(64), 64
    canvas, x = Image.new("L", (2 * size * len(text), 2 * size)), 20.0
    for letter in text:
        ImageDraw.Draw(canvas).text((x, 20), letter, font=font, fill=255)
        x += font.getlength(letter) + 0.3 * size
    ink = canvas.crop(canvas.getbbox())
    line = ink.resize(
        (min(ink.width * LETTERS // ink.height, WIDTH - MARGIN), LETTERS), Image.Resampling.BILINEAR
    )
    image = Image.new("L", (WIDTH, HEIGHT))
    image.paste(line, (MARGIN, (HEIGHT - LETTERS) // 2))
    values = np.where(np.asarray(image) > 127, 255, 0) - MEAN
    return np.tile(values.astype(np.float32), (1, 3, 1, 1))


def net_of(engine: str = "fast") -> prototxt.Net:
    return prototxt.load_net(FOLDER / "deploy.prototxt", FOLDER / "model.caffemodel", engine=engine)


@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_lines_of_text(engine: str) -> None:
    net, wanted = net_of(engine), ("357946", "CAFFE", "XYNPMR", "2468ab", "SEGMENT", "SHAPE")
    result = [net.forward({"data": drawn(text)})["result"].ravel() for text in wanted]
    assert all(line.shape == (24,) for line in result)  # the letters' codes, filled up with -1
    assert ["".join(chr(int(code)) for code in line if code >= 0) for line in result] == list(wanted)


def test_all_arrays_of_the_file_are_used() -> None:
    net = net_of()
    assert len(net.params["DenseBlock2"]) == 41
    assert net.params["DenseBlock2"][0].shape == (8, 128, 3, 3)
    assert [net.params[f"DenseBlock{k}"][40].data.item() for k in (1, 2, 3)] == [0, 0, 0]


@pytest.mark.parametrize("layer", ["DenseBlock3", "result"])
def test_values_are_broken_down(layer: str) -> None:
    net = net_of()
    net.blobs["data"].data[...] = drawn("CAFFE")
    values = run_for(net, layer)
    places = (
        [(0, 130, 2, 11), (0, 191, 3, 23), (0, 5, 0, 0)]
        if layer == "DenseBlock3"
        else [(0, 2, 0, 0), (0, 9, 0, 0)]
    )
    for at in places:
        assert values.breakdown(at).agrees
