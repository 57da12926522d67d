"""Public nets for training: shapes without their databases, and with inputs in place of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import prototxt
from prototxt.errors import PrototxtError
from prototxt.frontend.load import Options
from prototxt.layers.registry import layer_types
from support.golden import SHARED, needs_shared

CORPUS = SHARED / "corpus"
READERS = r'type: *"?(Data|DATA|data|HDF5Data|HDF5_DATA|ImageData|IMAGE_DATA|WindowData|WINDOW_DATA)"?\s'
NETS = [p for p in sorted(CORPUS.rglob("*.prototxt")) if re.search(READERS, p.read_text(errors="replace"))]
TYPES = {"Data", "HDF5Data", "ImageData", "WindowData"}
NEEDED = {"SoftmaxWithLoss", "Accuracy"}

pytestmark = [
    needs_shared,
    pytest.mark.skipif(not set(layer_types()) >= NEEDED, reason="no layers for losses yet"),
]

WITHOUT_DATABASE = {
    "bvlc/models/bvlc_alexnet/train_val.prototxt": (256, 3, 227, 227),
    "bvlc/models/bvlc_reference_caffenet/train_val.prototxt": (256, 3, 227, 227),
    "bvlc/models/finetune_flickr_style/train_val.prototxt": (50, 3, 227, 227),
    "bvlc/examples/feature_extraction/imagenet_val.prototxt": (50, 3, 227, 227),
    "bvlc/examples/finetune_pascal_detection/pascal_finetune_trainval_test.prototxt": (128, 3, 227, 227),
    "squeezenet/SqueezeNet_v1.1_train_val.prototxt": (32, 3, 227, 227),
}


@pytest.mark.parametrize("file", WITHOUT_DATABASE)
def test_shapes_without_a_database(file: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    graph = prototxt.load_graph(CORPUS / file, Options(phase="TRAIN"))
    blobs = {str(blob.name): shape for blob, shape in graph.shapes.items()}
    assert blobs["data"] == WITHOUT_DATABASE[file]
    assert blobs["label"] == blobs["data"][:1]
    assumed = [note for note in graph.notes if "channels assumed" in note]
    assert len(assumed) == (0 if "pascal" in file else 1)


@pytest.mark.sweep
@pytest.mark.parametrize("phase", ["TRAIN", "TEST"])
@pytest.mark.parametrize("path", NETS, ids=lambda p: str(p.relative_to(CORPUS)))
def test_every_net_gives_shapes_or_its_data_layer_says_what_to_give(path: Path, phase: str) -> None:
    message = ""
    try:
        assert prototxt.load_graph(path, Options(phase=phase)).nodes
    except PrototxtError as error:
        if error.layer_type in TYPES:
            message = f"{error.what} {error.hint}"
    assert not message or "--input" in message, message


GIVEN = [
    "bvlc/examples/mnist/lenet_train_test.prototxt",
    "bvlc/examples/cifar10/cifar10_quick_train_test.prototxt",
]


@pytest.mark.parametrize("file", GIVEN)
def test_the_shape_of_data_is_enough(file: str) -> None:
    shape = (7, 1, 28, 28) if "mnist" in file else (7, 3, 32, 32)
    graph = prototxt.load_graph(CORPUS / file, Options(inputs={"data": shape}))
    assert graph.inputs == ("data", "label")
    assert graph.shapes[next(b for b in graph.shapes if b.name == "label")] == (7,)
    assert any('its top "label" becomes an input of 7' in note for note in graph.notes)
