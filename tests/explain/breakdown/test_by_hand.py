"""Ledgers of kinds that no golden case has, of layers that remember, and what is said where there is none."""

from __future__ import annotations

import numpy as np
import pytest

import prototxt
from prototxt.errors import InputError
from prototxt.explain.breakdown.model import Breakdown
from prototxt.explain.breakdown.values import explain_value, run_for
from prototxt.explain.sections.layer import explain_layer
from prototxt.explain.sections.section import Line
from prototxt.graph.context import find_layer
from prototxt.net import Net


def net_of(*layers: str, **inputs: tuple[int, ...]) -> Net:
    """A net of these inputs, filled with noise, and these layers."""
    text = "\n".join(
        f'layer {{ name: "{name}" type: "Input" top: "{name}" input_param {{ shape {{ '
        f"{' '.join(f'dim: {n}' for n in shape)} }} }} }}"
        for name, shape in inputs.items()
    )
    net = prototxt.parse_net("\n".join([text, *layers]))
    rng = np.random.default_rng(3)
    for name, shape in inputs.items():
        net.blobs[name].data[...] = 2 * rng.standard_normal(shape)
    return net


def every_breakdown(net: Net, layer: str) -> list[Breakdown]:
    values = run_for(net, layer)
    return [
        values.breakdown(at, top)
        for top, blob in enumerate(values.node.tops)
        for at in np.ndindex(values.blobs[blob].shape)
    ]


def one(kind: str, param: str = "", bottoms: str = 'bottom: "x"') -> str:
    return f'layer {{ name: "y" type: "{kind}" {bottoms} top: "y" {param} }}'


TWO = 'bottom: "x" bottom: "z"'

BLOCK = (
    "denseblock_param { numTransition: 2 growthRate: 2 %s "
    'Filter_Filler { type: "gaussian" std: 0.5 } BN_Scaler_Filler { value: 2 } BN_Bias_Filler { value: 0.1 } }'
)

