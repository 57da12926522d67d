"""Include and exclude rules against phase, level and stages."""

from __future__ import annotations

import pytest

from prototxt.errors import InputError, NetError
from prototxt.frontend.load import Options, define_net
from prototxt.graph.select import State, select

TRAIN, TEST = 0, 1


def chosen(rules: str, state: State, around: str = "") -> bool:
    """Whether a layer with these rules takes part."""
    text = f'{around} layer {{ name: "always" type: "Input" top: "x" }} layer {{ name: "a" type: "ReLU" {rules} }}'
    names = [layer.name for layer in select(define_net(text, "net"), state).message.layer]
    assert names[0] == "always"
    return names[1:] == ["a"]


def state(phase: int = TEST, level: int = 0, *stages: str) -> State:
    return State(phase, level, frozenset(stages))


@pytest.mark.parametrize(
    ("rules", "given", "taken"),
    [
        ("", state(), True),
        ("include { }", state(), True),
        ("exclude { }", state(), False),
        ("include { phase: TEST }", state(TEST), True),
        ("include { phase: TEST }", state(TRAIN), False),
        ("include { phase: TRAIN }", state(TRAIN), True),
        ("include { phase: TRAIN }", state(TEST), False),
        ("exclude { phase: TRAIN }", state(TRAIN), False),
        ("exclude { phase: TRAIN }", state(TEST), True),
        ("include { min_level: 2 }", state(TEST, 1), False),
        ("include { min_level: 2 }", state(TEST, 2), True),
        ("include { max_level: 2 }", state(TEST, 2), True),
        ("include { max_level: 2 }", state(TEST, 3), False),
        ("include { max_level: 0 }", state(TEST, 1), False),
        ("include { min_level: 0 }", state(TEST, -1), False),
        ("include { min_level: 1 max_level: 3 }", state(TEST, 2), True),
        ("include { min_level: 1 max_level: 3 }", state(TEST, 4), False),
        ('include { stage: "a" }', state(), False),
        ('include { stage: "a" }', state(TEST, 0, "a", "b"), True),
        ('include { stage: "a" stage: "b" }', state(TEST, 0, "a"), False),
        ('include { stage: "a" stage: "b" }', state(TEST, 0, "a", "b"), True),
        ('include { not_stage: "a" }', state(), True),
        ('include { not_stage: "a" not_stage: "b" }', state(TEST, 0, "b"), False),
        ('include { stage: "a" not_stage: "b" }', state(TEST, 0, "a"), True),
        ('include { stage: "a" not_stage: "b" }', state(TEST, 0, "a", "b"), False),
        ('exclude { stage: "a" }', state(TEST, 0, "a"), False),
        ('exclude { stage: "a" }', state(), True),
        ('include { phase: TEST stage: "a" }', state(TRAIN, 0, "a"), False),
        ('include { phase: TRAIN } include { stage: "a" }', state(TEST, 0, "a"), True),
        ('include { phase: TRAIN } include { stage: "a" }', state(TEST), False),
        ('exclude { phase: TRAIN } exclude { stage: "a" }', state(TEST, 0, "a"), False),
        ('exclude { phase: TRAIN } exclude { stage: "a" }', state(TEST), True),
    ],
)
def test_rules(rules: str, given: State, taken: bool) -> None:
    assert chosen(rules, given) is taken


def test_the_files_stages_are_added() -> None:
    around = 'state { stage: "file" }'
    both = 'include { stage: "file" stage: "caller" }'
    assert chosen(both, state(TEST, 0, "caller"), around)
    assert not chosen(both, state(), around)
    assert not chosen('exclude { stage: "file" }', state(), around)


def test_the_callers_level_and_phase_replace_the_files() -> None:
    around = "state { level: 5 phase: TRAIN }"
    assert not chosen("include { min_level: 5 }", state(TEST, 0), around)
    assert chosen("include { max_level: 0 }", state(TEST, 0), around)
    assert not chosen("include { phase: TRAIN }", state(TEST), around)


def test_include_and_exclude_together_are_refused() -> None:
    text = 'layer {\n  name: "a" type: "ReLU"\n  include { phase: TEST }\n  exclude { stage: "s" }\n}'
    with pytest.raises(NetError) as caught:
        select(define_net(text, "net.prototxt"), State())
    assert str(caught.value).startswith('net.prototxt:4:3: layer "a" (ReLU): has both include and exclude')


def test_places_follow_the_layers_that_stay() -> None:
    text = 'layer { name: "a" type: "ReLU" include { phase: TRAIN } }\n\nlayer { name: "b" type: "ReLU" }'
    assert select(define_net(text, "net"), State()).place(0).line == 3


def test_options_make_the_state() -> None:
    assert Options(phase="TRAIN", level=2, stages=("a", "b")).state() == State(
        TRAIN, 2, frozenset({"a", "b"})
    )
    assert Options().state() == State(TEST, 0, frozenset())
    with pytest.raises(InputError, match='phase is "TRAIN" or "TEST", not "test"'):
        Options(phase="test").state()
