"""Old forms in files of forks and mixtures of forms: what they become, and hints that work when they are followed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from prototxt.cli.upgrade import main as upgrade
from prototxt.errors import PrototxtError
from prototxt.frontend.load import Options, define_net, outline
from prototxt.graph.graph import Graph
from prototxt.layers.registry import layer_types
from prototxt.text.legacy import today_name
from support.commands import invoke

DATA = 'input: "data" input_dim: 2 input_dim: 6 input_dim: 9 input_dim: 11\n'


def outlined(text: str) -> Graph:
    return outline(define_net(text, "n.prototxt"), Options())


def v1(kind: str, rest: str = "", bottom: str = 'bottom: "data" top: "y"') -> str:
    return f'{DATA}layers {{ name: "it" type: {kind} {bottom} {rest} }}\n'


def conv(form: str, kind: str, rest: str) -> str:
    return (
        f'{DATA}{form} {{ name: "it" type: {kind} bottom: "data" top: "y" {rest} '
        "convolution_param { num_output: 4 kernel_size: 3 } }\n"
    )


@pytest.mark.parametrize("name", sorted(set(layer_types()) - {"Lstm"}))  # written as Caffe's LSTM would be
def test_a_v1_name_in_words_is_todays_name(name: str) -> None:
    """Forks name their types in capitals with underscores between the words of today's name."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).upper()
    exceptions = {"SOFTMAX_WITH_LOSS": "SOFTMAX_LOSS", "P_RE_LU": "PRELU", "IMPLICIT": "", "IM2COL": "IM2COL"}
    written = {**exceptions, **{"RE_LU": "RELU", "RE_LU6": "RELU6", "TAN_H": "TANH", "ABS_VAL": "ABSVAL"}}
    assert today_name(written.get(words, words)) == ("" if name == "implicit" else name)


@pytest.mark.parametrize(
    ("kind", "rest", "today", "top"),
    [
        ("INTERP", "interp_param { zoom_factor: 2 }", "Interp", (2, 6, 17, 21)),
        ("RELU6", "", "ReLU6", (2, 6, 9, 11)),
        ("PRELU", "prelu_param { channel_shared: true }", "PReLU", (2, 6, 9, 11)),
        ("SHUFFLE_CHANNEL", "shuffle_channel_param { group: 3 }", "ShuffleChannel", (2, 6, 9, 11)),
        ("PERMUTE", "permute_param { order: 0 order: 3 }", "Permute", (2, 11, 6, 9)),
        ("REORG", "reorg_param { stride: 1 }", "Reorg", (2, 6, 9, 11)),
    ],
)
def test_v1_types_of_forks(kind: str, rest: str, today: str, top: tuple[int, ...], tmp_path: Path) -> None:
    graph = outlined(v1(kind, rest))
    assert graph.nodes[-1].type == today
    assert graph.shapes[graph.last["y"]] == top
    assert graph.notes == ()
    old, new = tmp_path / "old.prototxt", tmp_path / "new.prototxt"
    old.write_text(v1(kind, rest))
    assert invoke(upgrade, old, new).code == 0
    assert f'type: "{today}"' in new.read_text()
    again = outlined(new.read_text())
    assert again.shapes[again.last["y"]] == top


def test_a_v1_type_that_nobody_knows_is_a_layer_that_cannot_run() -> None:
    graph = outlined(
        v1("VIDEO_DATA", bottom='top: "clip"') + 'layers { name: "r" type: RELU bottom: "data" top: "r" }'
    )
    (why,) = graph.missing
    assert str(why).startswith(
        'n.prototxt:2:21: layer "it" (VideoData): layers of this type are not run here'
    )
    assert graph.shapes[graph.last["r"]] == (2, 6, 9, 11)


def test_a_v1_type_with_a_mistake() -> None:
    (why,) = outlined(v1("REL")).missing
    assert why.hint == 'did you mean "RELU" or "RELU6"?'


