"""Public nets: every shape, and what the reference computed with parameters drawn by one recipe."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from functools import cache
from math import prod, sqrt
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from golden import SHARED, needs_shared
from prototxt.errors import NetError, TextError
from prototxt.graph.select import State, select
from prototxt.graph.wiring import BlobId, Graph
from prototxt.layers.base import Array, Shape
from prototxt.layers.registry import layer_types
from prototxt.net import Net
from prototxt.reading import Options, define_net, load_graph
from prototxt.text.read import read_text
from prototxt.views.report import make_report

pytestmark = needs_shared

CORPUS = SHARED / "corpus"
RTOL = 1e-3
"""Folded and summed in another order, a deep net with drawn weights is off by twice what plain formulas are."""

IN_DEFAULT_RUN = {
    "bvlc/models/bvlc_alexnet/deploy.prototxt",
    "bvlc/models/bvlc_googlenet/deploy.prototxt",
    "bvlc/models/bvlc_reference_caffenet/deploy.prototxt",
    "densenet/DenseNet_121.prototxt",
    "kaiming/prototxt_ResNet-50-deploy.prototxt",
    "mobilenet/mobilenet_deploy.prototxt",
    "mobilenet/mobilenet_v2_deploy.prototxt",
    "squeezenet/SqueezeNet_v1.0_deploy.prototxt",
    "squeezenet/SqueezeNet_v1.1_deploy.prototxt",
}
IN_THE_REFERENCE_ENGINE = (
    "bvlc/examples/mnist/lenet.prototxt",
    "bvlc/examples/cifar10/cifar10_full.prototxt",
)


def _rows() -> list[dict[str, Any]]:
    path = SHARED / "golden" / "nets.jsonl"
    if not path.is_file():
        return []
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    known = set(layer_types())
    return [row for row in rows if "blobs" in row and {kind for _, kind in row["layers"]} <= known]


ROWS = _rows()
RUNS = [row for row in ROWS if "forward" in row]


def name_of(row: Mapping[str, Any]) -> str:
    return str(row["file"])


def graph_of(row: Mapping[str, Any]) -> Graph:
    return load_graph(CORPUS / row["file"], Options(inputs=row.get("given_inputs")))


def made_by_the_reference(name: str) -> bool:
    """Whether this is a blob of a Split layer that the reference puts in by itself."""
    return "_split_" in name


def by_values(graph: Graph) -> set[str]:
    """Blobs whose shape depends on values: before a forward the reference's shape of them tells nothing."""
    return {top.name for node in graph.nodes if node.layer.data_dependent for top in node.tops}


# ---- Shapes ----


@pytest.mark.parametrize("row", ROWS, ids=name_of)
def test_shapes(row: Mapping[str, Any]) -> None:
    graph = graph_of(row)
    blobs = [[name, list(graph.shapes[blob])] for name, blob in graph.last.items()]
    want = [blob for blob in row["blobs"] if not made_by_the_reference(blob[0])]
    loose = by_values(graph)
    assert [blob for blob in blobs if blob[0] not in loose] == [blob for blob in want if blob[0] not in loose]
    assert [name for name, _ in blobs] == [name for name, _ in want]
    params = [[node.name, [list(p.shape) for p in node.params]] for node in graph.nodes if node.params]
    assert params == row["params"]
    # Where data layers were replaced by inputs, the reference has an Input layer of its own for each.
    layers = [[node.name, node.type] for node in graph.nodes if node.type != "Input"]
    assert layers == [la for la in row["layers"] if la[1] not in ("Input", "Split") or la in layers]
    assert sorted(graph.inputs) == sorted(row["inputs"])
    assert list(graph.outputs) == row["outputs"]


def test_there_are_enough_of_them() -> None:
    assert len(ROWS) >= 63
    assert {name_of(row) for row in RUNS} >= IN_DEFAULT_RUN | set(IN_THE_REFERENCE_ENGINE)


