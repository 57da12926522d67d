"""Recipes of well-known families of nets."""

from __future__ import annotations

import numpy as np
import pytest

from prototxt.cli.options.image import PRESET_NAMES
from prototxt.errors import InputError
from prototxt.images.presets import PRESETS, preset


def test_the_command_line_offers_them_all() -> None:
    assert tuple(PRESETS) == PRESET_NAMES


@pytest.mark.parametrize("name", PRESETS)
def test_each_fits_small_and_large_inputs(name: str) -> None:
    for height, width in ((28, 30), (299, 320)):
        resize = preset(name, height, width).resize
        if isinstance(resize, int):
            assert resize >= max(256, height, width)
        elif isinstance(resize, tuple):
            assert resize[0] >= height
            assert resize[1] >= width


def test_presets_describe_themselves() -> None:
    imagenet = preset("imagenet", 227, 224)
    assert (imagenet.resize, imagenet.crop, imagenet.order, imagenet.scale) == (
        (256, 256),
        "center",
        "bgr",
        1,
    )
    assert imagenet.mean is not None
    np.testing.assert_array_equal(imagenet.mean.values, [104, 117, 123])
    assert preset("mobilenet", 224, 224).scale == pytest.approx(0.017)
    assert preset("mnist", 28, 28).scale == 1 / 256
    assert preset("mtcnn", 12, 12).order == "rgb"


def test_an_unknown_one() -> None:
    with pytest.raises(InputError, match='no preset "imagnet"') as caught:
        preset("imagnet", 2, 3)
    assert "imagenet" in str(caught.value.hint)
