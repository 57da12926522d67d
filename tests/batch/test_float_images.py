"""Files of floating-point pixels: taken as stored, with a warning that works where white seems to be 1."""

from __future__ import annotations

import random
import warnings
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import prototxt
from prototxt.cli.run.command import main as run
from prototxt.errors import PrototxtWarning
from prototxt.images.recipe import Recipe
from prototxt.images.transform import Transform
from support.commands import invoke

NET = """
input: "x" input_shape { dim: 1 dim: 1 dim: 5 dim: 7 }
layer { name: "f" type: "InnerProduct" bottom: "x" top: "f" inner_product_param {
  num_output: 3 weight_filler { type: "gaussian" std: 1 } } }
"""


def store(path: Path, pixels: np.ndarray) -> Path:
    Image.fromarray(pixels).save(path)
    return path


def outputs(path: Path, recipe: Recipe) -> np.ndarray:
    (outcome,) = prototxt.run_images(prototxt.parse_net(NET), [str(path)], recipe=recipe)
    assert isinstance(outcome, prototxt.Outcome)
    return outcome.outputs["f"]


def test_the_warning_works_when_obeyed(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    for i in range(20):
        pixels = rng.integers(0, 256, (5, 7), np.uint8)
        pixels[0, 0] = 255
        of_bytes = store(tmp_path / f"{i}.png", pixels)
        of_floats = store(tmp_path / f"{i}.tif", pixels.astype(np.float32) / np.float32(255))
        recipe = Recipe(scale=0.5)
        with pytest.warns(PrototxtWarning, match=rf"{i}\.tif: floating-point .*give --raw-scale 65025"):
            as_stored = outputs(of_floats, recipe)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            wanted = outputs(of_bytes, recipe)
            obeyed = outputs(of_floats, Recipe(scale=0.5, raw_scale=65025))
        np.testing.assert_allclose(obeyed, wanted, rtol=1e-4, atol=1e-3)
        assert not np.allclose(as_stored, wanted, rtol=0.1)


@pytest.mark.parametrize(
    ("low", "high", "raw_scale", "warned"),
    [(0, 1, 255, True), (0.2, 0.9, 255, True), (0, 1.5, 255, False), (-1, 1, 255, False), (0, 255, 255, False),
     (0, 0, 255, False), (0, 1, 1, False), (0, 1, 65025, False)],
)  # fmt: skip
def test_which_pixels_are_warned_of(low: float, high: float, raw_scale: float, warned: bool) -> None:
    pixels = np.full((5, 7, 1), low, np.float32)
    pixels[random.Random(0).randrange(5), 0] = high
    transform = Transform.for_input((1, 1, 5, 7), Recipe(raw_scale=raw_scale))
    assert bool(transform.note(pixels)) is warned
    assert transform.note(np.zeros((5, 7, 1), np.uint8)) == ""


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("net.prototxt").write_text(NET)
    store(Path("f.tif"), np.linspace(0, 1, 35, dtype=np.float32).reshape(5, 7))
    for more in ([], ["f.tif"]):
        result = invoke(run, "net.prototxt", "f.tif", *more)
        assert result.code == 0
        assert "warning: f.tif: floating-point pixels from 0 to 1 are taken as stored" in result.err
        assert ".py:" not in result.err
    assert "floating-point" not in invoke(run, "net.prototxt", "f.tif", "--raw-scale", "65025").err
