"""Public nets: every shape, and what the reference computed with parameters drawn by one recipe."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from math import prod, sqrt
from typing import Any

import numpy as np
import pytest

from prototxt.blobs import Array, Shape
from prototxt.frontend.load import Options, define_net, load_graph
from prototxt.frontend.net_options import NetOptions
from prototxt.graph.graph import BlobId, Graph
from prototxt.layers.registry import layer_types
from prototxt.net import Net
from prototxt.text.files import read_text
from prototxt.views.net_rows import make_report
from support.golden import SHARED, needs_shared

pytestmark = [pytest.mark.sweep, needs_shared]

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

ILL_CONDITIONED = {"senet/models_SE-ResNet-50.prototxt": "conv4_2_global_pool"}
"""Nets whose recipe feeds thousands to sigmoids: from this blob on a rounding is as much as RTOL, and at the end the
reference's own float32 is off by three times the spread of what float64 gives."""


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


DIALECTS = {"segnet": "segnet", "enet": "segnet", "pspnet": "pspnet"}
"""What the nets of forks are written for, by the reference that ran them."""


def options_of(row: Mapping[str, Any], inputs: Mapping[str, Shape] | None = None) -> Options:
    given = inputs or row.get("given_inputs") or (None if row["inputs"] else stand_ins(row))
    return Options(inputs=given, dialect=DIALECTS.get(row["engine"], ""))


def stand_ins(row: Mapping[str, Any]) -> dict[str, Shape]:
    """What the reference's data layers made of a picture of its own, the first two blobs."""
    return {name: tuple(shape) for name, shape in row["blobs"][:2]}


def graph_of(row: Mapping[str, Any]) -> Graph:
    return load_graph(CORPUS / row["file"], options_of(row))


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
    dynamic = by_values(graph)
    assert [blob for blob in blobs if blob[0] not in dynamic] == [
        blob for blob in want if blob[0] not in dynamic
    ]
    assert [name for name, _ in blobs] == [name for name, _ in want]
    params = [[node.name, [list(p.shape) for p in node.params]] for node in graph.nodes if node.params]
    assert params == row["params"]
    # Where data layers were replaced by inputs, the reference has an Input layer of its own for each.
    layers = [[node.name, node.type] for node in graph.nodes if node.type != "Input"]
    result = {"Input", "Split", *(() if row["inputs"] else ("DenseImageData",))}
    assert layers == [la for la in row["layers"] if la[1] not in result or la in layers]
    assert sorted(graph.inputs) == sorted(row["inputs"] or stand_ins(row))
    assert list(graph.outputs) == row["outputs"]


def test_there_are_enough_of_them() -> None:
    assert len(ROWS) >= 63
    assert {name_of(row) for row in RUNS} >= IN_DEFAULT_RUN | set(IN_THE_REFERENCE_ENGINE)


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


def draw_all(net: Net) -> None:
    """The recipe's values for all learned arrays."""
    for node in net.layers:
        for slot, param in enumerate(net.params.get(node.name, [])):
            draw(node.name, node.type, slot, param.data)


def shapes_fed(row: Mapping[str, Any]) -> dict[str, Shape]:
    """One image; a batch as published where the reference's BN cannot do with another."""
    shapes = {name: graph_of(row).shapes[BlobId(name)] for name in row["inputs"]}
    return shapes if row["engine"] == "segnet" else {name: (1, *shape[1:]) for name, shape in shapes.items()}


def check_forward(row: Mapping[str, Any], engine: str) -> None:
    path = CORPUS / row["file"]
    definition = define_net(read_text(path), str(path))
    shapes = shapes_fed(row)
    inputs = {**(row.get("given_inputs") or {}), **shapes}
    net = Net(definition, NetOptions.of(options_of(row, inputs), engine=engine))
    draw_all(net)
    net.forward({name: 30 * seeded(f"input/{name}").randn(*shape) for name, shape in shapes.items()})
    checked = [name for name in row["forward"] if not made_by_the_reference(name)]
    assert set(checked) == set(net.blobs)
    if (end := ILL_CONDITIONED.get(row["file"])) is not None:
        checked = checked[: checked.index(end)]
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


@pytest.mark.slow
@pytest.mark.parametrize("file", ILL_CONDITIONED)
def test_both_engines_on_inputs_that_sigmoids_can_take(file: str) -> None:
    graph = load_graph(CORPUS / file)
    shapes = {name: (1, *graph.shapes[BlobId(name)][1:]) for name in graph.inputs}
    definition = define_net(read_text(CORPUS / file), file)
    inputs = {
        name: (0.03 * seeded(f"input/{name}").randn(*shape)).astype(np.float32)
        for name, shape in shapes.items()
    }
    produced = {}
    for engine in ("reference", "fast"):
        net = Net(definition, NetOptions(inputs=shapes, engine=engine))
        draw_all(net)
        net.forward(inputs)
        produced[engine] = {name: blob.data for name, blob in net.blobs.items()}
    for name, want in produced["reference"].items():
        assert np.abs(produced["fast"][name] - want).max() <= RTOL * max(want.std(), 1e-6), name
