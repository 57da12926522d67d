"""Shapes the caller gives, in place of Input layers, of data layers, or where nothing makes a blob."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from prototxt.errors import InputError, LayerError, NetError
from prototxt.frontend.load import Options, define_net, make_graph
from prototxt.graph.graph import Graph

TWO_INPUTS = """
layer { name: "in" type: "Input" top: "x" top: "z" input_param { shape { dim: 2 dim: 3 } } }
layer { name: "sum" type: "Eltwise" bottom: "x" bottom: "z" top: "y" }
"""
DATA = """
layer { name: "db" type: "Data" top: "data" top: "label" data_param { source: "nowhere" batch_size: 64 } }
layer { name: "ip" type: "InnerProduct" bottom: "data" top: "ip" inner_product_param { num_output: 5 } }
"""
ORPHAN = """
layer { name: "conv" type: "Convolution" bottom: "data" top: "conv"
        convolution_param { num_output: 4 kernel_size: 3 } }
layer { name: "relu" type: "ReLU" bottom: "conv" top: "conv" }
"""


def graph(text: str, **inputs: Sequence[int]) -> Graph:
    return make_graph(define_net(text, "net.prototxt"), Options(inputs=inputs))


def blobs(result: Graph) -> dict[str, tuple[int, ...]]:
    return {name: result.shapes[blob] for name, blob in result.last.items()}


def test_an_inputs_shape_is_replaced() -> None:
    assert blobs(graph(TWO_INPUTS, x=(7, 5), z=(7, 5))) == {"x": (7, 5), "z": (7, 5), "y": (7, 5)}


def test_the_other_top_keeps_its_own() -> None:
    with pytest.raises(LayerError, match="7 x 5"):
        graph(TWO_INPUTS, x=(7, 5))
    assert blobs(graph(TWO_INPUTS, x=(2, 3)))["z"] == (2, 3)


def test_lists_serve_as_well() -> None:
    assert graph(TWO_INPUTS, x=[4, 4], z=[4, 4]).shapes == graph(TWO_INPUTS, x=(4, 4), z=(4, 4)).shapes


def test_a_data_layer_becomes_an_input() -> None:
    built = graph(DATA, data=(3, 2, 4, 6))
    assert [(node.name, node.type) for node in built.nodes] == [("db", "Input"), ("ip", "InnerProduct")]
    assert blobs(built) == {"data": (3, 2, 4, 6), "ip": (3, 5)}
    assert built.inputs == ("data",)


def test_a_data_layers_second_top() -> None:
    built = graph(DATA, data=(3, 2, 4, 6), label=(3,))
    assert built.inputs == ("data", "label")
    assert built.outputs == ("ip", "label")


@pytest.mark.parametrize("kind", ["DenseImageData", "ImageSegData"])
def test_a_label_map_follows_from_its_images(kind: str) -> None:
    text = f'''layer {{ name: "db" type: "{kind}" top: "data" top: "label" }}
    layer {{ name: "sum" type: "Reduction" bottom: "label" top: "sum" }}'''
    built = graph(text, data=(2, 3, 8, 10))
    assert blobs(built) == {"data": (2, 3, 8, 10), "label": (2, 1, 8, 10), "sum": ()}
    assert "a label map for each image" in built.notes[0]


def test_a_label_map_of_enet_is_smaller() -> None:
    text = """layer { name: "db" type: "DenseImageData" top: "data" top: "label"
                  dense_image_data_param { label_divide_factor: 4 } }
    layer { name: "sum" type: "Reduction" bottom: "label" top: "sum" }"""
    assert blobs(graph(text, data=(2, 3, 8, 10)))["label"] == (2, 1, 2, 2)


def test_python_data_layers_become_inputs() -> None:
    text = """layer { name: "data" type: "Python" top: "data" top: "label"
                  python_param { module: "voc_layers" layer: "VOCSegDataLayer" param_str: "{}" } }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "data" bottom: "label" top: "loss" }"""
    built = graph(text, data=(1, 3, 8, 10), label=(1, 1, 8, 10))
    assert built.inputs == ("data", "label")
    assert blobs(built)["loss"] == ()


def test_an_orphan_gets_an_input_at_the_front() -> None:
    with pytest.raises(NetError, match='no layer makes bottom "data"'):
        graph(ORPHAN)
    built = graph(ORPHAN, data=(1, 3, 8, 9))
    assert [node.type for node in built.nodes] == ["Input", "Convolution", "ReLU"]
    assert blobs(built) == {"data": (1, 3, 8, 9), "conv": (1, 4, 6, 7)}


def test_errors_still_point_at_the_layer_after_an_orphans_input() -> None:
    with pytest.raises(LayerError) as caught:
        graph(ORPHAN, data=(1, 3, 2, 9))
    assert caught.value.place is not None
    assert (caught.value.layer, caught.value.place.line) == ("conv", 3)


def test_a_blob_of_the_nets_own() -> None:
    with pytest.raises(InputError) as caught:
        graph(TWO_INPUTS, y=(2, 3))
    assert '"y" is computed by layer "sum"' in str(caught.value)
    assert str(caught.value.place) == "net.prototxt:3:1"
    assert caught.value.hint == 'its inputs are "x", "z"'


def test_an_unknown_name() -> None:
    with pytest.raises(InputError) as caught:
        graph(DATA, dta=(3, 2))
    assert 'net.prototxt: the net has no input "dta"' in str(caught.value)
    assert caught.value.hint == 'did you mean "data"?'
    with pytest.raises(InputError) as caught:
        graph(TWO_INPUTS, picture=(3, 2))
    assert caught.value.hint == 'its inputs are "x", "z"'


@pytest.mark.parametrize("shape", [(), (0, 3), (2, -1), (2, 1.5), (2**16, 2**16)])
def test_shapes_that_are_none(shape: tuple[int, ...]) -> None:
    with pytest.raises(InputError, match='input "x" cannot be'):
        graph(TWO_INPUTS, x=shape, z=shape)


def test_only_a_data_layer_of_this_phase() -> None:
    train = DATA.replace('name: "db"', 'name: "train" include { phase: TRAIN }').split("\n")[1]
    built = graph(train + DATA, data=(3, 2))
    assert [node.name for node in built.nodes] == ["db", "ip"]


def test_a_data_layer_takes_only_its_own_tops() -> None:
    text = DATA + 'layer { name: "r" type: "ReLU" bottom: "extra" top: "r" }'
    built = graph(text, data=(3, 2), extra=(5,))
    assert [(node.name, [top.name for top in node.tops]) for node in built.nodes if node.type == "Input"] == [
        ("extra", ["extra"]),
        ("db", ["data"]),
    ]
