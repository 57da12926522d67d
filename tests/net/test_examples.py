"""The nets of examples/: LeNet's weights belong to its net and know the digit beside them."""

from __future__ import annotations

import numpy as np
import pytest

import prototxt
from prototxt.images.load import load_image
from prototxt.images.recipe import Recipe
from prototxt.images.transform import Transform
from support.golden import ROOT

EXAMPLES = ROOT / "examples"


@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_the_digit_is_a_seven(engine: str) -> None:
    net = prototxt.load_net(EXAMPLES / "lenet.prototxt", EXAMPLES / "lenet.caffemodel", engine=engine)
    assert net.loaded is not None
    assert (net.loaded.missing, net.loaded.unused) == ((), ())
    transform = Transform.for_input(net.blobs["data"].shape, Recipe(scale=0.00390625))
    image = transform.apply(load_image(EXAMPLES / "digit.png", color=False))
    prob = net.forward(data=image)["prob"][0]
    assert prob.argmax() == 7
    assert prob[7] > 0.99
    upside_down = net.forward(data=np.ascontiguousarray(image[:, :, ::-1, ::-1]))["prob"][0]
    assert upside_down[7] < 0.5
