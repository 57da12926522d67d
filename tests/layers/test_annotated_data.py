"""AnnotatedData: shapes from the file, numbers from the caller."""

from __future__ import annotations

import pytest

import prototxt
from prototxt.errors import LayerError, UnknownShapeError
from prototxt.frontend.load import Options, define_net, make_graph, outline
from prototxt.graph.graph import BlobId
from support.helpers import layer_from_text, refused

RESIZE = "resize_param { resize_mode: WARP height: 30 width: 40 }"


def data(transform: str = RESIZE, tops: str = 'top: "data" top: "label"') -> str:
    return (
        f'name: "in" type: "AnnotatedData" {tops} transform_param {{ {transform} }} '
        'data_param { source: "train_lmdb" batch_size: 5 }'
    )


@pytest.mark.parametrize(
    ("transform", "image"),
    [
        (RESIZE, (3, 30, 40)),
        (f"force_gray: true {RESIZE}", (1, 30, 40)),
        (f"crop_size: 20 {RESIZE}", (3, 20, 20)),
        (f"crop_size: 20 crop_h: 7 {RESIZE}", (3, 20, 20)),
        (f"crop_h: 20 crop_w: 10 {RESIZE}", (3, 20, 10)),
        (f"crop_w: 10 {RESIZE}", (3, 30, 10)),
        ("crop_h: 20 crop_w: 10", (3, 20, 10)),
        (RESIZE.replace("width: 40", "width: 40 prob: 0.5 height_scale: 9"), (3, 30, 40)),
        (f"distort_param {{ hue_prob: 0.5 }} mirror: true {RESIZE}", (3, 30, 40)),
        (RESIZE.replace("WARP", "FIT_LARGE_SIZE_AND_PAD"), (3, 30, 40)),
    ],
)
def test_shapes(transform: str, image: tuple[int, ...]) -> None:
    assert layer_from_text(data(transform)).shapes([]) == [(5, *image), (1, 1, 1, 8)]
    assert layer_from_text(data(transform, 'top: "data"')).shapes([]) == [(5, *image)]


@pytest.mark.parametrize("transform", ["", RESIZE.replace("WARP", "FIT_SMALL_SIZE"), "crop_h: 3"])
def test_sizes_that_nobody_says(transform: str) -> None:
    error = refused(data(transform))
    assert isinstance(error, UnknownShapeError)
    assert error.hint == "give --input data=N,C,H,W --input label=1,1,G,8"


@pytest.mark.parametrize(
    "field", ["min_side: 9", "pad: 2", "random_resize_param { min_size: 3 }", "forward_packing: NHWC"]
)
def test_fields_that_give_another_size(field: str) -> None:
    """The layer is one that cannot run, and the caller is asked for the shapes."""
    graph = outline(define_net(NET.replace(RESIZE, f"{RESIZE} {field}"), "net.prototxt"), Options())
    (error,) = graph.missing
    name = field.split(":")[0].split(" ")[0]
    assert f"transform_param.{name} (" in error.what
    assert "images are not resized by it here" in error.what
    assert error.hint
    assert "--input data=N,... --input label=N,..." in error.hint
    assert BlobId("double") not in graph.shapes
    given = Options(inputs={"data": (2, 3, 4, 5), "label": (1, 1, 6, 8)})
    assert make_graph(define_net(NET, "net.prototxt"), given).shapes[BlobId("double")] == (2, 3, 4, 5)


def test_refused() -> None:
    assert refused(data().replace("batch_size: 5", "")).field == "batch_size"
    assert refused(data(RESIZE.replace("width: 40", ""))).field == "width"


NET = f"""
layer {{ {data()} }}
layer {{ name: "flat" type: "Flatten" bottom: "label" top: "flat" }}
layer {{ name: "double" type: "Power" bottom: "data" top: "double" power_param {{ scale: 2 }} }}
"""


def test_in_a_net() -> None:
    with pytest.warns(prototxt.PrototxtWarning, match="5 x 3 x 30 x 40 is what the file says"):
        net = prototxt.parse_net(NET)
    with pytest.raises(LayerError, match="not read here"):
        net.forward()


def test_the_caller_gives_both() -> None:
    net = prototxt.parse_net(NET, inputs={"data": (2, 3, 4, 5), "label": (1, 1, 6, 8)})
    assert net.forward()["flat"].shape == (1, 48)


@pytest.mark.parametrize(
    ("given", "flat", "follows"),
    [
        ({"data": (2, 3, 4, 5)}, (1, 8), 'its top "label" becomes an input of 1 x 1 x 1 x 8'),
        ({"label": (1, 1, 6, 8)}, (1, 48), 'its top "data" becomes an input of 5 x 3 x 30 x 40'),
    ],
)
def test_the_caller_gives_one(given: dict[str, tuple[int, ...]], flat: tuple[int, ...], follows: str) -> None:
    with pytest.warns(prototxt.PrototxtWarning, match=follows):
        net = prototxt.parse_net(NET, inputs=given)
    assert net.blobs["flat"].shape == flat
