"""Damaged nets: whatever a hand or a disk does to a file, it loads or is refused with a word."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from prototxt.errors import PrototxtError
from prototxt.frontend.load import Options, define_net, make_graph, outline
from prototxt.frontend.net_options import NetOptions
from prototxt.net import Net
from prototxt.views.export import to_csv, to_json, to_markdown
from prototxt.views.net_rows import make_report
from prototxt.views.table import table_text
from support.commands import LENET

pytestmark = pytest.mark.sweep

EXTRA = """
layer { name: "bn" type: "BatchNorm" bottom: "conv2" top: "bn" batch_norm_param { eps: 0.001 } }
layer { name: "sc" type: "Scale" bottom: "bn" top: "bn" scale_param { bias_term: true } }
layer { name: "cut" type: "Slice" bottom: "bn" top: "left" top: "right" slice_param { axis: 1 slice_point: 20 } }
layer { name: "norm" type: "LRN" bottom: "left" top: "norm" lrn_param { local_size: 3 norm_region: WITHIN_CHANNEL } }
layer { name: "up" type: "Deconvolution" bottom: "right" top: "up"
  convolution_param { num_output: 4 kernel_size: 3 stride: 2 pad: 1 group: 2 } }
layer { name: "mix" type: "Concat" bottom: "left" bottom: "right" top: "mix" concat_param { axis: 1 } }
layer { name: "sum" type: "Eltwise" bottom: "mix" bottom: "bn" top: "sum"
  eltwise_param { operation: SUM coeff: 1 coeff: -1 } }
layer { name: "flat" type: "Reshape" bottom: "sum" top: "flat" reshape_param { shape { dim: 0 dim: -1 } axis: 0 } }
layer { name: "slope" type: "PReLU" bottom: "up" top: "slope" include { phase: TEST } }
layer { name: "power" type: "Power" bottom: "flat" top: "flat" power_param { power: 2 scale: 0.5 shift: 1 } }
layer { name: "bn2" type: "BN" bottom: "right" top: "right" bn_param { bn_mode: INFERENCE } }
layer { name: "far" type: "Pooling" bottom: "right" top: "far" top: "mask" pooling_param { kernel_size: 2 stride: 2 } }
layer { name: "near" type: "Upsample" bottom: "far" bottom: "mask" top: "near" upsample_param { scale: 2 } }
layer { name: "wide" type: "Interp" bottom: "near" top: "wide" interp_param { height: 5 width: 7 } }
layer { name: "l2" type: "Normalize" bottom: "wide" top: "l2"
  norm_param { across_spatial: false channel_shared: false } }
layer { name: "priors" type: "PriorBox" bottom: "l2" bottom: "data" top: "priors"
  prior_box_param { min_size: 4 max_size: 9 aspect_ratio: 2 variance: 0.1 variance: 0.1 variance: 0.2 variance: 0.2 } }
layer { name: "loc" type: "Convolution" bottom: "l2" top: "loc" convolution_param { num_output: 16 kernel_size: 1 } }
layer { name: "loc2" type: "Permute" bottom: "loc" top: "loc2" permute_param { order: 0 order: 2 order: 3 order: 1 } }
layer { name: "loc3" type: "Flatten" bottom: "loc2" top: "loc3" flatten_param { axis: 1 } }
layer { name: "conf" type: "Convolution" bottom: "l2" top: "conf" convolution_param { num_output: 12 kernel_size: 1 } }
layer { name: "conf2" type: "Flatten" bottom: "conf" top: "conf2" flatten_param { axis: 1 } }
layer { name: "found" type: "DetectionOutput" bottom: "loc3" bottom: "conf2" bottom: "priors" top: "found"
  detection_output_param { num_classes: 3 code_type: CENTER_SIZE keep_top_k: 9 nms_param { top_k: 5 } } }