CASES: dict[str, tuple[str, dict[str, tuple[int, ...]]]] = {
    "SeLu": (one("SeLu"), {"x": (1, 2, 3, 3)}),
    "CropCenter": (
        one("CropCenter", "crop_center_param { crop_size: 0 crop_size: 0 crop_size: 1 crop_size: 2 }"),
        {"x": (1, 2, 6, 7)},
    ),
    "Resample LINEAR": (
        one("Resample", "resample_param { height: 5 width: 9 type: LINEAR }"), {"x": (1, 2, 7, 6)},
    ),
    "Resample CUBIC": (
        one("Resample", "resample_param { height: 9 width: 8 type: CUBIC antialias: false }"), {"x": (1, 1, 5, 6)},
    ),
    "Resample NEAREST": (one("Resample", "resample_param { height: 8 width: 6 type: NEAREST }"), {"x": (1, 2, 4, 3)}),
    "Correlation": (
        one("Correlation", "correlation_param { pad: 2 kernel_size: 1 max_displacement: 2 stride_2: 2 }", TWO),
        {"x": (1, 3, 4, 5), "z": (1, 3, 4, 5)},
    ),
    "Correlation of patches": (
        one(
            "Correlation",
            "correlation_param { pad: 3 kernel_size: 3 max_displacement: 2 stride_1: 2 correlation_type: SUBTRACT }",
            TWO,
        ),
        {"x": (1, 2, 5, 5), "z": (1, 2, 5, 5)},
    ),
    "FlowWarp": (one("FlowWarp", "", TWO), {"x": (1, 2, 4, 5), "z": (1, 2, 4, 5)}),
    "DenseBlock": (one("DenseBlock", BLOCK % ""), {"x": (2, 3, 4, 5)}),
    "DenseBlock with maps between": (one("DenseBlock", BLOCK % "use_BC: true"), {"x": (1, 3, 3, 4)}),
    "CTCGreedyDecoder": (one("CTCGreedyDecoder"), {"x": (5, 2, 3)}),
    "Reverse": (one("Reverse", "reverse_param { axis: -2 }"), {"x": (2, 3, 4, 5)}),
    "Transpose": (one("Transpose", "transpose_param { dim: 3 dim: 2 dim: 0 dim: 1 }"), {"x": (2, 3, 4, 5)}),
    "Warp": (one("Warp", "", TWO), {"x": (1, 2, 4, 5), "z": (1, 2, 4, 5)}),
    "Flip": (one("Flip", "flip_param { flip_height: true }"), {"x": (1, 2, 3, 4)}),
    "Norm": (one("Norm"), {"x": (2, 3, 4, 5)}),
    "L2Norm": (one("L2Norm"), {"x": (2, 3, 4, 5)}),
    "Region": (one("Region", "region_param { classes: 3 num: 2 coords: 4 }"), {"x": (1, 16, 2, 2)}),
    "Region of sigmoids": (one("Region", "region_param { classes: 2 num: 1 softmax: 0 }"), {"x": (1, 7, 2, 2)}),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_every_place_of_kinds_without_golden_cases(case: str) -> None:
    layer, inputs = CASES[case]
    breakdowns = every_breakdown(net_of(layer, **inputs), "y")
    assert breakdowns
    for breakdown in breakdowns:
        assert breakdown.agrees, (breakdown.formula, breakdown.value, breakdown.stored)


FILLED = 'weight_filler { type: "gaussian" std: 0.5 } bias_filler { type: "gaussian" std: 0.5 }'


@pytest.mark.parametrize(
    ("fields", "bottoms", "inputs"),
    [
        ("", 'bottom: "x"', {"x": (3, 2, 4)}),
        ("", TWO, {"x": (3, 2, 2, 2), "z": (3, 2)}),
        ("batch_size: 2", TWO, {"x": (6, 4, 1), "z": (6,)}),
    ],
)
def test_every_place_of_lstm_of_text_nets(
    fields: str, bottoms: str, inputs: dict[str, tuple[int, ...]]
) -> None:
    net = net_of(one("Lstm", f"lstm_param {{ num_output: 3 {fields} {FILLED} }}", bottoms), **inputs)
    if "z" in inputs:
        net.blobs["z"].data[...] = np.array([1, 0, 1, 1, 0, 1]).reshape(inputs["z"])
    for breakdown in every_breakdown(net, "y") + every_breakdown(net, "y"):
        assert breakdown.agrees, (breakdown.formula, breakdown.value, breakdown.stored)
        x = net.blobs["x"].data
        assert all(term.value == x[term.at] for group in breakdown.groups for term in group.terms if term.at)


def test_the_loss_of_lines() -> None:
    net = net_of(one("WarpCTCLoss", "", TWO), x=(5, 2, 4), z=(2, 3))
    net.blobs["z"].data[...] = [[1, 2, 0], [3, 3, 1]]
    (breakdown,) = every_breakdown(net, "y")
    assert breakdown.agrees
    assert [step.text for step in breakdown.steps] == ["+ -log P of line 0", "+ -log P of line 1", "/ lines"]


@pytest.mark.parametrize("kind", ["LSTM", "RNN"])
def test_a_state_from_forwards_before_is_part_of_the_value(kind: str) -> None:
    net = net_of(one(kind, f"recurrent_param {{ num_output: 3 {FILLED} }}", TWO), x=(3, 2, 4), z=(3, 2))
    net.blobs["z"].data[...] = 1
    first = every_breakdown(net, "y")
    second = every_breakdown(net, "y")
    assert all(breakdown.agrees for breakdown in [*first, *second])
    assert first[0].stored != second[0].stored


def test_accuracies_that_add_up_over_forwards() -> None:
    net = net_of(
        one("SegAccuracy", "seg_accuracy_param { reset: false }", TWO), x=(1, 3, 4, 4), z=(1, 1, 4, 4)
    )
    net.blobs["z"].data[...] = np.arange(16).reshape(1, 1, 4, 4) % 3
    for _ in range(2):
        net.blobs["x"].data[...] = np.random.default_rng(1).random((1, 3, 4, 4))
        assert all(breakdown.agrees for breakdown in every_breakdown(net, "y"))
    assert "the forwards before" in explain_value(net, "y", (0, 0, 0, 0)).steps[1].text


CONV = (
    'layer {{ name: "same" type: "Convolution" bottom: "{}" top: "{}" '
    'convolution_param {{ num_output: {} kernel_size: 1 weight_filler {{ type: "gaussian" std: 1 }} }} }}'
)


def test_layers_of_one_name_have_their_own_weights() -> None:
    """The first of them is told with its own, not with those of the last."""
    net = net_of(CONV.format("x", "a", 5), CONV.format("a", "b", 2), x=(1, 3, 2, 2))
    breakdown = explain_value(net, "same", (0, 4, 1, 1))
    assert breakdown.blob == "a"
    assert breakdown.agrees
    first, last = (net.params_of(node)[0].data for node in net.layers if node.params)
    assert (first.shape, last.shape) == ((5, 3, 1, 1), (2, 5, 1, 1))
    assert breakdown.groups[0].factors is not None
    assert net.params["same"][0].shape == last.shape
    section = {one.key: one for one in explain_layer(net.graph, find_layer(net.graph, "same"))}["layer"]
    assert Line("name", '2 layers are called "same": this is the first of them') in section.lines


def test_argmax_marks_the_winner() -> None:
    net = net_of(one("ArgMax", "argmax_param { top_k: 2 }"), x=(1, 5))
    net.blobs["x"].data[...] = [1, 4, 2, 4, 0]
    first, second = (explain_value(net, "y", (0, 0, k)).groups[0] for k in range(2))
    assert (first.winner, second.winner) == (3, 1)
    assert first.selects


@pytest.mark.parametrize(
    ("layers", "layer", "said", "hint"),
    [
        ((one("ReLU"),), "x", "an input of the net has no terms", 'a layer that reads it: "y"'),
        ((one("Silence").replace('top: "y"', ""),), "y", "has no values: Silence has no tops", None),
        (
            ('layer { name: "d" type: "DummyData" top: "d" dummy_data_param { shape { dim: 2 } } }',),
            "d", "its values are read or drawn at random: they have no terms", None,
        ),
        (
            (
                'layer { name: "relu" type: "ReLU" bottom: "x" top: "conf" }',
                'layer { name: "y" type: "DetectionOutput" bottom: "loc" bottom: "conf" bottom: "prior" top: "y" '
                "detection_output_param { num_classes: 2 nms_param { nms_threshold: 0.5 } } }",
            ),
            "y", "rows are boxes ranked", '"relu"',
        ),
    ],
)  # fmt: skip
def test_what_is_said_where_there_is_no_ledger(
    layers: tuple[str, ...], layer: str, said: str, hint: str | None
) -> None:
    sizes = {"x": (1, 4), "loc": (1, 8), "prior": (1, 2, 8)} if len(layers) > 1 else {"x": (1, 4)}
    net = net_of(*layers, **sizes)
    with pytest.raises(InputError, match=said) as error:
        explain_value(net, layer, (0,))
    assert (hint or "") in (error.value.hint or "")


def test_a_single_number_has_a_place_without_axes() -> None:
    net = net_of(one("EuclideanLoss", "", TWO), x=(2, 3), z=(2, 3))
    assert explain_value(net, "y", ()).agrees
    with pytest.raises(InputError, match="is scalar: it has no value at 0") as error:
        explain_value(net, "y", (0,))
    assert error.value.hint == 'it is a single number without axes: --at ""'
