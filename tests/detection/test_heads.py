"""Which nets find boxes or classes of pixels, and what they find."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import prototxt
from prototxt.detection.heads import BoxRows, PixelMap, Regions, find_head, image_view, size_input
from prototxt.errors import InputError
from prototxt.frontend.load import load_graph
from prototxt.graph.subgraph import part
from prototxt.images.crops import Window
from prototxt.images.view import View
from prototxt.layers.base import OutputKind
from support.detection_nets import DATA, FASTER, HEADS, PRIORS, SCORE_MAP, SSD, ssd_weights
from support.golden import SHARED, needs_shared

ROWS = BoxRows("found", OutputKind("boxes", 3))


def score_map(*layers: str) -> PixelMap | None:
    head = find_head(prototxt.parse_net(DATA + "".join(layers)).graph)
    assert head is None or isinstance(head, PixelMap)
    return head


def softmax(bottom: str, axis: int = 1) -> str:
    return (
        f'layer {{ name: "p" type: "Softmax" bottom: "{bottom}" top: "p" softmax_param {{ axis: {axis} }} }}'
    )


SMALLER = SCORE_MAP.replace("kernel_size: 1", "kernel_size: 3")
ARGMAX = 'layer { name: "a" type: "ArgMax" bottom: "score" top: "a" argmax_param { axis: 1 } }'
OTHER = SCORE_MAP.replace('"score"', '"box"').replace("num_output: 5", "num_output: 4")


def test_score_maps() -> None:
    assert score_map(SCORE_MAP) == PixelMap("score", "scores", 5)
    assert score_map(SCORE_MAP, softmax("score")) == PixelMap("p", "scores", 5)
    assert score_map(SMALLER, softmax("score")) == PixelMap("p", "scores", 5)
    second = SCORE_MAP.replace('"score"', '"second"')
    unread = (
        'layer { name: "i" type: "Input" top: "i" input_param { shape { dim: 1 dim: 1 dim: 1 dim: 2 } } }'
    )
    assert score_map(SCORE_MAP, second, unread, softmax("score")) == PixelMap("p", "scores", 5)
    assert score_map(SCORE_MAP, second) is None
    assert score_map(SCORE_MAP, ARGMAX) == PixelMap("a", "classes", 5)
    assert score_map(SMALLER, ARGMAX) == PixelMap("a", "classes", 5)


def test_other_blobs_are_no_score_map() -> None:
    joined = 'layer { name: "both" type: "Concat" bottom: "data" bottom: "second" top: "both" }'
    assert score_map(SMALLER) is None  # of another size than the image, and nobody says that it is scores
    assert score_map(SMALLER, softmax("score", 2)) is None
    assert score_map(SCORE_MAP.replace("num_output: 5", "num_output: 3")) is None  # an image of an image
    assert score_map(SCORE_MAP.replace("num_output: 5", "num_output: 1")) is None
    assert score_map(SCORE_MAP, softmax("score"), OTHER) is None  # MTCNN: scores of windows, and their boxes
    assert (
        score_map(DATA.replace('"data"', '"second"'), joined, SCORE_MAP.replace('"data"', '"both"')) is None
    )  # how one image becomes another
    assert score_map('layer { name: "f" type: "Flatten" bottom: "data" top: "f" }', softmax("f")) is None


def test_a_part_of_a_net() -> None:
    """The blob of a layer in the middle may be as large as the image, but holds no scores."""
    net = prototxt.parse_net(DATA + SCORE_MAP + softmax("score"))
    assert find_head(part(net.graph, None, "score"), net.graph) is None
    assert find_head(part(net.graph, "score", "p"), net.graph) == PixelMap("p", "scores", 5)
    assert find_head(part(net.graph, "p", None), net.graph) == PixelMap("p", "scores", 5)


def test_lines_of_scores_are_no_maps() -> None:
    text = DATA.replace("dim: 30", "dim: 1") + SCORE_MAP + softmax("score")
    assert find_head(prototxt.parse_net(text).graph) is None


def test_classes_at_places() -> None:
    net = prototxt.parse_net(DATA + SCORE_MAP + ARGMAX, keep="all")
    scores = PixelMap("score", "scores", 5)
    classes = PixelMap("a", "classes", 5)
    data = np.random.default_rng(0).random((1, 3, 30, 40), np.float32)
    values = net.forward(data=data) | {"score": net.blobs["score"].data}
    view = View.whole(30, 40)
    result = scores.find(values, view)
    np.testing.assert_array_equal(result.classes, values["score"][0].argmax(0))
    np.testing.assert_array_equal(classes.find(values, view).classes, result.classes)
    shares = result.shares()
    assert sum(share for _, share in shares) == pytest.approx(1)
    assert [share for _, share in shares] == sorted((share for _, share in shares), reverse=True)


def test_box_rows() -> None:
    rows = np.array(
        [[0, 2, 0.3, 0, 0, 0.5, 0.5], [0, 1, 0.9, -0.25, 0.5, 1, 1], [0, 1, np.nan, 0, 0, 1, 1]], np.float32
    )
    result = ROWS.find({"found": rows[None, None]}, View.whole(40, 80))
    assert [(d.label, d.box) for d in result.detections] == [(1, (-20, 20, 80, 40)), (2, (0, 0, 40, 20))]
    assert [round(d.score, 3) for d in result.detections] == [0.9, 0.3]
    assert [d.label for d in result.at_least(0.5)] == [1]


def test_no_detection_gives_no_boxes() -> None:
    nothing = np.array([[0, *[-1] * 6]], np.float32)[None, None]
    assert ROWS.find({"found": nothing}, View.whole(40, 80)).detections == ()


def test_rows_of_a_batch() -> None:
    rows = np.array([[0, 1, 0.9, 0, 0, 1, 1], [2, 1, 0.8, 0, 0, 1, 1], [2, 2, 0.7, 0, 0, 1, 1]], np.float32)
    parts = ROWS.split(rows[None, None], 3)
    assert [part.shape for part in parts] == [(1, 1, 1, 7), (1, 1, 1, 7), (1, 1, 2, 7)]
    assert parts[1].tolist() == [[[[0, -1, -1, -1, -1, -1, -1]]]]
    assert parts[2][0, 0, :, :2].tolist() == [[0, 1], [0, 2]]
    together = BoxRows("found", OutputKind("boxes", 3, together=True))
    assert together.split(rows, 1)[0] is rows
    with pytest.raises(InputError, match="which image") as caught:
        together.split(rows, 3)
    assert caught.value.hint == "run with a batch of 1"


@pytest.mark.parametrize(("kind", "columns"), [("faster", 16), ("rfcn", 8)])
def test_regions(kind: str, columns: int) -> None:
    net = prototxt.parse_net(FASTER + HEADS[kind])
    assert find_head(net.graph) == Regions("cls_prob", "bbox_pred", "rois", 4, columns)
    assert size_input(net.graph) == "im_info"
    data = np.random.default_rng(1).random((1, 3, 32, 48), np.float32) * 100
    net.forward(data=data, im_info=np.array([[32, 48, 1]], np.float32))
    result = net.detections()
    assert result
    assert {d.label for d in result} <= {1, 2, 3}
    corners = np.array([d.box for d in result])
    assert corners.min() >= 0
    assert (corners.max(0) <= [47, 31, 47, 31]).all()
    half = View((64, 96), (32, 48), net_window())
    twice = net.detections(half)
    assert len(twice) == len(result)
    # a pixel more or less at the edges, which are whole pixels
    np.testing.assert_allclose([d.box for d in twice], 2 * corners, atol=3)


def net_window() -> Window:
    return View.whole(32, 48).window


def test_a_net_of_one_region_layer_without_scores() -> None:
    assert find_head(prototxt.parse_net(FASTER).graph) is None
    assert size_input(prototxt.parse_net(DATA + SCORE_MAP).graph) is None


def test_detections_of_a_net(tmp_path: Path) -> None:
    net = prototxt.parse_net(SSD, ssd_weights(tmp_path / "w.npz"), keep="outputs")
    assert find_head(net.graph) == ROWS
    with pytest.raises(InputError, match="before the first forward"):
        net.detections()
    net.forward(data=np.zeros((2, 3, 30, 40), np.float32))
    result = net.detections(min_score=0.5, image=1)
    assert [(d.label, round(d.score, 2)) for d in result] == [(1, 0.9), (2, 0.7), (1, 0.55)]
    wanted = np.array([PRIORS[0], PRIORS[1], PRIORS[3]]) * [40, 30, 40, 30]
    np.testing.assert_allclose([d.box for d in result], wanted, atol=1e-4)
    assert len(net.detections()) > len(result)
    with pytest.raises(InputError, match="no image 2 in a batch of 2"):
        net.detections(image=2)
    with pytest.raises(InputError, match='finds no boxes; its outputs: "score"'):
        prototxt.parse_net(DATA + SCORE_MAP).detections()


def test_a_view_of_nets_without_images() -> None:
    text = 'layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 1 dim: 7 } } }'
    assert image_view(prototxt.parse_net(text).graph).input_size == (1, 1)


@needs_shared
@pytest.mark.parametrize(
    ("file", "kind"),
    [
        ("res10_ssd/deploy.prototxt", BoxRows), ("mtcnn_det1/det1.prototxt", type(None)),
        ("squeezenet/deploy.prototxt", type(None)), ("lenet/lenet.prototxt", type(None)),
    ],
)  # fmt: skip
def test_public_nets(file: str, kind: type) -> None:
    folder = SHARED / "models" / Path(file).parent
    (path,) = folder.glob("*.prototxt")
    assert isinstance(find_head(load_graph(path)), kind)
