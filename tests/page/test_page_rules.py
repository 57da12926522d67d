"""The page's own rules, run by Node, against Python's: every public net, as it is and with other input shapes."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from prototxt.errors import PrototxtError
from prototxt.frontend.load import Options, define_net, make_graph
from prototxt.graph.graph import BlobId, Graph
from prototxt.page import document as documents
from prototxt.page.document import make_document, to_json
from prototxt.text.files import read_text
from prototxt.views.net_rows import make_report
from support.corpus import FOLDERS, name_of, nets, opened, sweep
from support.golden import ROOT, needs_shared

WEB = ROOT / "web"
NODE = shutil.which("node")

pytestmark = pytest.mark.skipif(NODE is None, reason="node is not installed")


@dataclass(frozen=True)
class Query:
    """A net as the page is given it, the input shapes to try, and what Python makes of those."""

    name: str
    document: Any
    inputs: Mapping[str, Sequence[int]]
    wanted: Graph


def ask(queries: Sequence[Query], folder: Path) -> list[dict[str, Any]]:
    """What the page's rules say, net by net."""
    files = [folder / f"{i}.json" for i in range(len(queries))]
    for file, one in zip(files, queries, strict=True):
        file.write_bytes(to_json({"report": one.document, "inputs": one.inputs}))
    command = [str(NODE), "dev/rules.mjs"]
    names = "".join(f"{file}\n" for file in files)
    done = subprocess.run(command, cwd=WEB, input=names, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def compare(query: Query, reply: dict[str, Any]) -> None:
    """Every shape, parameter and multiply-add.

    A layer whose rule the page lacks is as it was; once its bottoms have changed, what reads it is no more known.
    """
    graph, rows = query.wanted, make_report(query.wanted).rows
    unsure: set[BlobId] = set()
    for node, row, layer in zip(graph.nodes, rows, reply["layers"], strict=True):
        where = f"{query.name}: {node.name} ({node.type}): {layer}"
        has_rule = query.document["layers"][node.index]["rule"]["kind"] != "unknown"
        if unsure & set(node.bottoms) or layer["state"] == "unsure":
            assert query.inputs, where
            assert unsure & set(node.bottoms) or not has_rule, where
            unsure.update(node.tops)
            continue
        assert layer["state"] == ("computed" if has_rule else "kept"), where
        assert layer["params"] == [list(param.shape) for param in node.params], where
        assert (layer["paramCount"], layer["statistics"]) == (row.param_count, row.statistics), where
        assert has_rule is False or layer["macs"] == row.macs, where
        for top in node.tops:
            assert reply["shapes"][str(top)] == list(graph.shapes[top]), f"{where}: {top}"
    assert reply["images"] == graph.images, query.name


@pytest.fixture
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Documents without what is said in words: the rules do not look at it."""
    monkeypatch.setattr(documents, "explain_layer", lambda *_: ())


SWEEP = sweep([folder for folder in FOLDERS if nets(folder)])


@pytest.mark.sweep
@needs_shared
@pytest.mark.usefixtures("_short")
@pytest.mark.parametrize(("folder", "step"), SWEEP)
def test_every_public_net(folder: str, step: int, tmp_path: Path) -> None:
    """As it is, and with larger images."""
    queries = [query for path in nets(folder)[::step] for query in as_it_is_and_larger(path)]
    for query, result in zip(queries, ask(queries, tmp_path), strict=True):
        compare(query, result)


def as_it_is_and_larger(path: Path) -> Iterator[Query]:
    graph = opened(path)
    document = make_document(graph)
    yield Query(name_of(path), document, {}, graph)
    if (larger := with_larger_images(path, graph)) is not None:
        yield Query(name_of(path), document, *larger)


def with_larger_images(path: Path, graph: Graph) -> tuple[dict[str, Sequence[int]], Graph] | None:
    """The net with two images more, 37 rows higher and 64 columns wider, where Python takes them."""
    images: dict[str, Sequence[int]] = {blob: graph.shapes[BlobId(blob)] for blob in graph.inputs}
    others: dict[str, Sequence[int]] = {
        b: (s[0] + 2, s[1], s[2] + 37, s[3] + 64) for b, s in images.items() if len(s) == 4
    }
    if not others:
        return None
    definition = define_net(read_text(path), str(path))
    try:
        wanted = make_graph(definition, Options(phase=("TRAIN", "TEST")[graph.phase], inputs=images | others))
    except PrototxtError:
        return None
    if [node.name for node in wanted.nodes] != [node.name for node in graph.nodes]:
        return None
    return {str(BlobId(blob)): shape for blob, shape in others.items()}, wanted


CONVOLUTION = """
layer {{ name: "x" type: "Input" top: "x" input_param {{ shape {{ dim: 2 dim: 12 dim: 15 dim: 22 }} }} }}
layer {{ name: "it" type: "{}" bottom: "x" top: "y" {} }}
"""

ODD = {
    "groups": ("Convolution", "convolution_param { num_output: 8 kernel_size: 3 group: 4 }"),
    "two sizes": (
        "Convolution",
        "convolution_param { num_output: 3 kernel_h: 5 kernel_w: 2 stride_h: 3 stride_w: 1 }",
    ),
    "dilation": (
        "Convolution",
        "convolution_param { num_output: 3 kernel_size: 3 dilation: 4 pad: 2 stride: 2 }",
    ),
    "one spatial axis": ("Convolution", "convolution_param { num_output: 3 kernel_size: 3 axis: 2 }"),
    "hanging over": (
        "Convolution",
        "convolution_param { num_output: 3 kernel_size: 16 stride: 3 kernel_size: 3 }",
    ),
    "deconvolution": (
        "Deconvolution",
        "convolution_param { num_output: 6 kernel_size: 4 stride: 2 pad: 1 group: 3 }",
    ),
    "ceil": ("Pooling", "pooling_param { kernel_size: 3 stride: 2 }"),
    "clip": ("Pooling", "pooling_param { pool: AVE kernel_size: 2 stride: 2 pad: 1 }"),
    "floor": ("Pooling", "pooling_param { kernel_size: 2 stride: 2 round_mode: FLOOR }"),
    "global": ("Pooling", "pooling_param { pool: AVE global_pooling: true }"),
    "transposed": (
        "InnerProduct",
        "inner_product_param { num_output: 7 axis: -2 transpose: true bias_term: false }",
    ),
    "scale by axis": ("Scale", "scale_param { axis: -2 num_axes: 2 bias_term: true }"),
    "scalar scale": ("Scale", "scale_param { num_axes: 0 }"),
    "bias": ("Bias", "bias_param { axis: 0 num_axes: -1 }"),
    "batch norm": ("BatchNorm", ""),
    "one slope": ("PReLU", "prelu_param { channel_shared: true }"),
    "flatten": ("Flatten", "flatten_param { axis: -3 end_axis: -2 }"),
    "reshape": ("Reshape", "reshape_param { shape { dim: 0 dim: -1 } axis: 1 num_axes: 2 }"),
    "insert": ("Reshape", "reshape_param { shape { dim: 1 } axis: -2 num_axes: 0 }"),
    "permute": ("Permute", "permute_param { order: 0 order: 2 }"),
    "shrink": ("Interp", "interp_param { shrink_factor: 2 pad_end: -3 }"),
    "zoom": ("Interp", "interp_param { zoom_factor: 3 }"),
    "size": ("Interp", "interp_param { height: 9 width: 31 }"),
    "upsample": ("Upsample", "upsample_param { scale: 3 }"),
    "sum": ("Eltwise", 'bottom: "x"'),
    "lrn": ("LRN", "lrn_param { norm_region: WITHIN_CHANNEL }"),
    "softmax": ("Softmax", "softmax_param { axis: -1 }"),
    "bn": ("BN", "bn_param { bn_mode: INFERENCE }"),
    "depthwise": ("ConvolutionDepthwise", "convolution_param { num_output: 1 kernel_size: 3 }"),
    "relu6": ("ReLU6", ""),
    "learned bn": ("BN", "bn_param { bn_mode: LEARN }"),
    "unpool": ("Upsample", 'bottom: "x"'),
    "unpool by axis": ("Upsample", 'bottom: "x" upsample_param { scale_h: 2 scale_w: 3 pad_out_h: true }'),
    "unpool to a size": ("Upsample", 'bottom: "x" upsample_param { upsample_h: 31 upsample_w: 43 }'),
    "shuffle": ("ShuffleChannel", "shuffle_channel_param { group: 3 }"),
    "norm": ("Normalize", "norm_param { across_spatial: false channel_shared: false }"),
    "one scale": ("Normalize", ""),
    "classes": ("ArgMax", "argmax_param { axis: 1 }"),
    "best of all": ("ArgMax", "argmax_param { top_k: 3 out_max_val: true }"),
    "boxes": (
        "PriorBox",
        'bottom: "x" prior_box_param { min_size: 3 max_size: 9 aspect_ratio: 2 flip: true }',
    ),
}

REGIONS = """
layer {{ name: "x" type: "Input" top: "x" top: "r" input_param {{
  shape {{ dim: 2 dim: 18 dim: 15 dim: 22 }} shape {{ dim: 7 dim: 5 }} }} }}
layer {{ name: "it" type: "{}" bottom: "x" bottom: "r" top: "y" {} }}
"""

LABELS = """
layer {{ name: "x" type: "Input" top: "x" top: "r" input_param {{
  shape {{ dim: 2 dim: 6 dim: 5 dim: 4 }} shape {{ dim: 2 dim: 1 dim: 5 dim: 4 }} }} }}
layer {{ name: "it" type: "{}" bottom: "x" bottom: "r" top: "y" {} }}
"""

OF_TWO = {
    "regions": (REGIONS, "ROIPooling", "roi_pooling_param { pooled_h: 3 pooled_w: 2 spatial_scale: 0.5 }"),
    "scores of regions": (
        REGIONS,
        "PSROIPooling",
        "psroi_pooling_param { spatial_scale: 0.5 output_dim: 2 group_size: 3 }",
    ),
    "loss": (LABELS, "SoftmaxWithLoss", ""),
    "loss and softmax": (LABELS, "SoftmaxWithLoss", 'top: "p"'),
    "accuracy": (LABELS, "Accuracy", "accuracy_param { top_k: 2 }"),
}


def test_odd_settings(tmp_path: Path) -> None:
    queries = []
    texts = {name: CONVOLUTION.format(*given) for name, given in ODD.items()}
    texts |= {name: text.format(*given) for name, (text, *given) in OF_TWO.items()}
    for name, text in texts.items():
        graph = make_graph(define_net(text, name), Options())
        queries.append(Query(name, make_document(graph), {}, graph))
    for one, reply in zip(queries, ask(queries, tmp_path), strict=True):
        compare(one, reply)
        assert [layer["state"] for layer in reply["layers"]] == ["computed", "computed"], one.name
