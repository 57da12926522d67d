"""The engine "numba" against the reference engine: where its kernels apply, blobs with gaps, NaN, its cache."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import prototxt
from prototxt.blobs import Array
from prototxt.kernels import epilogue as ops
from prototxt.kernels.epilogue import EpilogueOp
from prototxt.net import Net
from support.helpers import noise


@pytest.fixture(autouse=True)
def _numba() -> None:
    pytest.importorskip("numba", reason="numba is not installed (the extra fast)")


SHAPE = (2, 6, 13, 11)
DEPTHWISE = (
    "num_output: 6 group: 6 weight_filler { type: 'gaussian' std: 1 } bias_filler { type: 'gaussian' std: 1 }"
)
DATA = "layer { name: 'data' type: 'Input' top: 'data' input_param { shape { dim: 2 dim: 6 dim: 13 dim: 11 } } }\n"

LAYERS = {
    "dw3": f"type: 'Convolution' convolution_param {{ {DEPTHWISE} kernel_size: 3 pad: 1 }}",
    "dw3_stride": f"type: 'Convolution' convolution_param {{ {DEPTHWISE} kernel_size: 3 stride_h: 2 stride_w: 3 }}",
    "dw_dilated": f"type: 'Convolution' convolution_param {{ {DEPTHWISE} kernel_size: 3 pad: 2 "
    "dilation: 2 dilation: 3 }",
    "dw_wide": f"type: 'Convolution' convolution_param {{ {DEPTHWISE} kernel_h: 2 kernel_w: 5 pad_h: 3 pad_w: 4 }}",
    "dw_no_bias": f"type: 'Convolution' convolution_param {{ {DEPTHWISE[:-1]} }} kernel_size: 3 bias_term: false }}",
    "max3": "type: 'Pooling' pooling_param { kernel_size: 3 stride: 2 }",
    "max_wide": "type: 'Pooling' pooling_param { kernel_h: 2 kernel_w: 4 stride_h: 1 stride_w: 3 pad_h: 1 pad_w: 2 }",
    "ave3": "type: 'Pooling' pooling_param { pool: AVE kernel_size: 3 stride: 1 pad: 1 }",
    "ave_wide": "type: 'Pooling' pooling_param { pool: AVE kernel_h: 4 kernel_w: 2 stride_h: 3 "
    "stride_w: 1 pad_h: 2 pad_w: 1 }",
    "conv": "type: 'Convolution' convolution_param { num_output: 6 group: 2 kernel_size: 3 stride: 2 "
    "weight_filler { type: 'gaussian' std: 1 } bias_filler { type: 'gaussian' std: 1 } }",
    "conv5": "type: 'Convolution' convolution_param { num_output: 6 kernel_size: 5 stride: 2 pad: 1 "
    "weight_filler { type: 'gaussian' std: 1 } bias_filler { type: 'gaussian' std: 1 } }",
    "lrn5": "type: 'LRN' lrn_param { local_size: 5 alpha: 0.3 }",
    "lrn3": "type: 'LRN' lrn_param { local_size: 3 alpha: 0.3 k: 2 }",
    "lrn_wide": "type: 'LRN' lrn_param { local_size: 13 alpha: 0.3 }",
}  # fmt: skip
FOLLOWERS = {
    "nothing": "",
    "relu": "layer { name: 'relu' type: 'ReLU' bottom: 'y' top: 'y' }\n",
    "leaky": "layer { name: 'relu' type: 'ReLU' bottom: 'y' top: 'y' relu_param { negative_slope: 0.5 } }\n",
    "summed": "layer { name: 'sum' type: 'Eltwise' bottom: 'y' bottom: 'y2' top: 's' }\n"
    "layer { name: 'relu' type: 'ReLU' bottom: 's' top: 's' }\n",
    "scaled": "layer { name: 'scale' type: 'Scale' bottom: 'y' top: 'y' scale_param { bias_term: true "
    "filler { type: 'gaussian' std: 1 } bias_filler { type: 'gaussian' std: 1 } } }\n"
    "layer { name: 'relu' type: 'ReLU' bottom: 'y' top: 'y' }\n",
}
JOINED = (
    "layer { name: 'twice' type: 'Power' bottom: 'y' top: 'twice' power_param { scale: 2 } }\n"
    "layer { name: 'both' type: 'Concat' bottom: 'y' bottom: 'twice' top: 'both' }\n"
)


def nets(text: str, threads: int = 2) -> tuple[Net, Net]:
    """The net with the engine "numba" and with the reference's."""
    ours, truth = (
        prototxt.parse_net(text.replace("'", '"'), engine=engine, keep="outputs", threads=threads)
        for engine in ("numba", "reference")
    )
    return ours, truth