@pytest.mark.parametrize(
    ("text", "hint", "edits"),
    [
        (
            conv("layers", "CONVOLUTION", "param { lr_mult: 2 decay_mult: 0 }"),
            "`layers` is the old form: write blobs_lr: 2 weight_decay: 0 for it, "
            'or `layer` for `layers` and type: "Convolution"',
            [
                [("param { lr_mult: 2 decay_mult: 0 }", "blobs_lr: 2 weight_decay: 0")],
                [("layers", "layer"), ("type: CONVOLUTION", 'type: "Convolution"')],
            ],
        ),
        (
            conv("layer", "CONVOLUTION", ""),
            'write "Convolution": CONVOLUTION is its name in the old form',
            [[("CONVOLUTION", '"Convolution"')]],
        ),
        (
            conv("layer", '"CONVOLUTION"', ""),
            'write "Convolution": CONVOLUTION is its name in the old form',
            [[('"CONVOLUTION"', '"Convolution"')]],
        ),
        (
            conv("layers", '"CONVOLUTION"', ""),
            "write it without quotes",
            [[('"CONVOLUTION"', "CONVOLUTION")]],
        ),
        (
            conv("layers", '"Convolution"', ""),
            "`layers` is the old form: write CONVOLUTION, or `layer` for `layers`",
            [[('"Convolution"', "CONVOLUTION")], [("layers", "layer")]],
        ),
        (
            conv("layer", '"Convolution"', 'param: "w"'),
            'write param { name: "w" }',
            [[('param: "w"', 'param { name: "w" }')]],
        ),
    ],
)
def test_hints_work_when_they_are_followed(text: str, hint: str, edits: list[list[tuple[str, str]]]) -> None:
    try:
        given = outlined(text).missing[0].hint
    except PrototxtError as error:
        given = error.hint
    assert given == hint
    for edit in edits:
        edited = text
        for old, new in edit:
            assert old in edited
            edited = edited.replace(old, new)
        graph = outlined(edited)
        assert graph.missing == ()
        assert graph.shapes[graph.last["y"]] == (2, 4, 7, 9)


def test_learning_rates_of_v1_in_a_layer_of_today(tmp_path: Path) -> None:
    text = conv("layer", '"Convolution"', "blobs_lr: 1 blobs_lr: 2 weight_decay: 3 param { lr_mult: 5 }")
    graph = outlined(text)
    specs = [(spec.lr_mult, spec.decay_mult) for spec in graph.nodes[-1].specs]
    assert specs == [(5.0, 3.0), (2.0, 1.0)]
    assert graph.notes == (
        'n.prototxt:2:64: layer "it": blobs_lr is the old form, read as param { lr_mult: ... }',
        'n.prototxt:2:88: layer "it": weight_decay is the old form, read as param { decay_mult: ... }',
    )
    old, new = tmp_path / "old.prototxt", tmp_path / "new.prototxt"
    old.write_text(text)
    assert (
        "blobs_lr and weight_decay"
        in invoke(upgrade, old, new).err + new.read_text() + invoke(upgrade, old, new).out
    )
    assert "lr_mult: 2" in new.read_text()
    assert "blobs_lr" not in new.read_text()


INPUT = (
    'layer { name: "in" type: "Input" top: "data" input_param { shape { dim: 2 dim: 3 dim: 5 dim: 7 } } }\n'
)


def test_an_input_without_a_shape_beside_a_layer_of_that_top_is_left_out() -> None:
    graph = outlined('input: "data"\n' + INPUT)
    assert [node.name for node in graph.nodes] == ["in"]
    assert graph.shapes[graph.last["data"]] == (2, 3, 5, 7)
    (why,) = outlined('input: "data" input: "other"\n' + INPUT).missing
    assert 'no shape for its top "other"' in str(why)
    with pytest.raises(PrototxtError, match='top "data" exists already'):
        outlined(DATA + INPUT)
