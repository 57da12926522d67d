"""Values that an enum does not have, as forks add them: a warning, and the layer cannot run unless it is replaced."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import prototxt
from prototxt.blobs import TEST
from prototxt.cli.run.command import main as run
from prototxt.cli.shapes import main as shapes
from prototxt.cli.upgrade import main as upgrade
from prototxt.data.reader import open_database
from prototxt.errors import DataError, LayerError, TextError, UnappliedError
from prototxt.frontend.load import Options, define_net, make_graph, outline
from prototxt.graph.graph import Graph
from prototxt.layers.common.filler_types import FILLER_TYPES
from prototxt.layers.fillers import fill, rng_for
from prototxt.schema.caffe_pb2 import FillerParameter
from prototxt.views.net_rows import make_report
from support.commands import DIGIT, invoke

MAXX = """layer { name: "in" type: "Input" top: "x" input_param { shape { dim: 2 dim: 4 dim: 5 dim: 9 } } }
layer { name: "it" type: "Pooling" bottom: "x" top: "y"
  pooling_param { pool: MAXX kernel_size: 2 } }
layer { name: "side" type: "ReLU" bottom: "x" top: "z" }
"""
WHAT = '"pool" takes one of MAX, AVE, STOCHASTIC; not MAXX'
DB = """layer { name: "db" type: "Data" top: "x" top: "label"
  data_param { source: "a" batch_size: 4 backend: ROCKSDB } }
layer { name: "ip" type: "InnerProduct" bottom: "x" top: "y" inner_product_param { num_output: 2 } }
"""


def outlined(text: str, **options: object) -> Graph:
    return outline(define_net(text, "n.prototxt"), Options(**options))  # type: ignore[arg-type]


def test_the_layer_cannot_run_and_all_else_has_its_shape() -> None:
    graph = outlined(MAXX)
    (why,) = graph.missing
    assert isinstance(why, UnappliedError)
    assert str(why) == f'n.prototxt:3:25: layer "it" (Pooling): {WHAT}\nhint: did you mean "MAX"?'
    assert why.missing == "Pooling with pool MAXX"
    report = make_report(graph)
    assert report.blobs == {"x": (2, 4, 5, 9), "y": None, "z": (2, 4, 5, 9)}
    assert [row.state for row in report.rows] == ["", "cannot run", ""]
    assert graph.notes == (f'n.prototxt:3:25: layer "it": {WHAT}; did you mean "MAX"?',)
    with pytest.raises(UnappliedError, match="not MAXX"):
        make_graph(define_net(MAXX, "n.prototxt"), Options())
    with pytest.raises(TextError, match="not MAXX"):
        define_net(MAXX, "n.prototxt", strict=True)


@pytest.mark.parametrize("field", ["forward_type: FLOAT8", "forward_math: BFLOAT16", "backward_type: FLOAT8"])
def test_a_value_of_a_field_without_which_layers_run_is_a_warning(field: str) -> None:
    text = MAXX.replace("MAXX", "MAX").replace('type: "ReLU"', f'type: "ReLU" {field}')
    graph = outlined(text)
    assert graph.missing == ()
    (note,) = graph.notes
    name, value = field.split(": ")
    assert note.startswith(f'n.prototxt:4:{35 + len(name) + 2}: layer "side": "{name}" takes one of')
    assert f"not {value}" in note


def test_such_a_value_hides_no_other() -> None:
    text = MAXX.replace('type: "Pooling"', 'type: "Pooling" forward_type: FLOAT8')
    assert [why.missing for why in outlined(text).missing if isinstance(why, UnappliedError)] == [
        "Pooling with pool MAXX"
    ]


def test_such_a_value_of_the_net_is_a_warning() -> None:
    graph = outlined("default_forward_type: FLOAT8\n" + MAXX.replace("MAXX", "MAX"))
    assert graph.missing == ()
    (note,) = graph.notes
    assert note.startswith('n.prototxt:1:23: "default_forward_type" takes one of')


def test_an_input_in_its_place_makes_it_irrelevant() -> None:
    assert len(outlined(DB).missing) == 1
    graph = outlined(DB, inputs={"x": (4, 3, 7, 5)})
    assert graph.missing == ()
    assert graph.shapes[graph.last["y"]] == (4, 2)


def test_commands(tmp_path: Path) -> None:
    net = tmp_path / "net.prototxt"
    net.write_text(MAXX)
    shown = invoke(shapes, net)
    assert shown.code == 1
    assert shown.err == f'warning: {net}:3:25: layer "it": {WHAT}; did you mean "MAX"?\n'
    assert "Pooling (cannot run)" in shown.out
    assert f'{net}:3:25: layer "it": {WHAT}' in shown.out
    ran = invoke(run, net, DIGIT)
    assert ran.code == 1
    assert f'error: {net}:3:25: layer "it" (Pooling): {WHAT}' in ran.err
    checked = invoke(shapes, "--check", net)
    assert "layers missing" in checked.out
    assert "Pooling with pool MAXX" in checked.out
    refused = invoke(upgrade, net, tmp_path / "new.prototxt")  # a net without the value would be another net
    assert (refused.code, "not MAXX" in refused.err) == (1, True)
    assert not (tmp_path / "new.prototxt").exists()


def test_what_changes_no_number_is_only_a_warning() -> None:
    graph = outlined(MAXX.replace("pool: MAXX", "engine: MKL3000"))
    assert graph.missing == ()
    assert "not MKL3000" in graph.notes[0]


@pytest.mark.parametrize(("rule", "phases"), [("include", ()), ("exclude", ("TRAIN", "TEST"))])
@pytest.mark.parametrize("more", ["", " min_level: 0 max_level: 9"])
@pytest.mark.parametrize("name", ["RUN", "DEPLOY"])
def test_a_rule_with_a_phase_that_does_not_exist_here_is_never_met(
    rule: str, phases: tuple[str, ...], more: str, name: str
) -> None:
    text = MAXX.replace("pool: MAXX", "pool: AVE").replace(
        'top: "y"', f'top: "y" {rule} {{ phase: {name}{more} }}'
    )
    for phase in ("TRAIN", "TEST"):
        names = [node.name for node in outlined(text, phase=phase).nodes]
        assert ("it" in names) == (phase in phases)


@pytest.mark.parametrize("value", ["3.5", '"MAXX"', '"MAX"', "true false"])
def test_what_is_no_value_of_any_enum_stays_an_error(value: str) -> None:
    with pytest.raises(TextError):
        define_net(MAXX.replace("MAXX", value), "n.prototxt")


FILLER = """layer { name: "in" type: "Input" top: "x" input_param { shape { dim: 2 dim: 4 dim: 5 dim: 9 } } }
layer { name: "it" type: "Convolution" bottom: "x" top: "y"
  convolution_param { num_output: 3 kernel_size: 1 weight_filler { type: "identity" } } }
