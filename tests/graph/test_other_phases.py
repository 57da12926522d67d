"""A bottom that only a layer of another phase, level or stage makes: the error names it, and how to include it."""

from __future__ import annotations

import random
import re
import shlex
from pathlib import Path

import pytest

from prototxt.cli.shapes import main as shapes
from prototxt.errors import NetError
from prototxt.frontend.load import Options, define_net, outline
from support.commands import invoke

DATA = 'layer {{ name: "{name}" type: "DummyData" top: "x" {rule} dummy_data_param {{ shape {{ dim: 2 dim: 3 }} }} }}\n'
READER = (
    'layer { name: "ip" type: "InnerProduct" bottom: "x" top: "y" inner_product_param { num_output: 4 } }\n'
)


def data(rule: str, name: str = "data") -> str:
    return DATA.format(name=name, rule=rule)


def hint(text: str, options: Options | None = None) -> str:
    with pytest.raises(NetError, match='no layer makes bottom "x"') as caught:
        outline(define_net(text, "n.prototxt"), options or Options())
    return caught.value.hint or ""


def test_every_layer_that_makes_it_is_named_with_its_line() -> None:
    text = (
        data("include { phase: TRAIN }", "a") + data('include { phase: TEST stage: "on-test" }', "b") + READER
    )
    assert hint(text) == (
        'with --phase train layer "a" (line 1) makes it, with --stage on-test layer "b" (line 2) makes it; '
        "or give its shape: --input x=N,C,H,W"
    )


def test_without_such_a_layer_nothing_changes() -> None:
    assert hint(READER) == "where it is an input of the net, give its shape: --input x=N,C,H,W"


@pytest.mark.parametrize(
    ("rule", "wanted"),
    [
        ("include { phase: TRAIN }", "--phase train"),
        ("exclude { phase: TEST }", "--phase train"),
        ('include { stage: "deploy" stage: "big net" }', "--stage 'big net' --stage deploy"),
        ('exclude { not_stage: "all" }', "--stage all"),
        ("include { min_level: 3 }", "--level 3"),
        ("include { max_level: -2 }", "--level -2"),
        ("include { phase: TRAIN min_level: 1 }", "--phase train --level 1"),
        ('include { phase: TRAIN } include { stage: "s" }', "--stage s"),
    ],
)
def test_the_options_work_when_they_are_given(rule: str, wanted: str, tmp_path: Path) -> None:
    net = tmp_path / "net.prototxt"
    net.write_text(data(rule) + READER)
    refused = invoke(shapes, net)
    assert refused.code == 1
    assert f'with {wanted} layer "data" (line 1) makes it' in refused.err
    assert invoke(shapes, net, *shlex.split(wanted)).code == 0


def test_rules_that_no_option_meets_are_not_suggested() -> None:
    assert "--stage" not in hint(data('include { stage: "a" not_stage: "a" }') + READER)


PARTS = (
    "phase: TRAIN", "phase: TEST", 'stage: "a"', 'stage: "b"', 'not_stage: "a"', "min_level: 2", "max_level: -1",
)  # fmt: skip


def test_random_rules() -> None:
    """Whatever is suggested includes the layer."""
    rng, followed = random.Random(4), 0
    for _ in range(200):
        rules = []
        for _ in range(rng.randint(1, 3)):
            parts = rng.sample(PARTS, 2)
            if len({part.partition(":")[0] for part in parts}) == 2:
                rules.append(f"{{ {' '.join(parts)} }}")
        kind = rng.choice(["include ", "exclude "])
        text = data(" ".join(kind + rule for rule in rules)) + READER
        try:
            outline(define_net(text, "n.prototxt"), Options())
        except NetError as error:
            match = re.match(r'with (.*?) layer "data"', error.hint or "")
            if match is None:
                continue
            given = shlex.split(match[1])
            values = dict(zip(given[::2], given[1::2], strict=True))
            options = Options(
                phase=values.get("--phase", "test").upper(),
                level=int(values.get("--level", 0)),
                stages=[
                    value
                    for option, value in zip(given[::2], given[1::2], strict=True)
                    if option == "--stage"
                ],
            )
            assert outline(define_net(text, "n.prototxt"), options).nodes[0].name == "data"
            followed += 1
    assert followed > 50
