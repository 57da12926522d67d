"""Questions about a whole net, asked of public nets: each has an answer, or a reason."""

from __future__ import annotations

import pytest

from prototxt.errors import InputError, NetError
from prototxt.explain.surgery.diff import diff
from prototxt.explain.surgery.diff import sections as diff_sections
from prototxt.explain.surgery.fc_as_conv import Converted, at_size, fc_as_conv, own_size
from prototxt.explain.surgery.same_padding import checked_shape, fits, size_rule
from prototxt.explain.surgery.views.fc_as_conv import fc_as_conv_sections
from prototxt.explain.surgery.views.same_padding import same_padding_section
from prototxt.frontend.load import Options, define_net, make_graph
from prototxt.graph.context import LayerContext
from prototxt.text.definition import Definition
from prototxt.text.files import read_text
from prototxt.text.write import write
from prototxt.views.dot import to_dot
from prototxt.views.drawing import Box, Module, draw
from prototxt.views.mermaid import to_mermaid
from support.corpus import OPENS, name_of, nets, opened_with

pytestmark = pytest.mark.slow


@pytest.fixture(params=nets("", OPENS), ids=name_of)
def net(request: pytest.FixtureRequest) -> Definition:
    if opened_with(request.param)[1].phase != "TEST":
        pytest.skip("is for TRAIN only")
    return define_net(read_text(request.param), str(request.param))


def test_diff_with_itself(net: Definition) -> None:
    result = diff(net, net, Options())
    assert not result.changed
    assert all(fate.loads for fate in result.weight_matches)
    assert diff_sections(result)


def test_every_layer_is_drawn_once(net: Definition) -> None:
    graph = make_graph(net, Options())
    drawing = draw(graph)
    assert _layers(drawing.root) == len(graph.nodes)
    ids = to_dot(drawing)
    assert ids.count(" [label=<<TABLE") == to_mermaid(drawing).count('"]:::')


def _layers(module: Module) -> int:
    return sum(len(part.parts) if isinstance(part, Box) else _layers(part) for part in module.inside)


def test_same(net: Definition) -> None:
    graph = make_graph(net, Options())
    queries = 0
    for node in graph.nodes:
        look = LayerContext(graph, node)
        if size_rule(node.layer) is None or queries == 8:
            continue
        try:
            result = fits(look)
        except InputError:
            continue
        queries += 1
        assert same_padding_section(look).lines
        shape = checked_shape(net, Options(), look)
        if shape is not None:
            assert shape[len(shape) - len(result) :] == tuple(fit.wanted for fit in result)


def test_fully_connected_as_convolution(net: Definition) -> None:
    try:
        result: Converted = fc_as_conv(net, Options())
    except (InputError, NetError):
        return
    again = make_graph(define_net(write(result.definition.message), "converted"), Options())
    assert again.shapes == result.after.shapes
    for node, origin in zip(result.after.nodes, result.origin, strict=True):
        assert node.param_count == result.before.nodes[origin].param_count
        assert node.cost.macs == result.before.nodes[origin].cost.macs
    try:
        own = own_size(result)
    except InputError:
        return
    assert not at_size(result, own).why
    assert fc_as_conv_sections(result, [own, tuple(2 * side for side in own)])