"""


def test_an_unknown_filler_is_irrelevant_where_a_file_holds_the_weights(
    tmp_path: Path, recwarn: pytest.WarningsRecorder
) -> None:
    (note,) = outlined(FILLER).notes
    assert note == (
        'n.prototxt:3:52: layer "it" (Convolution): unknown filler type "identity": '
        "the layer runs with arrays from a weights file only"
    )
    weights = tmp_path / "w.npz"
    known = prototxt.parse_net(FILLER.replace("identity", "xavier"))
    known.save(weights)
    net = prototxt.parse_net(FILLER, weights)
    assert not recwarn.list
    image = np.arange(360, dtype=np.float32).reshape(2, 4, 5, 9)
    np.testing.assert_array_equal(net.forward(x=image)["y"], known.forward(x=image)["y"])


def test_without_weights_an_unknown_filler_is_an_error() -> None:
    with pytest.raises(LayerError, match='unknown filler type "identity"'):
        prototxt.parse_net(FILLER)


def test_the_names_of_fillers_are_those_that_fill() -> None:
    for name in FILLER_TYPES:
        assert fill((2, 3, 4, 4), FillerParameter(type=name), rng_for(0, "it", 0)).shape == (2, 3, 4, 4)
    with pytest.raises(LayerError, match=f"the types are {', '.join(FILLER_TYPES)}"):
        fill((2, 3), FillerParameter(type="identity"), rng_for(0, "it", 0))


MYCAFFE = """state { phase: RUN }
layer { name: "d" type: "Data" top: "x" top: "label" include { phase: TRAIN } include { phase: TEST }
  transform_param { crop_size: 12 } data_param { source: "MNIST" batch_size: 5 backend: IMAGEDB } }
layer { name: "in" type: "Input" top: "x" include { phase: RUN } input_param { shape { dim: 1 dim: 3 dim: 4 dim: 5 } } }
layer { name: "drop" type: "Dropout" bottom: "x" top: "y" phase: RUN }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "y" bottom: "label" top: "loss" exclude { phase: RUN } }
"""


def test_values_of_mycaffe_are_no_unknown_ones() -> None:
    graph = outlined(MYCAFFE.replace("SoftmaxWithLoss", "Silence").replace(' top: "loss"', ""))
    assert graph.missing == ()
    assert [node.name for node in graph.nodes] == ["d", "drop", "loss"]
    assert graph.shapes[graph.last["x"]] == (5, 3, 12, 12)
    assert graph.nodes[1].layer.phase == TEST
    state, database = graph.notes
    assert state.startswith("n.prototxt:1:9: state.phase RUN is not applied: this is phase TEST")
    assert 'the database "MNIST" is not here: 5 x 3 x 12 x 12' in database


def test_a_database_of_another_program_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="IMAGEDB is a database of another program"):
        open_database(str(tmp_path), "IMAGEDB")
