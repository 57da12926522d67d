"""Random nets, wired in every way: the fast engine equals the layers' own forwards."""

from __future__ import annotations

from importlib.util import find_spec
from string import Template

import numpy as np
import pytest

import prototxt
from support.helpers import noise

pytestmark = pytest.mark.sweep

SHAPE = (2, 4, 6, 5)

# Layers that keep 2 x 4 x 6 x 5, so that any of them may follow any other
ONE_BOTTOM = {
    "Convolution": (
        "convolution_param { num_output: 4 kernel_size: 3 pad: 1 weight_filler { type: 'xavier' } }",
        "convolution_param { num_output: 4 kernel_size: 1 bias_term: false weight_filler { type: 'xavier' } }",
        "convolution_param { num_output: 4 group: 4 kernel_h: 5 kernel_w: 3 pad_h: 2 pad_w: 1 "
        "weight_filler { type: 'xavier' } }",
    ),
    "BN": (
        "bn_param { bn_mode: INFERENCE scale_filler { type: 'uniform' min: 0.5 } }",
        "bn_param { bn_mode: LEARN scale_filler { type: 'uniform' min: 0.5 } }",
        "bn_param { slope_filler { type: 'uniform' min: 0.5 } eps: 0.01 }",
    ),
    "DepthwiseConvolution": (
        "convolution_param { num_output: 4 group: 4 kernel_size: 3 pad: 2 dilation: 2 "
        "weight_filler { type: 'xavier' } }",
        "convolution_param { num_output: 4 group: 2 kernel_size: 3 pad: 1 weight_filler { type: 'xavier' } }",
    ),
    "Interp": ("interp_param { height: 6 width: 5 }",),
    "Normalize": ("", "norm_param { across_spatial: false channel_shared: false }"),
    "Permute": ("permute_param { order: 0 order: 1 }",),
    "ConvolutionDepthwise": ("convolution_param { kernel_size: 3 pad: 1 weight_filler { type: 'xavier' } }",),
    "ShuffleChannel": ("shuffle_channel_param { group: 2 }",),
    "ReLU6": ("", "relu6_param { negative_slope: 0.25 }"),
    "Deconvolution": (
        "convolution_param { num_output: 4 kernel_size: 3 pad: 1 weight_filler { type: 'xavier' } }",
    ),
    "BatchNorm": ("", "batch_norm_param { use_global_stats: false }"),
    "Scale": ("scale_param { bias_term: true }", "scale_param { axis: 0 num_axes: -1 }"),
    "ReLU": ("", "relu_param { negative_slope: 0.25 }"),
    "Pooling": (
        "pooling_param { kernel_size: 3 stride: 1 pad: 1 }",
        "pooling_param { pool: AVE kernel_size: 3 stride: 1 pad: 1 }",
    ),
    "LRN": ("",),
    "Dropout": ("",),
    "Split": ("",),
    "Reshape": ("reshape_param { shape { dim: 0 dim: -1 dim: 6 dim: 5 } }",),
    "TanH": ("",),
}
TWO_BOTTOMS = {
    "Eltwise": ("", "eltwise_param { operation: MAX }", "eltwise_param { coeff: 1 coeff: -0.5 }"),
    "Scale": ("scale_param { axis: 0 }",),
}
# Layers that together keep it, from $x to $y, their names with a number that no others have
PIECES = (
    """layer { name: "pool$i" type: "Pooling" bottom: "$x" top: "p$i" top: "mask$i"
         pooling_param { kernel_size: 2 stride: 2 } }
       layer { name: "up$i" type: "Upsample" bottom: "p$i" bottom: "mask$i" top: "$y"
         upsample_param { upsample_h: 6 upsample_w: 5 } }""",
    """layer { name: "pool$i" type: "Pooling" bottom: "$x" top: "p$i" pooling_param { pool: AVE global_pooling: true } }
       layer { name: "axpy$i" type: "Axpy" bottom: "p$i" bottom: "$x" bottom: "b0" top: "$y" }""",
    """layer { name: "there$i" type: "Permute" bottom: "$x" top: "p$i"
         permute_param { order: 0 order: 2 order: 3 order: 1 } }
       layer { name: "back$i" type: "Permute" bottom: "p$i" top: "$y" permute_param { order: 0 order: 3 } }""",
    """layer { name: "there$i" type: "Reorg" bottom: "$x" top: "p$i" reorg_param { stride: 2 reverse: true } }
       layer { name: "back$i" type: "Reshape" bottom: "p$i" top: "$y"
         reshape_param { shape { dim: 0 dim: 4 dim: 6 dim: 5 } } }""",
    """layer { name: "there$i" type: "Interp" bottom: "$x" top: "p$i" interp_param { zoom_factor: 3 } }
       layer { name: "back$i" type: "Interp" bottom: "p$i" top: "$y" interp_param { shrink_factor: 3 } }""",
    """layer { name: "there$i" type: "Upsample" bottom: "$x" top: "p$i" upsample_param { scale: 3 } }
       layer { name: "back$i" type: "CropCenter" bottom: "p$i" top: "$y"
         crop_center_param { crop_size: 0 crop_size: 0 crop_size: 6 crop_size: 5 } }""",
)
IN_PLACE = {"BN", "BatchNorm", "Scale", "ReLU", "ReLU6", "Dropout", "TanH"}