def compiled(net: Net) -> list[str]:
    return [
        s.kernel.name
        for s in net.plan().steps
        if s.kernel and s.kernel.name.endswith(("_compiled", "_fused"))
    ]


def same(text: str, x: Array, threads: int = 2) -> Net:
    ours, truth = nets(text, threads)
    got, want = ours.forward(data=x), truth.forward(data=x)
    for name, values in want.items():
        np.testing.assert_allclose(got[name], values, 1e-4, 1e-5, err_msg=name)
    return ours


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("follower", FOLLOWERS)
@pytest.mark.parametrize("layer", LAYERS)
def test_a_layer_and_its_epilogue(layer: str, follower: str, threads: int) -> None:
    one = f"layer {{ name: 'y' bottom: 'data' top: 'y' {LAYERS[layer]} }}\n"
    other = one.replace("'y'", "'y2'") if follower == "summed" else ""
    text = DATA + other + one + FOLLOWERS[follower]
    same(text, noise(*SHAPE), threads)
    same(text + JOINED, noise(*SHAPE), threads)  # y is a part of the Concat: its columns lie apart


def test_the_layers_above_are_compiled_where_that_is_faster() -> None:
    shape = "dim: 1 dim: 32 dim: 21 dim: 17"
    for name, layer in LAYERS.items():
        wide = layer.replace("num_output: 6 group: 6", "num_output: 32 group: 32")
        wide = wide.replace("num_output: 6", "num_output: 40")
        text = DATA.replace("dim: 2 dim: 6 dim: 13 dim: 11", shape)
        assert compiled(nets(f"{text}layer {{ name: 'y' bottom: 'data' top: 'y' {wide} }}")[0]), name


ADD, TIMES = ops.add_per_channel, ops.multiply_per_channel
ROW, OTHER_ROW, WHOLE = noise(7, seed=1), noise(7, seed=2), noise(2, 5, 3, 7, seed=3)
SUM, PRODUCT = ops.CombineWithBlob(np.add, WHOLE), ops.CombineWithBlob(np.multiply, WHOLE)


@pytest.mark.parametrize(
    ("epilogue", "passes"),
    [
        ([], 0),
        ([ops.relu], 1),
        ([ADD(ROW)], 1),
        ([ADD(ROW), ops.relu], 1),
        ([TIMES(ROW), ADD(OTHER_ROW), TIMES(OTHER_ROW), ADD(ROW), SUM, ops.relu], 1),
        ([ADD(ROW), SUM], 1),
        ([SUM, ops.relu], 2),
        ([ADD(ROW), PRODUCT, ops.relu], 3),
        ([SUM, TIMES(ROW), ops.relu, ops.leaky_relu(0.5), ADD(ROW), ops.relu], 4),
    ],
)
@pytest.mark.parametrize("channels", [slice(None), slice(0, 7), slice(2, 5)])
def test_epilogue_in_one_pass(epilogue: list[EpilogueOp], passes: int, channels: slice) -> None:
    from prototxt.kernels.compiled.epilogue import fuse_epilogue

    at = (slice(0, 2), slice(1, 4), slice(None), channels)
    got, want = (np.ascontiguousarray(noise(2, 5, 3, 7)[at]) for _ in range(2))
    for op in epilogue:
        op(want, at)
    fused = fuse_epilogue(epilogue)
    assert len(fused) == passes
    for op in fused:
        op(got, at)
    np.testing.assert_allclose(got, want, 1e-5, 1e-6)


