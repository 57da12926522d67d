"""Layers wired by names: versions of blobs written in place, and everything that does not fit together."""

from __future__ import annotations

import pytest

from prototxt.errors import LayerError, NetError
from prototxt.frontend.load import define_net
from prototxt.graph.connect import connect
from prototxt.graph.graph import BlobId, Wiring
from prototxt.layers.base import LayerSettings
from prototxt.layers.unknown import Unknown

INPUT = 'layer { name: "in" type: "Input" top: "x" input_param { shape { dim: 2 dim: 4 } } }\n'


def wired(layers: str) -> Wiring:
    return connect(define_net(INPUT + layers, "net.prototxt"), LayerSettings())


def refused(layers: str) -> NetError:
    with pytest.raises(NetError) as caught:
        wired(layers)
    return caught.value


def cannot_run(layers: str) -> LayerError:
    """Why the last layer cannot run."""
    unknown = wired(layers).nodes[-1].layer
    assert isinstance(unknown, Unknown)
    assert unknown.refused
    return unknown.why


def layer(kind: str, bottoms: str = "", tops: str = "", rest: str = "") -> str:
    wires = [f'bottom: "{b}"' for b in bottoms.split()] + [f'top: "{t}"' for t in tops.split()]
    return f'layer {{ name: "{kind.lower()}" type: "{kind}" {" ".join(wires)} {rest} }}\n'


def test_each_write_in_place_is_a_new_version() -> None:
    _, first, second, third, fourth = wired(
        layer("ReLU", "x", "y") + layer("ReLU", "y", "y") + layer("Power", "y", "y") + layer("TanH", "y", "z")
    ).nodes
    assert (first.bottoms, first.tops) == ((BlobId("x"),), (BlobId("y", 0),))
    assert (second.bottoms, second.tops) == ((BlobId("y", 0),), (BlobId("y", 1),))
    assert (third.bottoms, third.tops) == ((BlobId("y", 1),), (BlobId("y", 2),))
    assert fourth.bottoms == (BlobId("y", 2),)


def test_a_version_is_read_by_those_that_come_before_the_next_write() -> None:
    nodes = wired(layer("TanH", "x", "before") + layer("ReLU", "x", "x") + layer("TanH", "x", "after")).nodes
    assert [node.bottoms for node in nodes[1:]] == [(("x", 0),), (("x", 0),), (("x", 1),)]


def test_in_place_goes_by_the_bottom_at_the_same_position() -> None:
    text = layer("Split", "x", "a b")
    assert wired(text + layer("Eltwise", "a b", "a")).nodes[-1].tops == (BlobId("a", 1),)
    error = refused(text + layer("Eltwise", "a b", "b"))
    assert 'top "b" exists already' in str(error)
    assert 'only a layer whose bottom 0 is "b"' in str(error.hint)


def test_a_duplicate_top() -> None:
    error = refused(layer("ReLU", "x", "y") + layer("TanH", "x", "y"))
    assert str(error).startswith('net.prototxt:3:47: layer "tanh" (TanH): top "y" exists already')


def test_a_layer_with_two_tops_of_one_name() -> None:
    assert 'top "y" exists already' in str(refused(layer("Split", "x", "y y")))


def test_an_unknown_bottom() -> None:
    error = refused(layer("ReLU", "x", "conv1") + layer("TanH", "conv_1", "y"))
    assert str(error.place) == "net.prototxt:3:35"
    assert error.what == 'no layer makes bottom "conv_1"'
    assert error.hint == 'did you mean "conv1"?'


def test_a_bottom_that_comes_too_late() -> None:
    error = refused(layer("TanH", "later", "y") + layer("ReLU", "x", "later"))
    assert error.what == 'bottom "later" is made only by a later layer'


def test_a_layer_cannot_read_its_own_new_top() -> None:
    assert refused(layer("TanH", "y", "y")).what == 'bottom "y" is made only by a later layer'


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (layer("ReLU", "", "y"), "takes 1 bottom, has 0"),
        (layer("ReLU", "x x", "y"), "takes 1 bottom, has 2"),
        (layer("ReLU", "x"), "takes 1 top, has 0"),
        (layer("ReLU", "x", "y z"), "takes 1 top, has 2"),
        (layer("Eltwise", "x", "y"), "takes at least 2 bottoms, has 1"),
        (layer("Scale", "x x x", "y"), "takes 1 to 2 bottoms, has 3"),
        (layer("Pooling", "x", "a b c", "pooling_param { kernel_size: 2 }"), "takes 1 to 2 tops, has 3"),
        (
            layer("Convolution", "x x", "a b c", "convolution_param { num_output: 1 kernel_size: 1 }"),
            "needs a top for each bottom, has 2 bottoms and 3 tops",
        ),
    ],
)
def test_a_wrong_number_of_bottoms_or_tops(text: str, what: str) -> None:
    error = cannot_run(text)
    assert error.what == what
    assert error.place is not None
    assert error.place.line == 2


def test_an_unknown_type_points_at_the_type() -> None:
    (node,) = wired('layer {\n  name: "c"\n  type: "Convolutoin"\n  bottom: "x" top: "y"\n}').nodes[1:]
    assert isinstance(node.layer, Unknown)
    error = node.layer.why
    assert str(error.place) == "net.prototxt:4:3"
    assert error.what == 'unknown layer type "Convolutoin"'
    assert error.hint is not None
    assert '"Convolution"' in error.hint


def test_a_refused_parameter_points_at_the_field() -> None:
    error = cannot_run(
        'layer {\n  name: "d" type: "Dropout" bottom: "x" top: "x"\n'
        "  dropout_param {\n    dropout_ratio: 2\n  }\n}"
    )
    assert str(error).startswith('net.prototxt:5:5: layer "d" (Dropout): dropout_ratio must be')


def test_no_layers() -> None:
    with pytest.raises(NetError) as caught:
        connect(define_net('name: "nothing"', "empty.prototxt"), LayerSettings())
    assert str(caught.value) == "empty.prototxt: the file has no layers"


def test_nodes_carry_their_param_specs() -> None:
    node = wired(layer("PReLU", "x", "y", 'param { name: "shared" }')).nodes[-1]
    assert [spec.name for spec in node.specs] == ["shared"]


def test_a_version_as_text() -> None:
    assert str(BlobId("conv1", 2)) == "conv1@2"
