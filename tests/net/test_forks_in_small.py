"""Small nets in the shape of detectors and of dense prediction: shapes by hand, run, explained, drawn, reported."""

from __future__ import annotations

import numpy as np
import pytest

import prototxt
from prototxt.blobs import Shape
from prototxt.explain.sections.layer import explain_layer
from prototxt.net import Net
from prototxt.page.document import make_document, to_json
from prototxt.views.dot import to_dot
from prototxt.views.drawing import draw


def inputs(**shapes: Shape) -> str:
    return "\n".join(
        f'layer {{ name: "{name}" type: "Input" top: "{name}" input_param {{ shape {{ dim: {list(shape)} }} }} }}'
        for name, shape in shapes.items()
    )


def one(kind: str, bottoms: str, top: str, fields: str = "") -> str:
    wires = " ".join(f'bottom: "{bottom}"' for bottom in bottoms.split())
    return f'layer {{ name: "{top}" type: "{kind}" {wires} top: "{top}" {fields} }}'


def conv(bottom: str, top: str, outputs: int, kernel: int = 3, stride: int = 1) -> str:
    fields = (
        f"num_output: {outputs} kernel_size: {kernel} pad: {kernel // 2} stride: {stride} "
        'weight_filler { type: "gaussian" std: 0.1 }'
    )
    return one("Convolution", bottom, top, f"convolution_param {{ {fields} }}")


def flat(bottom: str, top: str) -> list[str]:
    """Channels last, then all values of an image in a row: what SSD puts together over its maps."""
    return [
        one("Permute", bottom, f"{top}_perm", "permute_param { order: [0, 2, 3, 1] }"),
        one("Flatten", f"{top}_perm", top),
    ]


def softmax(bottom: str, top: str, classes: int) -> list[str]:
    shape = f"reshape_param {{ shape {{ dim: [0, -1, {classes}] }} }}"
    return [
        one("Reshape", bottom, f"{top}_rows", shape),
        one("Softmax", f"{top}_rows", f"{top}_prob", "softmax_param { axis: 2 }"),
        one("Flatten", f"{top}_prob", top),
    ]


OUTPUT = "num_classes: {} code_type: CENTER_SIZE keep_top_k: 6 nms_param {{ nms_threshold: 0.4 top_k: 9 }} {}"


def output(classes: int, bottoms: str, fields: str = "") -> str:
    return one(
        "DetectionOutput", bottoms, "found", f"detection_output_param {{ {OUTPUT.format(classes, fields)} }}"
    )


def face_boxes() -> list[str]:
    """A map of 3 x 4 places with 4 * 4 + 2 * 2 + 1 = 21 prior boxes each."""
    prior = (
        "prior_box_param { fixed_size: 12 density: 4 fixed_size: 20 density: 2 fixed_size: 28 density: 1 "
        "fixed_ratio: 1 variance: [0.1, 0.1, 0.2, 0.2] }"
    )
    return [
        inputs(data=(2, 3, 24, 32)), conv("data", "conv1", 5, 7, 4), conv("conv1", "conv2", 6, 3, 2),
        conv("conv2", "loc_map", 84), conv("conv2", "conf_map", 42), *flat("loc_map", "loc"), *flat("conf_map", "rows"),
        *softmax("rows", "conf", 2), one("PriorBox", "conv2 data", "prior", prior), output(2, "loc conf prior"),
    ]  # fmt: skip


def refine_det() -> list[str]:
    """Two stages over one map of 3 x 4 places with 3 prior boxes: the first moves and drops, the second decides."""
    prior = "prior_box_param { min_size: 10 aspect_ratio: 2 step: 8 variance: [0.1, 0.1, 0.2, 0.2] }"
    stage = [conv("conv2", "arm_loc_map", 12), conv("conv2", "arm_conf_map", 6)]
    stage += [
        *flat("arm_loc_map", "arm_loc"),
        *flat("arm_conf_map", "arm_rows"),
        *softmax("arm_rows", "arm_conf", 2),
    ]
    stage += [conv("conv2", "odm", 7), conv("odm", "odm_loc_map", 12), conv("odm", "odm_conf_map", 15)]
    stage += [
        *flat("odm_loc_map", "odm_loc"),
        *flat("odm_conf_map", "odm_rows"),
        *softmax("odm_rows", "odm_conf", 5),
    ]
    return [
        inputs(data=(2, 3, 24, 32)), conv("data", "conv1", 5, 7, 4), conv("conv1", "conv2", 6, 3, 2), *stage,
        one("PriorBox", "conv2 data", "prior", prior),
        output(5, "odm_loc odm_conf prior arm_conf arm_loc", "objectness_score: 0.3"),
    ]  # fmt: skip


