"""One type name, several meanings: fields, weights files and dialects tell, a note says where nothing does."""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import pytest

import prototxt
from prototxt.cli.shapes import main as shapes
from support.commands import DATA, invoke, layer, write_weights

TWO = layer("BN") + layer("BN", bottom='bottom: "y"').replace('"it"', '"again"')
CHANNELS = (1, 3, 1, 1)


@pytest.fixture
def net(tmp_path: Path) -> Path:
    path = tmp_path / "net.prototxt"
    path.write_text(DATA + TWO)
    return path


def params_of(net: prototxt.Net) -> list[int]:
    return [len(params) for params in net.params.values()]


def test_where_nothing_tells_the_first_meaning_wins_and_one_note_says_so(net: Path) -> None:
    with pytest.warns(prototxt.PrototxtWarning) as caught:
        loaded = prototxt.load_net(net)
    assert params_of(loaded) == [2, 2]
    (note,) = [str(w.message) for w in caught]
    assert note.startswith(f'{net}:4:3: layer "it" and 1 more (BN) taken as the layer of SegNet and ENet')
    assert note.endswith(
        "could be that of PSPNet as well: say --dialect segnet or pspnet (dialect= in Python)"
    )


@pytest.mark.parametrize(("dialect", "params"), [("segnet", 2), ("pspnet", 4)])
def test_a_dialect_decides_without_a_note(net: Path, dialect: str, params: int) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert params_of(prototxt.load_net(net, dialect=dialect)) == [params, params]
    message = invoke(shapes, net, "--dialect", dialect, "--format", "json")
    assert (message.code, message.err) == (0, "")
    assert [len(row["params"]) for row in json.loads(message.out)["layers"][1:]] == [params, params]


@pytest.mark.parametrize("stored", [2, 4])
def test_the_number_of_stored_arrays_decides_the_type(net: Path, tmp_path: Path, stored: int) -> None:
    weights = write_weights(
        tmp_path / "w.caffemodel", {"it": [CHANNELS] * stored, "again": [CHANNELS] * stored}
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert params_of(prototxt.load_net(net, weights)) == [stored, stored]


def test_fields_tell(tmp_path: Path) -> None:
    path = tmp_path / "net.prototxt"
    path.write_text(DATA + layer("BN", "bn_param { frozen: true }"))
    assert params_of(prototxt.load_net(path)) == [4]


def test_an_unknown_dialect_is_refused_by_its_name(net: Path) -> None:
    with pytest.raises(prototxt.InputError, match=r'segnet, pspnet, yolo, .*, not "psp"') as caught:
        prototxt.load_net(net, dialect="psp")
    assert caught.value.hint == 'did you mean "pspnet"?'


def test_a_type_of_ones_own_wins_over_that_of_a_fork() -> None:
    """A plugin keeps its type where a later version brings a layer of that name."""

    @prototxt.layer("Interp")
    class Interp(prototxt.Layer):
        pass

    try:
        net = prototxt.parse_net(DATA + layer("Interp"))
        assert type(net.layers[1].layer) is Interp
    finally:
        from prototxt.layers import registry

        del registry._registered["Interp"]["caffe"]
        registry._in_order.pop("Interp")


def test_a_field_that_chooses_the_class_of_one_layer_is_not_held_against_another(tmp_path: Path) -> None:
    """What earlier layers of the class have set makes no difference: `engine` is PSPNet's, `bn_mode` SegNet's."""
    mixed, plain = tmp_path / "mixed.prototxt", tmp_path / "plain.prototxt"
    mixed.write_text(DATA + layer("BN", "bn_param { bn_mode: LEARN engine: CAFFE }"))
    plain.write_text(DATA + layer("BN", "bn_param { engine: CAFFE }"))
    with pytest.raises(prototxt.LayerError, match=r"engine .* is not applied"):
        prototxt.load_net(mixed, dialect="pspnet")
    assert params_of(prototxt.load_net(plain)) == [4]
