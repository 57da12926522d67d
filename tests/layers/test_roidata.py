"""RoIData: inputs that the caller gives, and shapes that follow from others."""

from __future__ import annotations

import pytest

import prototxt
from prototxt.errors import InputError, LayerError, UnknownShapeError
from prototxt.net import Net
from support.helpers import layer_from_text, refused

FASTER = ("data", "im_info", "gt_boxes")
FAST = ("data", "rois", "labels", "bbox_targets", "bbox_inside_weights", "bbox_outside_weights")


def text(tops: tuple[str, ...], param: str = "'num_classes': 21") -> str:
    named = " ".join(f'top: "{top}"' for top in tops)
    python = f'module: "roi_data_layer.layer" layer: "RoIDataLayer" param_str: "{param}"'
    return f'name: "input-data" type: "Python" {named} python_param {{ {python} }}'


# What is assumed is a PrototxtWarning; these tests read it in Graph.notes.
@pytest.mark.filterwarnings("ignore::prototxt.errors.PrototxtWarning")
def net(tops: tuple[str, ...], inputs: dict[str, tuple[int, ...]]) -> Net:
    readers = "".join(f'layer {{ name: "{top}" type: "Silence" bottom: "{top}" }}' for top in tops)
    return prototxt.parse_net(f"layer {{ {text(tops)} }} {readers}", inputs=inputs)


@pytest.mark.filterwarnings("ignore::prototxt.errors.PrototxtWarning")
def test_faster_rcnn() -> None:
    result = net(FASTER, {"data": (2, 3, 60, 80), "gt_boxes": (7, 5)})
    assert [result.blobs[top].shape for top in FASTER] == [(2, 3, 60, 80), (2, 3), (7, 5)]
    assert result.inputs == [*FASTER]
    assert any(
        '"im_info" becomes an input of 2 x 3, height, width and scale' in note for note in result.graph.notes
    )


@pytest.mark.filterwarnings("ignore::prototxt.errors.PrototxtWarning")
def test_fast_rcnn() -> None:
    result = net(FAST, {"data": (1, 3, 60, 80), "rois": (9, 5)})
    assert [result.blobs[top].shape for top in FAST[1:]] == [(9, 5), (9,), (9, 84), (9, 84), (9, 84)]


@pytest.mark.parametrize(
    ("tops", "hint"),
    [
        (FASTER, "give them: --input data=1,3,600,1000 --input gt_boxes=8,5"),
        (FAST, "give them: --input data=2,3,600,1000 --input rois=128,5"),
    ],
)
def test_the_shapes_are_not_in_the_file(tops: tuple[str, ...], hint: str) -> None:
    with pytest.raises(UnknownShapeError, match="the dataset is not here") as caught:
        net(tops, {})
    assert caught.value.hint == hint


def test_a_shape_that_does_not_follow_must_be_given() -> None:
    with pytest.raises(
        InputError, match='makes "gt_boxes" too, whose shape does not follow from "data"'
    ) as caught:
        net(FASTER, {"data": (1, 3, 60, 80)})
    assert caught.value.hint == "give it as well: --input gt_boxes=N,..."


def test_refusals() -> None:
    assert refused(text(FASTER[:2])).what.startswith("makes 3 tops (data, im_info, gt_boxes) or 6")
    with pytest.raises(LayerError, match="no 'num_classes'"):
        layer_from_text(text(FASTER, ""))


def test_other_python_layers_follow_from_nothing() -> None:
    unknown = text(FASTER[:2]).replace("RoIDataLayer", "Mine")
    read = 'layer { name: "s" type: "Silence" bottom: "data" bottom: "im_info" }'
    with pytest.raises(InputError, match="whose shape does not follow"):
        prototxt.parse_net(f"layer {{ {unknown} }} {read}", inputs={"data": (1, 3, 60, 80)})
