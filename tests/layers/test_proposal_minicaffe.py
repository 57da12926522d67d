"""Proposal of mini-caffe: the Python layer's regions, what it does with small ones, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

from prototxt.blobs import TEST, Shape
from support.golden import CASES
from support.helpers import layer_from_text, refused

TEXT = 'type: "Proposal" bottom: "p" bottom: "d" bottom: "i" top: "rois" top: "scores" proposal_param { %s }'
FORMS = "ratio: [0.5, 1, 2] scale: [8, 16, 32]"
SHAPES: list[Shape] = [(1, 18, 40, 50), (1, 36, 40, 50), (1, 3)]


def test_equals_the_python_layer_where_none_is_small() -> None:
    with np.load(CASES / "rfcn" / "proposal" / "over_300_kept.npz") as case:
        bottom = [case[f"input/{name}"] for name in ("prob", "delta", "im_info")]
        rois, scores = layer_from_text(TEXT % FORMS).forward(bottom, ())
        np.testing.assert_allclose(rois, case["output/rois"], rtol=1e-5)
        np.testing.assert_allclose(scores, case["output/scores"][:, 0], rtol=1e-5)


def test_small_regions_come_last() -> None:
    scores = np.array([0, 0, 0.9, 0.6], np.float32).reshape(1, 4, 1, 1)
    info = np.array([[100, 100, 1]], np.float32)
    layer = layer_from_text(TEXT % "ratio: 1 scale: [1, 3] min_size: 20")
    rois, scores_kept = layer.forward([scores, np.zeros((1, 8, 1, 1), np.float32), info], ())
    assert rois.tolist() == [[0, 0, 0, 32, 32], [0, 0, 0, 16, 16]]
    np.testing.assert_allclose(scores_kept, [0.6, 0])


def test_the_most_there_can_be() -> None:
    assert layer_from_text(TEXT % FORMS).shapes(SHAPES) == [(300, 5), (300,)]
    assert layer_from_text(TEXT % (FORMS + "pre_nms_topn: 50")).shapes(SHAPES) == [(50, 5), (50,)]


@pytest.mark.parametrize("dialect", ["", "rfcn"])
def test_only_another_type_than_python_is_this_one(dialect: str) -> None:
    assert layer_from_text(TEXT % FORMS, TEST, dialect=dialect).fork == "minicaffe"


@pytest.mark.parametrize(
    ("fields", "what", "field"),
    [
        ("scale: 8", "no ratio", "ratio"),
        ("ratio: 1 scale: -8", "scale must be above 0, not -8", "scale"),
        (FORMS + " feat_stride: 0", "feat_stride must be at least 1, not 0", "feat_stride"),
        (FORMS + " post_nms_topn: 0", "post_nms_topn must be at least 1, not 0", "post_nms_topn"),
        ("ratio: 1 scale: 8", "1 anchors take 2 channels of scores, got 18: 1 x 18 x 40 x 50", "bottom"),
    ],
)
def test_refusals(fields: str, what: str, field: str) -> None:
    error = refused(TEXT % fields, *SHAPES)
    assert (error.what, error.field) == (what, field)
