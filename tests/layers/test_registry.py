"""The registry: every layer class is found, documented and costed; unknown types get a suggestion."""

from __future__ import annotations

from typing import ClassVar

import pytest

from prototxt.errors import LayerError
from prototxt.layers.base import Cost, Layer
from prototxt.layers.registry import layer, layer_types, make_layer
from support.helpers import layer_from_text, layer_message

CAFFE_TYPES = [
    "AbsVal",
    "BNLL",
    "BatchNorm",
    "Bias",
    "Clip",
    "Concat",
    "Convolution",
    "Deconvolution",
    "Dropout",
    "ELU",
    "Eltwise",
    "Exp",
    "Flatten",
    "Input",
    "InnerProduct",
    "LRN",
    "Log",
    "PReLU",
    "Pooling",
    "Power",
    "ReLU",
    "Reshape",
    "Scale",
    "Sigmoid",
    "Silence",
    "Slice",
    "Softmax",
    "Split",
    "Swish",
    "TanH",
    "Threshold",
]


def test_every_layer_type_of_caffe_is_registered() -> None:
    assert set(CAFFE_TYPES) <= set(layer_types())


@pytest.mark.parametrize("type_name", CAFFE_TYPES)
def test_docstrings_have_a_formula_and_an_example_that_parses(type_name: str) -> None:
    doc = layer_types()[type_name].__doc__ or ""
    heads = [
        line.strip()
        for line in doc.splitlines()
        if line.strip() in ("Formula:", "Shapes:", "Pitfalls:", "Example:")
        or line.strip().startswith("Source: ")
    ]
    assert [h.split(":")[0] for h in heads if h != "Pitfalls:"] == ["Formula", "Shapes", "Example", "Source"]
    example = doc.split("Example:")[1].split("Source:")[0].strip()
    text = example.removeprefix("layer {").removesuffix("}")
    param = layer_message(text)
    assert param.type == type_name
    assert make_layer(param).name == param.name


def test_unknown_type() -> None:
    with pytest.raises(LayerError, match='unknown layer type "Pooing"') as caught:
        layer_from_text('type: "Pooing"')
    assert (caught.value.hint or "").startswith('did you mean "Pooling"')
    with pytest.raises(LayerError, match="the layer has no type"):
        layer_from_text('name: "x"')


@pytest.mark.parametrize("type_name", ["Histogram", "Convolution4D", "FaceAlign", "Wavelet", "TopK"])
def test_another_forks_type_is_no_misspelt_one(type_name: str) -> None:
    with pytest.raises(LayerError, match="unknown layer type") as caught:
        layer_from_text(f'type: "{type_name}"')
    assert "did you mean" not in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("typo", "meant"),
    [
        ("Convolutoin", "Convolution"),
        ("InnerProdct", "InnerProduct"),
        ("relu", "ReLU"),
        ("SoftMaxWithLos", "SoftmaxWithLoss"),
    ],
)
def test_a_misspelt_type(typo: str, meant: str) -> None:
    with pytest.raises(LayerError, match="unknown layer type") as caught:
        layer_from_text(f'type: "{typo}"')
    assert f'"{meant}"' in (caught.value.hint or "")


def test_a_type_is_registered_once() -> None:
    class Second(Layer):
        golden: ClassVar[str | None] = "never used"

    with pytest.raises(ValueError, match=r'"ReLU" is already registered by prototxt\.layers\.relu'):
        layer("ReLU")(Second)


def test_costs_add_up() -> None:
    assert Cost(macs=1, additions=2) + Cost(macs=3, divisions=4) == Cost(macs=4, additions=2, divisions=4)
