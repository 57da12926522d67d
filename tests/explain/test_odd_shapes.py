"""Explanations of layers whose inputs have few axes or odd sizes: whatever has shapes can be explained.

Every golden case is given inputs of other shapes, and small nets stand for geometries that no golden case has.
"""

from __future__ import annotations

import random

import numpy as np
import pytest

import prototxt
from prototxt.blobs import Shape
from prototxt.errors import InputError, PrototxtError
from prototxt.explain.breakdown.values import explain_value
from prototxt.explain.sections.layer import explain_layer
from prototxt.explain.sections.views.overview import make_overview, overview_json
from prototxt.frontend.load import Options, define_net, outline
from prototxt.graph.graph import Graph
from prototxt.page.document import make_document, to_json
from prototxt.text.definition import Definition
from support.golden import CASES, DIALECTS

TRIES = 1


def net(layers: str, **shapes: tuple[int, ...]) -> str:
    inputs = (
        f'layer {{ name: "{name}" type: "Input" top: "{name}" '
        f"input_param {{ shape {{ {' '.join(f'dim: {n}' for n in shape)} }} }} }}\n"
        for name, shape in shapes.items()
    )
    return "".join(inputs) + layers


def explain_all(graph: Graph) -> None:
    for node in graph.nodes:
        assert explain_layer(graph, node)
    assert overview_json(make_overview(graph))
    assert to_json(make_document(graph))


def input_shapes(definition: Definition) -> dict[str, Shape]:
    layers = [layer for layer in definition.message.layer if layer.type == "Input"]
    return {
        top: tuple(shape.dim)
        for layer in layers
        for top, shape in zip(layer.top, [*layer.input_param.shape] * len(layer.top), strict=False)
    }


def other_shapes(shapes: dict[str, Shape], rng: random.Random) -> dict[str, Shape]:
    """As many axes for all of them as a draw says: the first ones kept, or all drawn anew."""
    axes, keeps = rng.randint(1, 5), rng.random() < 0.5
    return {
        name: tuple(
            shape[i] if keeps and i < len(shape) else rng.choice([1, 2, 3, 5, 7]) for i in range(axes)
        )
        for name, shape in shapes.items()
    }


@pytest.mark.sweep
@pytest.mark.parametrize("dialect", DIALECTS)
def test_golden_cases_with_inputs_of_other_shapes(dialect: str) -> None:
    explained = 0
    for path in sorted((CASES / dialect).rglob("*.prototxt")):
        definition = define_net(path.read_text(), path.name)
        rng = random.Random(path.name)
        for _ in range(TRIES):
            shapes = other_shapes(input_shapes(definition), rng)
            options = Options(inputs=shapes, dialect="" if dialect == "caffe" else dialect)
            try:
                graph = outline(definition, options)
            except PrototxtError:
                continue
            explain_all(graph)
            explained += 1
    assert explained > 10


RESIZED = 'layer { name: "r" type: "%s" bottom: "d" top: "r" %s }'


@pytest.mark.parametrize(
    "text",
    [
        net(RESIZED % ("Resample", "resample_param { width: 7 height: 384 }"), d=(2, 5, 9, 300)),
        net(RESIZED % ("Interp", "interp_param { height: 60 width: 50 }"), d=(2,)),
        net(RESIZED % ("Interp", "interp_param { height: 6 width: 5 }"), d=(2, 3)),
    ],
)  # fmt: skip
def test_geometries_that_no_golden_case_has(text: str) -> None:
    explain_all(outline(define_net(text, "n.prototxt"), Options()))


YOLO = """layer { name: "c" type: "Convolution" bottom: "d" top: "c"
  convolution_param { num_output: 24 kernel_size: 1 } }
layer { name: "y" type: "Yolov3DetectionOutput" bottom: "c" top: "y" yolov3_detection_output_param {
  num_classes: 3 biases: 20 biases: 37 biases: 49 biases: 94 biases: 73 biases: 201
  anchors_scale: 32 mask_group_num: 1 mask: 0 mask: 1 mask: 2 } }"""
ADAPTIVE = """layer { name: "p" type: "InnerProduct" bottom: "d" top: "p" inner_product_param { num_output: 5 } }
layer { name: "q" type: "InnerProduct" bottom: "p" top: "q" inner_product_param { num_output: 32 } }
layer { name: "a" type: "AdaptiveBiasChannel" bottom: "q" bottom: "p" top: "a" }"""
PROPOSAL = """layer { name: "s" type: "Convolution" bottom: "d" top: "s"
  convolution_param { num_output: 18 kernel_size: 1 } }
layer { name: "b" type: "Convolution" bottom: "d" top: "b" convolution_param { num_output: 36 kernel_size: 1 } }
layer { name: "rois" type: "Python" bottom: "s" bottom: "b" bottom: "im_info" top: "rois"
  python_param { module: "rpn.proposal_layer" layer: "ProposalLayer" param_str: "'feat_stride': 16" } }"""


@pytest.mark.parametrize(
    ("text", "layer", "at", "hint"),
    [
        (net(YOLO, d=(1, 3, 4, 5)), "y", (0, 0, 0, 0), '"c"'),
        (net(ADAPTIVE, d=(1, 2)), "a", (0, 0), '"q", "p"'),
        (net(PROPOSAL, d=(1, 4, 6, 7), im_info=(1, 3)), "rois", (0, 0), '"s", "b"'),
    ],
)
def test_a_value_without_terms_names_the_layers_to_ask(
    text: str, layer: str, at: tuple[int, ...], hint: str
) -> None:
    loaded = prototxt.parse_net(text)
    loaded.forward({name: np.zeros(loaded.blobs[name].data.shape, np.float32) for name in loaded.inputs})
    with pytest.raises(InputError) as caught:
        explain_value(loaded, layer, at)
    assert caught.value.hint == f"explain a layer that it reads: one of {hint}"