def random_net(seed: int) -> str:
    """A net of a dozen layers, each reading blobs that are there, some of them written in place."""
    r = np.random.default_rng(seed)
    dims = " ".join(f"dim: {d}" for d in SHAPE)
    text = f'layer {{ name: "in" type: "Input" top: "b0" input_param {{ shape {{ {dims} }} }} }}\n'
    blobs = ["b0"]
    for i in range(1, 13):
        if r.random() < 0.15:
            piece = Template(PIECES[r.integers(len(PIECES))])
            text += piece.substitute(x=blobs[-1], y=f"b{i}", i=i) + "\n"
            blobs.append(f"b{i}")
            continue
        two = r.random() < 0.2
        table = TWO_BOTTOMS if two else ONE_BOTTOM
        kind = list(table)[r.integers(len(table))]
        rest = table[kind][r.integers(len(table[kind]))].replace("'", '"')
        # Mostly the newest blob: long chains are what gets fused.
        bottoms = [blobs[-1] if r.random() < 0.7 else blobs[r.integers(len(blobs))] for _ in range(1 + two)]
        in_place = kind in IN_PLACE and not two and bottoms[0] != "b0" and r.random() < 0.6
        top = bottoms[0] if in_place else f"b{i}"
        wires = " ".join(f'bottom: "{bottom}"' for bottom in bottoms)
        text += f'layer {{ name: "l{i}" type: "{kind}" {wires} top: "{top}" {rest} }}\n'
        if not in_place:
            blobs.append(top)
    return text


@pytest.mark.parametrize(
    "engine",
    ["fast", pytest.param("numba", marks=pytest.mark.skipif(find_spec("numba") is None, reason="no numba"))],
)
@pytest.mark.parametrize("seed", range(60))
def test_fast_equals_reference(seed: int, engine: str) -> None:
    text = random_net(seed)
    truth, fast = (prototxt.parse_net(text, engine=kind, seed=seed) for kind in ("reference", engine))
    for name, params in truth.params.items():
        for i, param in enumerate(params):
            if not param.data.any():  # statistics and biases start at 0
                param.data[...] = 0.5 + noise(*param.shape, seed=seed) ** 2
            fast.params[name][i].data[...] = param.data
    x = noise(*SHAPE, seed=seed)
    want = truth.forward(b0=x)
    every = {name: blob.data.copy() for name, blob in truth.blobs.items()}
    for keep in ("outputs", "all", [str(blob) for blob in fast.graph.shapes]):
        got = fast.forward(b0=x, keep=keep)
        for name, value in want.items():
            scale = float(np.abs(value).max())
            np.testing.assert_allclose(got[name], value, 1e-3, 1e-4 * scale, err_msg=text)
        np.testing.assert_array_equal(fast.blobs["b0"].data, x)
    for name, value in every.items():
        np.testing.assert_allclose(fast.blobs[name].data, value, 1e-3, 1e-4 * float(np.abs(value).max()))


def test_some_of_them_are_fused() -> None:
    plans = [prototxt.parse_net(random_net(seed), keep="outputs").plan() for seed in range(60)]
    lengths = [len(step.nodes) for plan in plans for step in plan.steps]
    assert sum(length > 1 for length in lengths) > 30
    assert max(lengths) > 2