def text_boxes() -> list[str]:
    """A map of 3 x 4 places, each with a box and the same box half a cell lower, and 12 values for each of these."""
    prior = (
        "prior_box_param { min_size: 10 aspect_ratio: 3 flip: false step: 8 denser_prior_boxes: true "
        "variance: [0.1, 0.1, 0.2, 0.2] }"
    )
    return [
        inputs(data=(1, 3, 24, 32)), conv("data", "conv1", 5, 7, 4), conv("conv1", "conv2", 6, 3, 2),
        conv("conv2", "loc_map", 48), conv("conv2", "conf_map", 8), *flat("loc_map", "loc"), *flat("conf_map", "rows"),
        *softmax("rows", "conf", 2), one("PriorBox", "conv2 data", "prior", prior),
        output(2, "loc conf prior", "use_polygon: true"),
    ]  # fmt: skip


def crf_rnn() -> list[str]:
    """Scores at a quarter of the size, enlarged, and refined with the colours of the image."""
    fields = (
        "num_iterations: 3 compatibility_mode: POTTS threshold: 2 theta_alpha: 8 theta_beta: 3 theta_gamma: 3 "
        "spatial_filter_weight: 3 bilateral_filter_weight: 5"
    )
    up = (
        "convolution_param { num_output: 5 kernel_size: 8 stride: 4 pad: 2 bias_term: false "
        'weight_filler { type: "gaussian" std: 0.1 } }'
    )
    return [
        inputs(data=(1, 3, 12, 20)), conv("data", "conv1", 6, 3, 4), conv("conv1", "score", 5, 1),
        one("Deconvolution", "score", "up", up), one("Split", "up", "unary"), one("Split", "up", "q0"),
        one("MultiStageMeanfield", "unary q0 data", "pred", f"multi_stage_meanfield_param {{ {fields} }}"),
    ]  # fmt: skip


def pwc_net() -> list[str]:
    """Maps of two images, the second warped by a flow from a coarser level, and what they have in common."""
    shared = 'param { name: "w" } param { name: "b" } convolution_param'
    fields = "correlation_param { pad: 2 kernel_size: 1 max_displacement: 2 stride_1: 1 stride_2: 1 }"
    up = (
        "convolution_param { num_output: 2 kernel_size: 4 stride: 2 pad: 1 "
        'weight_filler { type: "gaussian" std: 0.1 } }'
    )
    return [
        inputs(img0=(2, 3, 12, 20), img1=(2, 3, 12, 20)),
        conv("img0", "conv0", 5, 3, 2).replace("convolution_param", shared),
        conv("img1", "conv1", 5, 3, 2).replace("convolution_param", shared),
        conv("conv0", "coarse", 2, 3, 2), one("Deconvolution", "coarse", "flow", up),
        one("Warp", "conv1 flow", "warped"), one("Correlation", "conv0 warped", "corr", fields),
        one("ReLU", "corr", "act", "relu_param { negative_slope: 0.1 }"), one("Concat", "act conv0 flow", "all"),
        conv("all", "flow2", 2),
    ]  # fmt: skip


