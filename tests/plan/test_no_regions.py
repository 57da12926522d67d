"""A detection head whose number of regions varies with the image: later layers accept that there is none."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np
import pytest

import prototxt
from support.helpers import noise

SHAPES = {"s": (1, 18, 6, 7), "m": (1, 36, 6, 7), "info": (1, 3), "cls": (1, 27, 6, 7)}
INPUTS = "\n".join(
    f'layer {{ name: "{name}" type: "Input" top: "{name}" input_param {{ shape {{ dim: {list(shape)} }} }} }}'
    for name, shape in SHAPES.items()
)
NET = (
    INPUTS
    + """
layer { name: "proposal" type: "Python" bottom: "s" bottom: "m" bottom: "info" top: "rois"
  python_param { module: "rpn.proposal_layer" layer: "ProposalLayer" param_str: "'feat_stride': 16" } }
layer { name: "psroi" type: "PSROIPooling" bottom: "cls" bottom: "rois" top: "psroi"
  psroi_pooling_param { spatial_scale: 0.0625 output_dim: 3 group_size: 3 } }
layer { name: "vote" type: "Pooling" bottom: "psroi" top: "vote" pooling_param { pool: AVE kernel_size: 3 stride: 3 } }
layer { name: "softmax" type: "Softmax" bottom: "vote" top: "softmax" }
layer { name: "prob" type: "Reshape" bottom: "softmax" top: "prob" reshape_param { shape { dim: -1 dim: 3 } } }
layer { name: "best" type: "ArgMax" bottom: "prob" top: "best" }
layer { name: "roi" type: "ROIPooling" bottom: "cls" bottom: "rois" top: "roi"
  roi_pooling_param { pooled_h: 3 pooled_w: 2 spatial_scale: 0.0625 } }
layer { name: "fc" type: "InnerProduct" bottom: "roi" top: "fc"
  inner_product_param { num_output: 5 weight_filler { type: "xavier" } } }
layer { name: "relu" type: "ReLU" bottom: "fc" top: "fc" }
layer { name: "both" type: "Concat" bottom: "prob" bottom: "fc" top: "both" }
layer { name: "conv" type: "Convolution" bottom: "roi" top: "conv"
  convolution_param { num_output: 4 kernel_size: 2 weight_filler { type: "xavier" } } }
layer { name: "norm" type: "Normalize" bottom: "conv" top: "norm" }
layer { name: "bn" type: "BatchNorm" bottom: "norm" top: "bn" batch_norm_param { use_global_stats: false } }
layer { name: "bn2" type: "BN" bottom: "conv" top: "bn2"
  bn_param { bn_mode: LEARN scale_filler { type: "constant" value: 1 } } }
layer { name: "sum" type: "Eltwise" bottom: "bn" bottom: "bn2" top: "sum" }
layer { name: "interp" type: "Interp" bottom: "sum" top: "interp" interp_param { zoom_factor: 2 } }
layer { name: "max" type: "Pooling" bottom: "interp" top: "max" top: "mask" pooling_param { kernel_size: 1 } }
layer { name: "back" type: "Upsample" bottom: "max" bottom: "mask" top: "back" upsample_param { scale: 2 } }
layer { name: "lrn" type: "LRN" bottom: "back" top: "lrn" }
layer { name: "mvn" type: "MVN" bottom: "lrn" top: "mvn" }
layer { name: "slice" type: "Slice" bottom: "mvn" top: "a" top: "b" }
layer { name: "up" type: "Deconvolution" bottom: "conv" top: "up"
  convolution_param { num_output: 4 group: 4 kernel_size: 2 weight_filler { type: "xavier" } } }
"""
)


@pytest.mark.parametrize(
    "engine",
    ["fast", pytest.param("numba", marks=pytest.mark.skipif(find_spec("numba") is None, reason="no numba"))],
)
def test_regions_come_and_go(engine: str) -> None:
    """With a scale of 100 every region is too small, so that none is left."""
    truth, fast = (prototxt.parse_net(NET, engine=kind, threads=2) for kind in ("reference", engine))
    numbers = []
    for scale in (1, 100, 2, 100, 3):
        feeds = {name: noise(*shape, seed=scale) for name, shape in SHAPES.items()}
        feeds["info"] = np.array([[96, 112, scale]], np.float32)
        for keep in ("all", "outputs"):
            want, got = truth.forward(feeds, keep=keep), fast.forward(feeds, keep=keep)
            assert got.keys() == want.keys()
            for name, right in want.items():
                np.testing.assert_allclose(got[name], right, 1e-4, 1e-5, err_msg=name)
        numbers.append(len(want["both"]))
    assert numbers[1] == numbers[3] == 0
    assert min(numbers[::2]) > 0
