"""A net up to one of its layers: what only later layers need is not asked for."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

import prototxt
from prototxt.cli.explain.command import main as explain
from prototxt.cli.run.command import main as run
from prototxt.errors import InputError, PrototxtError, UnknownShapeError
from support.commands import invoke, picture

NET = """layer { name: "in" type: "Input" top: "data" top: "label" %s }
layer { name: "ip" type: "InnerProduct" bottom: "data" top: "ip"
  inner_product_param { num_output: 4 weight_filler { type: "constant" value: 0.5 } } }
layer { name: "prob" type: "Softmax" bottom: "ip" top: "prob" }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "ip" bottom: "label" top: "loss" }
layer { name: "warp" type: "Zonk" bottom: "label" top: "zonk" }
"""
LIST = """layer { name: "db" type: "HDF5Data" top: "label" hdf5_data_param { source: "nowhere.txt" batch_size: 2 } }
layer { name: "in" type: "Input" top: "data" input_param { shape { dim: 2 dim: 3 dim: 5 dim: 7 } } }
layer { name: "prob" type: "Softmax" bottom: "data" top: "prob" }
layer { name: "loss" type: "EuclideanLoss" bottom: "prob" bottom: "label" top: "loss" }
"""
NO_SHAPE = NET % "input_param { shape { dim: 2 dim: 3 dim: 5 dim: 7 } shape { } }"
NO_SHAPES = NET % ""


def test_python() -> None:
    with pytest.raises(PrototxtError):
        prototxt.parse_net(NO_SHAPES, inputs={"data": (2, 3, 5, 7)})
    net = prototxt.parse_net(NO_SHAPES, inputs={"data": (2, 3, 5, 7)}, end="prob")
    assert net.inputs == ["data"]
    assert [node.name for node in net.layers] == ["in", "ip", "prob"]
    out = net.forward(data=np.ones((2, 3, 5, 7), np.float32))
    np.testing.assert_allclose(out["prob"], np.full((2, 4), 0.25, np.float32))
    net.reshape(data=(3, 3, 5, 7))
    assert net.blobs["prob"].data.shape == (3, 4)


def test_a_shape_of_what_is_not_needed_may_be_given() -> None:
    net = prototxt.parse_net(NO_SHAPES, inputs={"data": (2, 3, 5, 7), "label": (2, 1)}, end="prob")
    assert net.inputs == ["data"]
    with pytest.raises(InputError, match='the net has no input "lable"'):
        prototxt.parse_net(NO_SHAPES, inputs={"data": (2, 3, 5, 7), "lable": (2, 1)}, end="prob")


def test_what_is_needed_is_still_asked_for() -> None:
    with pytest.raises(UnknownShapeError, match='"data"'):
        prototxt.parse_net(NO_SHAPES, end="prob")
    with pytest.raises(UnknownShapeError, match='"label"'):
        prototxt.parse_net(NO_SHAPES, inputs={"data": (2, 3, 5, 7)}, end="loss")


@pytest.mark.parametrize(("text", "inputs"), [(NO_SHAPES, ["--input", "data=1,3,5,7"]), (LIST, [])])
def test_run_and_explain(text: str, inputs: list[str], tmp_path: Path) -> None:
    net, image = tmp_path / "net.prototxt", tmp_path / "image.png"
    net.write_text(text)
    picture(image)
    assert invoke(run, net, image, *inputs).code == 1
    done = invoke(run, net, image, *inputs, "--to", "prob")
    assert (done.code, "prob" in done.out) == (0, True)
    at = "0,1" if text is NO_SHAPES else "0,1,2,3"
    value = invoke(explain, net, "prob", "--at", at, *inputs)
    assert value.code == 0, value.err
    assert invoke(run, net, image, *inputs, "--to", "loss").code == 1


def random_net(rng: random.Random) -> tuple[str, dict[str, set[str]]]:
    """A net with inputs that have no shape, and for each layer the inputs that the layers up to it read."""
    blobs: dict[str, set[str]] = {f"in{i}": {f"in{i}"} for i in range(rng.randint(2, 4))}
    text = "".join(f'layer {{ name: "{name}" type: "Input" top: "{name}" }}\n' for name in blobs)
    needs: dict[str, set[str]] = {}
    for i in range(rng.randint(3, 7)):
        bottoms = rng.sample(sorted(blobs), 2)
        text += f'layer {{ name: "l{i}" type: "Eltwise" bottom: "{bottoms[0]}" bottom: "{bottoms[1]}" top: "l{i}" }}\n'
        blobs[f"l{i}"] = blobs[bottoms[0]] | blobs[bottoms[1]]
        needs[f"l{i}"] = blobs[f"l{i}"] | (needs[f"l{i - 1}"] if i else set())
    return text, needs


@pytest.mark.parametrize("seed", range(20))
def test_random_nets_ask_for_what_their_end_needs(seed: int) -> None:
    text, needs = random_net(random.Random(seed))
    for end, inputs in needs.items():
        shapes = dict.fromkeys(inputs, (2, 3, 5, 7))
        assert set(prototxt.parse_net(text, inputs=shapes, end=end).inputs) == inputs
        missing = min(inputs)
        with pytest.raises(UnknownShapeError, match=f'"{missing}"'):
            prototxt.parse_net(text, inputs={name: shapes[name] for name in inputs - {missing}}, end=end)