"""
TOKENS = re.findall(r'\s+|#[^\n]*|"[^"\n]*"|[\w.]+|[^\w\s]', Path(LENET).read_text() + EXTRA)
WORDS = [i for i, token in enumerate(TOKENS) if token.strip() and not token.startswith("#")]
NUMBERS = [i for i in WORDS if re.fullmatch(r"[\d.]+", TOKENS[i])]
OTHER = [
    "0",
    "1",
    "2",
    "3",
    "7",
    "-1",
    "-7",
    "0.5",
    "1e30",
    "nan",
    "inf",
    "1000000000",
    "4000000000",
    "1" + "0" * 20,
]

NOISE = ["}", "{", "[", "]", ":", '"', "-", "\0", "é", "layer {"]

SMALL = 2_000_000
"""Nets of more values than this are only looked at, not run."""

Change = tuple[str, int, int, str]


def places() -> st.SearchStrategy[int]:
    return st.sampled_from(WORDS)


change = st.one_of(
    st.tuples(st.just("number"), st.sampled_from(NUMBERS), st.just(0), st.sampled_from(OTHER)),
    st.tuples(st.sampled_from(["delete", "double", "swap", "copy"]), places(), places(), st.just("")),
    st.tuples(st.just("insert"), places(), st.just(0), st.sampled_from(NOISE)),
)  # fmt: skip


def damaged(changes: Sequence[Change]) -> str:
    tokens = list(TOKENS)
    for how, i, j, text in changes:
        if how == "number":
            tokens[i] = text
        elif how == "delete":
            tokens[i] = ""
        elif how == "double":
            tokens[i] = f"{tokens[i]} {tokens[i]}"
        elif how == "swap":
            tokens[i], tokens[j] = tokens[j], tokens[i]
        elif how == "copy":
            tokens[i] = tokens[j]
        else:
            tokens[i] = f"{text} {tokens[i]}"
    return "".join(tokens)


def assert_placed(error: PrototxtError) -> None:
    assert str(error).startswith("net.prototxt")
    assert error.what


def check(text: str) -> None:
    """The text loads, can be shown and, where small, run; or it is refused with file and line."""
    try:
        definition = define_net(text, "net.prototxt")
        graph = outline(definition, Options())
        report = make_report(graph)
        for view in (to_json, to_csv, to_markdown, table_text):
            assert view(report)
        values = sum(p.param_count for p in report.rows) + sum(
            np.prod(s or (), dtype=float) for s in report.blobs.values()
        )
        macs = report.totals.macs * max(report.images, 1)
        if values > SMALL or macs > 10 * SMALL:
            return
        net = Net(definition, NetOptions(keep="outputs"))
        outputs = net.forward()
        assert {name: values.shape for name, values in outputs.items()} == {
            name: net.blobs[name].shape for name in net.outputs
        }
    except PrototxtError as error:
        assert_placed(error)


def test_the_whole_net_is_fine() -> None:
    definition = define_net(damaged([]), "net.prototxt")
    assert len(make_graph(definition, Options()).nodes) == 31
    check(damaged([]))


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@settings(
    max_examples=100, deadline=timedelta(seconds=5), derandomize=True, database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip
@given(st.lists(change, min_size=1, max_size=3))
def test_damaged_nets(changes: list[Change]) -> None:
    check(damaged(changes))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@settings(max_examples=5000, deadline=timedelta(seconds=20), suppress_health_check=list(HealthCheck))
@given(st.lists(change, min_size=1, max_size=4))
def test_many_damaged_nets(changes: list[Change]) -> None:
    check(damaged(changes))


@pytest.mark.parametrize("number", OTHER)
def test_every_number_replaced(number: str) -> None:
    """One net for each number of the file, every time another one is wrong; some are fine."""
    for i in NUMBERS[:: 5 if len(number) < 5 else 3]:
        check(damaged([("number", i, 0, number)]))


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(st.integers(0, 5000), st.integers(0, 5000))
def test_parts_of_a_net(start: int, size: int) -> None:
    check("".join(TOKENS)[start : start + size])


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(st.text(alphabet="layer{}[]<>:;,\"'\\# \n\t0123.-+eé\0\x7f/name", max_size=60))
def test_any_text(text: str) -> None:
    check(text)
