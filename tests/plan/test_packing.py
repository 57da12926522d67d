"""Packed weights of plans for several input shapes: shared where they can be, never where they differ."""

from __future__ import annotations

import numpy as np
import pytest

import prototxt
from support.helpers import noise

INPUT = 'layer { name: "in" type: "Input" top: "x" input_param { shape { dim: 1 dim: 6 dim: 1 dim: 5 } } }\n'
GAUSSIAN = 'weight_filler { type: "gaussian" std: 1 } bias_filler { type: "gaussian" std: 1 }'

TALL = (
    f"kernel_size: 4 stride: 4 pad_h: 1 pad_w: 0 {GAUSSIAN}"  # 2 rows of a height of 1: fewer than the stride
)
LAYERS = {
    "conv": ("Convolution", f"num_output: 4 kernel_h: 1 kernel_w: 2 {GAUSSIAN}"),
    "depthwise": ("Convolution", f"num_output: 6 group: 6 kernel_h: 1 kernel_w: 3 {GAUSSIAN}"),
    "deconv": ("Deconvolution", f"num_output: 2 {TALL}"),
    "deconv_depthwise": ("Deconvolution", f"num_output: 6 group: 6 {TALL}"),
}


@pytest.mark.parametrize("layer", LAYERS)
def test_each_input_shape_gets_the_weights_it_needs(layer: str) -> None:
    kind, fields = LAYERS[layer]
    text = (
        INPUT + f'layer {{ name: "y" bottom: "x" top: "y" type: "{kind}" convolution_param {{ {fields} }} }}'
    )
    fast, reference = (prototxt.parse_net(text, engine=engine) for engine in ("fast", "reference"))
    for height, width in ((1, 5), (2, 5), (1, 8), (3, 4), (1, 5)):
        x = noise(1, 6, height, width)
        np.testing.assert_allclose(fast.forward(x=x)["y"], reference.forward(x=x)["y"], 1e-4, 1e-5)
