"""Public nets of the R-CNN family: every blob has a shape, in training with images and boxes that a caller gives."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import prototxt
from golden import SHARED, needs_shared
from prototxt.layers.base import Shape
from prototxt.layers.registry import layer_types
from prototxt.reading import Options, define_net, outline

pytestmark = needs_shared

FOLDERS = ("pyfaster", "netscope", "soeaver/det")
SIGNS = ("ROIPooling", "ProposalLayer", "RoIDataLayer", "OHEM")
GIVEN: dict[str, Shape] = {"data": (1, 3, 608, 800), "gt_boxes": (7, 5)}


def _files() -> list[Path]:
    files = [path for folder in FOLDERS for path in sorted((SHARED / "corpus" / folder).rglob("*.prototxt"))]
    return [path for path in files if any(sign in path.read_text() for sign in SIGNS)]


@pytest.mark.parametrize("path", _files(), ids=lambda path: str(path.relative_to(SHARED / "corpus")))
def test_every_blob_has_a_shape(path: Path) -> None:
    text = path.read_text()
    trains = "RoIDataLayer" in text
    options = Options(phase="TRAIN" if trains else "TEST", inputs=GIVEN if trains else None)
    graph = outline(define_net(text, str(path)), options)
    missing = {error.missing for error in graph.missing}
    assert not missing & set(layer_types())
    assert "Python" not in {node.type for node in graph.nodes}
    if not missing:
        assert {blob for node in graph.nodes for blob in node.tops} == set(graph.shapes)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::prototxt.errors.PrototxtWarning")
@pytest.mark.parametrize("engine", ["fast", "reference"])
@pytest.mark.parametrize(
    "name",
    [
        "pyfaster/models_pascal_voc_ZF_faster_rcnn_end2end_train.prototxt",
        "soeaver/det/rfcn/models/pascal_voc/resnet18/rfcn_voc_resnet18-priv-merge-ohem.prototxt",
    ],
)
def test_a_training_net_runs(name: str, engine: str) -> None:
    inputs = {"data": (1, 3, 224, 320), "gt_boxes": (2, 5)}
    net = prototxt.load_net(SHARED / "corpus" / name, phase="TRAIN", inputs=inputs, engine=engine)
    image = np.random.default_rng(0).normal(0, 60, inputs["data"])
    boxes = np.array([[30, 40, 150, 160, 7], [160, 20, 300, 210, 12]])
    net.forward({"data": image, "im_info": np.array([[224, 320, 1]]), "gt_boxes": boxes})
    assert np.isfinite(net.loss)
    assert net.loss > 0
