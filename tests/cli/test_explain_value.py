"""prototxt-explain --at: what one value is made of, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from prototxt.cli.explain.command import main as explain
from support.commands import ALEXNET, DATA, DIGIT, LENET, ROOT, invoke, layer

WEIGHTS = ("--weights", ROOT / "examples" / "lenet.caffemodel")
ON_DIGIT = (*WEIGHTS, "--image", DIGIT, "--preset", "mnist")


def test_one_value_on_an_image() -> None:
    done = invoke(explain, LENET, "conv2", "--at", "0,17,3,4", *ON_DIGIT)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("conv2[0, 17, 3, 4] = ")
    assert "digit.png" in done.out
    assert "lenet.caffemodel" in done.out
    assert "sum of 20 subtotals" in done.out
    assert "the same up to float32 rounding" in done.out


def test_without_an_image_it_is_noise_and_said_so() -> None:
    done = invoke(explain, LENET, "conv1", "--at", "0,0,0,0")
    assert done.code == 0
    assert "input: uniform noise in [0, 1) (no --image given); weights: random (seed 0)" in done.out
    assert done.out == invoke(explain, LENET, "conv1", "--at", "0,0,0,0").out
    assert done.out != invoke(explain, LENET, "conv1", "--at", "0,0,0,0", "--seed", 1).out


def test_arrays_are_fed_as_they_are(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.full((1, 1, 28, 28), 0.5, np.float32))
    done = invoke(
        explain, LENET, "conv1", "--at", "0,0,0,0", "--image", tmp_path / "x.npy", "--format", "json"
    )
    (group,) = json.loads(done.out)["groups"]
    assert {term["value"] for term in group["terms"]} == {0.5}
    mixed = invoke(explain, LENET, "conv1", "--at", "0,0,0,0", "--image", tmp_path / "x.npy", "--scale", 2)
    assert mixed.code == 2
    assert "fed as they are" in mixed.err


@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_depth_all_and_engine(engine: str) -> None:
    args = (LENET, "conv2", "--at", "0,17,3,4", *ON_DIGIT, "--engine", engine)
    deep = invoke(explain, *args, "--depth", 2)
    assert "breakdowns of the largest terms" in deep.out
    assert invoke(explain, *args, "--all").out.count("x weight") == 20


def test_json_and_a_page_in_files(tmp_path: Path) -> None:
    args = (LENET, "pool2", "--at", "0,1,2,3", *ON_DIGIT, "--depth", 2)
    assert json.loads(invoke(explain, *args, "--format", "json").out)["follows"]
    for form in ("json", "html", "text"):
        assert invoke(explain, *args, "--format", form, "-o", tmp_path / form).out == ""
    assert (tmp_path / "html").read_text().startswith("<!doctype html>")
    assert (tmp_path / "text").read_text().startswith("pool2[0, 1, 2, 3]")


def test_another_top(tmp_path: Path) -> None:
    path = tmp_path / "net.prototxt"
    path.write_text(DATA + layer("Slice", top='top: "a" top: "b" top: "c"'))
    assert (
        "c[1, 0, 2, 3] = data[1, 2, 2, 3]" in invoke(explain, path, "it", "--at", "1,0,2,3", "--top", 2).out
    )
    refused = invoke(explain, path, "it", "--at", "1,0,2,3", "--top", 3)
    assert (refused.code, refused.out) == (1, "")
    assert 'no top 3; its tops: 0 is "a", 1 is "b", 2 is "c"' in refused.err


def test_layers_that_nothing_can_run_do_not_matter_behind(tmp_path: Path) -> None:
    path = tmp_path / "net.prototxt"
    path.write_text(
        DATA + layer("AbsVal") + layer("Nobody", bottom='bottom: "y"', top='top: "z"').replace("it", "no")
    )
    assert invoke(explain, path, "it", "--at", "0,0,0,0").code == 0
    refused = invoke(explain, path, "no", "--at", "0,0,0,0")
    assert refused.code == 1
    assert 'unknown layer type "Nobody"' in refused.err


def test_an_input_of_another_shape() -> None:
    done = invoke(explain, ALEXNET, "conv1", "--at", "0,95,7,8", "--input", "data=1,3,50,40")
    assert done.code == 1
    assert '"conv1" is 1 x 96 x 10 x 8: it has no value at 0,95,7,8' in done.err
    assert "places go from 0,0,0,0 to 0,95,9,7" in done.err


@pytest.mark.parametrize(
    ("args", "words"),
    [
        ((LENET, "--at", "0,0"), "name the LAYER"),
        ((LENET, "conv1", "--at", "0,x"), '"0,x" is not N,C,Y,X'),
        ((LENET, "conv1", "--depth", 2), "--depth is about one value"),
        ((LENET, "conv1", "--all"), "--all is about one value"),
        ((LENET, "conv1", "--preset", "mnist"), "--preset is about one value"),
        ((LENET, "conv1", "--weights", "x"), "--weights is about one value"),
        ((LENET, "conv1", "--at", "0,0,0,0", "--preset", "mnist"), "--preset is for an --image"),
    ],
)
def test_what_does_not_go_together(args: tuple[str, ...], words: str) -> None:
    done = invoke(explain, *args)
    assert (done.code, done.out) == (2, "")
    assert words in done.err


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("conv9", "--at", "0"), 'no layer "conv9"'),
        (("conv1", "--at", "0,0,0"), "it has no value at 0,0,0"),
        (("conv1", "--at", "-1,0,0,0"), "it has no value at -1,0,0,0"),
        (("conv1", "--at", ""), "no place in it is given"),
        (("data", "--at", "0,0,0,0"), "an input of the net has no terms"),
        (("conv1", "--at", "0,0,0,0", "--image", "no.png"), "no.png"),
        (("conv1", "--at", "0,0,0,0", "--weights", "no.caffemodel"), "no.caffemodel"),
    ],
)
def test_what_is_not_there(args: tuple[str, ...], words: str) -> None:
    done = invoke(explain, LENET, *args)
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("error: ")
    assert words in done.err
