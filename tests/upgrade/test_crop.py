"""CROP of V1 nets: offsets by hand, those that people wrote into FCN's files, and where none can be known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import prototxt
from prototxt.frontend.load import define_net
from prototxt.text.files import read_text
from prototxt.upgrade.crop import set_offsets
from support.golden import SHARED, needs_shared

# Notes are PrototxtWarnings; these tests read them.
pytestmark = pytest.mark.filterwarnings("ignore::prototxt.errors.PrototxtWarning")

FCN = sorted((SHARED / "corpus" / "fcn").glob("*.prototxt"))
INPUT = 'input: "data" input_dim: 1 input_dim: 2 input_dim: 13 input_dim: 17 '


def layers(*lines: str) -> str:
    return INPUT + " ".join(f"layers {{ {line} }}" for line in lines)


def conv(fields: str, bottom: str = "data", top: str = "y", kind: str = "CONVOLUTION") -> str:
    return (
        f'name: "{top}" type: {kind} bottom: "{bottom}" top: "{top}" '
        f"convolution_param {{ num_output: 2 {fields} }}"
    )


def crop(first: str = "y", second: str = "data") -> str:
    return f'name: "crop" type: CROP bottom: "{first}" bottom: "{second}" top: "cropped"'


def offsets(text: str) -> list[list[int]]:
    layers = define_net(text, "v1.prototxt").message.layer
    return [list(layer.crop_param.offset) for layer in layers if layer.type == "Crop"]


@pytest.mark.parametrize(
    ("lines", "offset"),
    [
        ([conv("kernel_size: 3 pad: 6")], [5, 5]),
        ([conv("kernel_h: 3 kernel_w: 5 pad_h: 6 pad_w: 6")], [5, 4]),
        ([conv("kernel_size: [3, 5] pad: [6, 7] dilation: 2")], [4, 3]),
        ([conv("kernel_size: 4", kind="DECONVOLUTION"), conv("kernel_size: 3 pad: 3", "y", "z")], None),
        (
            [
                conv("kernel_size: 2 stride: 2 pad: 4", top="x"),
                conv("kernel_size: 4 stride: 2", "x", kind="DECONVOLUTION"),
            ],
            [5, 5],
        ),
        (
            [
                'name: "x" type: POOLING bottom: "data" top: "x" pooling_param { kernel_size: 3 stride: 3 }',
                conv("kernel_size: 9 stride: 3", "x", kind="DECONVOLUTION"),
                'name: "r" type: RELU bottom: "y" top: "y"',
            ],
            [3, 3],
        ),
    ],
)  # fmt: skip
def test_by_hand(lines: list[str], offset: list[int] | None) -> None:
    last = lines[-1].split('top: "')[1][0]
    text = layers(*lines, crop(last))
    if offset is None:  # half a place
        assert offsets(text) == [[]]
    else:
        assert offsets(text) == [offset]


def test_an_image_comes_back_where_it_was() -> None:
    text = layers(conv("kernel_size: 3 pad: 6 group: 2 bias_term: false"), crop())
    net = prototxt.parse_net(text)
    net.params["y"][0].data[...] = 0
    net.params["y"][0].data[:, :, 1, 1] = 1
    x = np.random.default_rng(0).standard_normal((1, 2, 13, 17)).astype(np.float32)
    np.testing.assert_array_equal(net.forward({"data": x})["cropped"], x)


@needs_shared
@pytest.mark.parametrize("path", FCN, ids=lambda path: path.stem)
def test_public_nets_have_the_offsets_that_people_wrote(path: Path) -> None:
    layers = define_net(read_text(path), str(path)).message.layer
    crops = [layer for layer in layers if layer.type == "Crop"]
    want = [list(layer.crop_param.offset) for layer in crops]
    for layer in crops:
        layer.ClearField("crop_param")
    assert set_offsets(layers) == []
    assert [list(layer.crop_param.offset) for layer in crops] == [2 * offset for offset in want]
    assert want


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param([conv("kernel_size: 3 pad: 1 stride: 2")], id="another scale"),
        pytest.param([conv("kernel_size: 3")], id="before it"),
        pytest.param([conv("kernel_size: 3 pad: 4294967295 stride: 1")], id="far away"),
        pytest.param([conv("kernel_size: 3 stride: 0")], id="no stride"),
        pytest.param(
            ['name: "y" type: INNER_PRODUCT bottom: "data" top: "y" inner_product_param { num_output: 2 }'],
            id="another grid",
        ),
        pytest.param(
            ['name: "y" type: POOLING bottom: "data" top: "y" pooling_param { global_pooling: true }'],
            id="all at once",
        ),
    ],
)
def test_an_unknown_offset_is_a_note(lines: list[str]) -> None:
    definition = define_net(layers(*lines, crop()), "v1.prototxt")
    assert 'layer "crop" (Crop): V1 worked out its offset by itself' in definition.notes[-1]
    assert not definition.message.layer[-1].crop_param.offset


def test_a_crop_of_today_is_not_changed() -> None:
    text = 'layer { name: "c" type: "Crop" bottom: "x" bottom: "y" top: "z" }'
    assert offsets(text) == [[]]
    assert define_net(text, "net.prototxt").notes == ()


def test_beside_crops_of_today() -> None:
    """`offset: 2` for H and W alike, and the axes after it."""
    today = 'layer { name: "c" type: "Crop" bottom: "y" bottom: "data" top: "c" crop_param { offset: 2 } }'
    text = f"{layers(conv('kernel_size: 3 pad: 6'))} {today} layers {{ {crop('c')} }}"
    assert offsets(text) == [[2], [3, 3]]
