"""The field that a value sees, held against what really reaches it: a NaN in the input."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np
import pytest

import prototxt
from prototxt.explain.sections.receptive_field.fields import receptive_fields
from prototxt.explain.sections.receptive_field.model import ReceptiveField
from prototxt.explain.sections.receptive_field.rule import receptive_field
from prototxt.frontend.load import load_graph
from prototxt.graph.graph import BlobId, Graph
from prototxt.layers.base import Layer
from prototxt.layers.eltwise import Eltwise
from prototxt.layers.python import Python
from prototxt.layers.registry import all_layer_classes
from support.explained_nets import ALEXNET, conv, graph_of, line, pool, sections_of

ROWS = 44


def reached(layers: list[str], top: str) -> list[list[int]]:
    """For every row of a top the rows of the input that it depends on: image r has a NaN in row r."""
    dims = f"dim: {ROWS} dim: 1 dim: {ROWS} dim: 5"
    text = f'layer {{ name: "data" type: "Input" top: "data" input_param {{ shape {{ {dims} }} }} }}'
    net = prototxt.parse_net("\n".join([text, *layers]), engine="reference")
    for params in net.params.values():
        for param in params:
            param.data[...] = 1
    x = np.ones((ROWS, 1, ROWS, 5), np.float32)
    x[range(ROWS), :, range(ROWS)] = np.nan
    y = net.forward(data=x)[top]
    hit = np.asarray(np.isnan(y).any(axis=(1, 3)))
    return [[r for r in range(ROWS) if hit[r, i]] for i in range(hit.shape[1])]


def field_of(layers: list[str], top: str) -> ReceptiveField:
    return receptive_fields(graph_of(*layers, data=(1, 1, ROWS, 5)))[BlobId(top)]


def axes_alone(param: str) -> str:
    """A window over rows alone."""
    return f"num_output: 1 {param} kernel_w: 1"


EXACT = {
    "padded": [conv(axes_alone("kernel_h: 5 pad_h: 2 pad_w: 0 stride_h: 2 stride_w: 1"))],
    "three": [
        conv(axes_alone("kernel_h: 4 pad_h: 1 pad_w: 0 stride_h: 2 stride_w: 1"), "a"),
        pool("pool: AVE kernel_h: 3 kernel_w: 1 stride_h: 2 stride_w: 1", "b", "a"),
        conv(axes_alone("kernel_h: 3 pad_h: 1 pad_w: 0"), "y", "b"),
    ],
    "joined": [
        conv(axes_alone("kernel_h: 5 pad_h: 2 pad_w: 0"), "a"),
        conv(axes_alone("kernel_h: 1"), "b"),
        'layer { name: "y" type: "Concat" bottom: "b" bottom: "a" top: "y" }',
    ],
    "whole": [
        conv(axes_alone("kernel_h: 41"), "a"),
        'layer { name: "y" type: "InnerProduct" bottom: "a" top: "y" inner_product_param { num_output: 1 } }',
    ],
}

AT_MOST = {
    "up": [
        conv(axes_alone("kernel_h: 4 stride_h: 4 stride_w: 1"), "a"),
        conv(axes_alone("kernel_h: 5 stride_h: 2 stride_w: 1 pad_h: 1 pad_w: 0"), "y", "a", "Deconvolution"),
    ],
    "up_even": [
        conv(axes_alone("kernel_h: 3 stride_h: 3 stride_w: 1"), "a"),
        conv(axes_alone("kernel_h: 4 stride_h: 2 stride_w: 1"), "b", "a", "Deconvolution"),
        conv(axes_alone("kernel_h: 3 pad_h: 1 pad_w: 0"), "y", "b"),
    ],
    "interp": [
        conv(axes_alone("kernel_h: 4 stride_h: 4 stride_w: 1"), "a"),
        'layer { name: "y" type: "Interp" bottom: "a" top: "y" interp_param { height: 31 width: 5 } }',
    ],
    "block": [
        conv(axes_alone("kernel_h: 4 stride_h: 4 stride_w: 1"), "a"),
        'layer { name: "y" type: "Upsample" bottom: "a" top: "y" upsample_param { scale: 2 } }',
    ],
    "crop": [
        conv(axes_alone("kernel_h: 5 stride_h: 2 stride_w: 1"), "a"),
        conv(axes_alone("kernel_h: 25"), "size"),
        'layer { name: "y" type: "Crop" bottom: "a" bottom: "size" top: "y" crop_param { axis: 2 offset: 0 } }',
    ],
    "crop_center": [
        conv(axes_alone("kernel_h: 5 stride_h: 2 stride_w: 1"), "a"),
        'layer { name: "y" type: "CropCenter" bottom: "a" top: "y" crop_center_param { crop_size: 0 crop_size: 0 '
        "crop_size: 3 crop_size: 0 } }",
    ],
    "resample_larger": [
        conv(axes_alone("kernel_h: 4 stride_h: 4 stride_w: 1"), "a"),
        'layer { name: "y" type: "Resample" bottom: "a" top: "y" '
        "resample_param { height: 22 width: 10 type: LINEAR } }",
    ],
    "resample_smaller": [
        conv(axes_alone("kernel_h: 3"), "a"),
        'layer { name: "y" type: "Resample" bottom: "a" top: "y" '
        "resample_param { height: 14 width: 2 type: CUBIC antialias: true } }",
    ],
    "correlation": [
        conv(axes_alone("kernel_h: 2 stride_h: 2 stride_w: 1"), "a"),
        'layer { name: "y" type: "Correlation" bottom: "a" bottom: "a" top: "y" '
        "correlation_param { pad: 4 kernel_size: 1 max_displacement: 3 stride_1: 2 stride_2: 1 } }",
    ],
}


def seen_by(field: ReceptiveField, i: int) -> list[int]:
    """The rows of the input within the field of value i."""
    reach = field.axes[0]
    first, last = reach.first + i * reach.jump, reach.last + i * reach.jump
    return [row for row in range(ROWS) if first <= row <= last]


@pytest.mark.parametrize("name", EXACT)
def test_exactly_what_reaches_a_value(name: str) -> None:
    layers = EXACT[name]
    if name == "whole":
        assert field_of(layers, "y").covers((ROWS, 5))
        return
    field = field_of(layers, "y")
    rows = reached(layers, "y")
    assert len(rows) == field.axes[0].length
    for i, hit in enumerate(rows):
        assert [hit[0], hit[-1]] == [seen_by(field, i)[0], seen_by(field, i)[-1]], i


@pytest.mark.parametrize("name", AT_MOST)
def test_no_more_than_the_field_reaches_a_value(name: str) -> None:
    field, rows = field_of(AT_MOST[name], "y"), reached(AT_MOST[name], "y")
    assert len(rows) == field.axes[0].length
    widest = max(hit[-1] - hit[0] + 1 for hit in rows if hit)
    assert widest == field.axes[0].size or name in ("block", "resample_larger")  # 0 * NaN is NaN
    for i, hit in enumerate(rows):
        # Values behind a deconvolution differ by one step; the centre is the middle of all of them.
        middle = field.axes[0].centre + i * field.axes[0].jump
        assert all(abs(row - middle) <= field.axes[0].size for row in hit), i


def test_alexnet() -> None:
    fields = receptive_fields(load_graph(ALEXNET))
    sizes = {
        name: fields[BlobId(name)].axes[0].size
        for name in ("conv1", "pool1", "conv2", "pool2", "conv3", "pool5")
    }
    assert sizes == {"conv1": 11, "pool1": 19, "conv2": 51, "pool2": 67, "conv3": 99, "pool5": 195}
    assert fields[BlobId("fc6")].covers((227, 227))
    section = sections_of(ALEXNET, "conv5")["field"]
    assert line(section, "field").text == "163 x 163 of data's 227 x 227 pixels"
    assert line(section, "follows").text == "131 + (3 - 1) * 16 = 163, steps of 16 * 1 = 16"
    assert line(section, "height, width").note == "value 0 is centred at pixel 17 and sees -64 to 98"
    assert "5 x 5 of the 13 x 13 values see no padding" in line(section, "edges").text


def upsampled() -> Graph:
    """A map at half the size, brought back as FCN does it."""
    return graph_of(
        conv("num_output: 2 kernel_size: 2 stride: 2", "half"),
        conv("num_output: 2 kernel_size: 4 stride: 2 pad: 1", "y", "half", "Deconvolution"),
    )


def test_bilinear_upsampling_puts_values_back_where_they_were() -> None:
    reach = receptive_fields(upsampled())[BlobId("y")].axes[0]
    assert [reach.jump, reach.centre, Fraction(reach.length)] == [1, 0, 28]


def test_dilation_widens_the_field_at_the_same_cost() -> None:
    plain, dilated = (graph_of(conv(f"num_output: 2 kernel_size: 3 pad: {d} dilation: {d}")) for d in (1, 4))
    assert [receptive_fields(g)[BlobId("y")].axes[0].size for g in (plain, dilated)] == [3, 9]
    assert plain.nodes[1].cost == dilated.nodes[1].cost


def test_branches_of_different_steps_are_told_as_at_most() -> None:
    graph = graph_of(
        pool("pool: AVE global_pooling: true", "mean"),
        conv("num_output: 3 kernel_size: 1", "gate", "mean"),
        'layer { name: "y" type: "Axpy" bottom: "gate" bottom: "data" bottom: "data" top: "y" }',
    )
    field = receptive_fields(graph)[BlobId("y")]
    assert not field.aligned
    assert field.covers((28, 32))


def test_values_without_an_image_have_no_field() -> None:
    graph = graph_of(
        'layer { name: "y" type: "InnerProduct" % inner_product_param { num_output: 2 } }', data=(2, 7)
    )
    assert "field" not in sections_of(graph, "y")


def test_jump_is_a_fraction_behind_a_deconvolution() -> None:
    graph = graph_of(conv("num_output: 2 kernel_size: 4 stride: 2 pad: 1", kind="Deconvolution"))
    assert receptive_fields(graph)[BlobId("y")].axes[0].jump == Fraction(1, 2)


ROI = (
    'layer { name: "y" type: "ROIPooling" bottom: "a" bottom: "rois" top: "y" '
    "roi_pooling_param { pooled_h: 2 pooled_w: 2 spatial_scale: 1 } }"
)
ROIS = 'layer { name: "rois" type: "Input" top: "rois" input_param { shape { dim: 3 dim: 5 } } }'


def test_behind_regions_any_pixel_may_count() -> None:
    graph = graph_of(ROIS, conv("num_output: 2 kernel_size: 3", "a"), ROI, data=(1, 1, 9, 9))
    field = line(sections_of(graph, "y")["field"], "field")
    assert field.text == "everything: all of data's 9 x 9 pixels"
    assert field.note == "the region decides which of them count"
    text = "".join([
        'layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 1 dim: 9 dim: 9 } } }',
        ROIS, conv("num_output: 2 kernel_size: 3", "a"), ROI,
    ])  # fmt: skip
    net = prototxt.parse_net(text, engine="reference")
    x = np.zeros((1, 1, 9, 9), np.float32)
    for corner in (0, 8):
        x[..., corner, corner] = 1e9  # a maximum passes NaN by
        net.params["a"][0].data[...] = 1
        rois = np.array([[0, place, place, place, place] for place in (0, 3, 6)], np.float32)
        y = net.forward(data=x, rois=rois)["y"]
        assert [bool((region > 1e8).any()) for region in y] == [corner == 0, False, corner == 8]
        x[...] = 0


def test_behind_a_proposal_and_detections_all_pixels_count() -> None:
    graph = graph_of(
        'layer { name: "info" type: "Input" top: "info" input_param { shape { dim: 1 dim: 3 } } }',
        conv("num_output: 18 kernel_size: 20 pad: 2 stride: 16", "score"),
        conv("num_output: 36 kernel_size: 20 pad: 2 stride: 16", "moves"),
        'layer { name: "rois" type: "Python" bottom: "score" bottom: "moves" bottom: "info" top: "rois" '
        'python_param { module: "rpn.proposal_layer" layer: "ProposalLayer" param_str: "\'feat_stride\': 16" } }',
        conv("num_output: 2 kernel_size: 3", "a"),
        ROI,
        data=(1, 3, 64, 64),
    )
    for name in ("rois", "y"):
        field = line(sections_of(graph, name)["field"], "field")
        assert field.text == "everything: all of data's 64 x 64 pixels"
        assert field.note == "boxes are ranked and suppressed against each other"


def test_moved_values_see_what_they_saw() -> None:
    layers = [
        conv(axes_alone("kernel_h: 3 pad_h: 1 pad_w: 0"), "a"),
        'layer { name: "b" type: "Concat" bottom: "a" bottom: "a" bottom: "a" bottom: "a" top: "b" }',
        'layer { name: "y" type: "Reorg" bottom: "b" top: "y" reorg_param { stride: 2 reverse: true } }',
    ]
    field = field_of(layers, "y")
    assert (field.aligned, field.axes[0].size) == (False, 3)


def test_what_is_made_of_sizes_sees_nothing() -> None:
    graph = graph_of(
        conv("num_output: 2 kernel_size: 3", "a"),
        'layer { name: "y" type: "PriorBox" bottom: "a" bottom: "data" top: "y" prior_box_param { min_size: 3 } }',
    )
    field = line(sections_of(graph, "y")["field"], "field")
    assert field.text == "nothing: it depends only on the sizes of its bottoms"


def test_two_images_are_both_told() -> None:
    graph = graph_of(
        'layer { name: "p" type: "Input" top: "p" input_param { shape { dim: 1 dim: 3 dim: 28 dim: 32 } } }',
        conv("num_output: 2 kernel_size: 3", "a"),
        conv("num_output: 2 kernel_size: 3", "b", "p"),
        'layer { name: "y" type: "Eltwise" bottom: "a" bottom: "b" top: "y" }',
    )
    field = line(sections_of(graph, "y")["field"], "field")
    assert field.text == "3 x 3 of data's 28 x 32 pixels, and as much of p"


@pytest.fixture
def eltwise_without_rule() -> Iterator[None]:
    rule = receptive_field.dispatch(Eltwise)
    receptive_field.register(Eltwise, lambda _layer, _inputs: None)
    receptive_fields.cache_clear()
    yield
    receptive_field.register(Eltwise, rule)
    receptive_fields.cache_clear()


@pytest.mark.usefixtures("eltwise_without_rule")
def test_a_layer_without_a_rule_is_named() -> None:
    graph = graph_of(
        'layer { name: "sum" type: "Eltwise" bottom: "data" bottom: "data" top: "sum" }',
        conv("num_output: 2 kernel_size: 3", "y", "sum"),
    )
    field = line(sections_of(graph, "y")["field"], "field")
    assert field.text == 'not known: the receptive field through "sum" (Eltwise) is unknown'


def test_every_room_but_those_of_strangers_has_a_rule() -> None:
    for layer_class in all_layer_classes():
        if layer_class.bottoms != (0, 0) and layer_class.tops != (0, 0) and not layer_class.loss:
            has_rule = receptive_field.dispatch(layer_class) is not receptive_field.dispatch(Layer)
            assert has_rule or layer_class is Python, layer_class