@pytest.mark.parametrize("layer", LAYERS)
def test_a_part_of_a_blob_is_read_where_it_lies(layer: str) -> None:
    sliced = DATA.replace("dim: 6", "dim: 15") + (
        "layer { name: 'cut' type: 'Slice' bottom: 'data' top: 'a' top: 'x' top: 'c' "
        "slice_param { slice_point: 4 slice_point: 10 } }\n"
    )
    same(f"{sliced}layer {{ name: 'y' bottom: 'x' top: 'y' {LAYERS[layer]} }}", noise(2, 15, 13, 11))


@pytest.mark.parametrize("odd", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("layer", ["dw3", "dw_wide", "max3", "max_wide", "ave3", "ave_wide", "lrn5", "lrn3"])
def test_numbers_that_are_not_finite_go_where_the_reference_has_them(layer: str, odd: float) -> None:
    x = noise(*SHAPE)
    x[0, 2, 5, 7] = odd
    text = DATA + f"layer {{ name: 'y' bottom: 'data' top: 'y' {LAYERS[layer]} }}\n" + FOLLOWERS["relu"]
    with np.errstate(all="ignore"):
        same(text, x)


def test_lrn_with_another_beta_is_left_to_numpy() -> None:
    text = DATA + "layer { name: 'y' type: 'LRN' bottom: 'data' top: 'y' lrn_param { beta: 0.6 alpha: 0.3 } }"
    assert compiled(same(text, noise(*SHAPE))) == []


def test_large_windows_and_means_of_whole_images_are_left_to_numpy() -> None:
    for layer in (
        "type: 'Pooling' pooling_param { kernel_size: 7 stride: 1 pad: 3 }",
        "type: 'Pooling' pooling_param { pool: AVE global_pooling: true }",
    ):
        assert (
            compiled(same(f"{DATA}layer {{ name: 'y' bottom: 'data' top: 'y' {layer} }}", noise(*SHAPE)))
            == []
        )


def numba_config() -> Any:
    from numba import config

    return config


SCRIPT = """
import sys
import numpy as np
import prototxt
net = prototxt.parse_net(sys.argv[1], engine="numba")
net.forward(data=np.ones((2, 6, 13, 11)))
from prototxt.kernels.compiled import pooling
print(sum(pooling._max.stats.cache_hits.values()))
"""


def hits(cache: Path, **variables: str) -> int:
    """The number of compiled functions that a new process loads from this cache folder; it runs a net in any case."""
    text = DATA + f"layer {{ name: 'y' bottom: 'data' top: 'y' {LAYERS['max3']} }}"
    paths = {"PYTHONPATH": os.pathsep.join(sys.path), "NUMBA_CACHE_DIR": str(cache), **variables}
    command = [sys.executable, "-W", "error", "-c", SCRIPT, text.replace("'", '"')]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | paths, check=False)
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


@pytest.mark.slow
def test_what_is_compiled_is_found_again_and_a_damaged_cache_is_no_error(tmp_path: Path) -> None:
    assert hits(tmp_path) == 0
    assert hits(tmp_path) == 1
    for index in tmp_path.rglob("*.nbi"):
        index.write_bytes(b"not an index")
    assert hits(tmp_path) == 0


@pytest.mark.slow
def test_a_cache_that_cannot_be_written_is_no_error() -> None:
    if not hasattr(numba_config(), "CACHE_LOCATOR_CLASSES"):
        pytest.skip("this numba cannot be told to look for no other folder")
    for _ in range(2):
        assert hits(Path("/dev/null/cache"), NUMBA_CACHE_LOCATOR_CLASSES="UserProvidedCacheLocator") == 0
