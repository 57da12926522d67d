"""Layers of types that are known and not run: what they are is said, and their shapes where the file says them."""

from __future__ import annotations

from pathlib import Path

import pytest

import prototxt
from prototxt.errors import NotRunError
from prototxt.frontend.check import Verdict, check
from prototxt.frontend.load import Options, define_net, outline
from prototxt.layers.ignored_fields import TYPES_OF_MESSAGES
from prototxt.layers.not_run import NOT_RUN
from prototxt.layers.registry import layer_types
from prototxt.views.net_rows import Report, make_report

IMAGES = 'layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 2 dim: 3 dim: 20 dim: 31 } } }'


def report(layers: str) -> Report:
    return make_report(outline(define_net(f"{IMAGES}\n{layers}", "net.prototxt"), Options()))


def test_a_type_is_in_the_table_or_has_a_class() -> None:
    """A type that gets a class leaves the table."""
    assert sorted(set(NOT_RUN) & set(layer_types())) == []


def test_messages_of_types_without_a_class_belong_to_types_of_the_table() -> None:
    assert sorted(set(TYPES_OF_MESSAGES.values()) - set(NOT_RUN)) == []


def test_what_a_type_does_is_one_item_of_a_list() -> None:
    """`--check` lists what is missing with commas between."""
    assert [known.about for known in NOT_RUN.values() if "," in known.about or "(" in known.about] == []


@pytest.mark.parametrize("type_name", sorted(NOT_RUN))
def test_no_type_is_called_unknown(type_name: str) -> None:
    shown = report(f'layer {{ name: "odd" type: "{type_name}" bottom: "x" top: "y" }}')
    assert shown.rows[1].state == "cannot run"
    (missing,) = shown.missing
    assert missing.what == f"layers of this type are not run here ({NOT_RUN[type_name].about})"
    assert missing.place == "net.prototxt:2:21"


def test_a_loss_is_a_number_and_all_else_has_its_shape() -> None:
    shown = report(
        'layer { name: "loss" type: "RegionLoss" bottom: "x" top: "loss" }'
        'layer { name: "twice" type: "Power" bottom: "loss" top: "twice" power_param { scale: 2 } }'
        'layer { name: "relu" type: "ReLU" bottom: "x" top: "y" }'
    )
    assert shown.blobs == {"x": (2, 3, 20, 31), "loss": (), "twice": (), "y": (2, 3, 20, 31)}


@pytest.mark.parametrize(
    ("size", "shape"),
    [
        ("new_length: 8 crop_size: 12 new_height: 20 new_width: 30", (5, 3, 8, 12, 12)),
        ("new_length: 8 new_height: 20 new_width: 30", (5, 3, 8, 20, 30)),
    ],
)
def test_clips(size: str, shape: tuple[int, ...]) -> None:
    layer = (
        'layer { name: "v" type: "VideoData" top: "v" top: "label" image_data_param { batch_size: 5 %s } }'
    )
    assert report(layer % size).blobs == {"x": (2, 3, 20, 31), "v": shape, "label": (5, 1, 1, 1, 1)}


@pytest.mark.parametrize(
    ("size", "height", "width"),
    [("new_height: 40 new_width: 50", 40, 50), ("} transform_param { crop_size: 32", 32, 32)],
)
def test_clips_of_c3d_1_1(size: str, height: int, width: int) -> None:
    shown = report(
        'layer { name: "v" type: "VideoData" top: "v" top: "label" '
        f"video_data_param {{ batch_size: 5 new_length: 8 {size} }} }}"
    )
    assert shown.rows[1].shapes == ((5, 3, 8, height, width), (5,))


def test_clips_of_the_old_form() -> None:
    text = 'layers { name: "v" type: VIDEO_DATA top: "v" image_data_param { new_length: 8 crop_size: 12 } }'
    graph = outline(define_net(text, "net.prototxt"), Options())
    assert make_report(graph).blobs == {"v": (1, 3, 8, 12, 12)}


@pytest.mark.parametrize(
    "layer",
    [
        'type: "VideoData" top: "y"',
        'type: "VideoData" top: "y" image_data_param { new_length: 8 }',
        'type: "VideoData" top: "y" image_data_param { batch_size: 90000 new_length: 80000 crop_size: 90000 }',
        'type: "DataAugmentation" bottom: "x" top: "y"',
        'type: "TripletImageData" top: "y"',
    ],
)
def test_shapes_that_the_file_does_not_say(layer: str) -> None:
    assert report(f'layer {{ name: "odd" {layer} }}').blobs["y"] is None


def test_cropped_images() -> None:
    shown = report(
        'layer { name: "a" type: "DataAugmentation" bottom: "x" top: "y" top: "how"'
        " augmentation_param { crop_width: 16 crop_height: 12 } }"
    )
    assert shown.blobs["y"] == (2, 3, 12, 16)
    assert shown.blobs["how"] is None


@pytest.mark.parametrize("bottoms", ['bottom: "small"', ""])
def test_downsampled_images(bottoms: str) -> None:
    small = "input_param { shape { dim: 5 dim: 1 dim: 6 dim: 9 } }"
    shown = report(
        f'layer {{ name: "small" type: "Input" top: "small" {small} }} '
        f'layer {{ name: "d" type: "Downsample" bottom: "x" {bottoms} top: "y" '
        + ("}" if bottoms else "downsample_param { top_height: 6 top_width: 9 } }")
    )
    assert shown.blobs["y"] == (2, 3, 6, 9)


def test_running_it_is_refused_with_what_it_is() -> None:
    with pytest.raises(NotRunError) as caught:
        prototxt.parse_net(f'{IMAGES} layer {{ name: "l" type: "RegionLoss" bottom: "x" top: "l" }}')
    assert "YOLOv2's loss" in str(caught.value)


def test_the_part_before_it_runs() -> None:
    relu = 'layer { name: "r" type: "ReLU" bottom: "x" top: "r" }'
    text = f'{IMAGES} {relu} layer {{ name: "l" type: "TRT" bottom: "r" }}'
    assert prototxt.parse_net(text, end="r").forward()["r"].shape == (2, 3, 20, 31)


def test_an_input_in_the_place_of_a_data_layer() -> None:
    text = (
        'layer { name: "v" type: "VideoData" top: "v" } layer { name: "r" type: "ReLU" bottom: "v" top: "r" }'
    )
    net = prototxt.parse_net(text, inputs={"v": (1, 3, 4, 5, 6)})
    assert net.forward()["r"].shape == (1, 3, 4, 5, 6)


def test_check_says_what_it_is(tmp_path: Path) -> None:
    file = tmp_path / "net.prototxt"
    losses = (f'layer {{ name: "l{i}" type: "RegionLoss" bottom: "x" top: "l{i}" }}' for i in range(2))
    file.write_text(IMAGES + "".join(losses))
    checked = check(str(file), Options())
    assert checked.verdict is Verdict.MISSING
    assert checked.why == "RegionLoss (caffe-yolo9000 and Intel Caffe: YOLOv2's loss) (2)"