def yolo_v2() -> list[str]:
    """A fine map into channels beside a coarse one; two boxes of 5 + 3 values in each cell, held against true ones."""
    fields = "side: 4 num_class: 3 num_object: 2 nms: 0.45 biases: [1.3, 1.7, 3.2, 2]"
    return [
        inputs(data=(2, 3, 32, 32), label=(2, 1, 30, 5)), conv("data", "conv1", 8, 3, 4),
        conv("conv1", "conv2", 7, 3, 2), one("Reorg", "conv1", "reorg"), one("Concat", "reorg conv2", "both"),
        conv("both", "conv_reg", 16, 1),
        one("EvalDetection", "conv_reg label", "eval_det", f"eval_detection_param {{ {fields} }}"),
    ]  # fmt: skip


NETS: dict[str, tuple[list[str], dict[str, Shape]]] = {
    "FaceBoxes": (
        face_boxes(),
        {
            "conv1": (2, 5, 6, 8), "conv2": (2, 6, 3, 4), "loc_perm": (2, 3, 4, 84), "loc": (2, 1008),
            "conf_rows": (2, 252, 2), "conf": (2, 504), "prior": (1, 2, 1008), "found": (1, 1, 12, 7),
        },
    ),
    "RefineDet": (
        refine_det(),
        {
            "conv2": (2, 6, 3, 4), "arm_loc": (2, 144), "arm_conf": (2, 72), "odm_loc": (2, 144), "odm_conf": (2, 180),
            "prior": (1, 2, 144), "found": (1, 1, 12, 7),
        },
    ),
    "TextBoxes++": (
        text_boxes(),
        {"loc": (1, 576), "conf": (1, 96), "prior": (1, 2, 192), "found": (1, 1, 6, 15)},
    ),
    "CRF-RNN": (
        crf_rnn(),
        {"conv1": (1, 6, 3, 5), "score": (1, 5, 3, 5), "up": (1, 5, 12, 20), "pred": (1, 5, 12, 20)},
    ),
    "PWC-Net": (
        pwc_net(),
        {
            "conv1": (2, 5, 6, 10), "coarse": (2, 2, 3, 5), "flow": (2, 2, 6, 10), "warped": (2, 5, 6, 10),
            "corr": (2, 25, 6, 10), "all": (2, 32, 6, 10), "flow2": (2, 2, 6, 10),
        },
    ),
    "YOLOv2": (
        yolo_v2(),
        {
            "conv1": (2, 8, 8, 8), "reorg": (2, 32, 4, 4), "both": (2, 39, 4, 4), "conv_reg": (2, 16, 4, 4),
            "eval_det": (2, 3 + 4 * 4 * 2 * 4),
        },
    ),
}  # fmt: skip


def net_of(name: str, engine: str = "fast") -> Net:
    """The net, with the same images and true boxes at every call."""
    net = prototxt.parse_net("\n".join(NETS[name][0]), engine=engine)
    rng = np.random.default_rng(4)
    for blob in net.inputs:
        net.blobs[blob].data[...] = rng.random(net.blobs[blob].shape)
    if name == "YOLOv2":
        net.blobs["label"].data[..., 0] = 1
    return net


@pytest.mark.parametrize("name", NETS)
def test_shapes_by_hand(name: str) -> None:
    graph = net_of(name).graph
    shapes = {str(blob).partition("@")[0]: shape for blob, shape in graph.shapes.items()}
    assert {blob: shapes[blob] for blob in NETS[name][1]} == NETS[name][1]


@pytest.mark.parametrize("name", NETS)
def test_both_engines_agree(name: str) -> None:
    fast, plain = net_of(name).forward(), net_of(name, "reference").forward()
    assert fast.keys() == plain.keys()
    for blob, values in plain.items():
        assert values.size
        assert np.isfinite(values).all()
        np.testing.assert_allclose(fast[blob], values, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("name", NETS)
def test_explained_drawn_and_reported(name: str) -> None:
    graph = net_of(name).graph
    dot = to_dot(draw(graph))
    for node in graph.nodes:
        sections = {section.key for section in explain_layer(graph, node)}
        assert sections >= ({"layer", "size", "formula"} if node.bottoms else {"layer"}), node.name
        assert node.name in dot
    document = make_document(graph)
    assert [layer["name"] for layer in document["layers"]] == [node.name for node in graph.nodes]
    assert to_json(document)
