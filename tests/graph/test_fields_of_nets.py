"""Fields of the net itself: applied, harmless, or reported with their place."""

from __future__ import annotations

import pytest

from prototxt.frontend.load import Options, define_net, make_graph, outline
from prototxt.graph.graph import Graph
from prototxt.layers.unknown import Unknown

NET = """
input: "data"
input_shape { dim: 3 dim: 4 dim: 5 dim: 7 }
layer { name: "bn" type: "BatchNorm" bottom: "data" top: "bn" %s }
"""


def graph(field: str, own: str = "", phase: str = "TEST", level: int = 0) -> Graph:
    """A net with a field of its own on line 5."""
    text = NET % own + field
    return outline(define_net(text, "net.prototxt"), Options(phase=phase, level=level))


@pytest.mark.parametrize(
    ("field", "note"),
    [
        (
            "default_forward_type: FLOAT16",
            "default_forward_type (NVCaffe) is not applied: everything is computed in float32 here, "
            "not in low precision",
        ),
        (
            "compile_net_state { bn_scale_merge: true }",
            "compile_net_state (Intel Caffe) is not applied: BatchNorm and Scale layers run as they are written, "
            "and are not merged into convolutions",
        ),
    ],
)
def test_a_field_that_is_not_applied_is_reported(field: str, note: str) -> None:
    assert graph(field).notes == (f"net.prototxt:5:1: {note}",)


@pytest.mark.parametrize(
    "field",
    [
        "default_forward_type: FLOAT",  # the default
        "force_backward: true",
        "debug_info: true",
        "default_backward_type: FLOAT16",
        "engine: 'MKLDNN'",
        "global_grad_scale: 1000",
        "reduce_buckets: 3",
        "state { phase: TEST level: 0 stage: 'deploy' }",
    ],
)
def test_a_harmless_field_is_not(field: str) -> None:
    assert graph(field).notes == ()


def test_a_net_without_text_names_its_file() -> None:
    definition = define_net(NET % "" + "default_forward_math: FLOAT16", "net.prototxt")
    bare = type(definition)(definition.message, "net.caffemodel", (None,) * len(definition.trees))
    (note,) = make_graph(bare, Options()).notes
    assert note.startswith("net.caffemodel: default_forward_math (NVCaffe) is not applied")


def test_the_statistics_size_of_a_net_is_that_of_its_batch_norms() -> None:
    """As with the field of the layer: without it TRAIN would give other numbers, TEST the same."""
    field = "bn_stats_batch_size: 2"
    bn = graph(field, phase="TRAIN").nodes[-1].layer
    assert isinstance(bn, Unknown)
    assert "stats_batch_size (Intel Caffe) is not applied" in str(bn.why)
    assert graph(field).missing == ()
    assert graph(field, "batch_norm_param { stats_batch_size: 0 }", phase="TRAIN").missing == ()


def test_a_phase_that_the_file_gives_and_nobody_chose_is_reported() -> None:
    field = "state { phase: TRAIN level: 3 }"
    place = "net.prototxt:5"
    assert graph(field).notes == (
        f"{place}:9: state.phase TRAIN is not applied: this is phase TEST, and --phase chooses another",
        f"{place}:22: state.level 3 is not applied: this is level 0, and --level chooses another",
    )
    assert graph(field, phase="TRAIN", level=3).notes == ()
