"""Trained models and what the reference computed with them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from prototxt.blobs import Array
from prototxt.graph.graph import Graph
from support.extras import needs
from support.golden import SHARED, part

MODELS = SHARED / "models"
RTOL, ATOL = 1e-3, 1e-4


def weights_of(model: str) -> Path:
    """A model's weights file; without what reads it, the test is skipped."""
    (path,) = (MODELS / model).glob("*.caffemodel*")
    if path.suffix == ".h5":
        needs("h5py")
    return path


def stored(model: str) -> tuple[dict[str, Array], dict[str, Array], dict[str, Any]]:
    """A model's inputs, outputs, and the statistics of its blobs."""
    with np.load(SHARED / "golden/models" / f"{model}.npz") as file:
        arrays = dict(file)
    stats = json.loads(str(arrays.pop("stats")))
    return part(arrays, "input"), part(arrays, "output"), stats


def written_behind(graph: Graph) -> set[str]:
    """Blobs that a Reshape reads whose top is then written in place: the reference has one memory for them all."""
    return {
        node.bottoms[0].name
        for node in graph.nodes
        if node.type == "Reshape" and graph.last[node.tops[0].name].version > 0
    }


def check_statistics(got: Array, want: dict[str, Any], name: str) -> None:
    assert list(got.shape) == want["shape"], name
    flat = got.ravel().astype(np.float64)
    spread = max(want["std"], abs(want["mean"]), ATOL)
    at = [flat[k * flat.size // 8] for k in range(8)]
    ours = [flat.mean(), flat.std(), np.abs(flat).max(), *at]
    theirs = [want["mean"], want["std"], want["absmax"], *want["at"]]
    np.testing.assert_allclose(ours, theirs, RTOL, RTOL * spread, err_msg=name)
