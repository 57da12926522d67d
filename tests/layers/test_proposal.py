"""Proposal: anchors by hand, what the phase changes, an empty outcome, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

import prototxt
from prototxt.blobs import TEST, TRAIN, Array, Shape
from prototxt.errors import LayerError
from prototxt.layers.registry import resolve_type
from support.helpers import layer_from_text, layer_message, noise, refused

TEXT = (
    'type: "Python" bottom: "p" bottom: "d" bottom: "i" top: "rois" %s '
    'python_param { module: "rpn.proposal_layer" layer: "ProposalLayer" param_str: "%s" }'
)
SCORES = 'top: "scores"'
STRIDE = "'feat_stride': 16"
SHAPES: list[Shape] = [(1, 18, 5, 6), (1, 36, 5, 6), (1, 3)]


def bottom(objects: Array, info: tuple[float, float, float]) -> list[Array]:
    """Scores of objects (A x H x W), no moves, and what is said of the image."""
    scores = np.concatenate([1 - objects, objects])[None]
    moves = np.zeros((1, 4 * len(objects), *objects.shape[1:]), np.float32)
    return [scores.astype(np.float32), moves, np.array([info], np.float32)]


def test_the_best_anchors_cut_to_the_image() -> None:
    objects = np.zeros((3, 1, 2), np.float32)
    objects[1, 0, 1], objects[0, 0, 0] = 0.9, 0.8
    layer = layer_from_text(TEXT % (SCORES, "{'feat_stride': 32, 'scales': [2]}"))
    rois, scores = layer.forward(bottom(objects, (64, 50, 1)), ())
    # Twice 16 x 16 and 23 x 12 pixels around 7.5: -8 to 23; -15 to 30 and -4 to 19. Decoding ends a pixel later.
    assert rois[0].tolist() == [0, 24, 0, 49, 24]
    assert rois[1].tolist() == [0, 0, 0, 31, 20]
    np.testing.assert_allclose(scores[:2], [[0.9], [0.8]])


def test_sides_below_16_on_the_original_image_are_left_out() -> None:
    objects = np.full((3, 1, 1), 0.5, np.float32)
    layer = layer_from_text(TEXT % ("", "{'feat_stride': 16, 'scales': [2]}"))
    (rois,) = layer.forward(bottom(objects, (64, 64, 1.3)), ())  # below 20.8 here
    assert rois[:, 3:].tolist() == [[31, 20], [24, 24]]  # not [19, 30], which is 20 wide
    (none,) = layer.forward(bottom(objects, (64, 64, 5)), ())
    assert none.shape == (0, 5)


def test_the_most_there_can_be() -> None:
    shapes: list[Shape] = [(1, 18, 40, 50), (1, 36, 40, 50), (1, 3)]
    assert layer_from_text(TEXT % (SCORES, STRIDE), TEST).shapes(shapes) == [(300, 5), (300, 1)]
    assert layer_from_text(TEXT % (SCORES, STRIDE), TRAIN).shapes(shapes) == [(2000, 5), (2000, 1)]
    assert layer_from_text(TEXT % ("", STRIDE)).shapes(SHAPES) == [(270, 5)]


def test_only_a_python_layer_is_this_one() -> None:
    assert resolve_type(layer_message(TEXT % ("", STRIDE))).layer_class.fork == "fasterrcnn"
    assert layer_from_text(TEXT % ("", STRIDE)).type == "Proposal"


@pytest.mark.parametrize(
    ("text", "shapes", "what", "field"),
    [
        ("", SHAPES, "param_str: no 'feat_stride'", "param_str"),
        ("'feat_stride': 0", SHAPES, "param_str: 'feat_stride' must be a whole number from 1", "param_str"),
        (
            "'feat_stride': 16 'scales': 8",
            SHAPES,
            "param_str: 'scales' must be a list of numbers",
            "param_str",
        ),
        (STRIDE, [(2, 18, 5, 6), *SHAPES[1:]], "takes one image at a time, got 2: 2 x 18 x 5 x 6", "bottom"),
        (STRIDE, [(1, 12, 5, 6), *SHAPES[1:]], "9 anchors take 18 channels of scores, got 12", "bottom"),
        (
            STRIDE,
            [SHAPES[0], (1, 36, 5, 7), SHAPES[2]],
            "scores of 1 x 18 x 5 x 6 need moves of 1 x 36 x 5 x 6, got 1 x 36 x 5 x 7",
            "bottom",
        ),
        (STRIDE, [*SHAPES[:2], (1, 2)], "bottom 2 must be 1 x 3 (height, width, scale), got 1 x 2", "bottom"),
        (STRIDE, [*SHAPES[:2], (0, 3)], "bottom 2 must have a row for the image, got 0 x 3", "bottom"),
    ],
)
def test_refusals(text: str, shapes: list[Shape], what: str, field: str) -> None:
    error = refused(TEXT % ("", text), *shapes)
    assert error.what.startswith(what)
    assert error.field == field


def test_boxes_that_are_no_numbers_are_left_out() -> None:
    objects = noise(9, 5, 6)
    scores, moves, info = bottom(objects, (80, 96, 1))
    moves[0, 2, 1] = np.inf
    moves[0, 4, 2] = np.nan
    with np.errstate(all="ignore"):
        (rois,) = layer_from_text(TEXT % ("", STRIDE)).forward([scores, moves, info], ())
    assert np.isfinite(rois).all()
    assert len(rois)


def test_cost_and_brief() -> None:
    layer = layer_from_text(TEXT % ("", STRIDE))
    assert layer.cost(SHAPES, layer.shapes(SHAPES)).exponentials == 2 * 270
    assert layer.brief(SHAPES) == "9 anchors /16"


@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_a_net_whose_image_has_no_regions(engine: str) -> None:
    net = prototxt.parse_net(
        """
        layer { name: "in" type: "Input" top: "x" top: "p" top: "d" top: "i" input_param {
          shape { dim: 1 dim: 7 dim: 5 dim: 6 } shape { dim: 1 dim: 18 dim: 5 dim: 6 }
          shape { dim: 1 dim: 36 dim: 5 dim: 6 } shape { dim: 1 dim: 3 } } }
        layer { %s }
        layer { name: "pool" type: "ROIPooling" bottom: "x" bottom: "rois" top: "y"
          roi_pooling_param { pooled_h: 2 pooled_w: 3 spatial_scale: 0.0625 } }
        layer { name: "ps" type: "PSROIPooling" bottom: "x" bottom: "rois" top: "z"
          psroi_pooling_param { output_dim: 7 group_size: 1 spatial_scale: 0.0625 } }
        layer { name: "fc" type: "InnerProduct" bottom: "y" top: "fc"
          inner_product_param { num_output: 4 weight_filler { type: "xavier" } } }
        """
        % (TEXT % ("", STRIDE)),
        engine=engine,
    )
    few = dict(zip("xpdi", [noise(1, 7, 5, 6), *bottom(noise(9, 5, 6), (80, 96, 1))], strict=True))
    assert len(net.forward(few)["fc"]) == len(net.blobs["rois"].data) > 0
    assert net.forward(few | {"i": np.array([[80, 96, 100]])})["fc"].shape == (0, 4)


def test_another_class_of_that_module_is_unknown() -> None:
    text = TEXT.replace('"ProposalLayer"', '"OtherLayer"') % ("", STRIDE)
    with pytest.raises(LayerError, match="runs code of the net's author"):
        layer_from_text(text)
