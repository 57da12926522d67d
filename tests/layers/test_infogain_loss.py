"""InfogainLoss: prices by hand, from a bottom and from a file, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import prototxt
from prototxt.blobs import Array, Shape
from prototxt.errors import LayerError
from prototxt.layers.base import Layer
from prototxt.schema.caffe_pb2 import BlobProto
from support.helpers import layer_from_text, noise, refused, run

TEXT = 'type: "InfogainLoss" bottom: "x" bottom: "l" bottom: "H" top: "y" %s'


def infogain(fields: str = "", tops: str = "") -> Layer:
    return layer_from_text(TEXT % f"{tops} {fields}")


X = np.log(np.array([[1, 2, 5], [4, 4, 2]], np.float32))  # softmax: .125 .25 .625 and .4 .4 .2
LABELS = np.array([2, 0], np.float32)
H = np.array([[1, 0, 2], [0, 1, 0], [0.5, 0, 3]], np.float32)
LOSSES = [-(0.5 * np.log(0.125) + 3 * np.log(0.625)), -(np.log(0.4) + 2 * np.log(0.2))]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("", sum(LOSSES) / 2),
        ("loss_param { normalization: NONE }", sum(LOSSES)),
        ("loss_param { ignore_label: 2 }", LOSSES[1]),
        ("loss_param { ignore_label: 2 normalization: FULL }", LOSSES[1] / 2),
        ("loss_param { ignore_label: 2 normalization: BATCH_SIZE }", LOSSES[1] / 2),
    ],
)
def test_by_hand(fields: str, expected: float) -> None:
    (y,) = run(infogain(fields), X, LABELS, H)
    np.testing.assert_allclose(y, expected, rtol=1e-5)


def test_classes_on_another_axis_and_probabilities_as_second_top() -> None:
    x, labels = noise(2, 4, 5, 3), np.arange(40).reshape(2, 4, 5) % 3
    axis = infogain("infogain_loss_param { axis: -1 }", 'top: "p" loss_weight: 1 loss_weight: 0')
    loss, prob = run(axis, x, labels.astype(np.float32), H.reshape(1, 1, 3, 3))
    np.testing.assert_allclose(prob.sum(axis=3), np.ones((2, 4, 5)), rtol=1e-5)
    np.testing.assert_allclose(loss, -(H[labels] * np.log(prob)).sum() / 40, rtol=1e-5)


def test_the_identity_gives_the_softmax_loss() -> None:
    x, labels = noise(4, 3, 2), np.array([0, 1, 2, 2, 1, 0, 1, 1], np.float32).reshape(4, 2)
    (want,) = run(layer_from_text('type: "SoftmaxWithLoss" bottom: "x" bottom: "l" top: "y"'), x, labels)
    (y,) = run(infogain(), x, labels, np.eye(3, dtype=np.float32))
    np.testing.assert_allclose(y, want, rtol=1e-5)


def write_matrix(path: Path, matrix: Array) -> None:
    blob = BlobProto(data=matrix.ravel())
    blob.shape.dim.extend(matrix.shape)
    path.write_bytes(blob.SerializeToString())


NET = """
layer { name: "in" type: "Input" top: "x" top: "l" input_param { shape { dim: 2 dim: 3 } shape { dim: 2 } } }
layer { name: "loss" type: "InfogainLoss" bottom: "x" bottom: "l" top: "y"
  infogain_loss_param { source: "H.binaryproto" } }
"""


def test_the_matrix_may_lie_in_a_file_beside_the_net(tmp_path: Path) -> None:
    (tmp_path / "net.prototxt").write_text(NET)
    net = prototxt.load_net(tmp_path / "net.prototxt")  # nothing is read yet
    write_matrix(tmp_path / "H.binaryproto", H)
    net.forward(x=X, l=LABELS)
    assert net.loss == pytest.approx(sum(LOSSES) / 2, rel=1e-5)


def test_a_file_that_is_no_matrix_for_these_classes(tmp_path: Path) -> None:
    (tmp_path / "net.prototxt").write_text(NET)
    with pytest.raises(LayerError, match=r"net\.prototxt:4:25: layer .loss. .*: H\.binaryproto: no matrix"):
        prototxt.load_net(tmp_path / "net.prototxt").forward(x=X, l=LABELS)
    write_matrix(tmp_path / "H.binaryproto", noise(4, 2))
    with pytest.raises(LayerError, match="3 classes need a matrix of 3 x 3, got 4 x 2") as caught:
        prototxt.load_net(tmp_path / "net.prototxt").forward(x=X, l=LABELS)
    assert caught.value.field == "source"


def test_cost() -> None:
    cost = infogain().cost([(2, 3), (2,), (3, 3)], [()])
    assert (cost.exponentials, cost.multiplications, cost.divisions) == (12, 6, 7)


@pytest.mark.parametrize(
    ("fields", "bottom", "what", "field"),
    [
        ("", ((2, 3), (2,), (3, 4)), "3 classes need a matrix of 3 x 3, got 3 x 4", "bottom"),
        (
            "",
            ((2, 3), (4,), (3, 3)),
            "both bottoms must have the same number of items, got 2 x 3 and 4",
            "bottom",
        ),
        (
            "",
            ((2, 3, 5), (2, 3), (3, 3)),
            "2 x 3 holds 6 labels; scores of 2 x 3 x 5 with their classes on axis 1 need 10",
            "bottom",
        ),
        (
            "loss_param { normalize: true }",
            (),
            "normalize is too old for this layer: give normalization: VALID for true, BATCH_SIZE for false",
            "normalize",
        ),
    ],
)
def test_refusals(fields: str, bottom: tuple[Shape, ...], what: str, field: str) -> None:
    error = refused(TEXT % fields, *bottom)
    assert (error.what, error.field) == (what, field)


def test_no_matrix_at_all() -> None:
    error = refused('type: "InfogainLoss" bottom: "x" bottom: "l" top: "y"')
    assert error.what.startswith("no matrix: 2 bottoms and no source")
    assert error.field == "infogain_loss_param"
