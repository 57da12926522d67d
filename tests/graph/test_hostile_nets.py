"""Nets of every layer type with values no net has: a graph or a refusal with its place, at once and without arrays."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from google.protobuf import text_format
from google.protobuf.descriptor import FieldDescriptor
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from prototxt.blobs import Shape, count
from prototxt.errors import PrototxtError
from prototxt.frontend.load import Options, define_net, make_graph
from prototxt.graph.graph import Graph
from prototxt.layers.common.messages import param_fields
from prototxt.layers.forks import DIALECTS
from prototxt.layers.registry import all_layer_classes
from prototxt.schema import descriptor
from support.fork_layers import FORK_LAYERS, sample

pytestmark = pytest.mark.sweep

LAYER_CLASSES = all_layer_classes()

INTS = [0, 1, 2, 3, 5, 7, 100, 65_536, 2**31 - 1, 2**32 - 1, 2**63 - 1, -1, -2, -7, -(2**31), -(2**63)]
FLOATS = ["0", "1", "-1", "0.5", "1e-30", "1e30", "-1e30", "1e400", "inf", "-inf", "nan"]
STRINGS = ["", "a", "b", "data", "gaussian", "xavier", "/nowhere/at/all"]

INPUTS = [(2, 3, 8, 9), (2, 3), (1,), (5, 1, 1, 1, 7), (2**31 - 1,), (4, 3, 100_000, 5)]


def value(field: FieldDescriptor, rng: Random) -> str:
    """A value of a scalar field's type, mostly one that is in its range."""
    if field.enum_type is not None:
        return rng.choice(list(field.enum_type.values_by_name))
    if field.type == field.TYPE_BOOL:
        return rng.choice(["true", "false"])
    if field.type in (field.TYPE_STRING, field.TYPE_BYTES):
        return f'"{rng.choice(STRINGS)}"'
    if field.type in (field.TYPE_FLOAT, field.TYPE_DOUBLE):
        return rng.choice(FLOATS)
    small = rng.random() < 0.9
    return str(rng.choice(INTS[:6] if small else INTS))


def fields(kind: Any, rng: Random, most: int, depth: int = 2) -> str:
    """Some fields of a message as text; repeated ones a few times."""
    chosen = rng.sample(list(kind.fields), min(rng.randint(0, most), len(kind.fields)))
    parts = []
    for field in chosen:
        for _ in range(rng.choice([1, 1, 2, 3]) if field.is_repeated else 1):
            if field.message_type is None:
                parts.append(f"{field.name}: {value(field, rng)}")
            elif depth:
                parts.append(f"{field.name} {{ {fields(field.message_type, rng, most, depth - 1)} }}")
    return " ".join(parts)


def some(arity: tuple[int, int | None], rng: Random) -> int:
    """A number of bottoms or tops for a layer: mostly one that it may have."""
    least, most = arity
    return (
        rng.randint(0, 3) if rng.random() < 0.05 else rng.randint(least, least + 2 if most is None else most)
    )


def inputs(shapes: Sequence[Shape], name: str) -> str:
    """A layer that makes a blob of each shape: i0, i1, ... where the name is i."""
    tops = " ".join(f'top: "{name}{i}"' for i in range(len(shapes)))
    dims = " ".join(f"shape {{ dim: [{', '.join(map(str, shape))}] }}" for shape in shapes)
    return f'layer {{ name: "{name}" type: "Input" {tops} input_param {{ {dims} }} }}'


def sample_net(rng: Random) -> str:
    """A layer of a fork as it should be, but for a number or two."""
    layer_class = rng.choice(FORK_LAYERS)
    param, bottoms = sample(layer_class)
    text = re.sub(r"(?<=: )-?[\d.]+", lambda n: other_number(n[0], rng), text_format.MessageToString(param))
    return f"{inputs([x.shape for x in bottoms], 'b')}\nlayer {{ {text} }}"


def other_number(number: str, rng: Random) -> str:
    if rng.random() < 0.8:
        return number
    return rng.choice(FLOATS) if "." in number else str(rng.choice(INTS))


def random_net(rng: Random) -> str:
    """A few inputs and layers that read them and each other; most parameters are those of their types."""
    tops = [f"i{i}" for i in range(len(INPUTS))]
    layers = [inputs(INPUTS, "i")]
    for i in range(rng.randint(1, 4)):
        layer_class = rng.choice(LAYER_CLASSES)
        read = rng.choices(tops[-8:], k=some(layer_class.bottoms, rng))
        if rng.random() < 0.5:
            read = read[:1] * len(read)
        bottoms = " ".join(f'bottom: "{bottom}"' for bottom in read)
        own_tops = [f"t{i}_{j}" for j in range(some(layer_class.tops, rng))]
        own = " ".join(
            f"{field.name} {{ {fields(field.message_type, rng, rng.choice([1, 3, 7]))} }}"
            for field in param_fields(layer_class)
        )
        more = fields(descriptor("LayerParameter"), rng, 1) if rng.random() < 0.1 else ""
        wrote = " ".join(f'top: "{top}"' for top in own_tops)
        layers.append(f'layer {{ name: "l{i}" type: "{layer_class.type}" {bottoms} {wrote} {own} {more} }}')
        tops += own_tops
    return "\n".join(layers)


def graph_of(seed: int) -> Graph | None:
    """The net's graph, or None where it is refused in words that say where."""
    rng = Random(seed)
    text, dialect = rng.choice([random_net, sample_net])(rng), rng.choice(["", *DIALECTS])
    try:
        graph = make_graph(define_net(text, "net.prototxt"), Options(dialect=dialect))
    except PrototxtError as error:
        refusal = str(error)
    else:
        check(graph)
        return graph
    assert refusal.startswith("net.prototxt")
    assert len(refusal) < 3000
    return None


def check(graph: Graph) -> None:
    """Sizes are those a blob may have, costs are counts."""
    for node in graph.nodes:
        assert all(count(p.shape) < 1 << 31 for p in node.params)
        costs: dict[str, Any] = {name: getattr(node.cost, name) for name in node.cost.__slots__}
        assert all(isinstance(cost, int) and cost >= 0 for cost in costs.values()), (node.type, costs)
    assert all(0 <= dim < 1 << 31 for shape in graph.shapes.values() for dim in shape)


@settings(
    max_examples=300, deadline=timedelta(seconds=2), derandomize=True, database=None,
    suppress_health_check=[HealthCheck.too_slow],
)  # fmt: skip
@given(st.integers(0, 2**32))
def test_random_nets(seed: int) -> None:
    graph_of(seed)


def test_some_random_nets_are_fine_and_of_many_types() -> None:
    graphs = [graph for seed in range(300) if (graph := graph_of(seed))]
    assert len({node.type for graph in graphs for node in graph.nodes}) > 40
