"""Shapes, shared parameters, outputs and costs, all in integers."""

from __future__ import annotations

import pytest

from prototxt.errors import LayerError, NetError
from prototxt.frontend.load import Options, define_net, make_graph
from prototxt.graph.graph import BlobId, Graph


def graph(text: str, inputs: dict[str, tuple[int, ...]] | None = None) -> Graph:
    return make_graph(define_net(text, "net.prototxt"), Options(inputs=inputs))


def source(*dims: int, top: str = "x") -> str:
    shape = " ".join(f"dim: {d}" for d in dims)
    return f'layer {{ name: "{top}" type: "Input" top: "{top}" input_param {{ shape {{ {shape} }} }} }}\n'


def product(name: str, bottom: str, outputs: int, spec: str = "", rest: str = "") -> str:
    return (
        f'layer {{ name: "{name}" type: "InnerProduct" bottom: "{bottom}" top: "{name}" {spec}\n'
        f"  inner_product_param {{ num_output: {outputs} {rest} }} }}\n"
    )


def test_every_blob_has_a_shape() -> None:
    built = graph(
        source(2, 3, 9, 11)
        + 'layer { name: "c" type: "Convolution" bottom: "x" top: "c" '
        + "convolution_param { num_output: 4 kernel_h: 3 kernel_w: 5 stride: 2 pad: 1 } }\n"
        + 'layer { name: "r" type: "ReLU" bottom: "c" top: "c" }\n'
        + product("ip", "c", 7)
    )
    # (9 + 2 - 3) / 2 + 1 = 5 rows, (11 + 2 - 5) / 2 + 1 = 5 columns
    assert built.shapes == {
        BlobId("x"): (2, 3, 9, 11),
        BlobId("c", 0): (2, 4, 5, 5),
        BlobId("c", 1): (2, 4, 5, 5),
        BlobId("ip"): (2, 7),
    }
    assert built.last == {"x": BlobId("x"), "c": BlobId("c", 1), "ip": BlobId("ip")}
    assert [p.shape for p in built.nodes[1].params] == [(4, 3, 3, 5), (4,)]
    assert [p.shape for p in built.nodes[3].params] == [(7, 100), (7,)]
    # For both images: 4 maps of 5 x 5 from 3 maps by kernels of 3 x 5; 7 sums over 4 x 5 x 5
    assert [node.cost.macs for node in built.nodes] == [0, 2 * 4 * 25 * 3 * 15, 0, 2 * 7 * 100]
    assert built.images == 2
    assert built.param_bytes == 4 * (4 * 45 + 4 + 7 * 100 + 7)


def test_outputs_are_the_blobs_that_no_layer_reads() -> None:
    built = graph(
        source(2, 3)
        + 'layer { name: "s" type: "Split" bottom: "x" top: "zebra" top: "mid" top: "ant" }\n'
        + 'layer { name: "r" type: "ReLU" bottom: "mid" top: "mid" }\n'
        + 'layer { name: "t" type: "TanH" bottom: "mid" top: "Late" }\n'
        + source(1, top="bare")
    )
    assert built.outputs == ("Late", "ant", "bare", "zebra")
    assert built.inputs == ("x", "bare")


def test_a_blob_read_and_then_written_in_place_is_an_output() -> None:
    text = source(2, 3) + 'layer { name: "t" type: "TanH" bottom: "x" top: "y" }\n'
    text += 'layer { name: "r" type: "ReLU" bottom: "x" top: "x" }'
    assert graph(text).outputs == ("x", "y")


SHARED = (
    source(2, 6)
    + product("a", "x", 6, 'param { name: "w" } param { name: "b" }')
    + product("b", "a", 6, 'param { name: "w" } param { name: "b" }')
    + product("c", "b", 6, 'param { name: "w" } param { }')
)


def test_shared_parameters_belong_to_the_first() -> None:
    built = graph(SHARED)
    refs = [[(p.owner, p.slot, p.shared_name) for p in node.params] for node in built.nodes[1:]]
    assert refs == [[(1, 0, "w"), (1, 1, "b")], [(1, 0, "w"), (1, 1, "b")], [(1, 0, "w"), (3, 1, "")]]
    assert [len(node.own_params) for node in built.nodes[1:]] == [2, 0, 1]
    assert sum(1 for _ in built.own_params()) == 3
    assert built.param_bytes == 4 * (36 + 6 + 6)


def test_strict_sharing_compares_shapes() -> None:
    text = (
        source(2, 6)
        + product("a", "x", 4, 'param { name: "w" }')
        + product("b", "a", 6, 'param { name: "w" }')
    )
    with pytest.raises(NetError) as caught:
        graph(text)
    assert str(caught.value).startswith(
        'net.prototxt:4:61: layer "b" (InnerProduct): shares parameter "w" as 6 x 4, but layer "a" made it 4 x 6'
    )


def test_permissive_sharing_compares_counts() -> None:
    spec = 'param { name: "w" share_mode: PERMISSIVE }'
    text = source(2, 6) + product("a", "x", 4, 'param { name: "w" }') + product("b", "a", 6, spec)
    first, second = (node.params[0] for node in graph(text).nodes[1:])
    assert (first.shape, second.shape) == ((4, 6), (6, 4))
    assert (second.owner, second.slot) == (1, 0)
    with pytest.raises(NetError, match="as 7 x 4, but"):
        graph(source(2, 6) + product("a", "x", 4, 'param { name: "w" }') + product("b", "a", 7, spec))


@pytest.mark.parametrize(("shape", "fits"), [((1, 1, 2**16, 2**15 - 1), True), ((1, 1, 2**16, 2**15), False)])
def test_a_blob_has_less_than_two_to_the_31_elements(shape: tuple[int, ...], fits: bool) -> None:
    if fits:
        assert graph(source(*shape)).shapes[BlobId("x")] == shape
        return
    with pytest.raises(LayerError) as caught:
        graph(source(*shape))
    assert 'top "x" would be 1 x 1 x 65536 x 32768 = 2,147,483,648 elements' in str(caught.value)
    assert caught.value.layer == "x"


def test_a_parameter_too() -> None:
    with pytest.raises(LayerError, match="parameter 0 would be 65536 x 65536 = 4,294,967,296 elements"):
        graph(source(1, 2**16) + product("ip", "x", 2**16))


@pytest.mark.parametrize(
    ("dims", "images"), [([(5, 3, 4, 4)], 5), ([(7, 3), (5, 1, 2, 2)], 5), ([(7, 3), (5, 2)], 7)]
)
def test_the_batch_is_that_of_the_first_images(dims: list[tuple[int, ...]], images: int) -> None:
    assert graph("".join(source(*d, top=f"x{i}") for i, d in enumerate(dims))).images == images


def test_a_shape_error_points_at_the_field() -> None:
    text = (
        source(1, 3, 8, 8)
        + 'layer {\n  name: "c" type: "Convolution" bottom: "x" top: "c"\n'
        + "  convolution_param {\n    num_output: 4\n    kernel_size: 3\n    group: 2 }\n}"
    )
    with pytest.raises(LayerError) as caught:
        graph(text)
    assert str(caught.value.place) == "net.prototxt:7:5"
    assert caught.value.layer == "c"
    assert "group" in caught.value.what


def test_nodes_know_where_they_stand() -> None:
    places = [str(node.place) for node in graph(source(1, 6) + product("ip", "x", 2)).nodes]
    assert places == ["net.prototxt:1:1", "net.prototxt:2:1"]