@cache
def _corpus_files(every: bool) -> list[Path]:
    """Of a folder with many near-copies a few, unless every file is wanted."""
    chosen: list[Path] = []
    for folder in sorted(path for path in CORPUS.iterdir() if path.is_dir()):
        paths = sorted(folder.rglob("*.prototxt"))
        chosen += paths if every else paths[:: 1 + len(paths) // 6]
    return chosen


@pytest.mark.parametrize("every", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_a_net_of_known_types_with_input_shapes_has_shapes(every: bool) -> None:
    known, shown = set(layer_types()) - {"Python"}, 0  # Python layers bring code that is not here
    for path in _corpus_files(every):
        try:
            definition = define_net(read_text(path), str(path))
        except TextError:  # templates with gaps to fill in; tests/text knows them
            continue
        except NetError as error:
            assert "mixes" in error.what  # noqa: PT017  (one file does, and the reference refuses it too)
            continue
        layers = select(definition, State()).message.layer
        inputs = [layer for layer in layers if layer.type == "Input"]
        if not inputs or not {layer.type for layer in layers} <= known:
            continue
        if not all(layer.input_param.shape for layer in inputs):
            continue
        graph = load_graph(path)
        assert len(graph.nodes) == len(layers)
        assert all(min(shape, default=1) > 0 for shape in graph.shapes.values())
        shown += 1
    assert shown > (50 if every else 15)


# Parameters (with BatchNorm's statistics), statistics, multiply-adds of one image
FIGURES = {
    "bvlc/examples/mnist/lenet.prototxt": (431_080, 0, 2_293_000),
    "bvlc/models/bvlc_alexnet/deploy.prototxt": (60_965_224, 0, 724_406_816),
    "bvlc/models/bvlc_reference_caffenet/deploy.prototxt": (60_965_224, 0, 724_406_816),
    "bvlc/models/bvlc_googlenet/deploy.prototxt": (6_998_552, 0, 1_582_671_872),
    "soeaver/cls/vgg/deploy_vgg16-pytorch.prototxt": (138_357_544, 0, 15_470_264_320),
    "squeezenet/SqueezeNet_v1.0_deploy.prototxt": (1_248_424, 0, 861_339_936),
    "squeezenet/SqueezeNet_v1.1_deploy.prototxt": (1_235_496, 0, 387_747_520),
    "kaiming/prototxt_ResNet-50-deploy.prototxt": (25_610_269, 53_173, 3_857_973_248),
    "mobilenet/mobilenet_deploy.prototxt": (4_253_891, 21_915, 568_740_352),
    "mobilenet/mobilenet_v2_deploy.prototxt": (3_540_189, 34_229, 429_111_936),
}


@pytest.mark.parametrize("file", FIGURES)
def test_published_figures(file: str) -> None:
    totals = make_report(load_graph(CORPUS / file)).totals
    assert (totals.params + totals.statistics, totals.statistics, totals.macs) == FIGURES[file]


# ---- Numbers ----


def seeded(text: str) -> np.random.RandomState:
    return np.random.RandomState(zlib.crc32(text.encode()) & 0x7FFFFFFF)


def draw(layer: str, kind: str, slot: int, into: Array) -> None:
    """The recipe's values for one learned array, a piece at a time: some arrays are large."""
    r = seeded(f"{layer}/{slot}")
    around_one = lambda n: 0.75 + 0.5 * r.rand(n)  # noqa: E731
    small = lambda n: 0.1 * r.randn(n)  # noqa: E731
    positive = lambda n: 0.5 + r.rand(n)  # noqa: E731
    if kind == "BatchNorm":
        make = (small, positive, np.ones)[slot]
    elif kind == "BN":
        make = (around_one, small, small, positive)[slot]
    elif kind == "Scale":
        make = (around_one, small)[slot]
    elif into.ndim >= 2:
        spread = sqrt(2 / prod(into.shape[1:]))
        make = lambda n: r.randn(n) * spread  # noqa: E731
    else:
        make = lambda n: 0.05 * r.randn(n)  # noqa: E731
    flat, piece = into.reshape(-1), 1 << 20
    for start in range(0, flat.size, piece):
        flat[start : start + piece] = make(min(piece, flat.size - start))


def one_image(graph: Graph) -> dict[str, Shape]:
    return {name: (1, *graph.shapes[BlobId(name)][1:]) for name in graph.inputs}


def check_forward(row: Mapping[str, Any], engine: str) -> None:
    path = CORPUS / row["file"]
    definition = define_net(read_text(path), str(path))
    shapes = one_image(graph_of(row))
    inputs = {**(row.get("given_inputs") or {}), **shapes}
    net = Net(definition, Options(inputs=inputs), None, keep="all", engine=engine)
    for node in net.layers:
        params = net.params.get(node.name, [])
        for slot, param in enumerate(params):
            draw(node.name, node.type, slot, param.data)
    net.forward({name: 30 * seeded(f"input/{name}").randn(*shape) for name, shape in shapes.items()})
    checked = [name for name in row["forward"] if not made_by_the_reference(name)]
    assert set(checked) == set(net.blobs)
    # Drawn weights give hundreds of boxes a score of just 1, and which of them are kept is a matter of the sort.
    for name in set(checked) - by_values(net.graph):
        check_statistics(net.blobs[name].data, row["forward"][name], name)


def check_statistics(got: Array, want: Mapping[str, Any], name: str) -> None:
    """The stored figures of a blob, each to RTOL of what the blob's values spread over."""
    assert list(got.shape) == want["shape"], name
    flat = got.ravel().astype(np.float64)
    spread = max(want["std"], 1e-6)
    figures = {
        "mean": (flat.mean(), want["mean"], max(spread, abs(want["mean"]))),
        "std": (flat.std(), want["std"], spread),
        "absmax": (np.abs(flat).max(), want["absmax"], max(want["absmax"], 1e-6)),
    }
    for k, value in enumerate(want["at"]):
        figures[f"value {k}"] = (flat[k * flat.size // 8], value, max(spread, abs(value)))
    for figure, (ours, theirs, scale) in figures.items():
        assert abs(ours - theirs) <= RTOL * scale, f"{figure} of {name}: {ours} for {theirs}"


def _when(row: Mapping[str, Any]) -> Any:
    return pytest.param(row, marks=() if row["file"] in IN_DEFAULT_RUN else pytest.mark.slow, id=name_of(row))


@pytest.mark.parametrize("row", [_when(row) for row in RUNS])
def test_forward(row: Mapping[str, Any]) -> None:
    check_forward(row, "fast")


@pytest.mark.parametrize("file", IN_THE_REFERENCE_ENGINE)
def test_forward_in_the_reference_engine(file: str) -> None:
    (row,) = (row for row in RUNS if row["file"] == file)
    check_forward(row, "reference")
